// One field of one row group, encoded and ready to be placed in a file.
// Invariant: every offset in the entries counts from the start of `parts` until `relocate` ran.
// Spec: spec/file.md "Chunks", "Pages".

package import ColonnadeBase

/// Page bodies, dictionary and validity of one chunk, with the entries that describe them.
package struct EncodedChunk: Sendable {
  /// What goes to the data area, one part behind the other, the first at a multiple of 64. Plain values
  /// are the column's own memory.
  package var parts: [Buffer]
  package var pages: [PageEntry]
  /// The page of the chunk's dictionary; its entry goes to section 7 as well.
  package var dictionaryPage: PageEntry?
  /// Entries of the dictionary; 0 without one.
  package var dictionaryCount: Int
  /// A page holds 2^pageShift rows of the row group.
  package var pageShift: UInt8
  /// Where the validity bitmap stands in `parts`, a multiple of 64; nil without one.
  package var validityOffset: UInt64?
  /// How far the field that pages refer to is from this one; 0 where none does.
  package var reference: Int16 = 0
  /// Bytes of the values decoded.
  package var rawByteCount: Int
  /// Bytes stored for them, values out of line included.
  package var storedByteCount: Int

  /// Bytes of all parts.
  package var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }

  /// Moves the chunk's offsets to where `bytes` was placed, and names compression dictionaries by
  /// their index in the file.
  /// - Parameters:
  ///   - offset: where `parts` start in the file, a multiple of 64.
  ///   - dictionaryIndices: for each of the column's `ColumnCompression.dictionaries`, its index
  ///     in section 11. A chunk names only dictionaries that existed when `encode` returned.
  package mutating func relocate(by offset: UInt64, dictionaryIndices: [Int: UInt16]) {
    func moved(_ page: PageEntry) -> PageEntry {
      var page = page
      page.offset += offset
      if page.compressionDictionary != PageEntry.noDictionary {
        page.compressionDictionary =
          dictionaryIndices[Int(page.compressionDictionary)] ?? PageEntry.noDictionary
      }
      return page
    }
    for index in pages.indices { pages[index] = moved(pages[index]) }
    dictionaryPage = dictionaryPage.map(moved)
    validityOffset = validityOffset.map { $0 + offset }
  }
}
