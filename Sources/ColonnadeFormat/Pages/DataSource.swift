// Where a decoder's bytes come from: the file reader answers these, and so do tests.

package import ColonnadeBase

/// Checked access to the data area of one file.
package protocol DataSource: Sendable {
  /// Bytes of the data area. The range is checked against `dataEnd` and its blocks' checksums are
  /// verified before any byte is handed out. The address should be as aligned as the offset is.
  func data(offset: UInt64, byteCount: Int) throws(ColonnadeError) -> Buffer

  /// Bytes that are asked for soon, where telling so ahead can help.
  func prefetch(offset: UInt64, byteCount: Int)

  /// The bytes of a compression dictionary, by its index in section 11.
  func compressionDictionary(at index: Int) throws(ColonnadeError) -> Buffer
}

extension DataSource {
  package func prefetch(offset: UInt64, byteCount: Int) {}
}

/// The pages of one chunk.
package protocol PageSource: Sendable {
  /// - Parameter index: 0 for the chunk's first page, below its number of pages.
  func page(at index: Int) throws(ColonnadeError) -> PageEntry
}

/// Where values too large for a frame go while a chunk is encoded; called from any thread.
package protocol LargeValueSink: Sendable {
  /// Keeps `bytes` for the data area.
  /// - Returns: their offset from the start of the chunk's large values, so that what a chunk is
  ///   encoded to does not depend on where it comes to stand.
  func store(_ bytes: UnsafeRawBufferPointer) throws(ColonnadeError) -> UInt64
}

/// Pages held as an array; for small things and tests.
package struct PageList: PageSource {
  package let pages: [PageEntry]
  package init(_ pages: [PageEntry]) { self.pages = pages }
  package func page(at index: Int) throws(ColonnadeError) -> PageEntry {
    guard pages.indices.contains(index) else {
      throw ColonnadeError(.corrupt, "page \(index) of a chunk of \(pages.count) pages")
    }
    return pages[index]
  }
}
