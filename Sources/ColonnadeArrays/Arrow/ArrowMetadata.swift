// Metadata as the C data interface writes it: the number of pairs, then for each pair the byte count
// and bytes of the key and of the value, counts being 32-bit integers of the machine.

import ColonnadeBase

enum ArrowMetadata {
  /// The most pairs or bytes of one key or value taken in.
  static let limit = 1 << 24

  /// - Returns: nothing for no entries.
  /// - Throws: `.limitExceeded` where a text is longer than its count can say.
  static func encode(_ entries: [MetadataEntry]) throws(ColonnadeError) -> [UInt8] {
    if entries.isEmpty { return [] }
    var bytes: [UInt8] = []
    try append(entries.count, to: &bytes)
    for entry in entries {
      for text in [entry.key, entry.value] {
        try append(text.utf8.count, to: &bytes)
        bytes.append(contentsOf: text.utf8)
      }
    }
    return bytes
  }

  private static func append(_ count: Int, to bytes: inout [UInt8]) throws(ColonnadeError) {
    guard let count = Int32(exactly: count) else {
      throw ColonnadeError(.limitExceeded, "metadata of \(count) bytes does not fit Arrow's counts")
    }
    unsafe withUnsafeBytes(of: count) { unsafe bytes.append(contentsOf: $0) }
  }

  /// - Parameter pointer: as long as its counts say; the interface gives no other bound.
  /// - Throws: `.invalidArgument` where a count is negative, `.limitExceeded` where one is
  ///   immoderate, `.unsupportedFeature` where a text is not UTF-8.
  static func decode(_ pointer: UnsafePointer<CChar>) throws(ColonnadeError) -> [MetadataEntry] {
    var next = unsafe UnsafeRawPointer(pointer)
    func count() throws(ColonnadeError) -> Int {
      let count = unsafe Int(next.loadUnaligned(as: Int32.self))
      unsafe next += 4
      guard count >= 0 else {
        throw ColonnadeError(.invalidArgument, "Arrow metadata has a negative count")
      }
      guard count <= limit else {
        throw ColonnadeError(
          .limitExceeded, "Arrow metadata claims \(count) bytes or pairs, more than \(limit)")
      }
      return count
    }
    func text() throws(ColonnadeError) -> String {
      let byteCount = try count()
      let bytes = unsafe UnsafeRawBufferPointer(start: next, count: byteCount)
      unsafe next += byteCount
      guard let text = unsafe String(validating: bytes, as: UTF8.self) else {
        throw ColonnadeError(.unsupportedFeature, "Arrow metadata holds text that is not UTF-8")
      }
      return text
    }
    var entries: [MetadataEntry] = []
    for _ in 0..<(try count()) {
      let key = try text()
      entries.append(MetadataEntry(key, try text()))
    }
    return entries
  }
}
