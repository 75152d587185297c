// Latin-1 and UTF-16 as UTF-8.

import CIngest
import ColonnadeBase

/// Text of another encoding, as UTF-8.
final class TranscodedSource: ByteSource {
  enum Encoding {
    case latin1, utf16LittleEndian, utf16BigEndian
  }

  private let source: any ByteSource
  private let encoding: Encoding
  private let raw = MutableBuffer(byteCount: TranscodedSource.rawByteCount)
  private var rawCount = 0
  private let text = MutableBuffer(byteCount: TranscodedSource.rawByteCount * 2)
  private var textRange = 0..<0
  private var isAtEnd = false

  static let rawByteCount = 256 << 10

  init(_ source: any ByteSource, _ encoding: Encoding) {
    self.source = source
    self.encoding = encoding
  }

  var name: String { source.name }
  var bytesRead: Int { source.bytesRead }

  func read(into target: UnsafeMutableRawBufferPointer) throws(ColonnadeError) -> Int {
    while textRange.isEmpty {
      if isAtEnd { return 0 }
      try refill()
    }
    let count = min(target.count, textRange.count)
    unsafe target.copyMemory(
      from: UnsafeRawBufferPointer(start: text.pointer + textRange.lowerBound, count: count))
    textRange = textRange.lowerBound + count..<textRange.upperBound
    return count
  }

  private func refill() throws(ColonnadeError) {
    let count = try unsafe source.read(
      into: UnsafeMutableRawBufferPointer(
        start: raw.pointer + rawCount, count: TranscodedSource.rawByteCount - rawCount))
    if count == 0 {
      isAtEnd = true
      guard rawCount == 0 else {
        throw ColonnadeError(
          .truncated, "the UTF-16 text ends inside a character", file: name)
      }
      return
    }
    rawCount += count
    let bytes = unsafe raw.pointer.assumingMemoryBound(to: UInt8.self)
    let target = unsafe text.pointer.assumingMemoryBound(to: UInt8.self)
    var used = rawCount
    let written: Int
    switch encoding {
    case .latin1: written = unsafe colonnade_text_from_latin1(bytes, rawCount, target)
    case .utf16LittleEndian, .utf16BigEndian:
      written = unsafe colonnade_text_from_utf16(
        bytes, rawCount, encoding == .utf16BigEndian, target, &used)
      guard written != Int(bitPattern: UInt.max) else {
        throw ColonnadeError(
          .schemaMismatch, "the UTF-16 text holds half a surrogate pair", file: name)
      }
    }
    textRange = 0..<written
    rawCount -= used
    unsafe raw.pointer.copyMemory(from: raw.pointer + used, byteCount: rawCount)
  }
}

/// The layers between a file's bytes and UTF-8 text.
enum TextDecoding {
  /// Unpacks gzip and zstd, and decodes.
  static func open(
    _ source: any ByteSource, _ encoding: IngestEncoding
  ) throws(ColonnadeError) -> any ByteSource {
    try decode(try unpack(source), encoding)
  }

  /// Takes byte order marks off, and turns other encodings into UTF-8, which is not checked here.
  static func decode(
    _ source: any ByteSource, _ encoding: IngestEncoding
  ) throws(ColonnadeError) -> any ByteSource {
    var text = source
    let head = try peek(&text, 4)
    func starts(_ mark: [UInt8]) -> Bool { head.starts(with: mark) }
    switch encoding {
    case .latin1: return TranscodedSource(text, .latin1)
    case .automatic, .utf16:
      if starts([0xFF, 0xFE, 0, 0]) || starts([0, 0, 0xFE, 0xFF]) {
        throw ColonnadeError(
          .unsupportedFeature, "the text is UTF-32", file: source.name,
          hint: "convert it to UTF-8 first")
      }
      if starts([0xFF, 0xFE]) || starts([0xFE, 0xFF]) {
        let isBig = head[0] == 0xFE
        try drop(&text, 2)
        return TranscodedSource(text, isBig ? .utf16BigEndian : .utf16LittleEndian)
      }
      if encoding == .utf16 { return TranscodedSource(text, .utf16LittleEndian) }
    case .utf8: break
    }
    if starts([0xEF, 0xBB, 0xBF]) { try drop(&text, 3) }
    return text
  }

  /// Unpacks gzip and zstd.
  static func unpack(
    _ source: any ByteSource
  ) throws(ColonnadeError) -> any ByteSource {
    var source = source
    let head = try peek(&source, 4)
    if head.starts(with: GzipSource.magic) { return try GzipSource(source) }
    let isSkippable = head.count == 4 && head[0] & 0xF0 == 0x50 && head[1...] == [0x2A, 0x4D, 0x18]
    if head.starts(with: ZstdSource.magic) || isSkippable { return try ZstdSource(source) }
    return source
  }

  /// The first bytes, which stay to be read.
  static func peek(
    _ source: inout any ByteSource, _ count: Int
  ) throws(ColonnadeError) -> [UInt8] {
    let buffer = MutableBuffer(byteCount: count)
    let found = try unsafe source.fill(
      UnsafeMutableRawBufferPointer(start: buffer.pointer, count: count))
    buffer.truncate(to: found)
    let head = buffer.freeze()
    source = PrefixedSource(prefix: head, source)
    return head.array
  }

  private static func drop(
    _ source: inout any ByteSource, _ count: Int
  ) throws(ColonnadeError) {
    let buffer = MutableBuffer(byteCount: count)
    _ = try unsafe source.fill(
      UnsafeMutableRawBufferPointer(start: buffer.pointer, count: count))
  }
}
