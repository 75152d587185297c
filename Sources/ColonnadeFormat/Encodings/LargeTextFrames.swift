// Text in frames as large as what it repeats is far apart, for the profile `archive`: the most that zstd
// finds, for who reads whole columns. One value takes the time to decode a frame.
// Spec: spec/encodings.md "Frames".

import ColonnadeBase

enum LargeTextFrames {
  /// Bytes of a frame, which is a page as well. TPC-H comments with their lengths take 34.4 MB in
  /// frames of 1 MiB, 33.5 in those of 2 and 32.9 in those of 4, and 36.3 as symbols.
  static let byteCount = 2 << 20
  /// Beyond it frames of this size take twice the time for hardly a byte.
  static let level: Int32 = 16
  /// Chunks below this are not measured.
  static let leastByteCount = 1 << 20
  /// Fraction of the bytes that they have to save against what a value is read from at once.
  static let threshold = 0.05

  /// What a frame in the middle of a chunk takes with its lengths, as a fraction of the bytes of its
  /// values.
  static func ratio(_ source: SlotSource, rawByteCount: Int) throws(ColonnadeError) -> Double {
    let perSlot = max(1, rawByteCount / max(1, source.count))
    let count = min(source.count, max(1, byteCount / perSlot))
    let start = (source.count - count) / 2
    let scratch = MutableBuffer()
    defer { extendLifetime(scratch) }
    let page = PageSlots(source, start..<start + count, scratch: scratch)
    let text = try BytesPage(
      page, compressor: nil, largeValues: NoValuesOutOfLine(), inWholeBytes: true)
    let content = MutableBuffer()
    text.appendFrame(0..<count, to: content)
    let raw = source.rawByteCount(of: start..<start + count)
    let compressor = try ZstdCompressor.take(level: level, dictionary: nil)
    defer { compressor.giveBack() }
    let stored = try unsafe compressor.compressedByteCount(
      of: content.unsafeBytes, scratch: MutableBuffer())
    return raw == 0 ? 1 : Double(stored) / Double(raw)
  }
}

/// Chunks with values out of line are not put into large frames.
private struct NoValuesOutOfLine: LargeValueSink {
  func store(_ bytes: UnsafeRawBufferPointer) throws(ColonnadeError) -> UInt64 { 0 }
}
