// Where a decoder's bytes come from: the file reader answers these, and so do tests.

package import CKernels
package import ColonnadeBase

/// Checked access to the data area of one file.
package protocol DataSource: Sendable {
  /// Bytes of the data area. The range is checked against `dataEnd` and its blocks' checksums are
  /// verified before any byte is handed out. The address should be as aligned as the offset is.
  func data(offset: UInt64, byteCount: Int) throws(ColonnadeError) -> Buffer

  /// The same of which only parts will be touched, so that nothing else has to be verified.
  /// - Parameter parts: for each the first byte and the end, counted from `offset`, at most
  ///   `byteCount`; none is empty.
  func data(
    offset: UInt64, byteCount: Int, parts: UnsafeBufferPointer<UInt32>
  ) throws(ColonnadeError) -> Buffer

  /// Copies items of `size` bytes, at least 1, of a run of such that starts at `offset`: those at
  /// `items`, ascending. Checked and verified as in `data`.
  func copy(
    items: UnsafeBufferPointer<UInt32>, of size: Int, from offset: UInt64,
    to target: UnsafeMutableRawPointer
  ) throws(ColonnadeError)

  /// Reads integers that lie apart, cut to `width` bytes (1, 2, 4, 8). Checked and verified as in `data`.
  /// - Parameter region: bytes that hold the words of all of them.
  func read(
    places: UnsafeBufferPointer<colonnade_place>, in region: Range<UInt64>, width: Int,
    to target: UnsafeMutableRawPointer
  ) throws(ColonnadeError)

  /// Bytes that are asked for soon, where telling so ahead can help.
  func prefetch(offset: UInt64, byteCount: Int)

  /// The bytes of a compression dictionary, by its index in section 11.
  func compressionDictionary(at index: Int) throws(ColonnadeError) -> Buffer
}

extension DataSource {
  package func prefetch(offset: UInt64, byteCount: Int) {}

  package func data(
    offset: UInt64, byteCount: Int, parts: UnsafeBufferPointer<UInt32>
  ) throws(ColonnadeError) -> Buffer {
    try data(offset: offset, byteCount: byteCount)
  }

  package func copy(
    items: UnsafeBufferPointer<UInt32>, of size: Int, from offset: UInt64,
    to target: UnsafeMutableRawPointer
  ) throws(ColonnadeError) {
    unsafe try copyEach(items, of: size, from: offset, to: target)
  }

  package func read(
    places: UnsafeBufferPointer<colonnade_place>, in region: Range<UInt64>, width: Int,
    to target: UnsafeMutableRawPointer
  ) throws(ColonnadeError) {
    for index in 0..<places.count {
      var place = unsafe places[index]
      let wordEnd = (place.goesOn == 1 ? 128 : 0) + Int(place.wordBytes)
      let bytes = try wordEnd == 0 ? Buffer.empty : data(offset: place.at, byteCount: wordEnd)
      place.at = 0
      unsafe colonnade_places_read(
        target + index * width, UInt32(width), &place, 1,
        bytes.unsafeAddress.assumingMemoryBound(to: UInt8.self))
      extendLifetime(bytes)
    }
  }

  /// Asks for one item after the other.
  func copyEach(
    _ items: UnsafeBufferPointer<UInt32>, of size: Int, from offset: UInt64,
    to target: UnsafeMutableRawPointer
  ) throws(ColonnadeError) {
    for index in 0..<items.count {
      let (skipped, isLong) = unsafe UInt64(items[index]).multipliedReportingOverflow(
        by: UInt64(size))
      let (start, overflow) = offset.addingReportingOverflow(skipped)
      guard !isLong, !overflow else {
        throw ColonnadeError(.corrupt, "an item beyond 2^64", location: .byte(offset))
      }
      let item = try data(offset: start, byteCount: size)
      unsafe (target + index * size).copyMemory(from: item.unsafeAddress, byteCount: size)
      extendLifetime(item)
    }
  }
}

/// The pages of one chunk.
package protocol PageSource: Sendable {
  /// - Parameter index: 0 for the chunk's first page, below its number of pages.
  func page(at index: Int) throws(ColonnadeError) -> PageEntry

  /// Entries from `index` on as they stand in the file, verified: as many as lie together, at least one.
  func entries(from index: Int) throws(ColonnadeError) -> PageEntries

  /// Counts pages that were looked at among `entries(from:)`.
  func count(pages: Int)
}

extension PageSource {
  package func count(pages: Int) {}
}

/// Page entries of one chunk, back to back.
package struct PageEntries {
  package let bytes: Buffer
  /// Bytes from entry to entry.
  package let stride: Int
  package let count: Int
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

  package func entries(from index: Int) throws(ColonnadeError) -> PageEntries {
    _ = try page(at: index)
    let bytes = MutableBuffer()
    for page in pages.dropFirst(index) { page.write(to: bytes) }
    return PageEntries(
      bytes: bytes.freeze(), stride: PageEntry.byteCount, count: pages.count - index)
  }
}
