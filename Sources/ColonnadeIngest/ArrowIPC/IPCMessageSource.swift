// Messages off a stream of bytes, one after the other, each with its body. Memory grows with the
// bytes that come, never with what a message claims.
// Spec: Arrow's columnar format, "Encapsulated message format", "IPC streaming format".

import ColonnadeBase

/// A message and its body.
struct IPCFrame: Sendable {
  let message: IPCMessage
  let body: Buffer
}

/// Where messages come from: a stream, or a file by its footer.
protocol IPCMessageSource: AnyObject {
  /// The next message, `nil` at the end; the first is a schema, or a footer in its place.
  func next() throws(ColonnadeError) -> IPCFrame?
  /// Bytes taken from the input so far.
  var bytesRead: Int { get }
}

/// Messages of a stream. Also reads files that cannot be read from their end: they hold a stream
/// between their first eight bytes and their footer.
final class IPCStreamSource: IPCMessageSource {
  private let source: any ByteSource
  /// Bytes taken, after unpacking.
  private(set) var offset = 0
  private var isFile = false
  private var isAtEnd = false

  /// What an Arrow file begins and ends with.
  static let fileMagic = Array("ARROW1".utf8)
  /// What a message begins with since version 0.15.
  static let continuation: UInt32 = 0xFFFF_FFFF
  /// Bytes that memory is grown by while their count is only claimed.
  private static let firstStep = 1 << 20

  init(_ source: any ByteSource) { self.source = source }

  var bytesRead: Int { source.bytesRead }

  func next() throws(ColonnadeError) -> IPCFrame? {
    if isAtEnd { return nil }
    let start = offset
    guard var length = try readLength() else {
      isAtEnd = true
      return nil
    }
    if start == 0, length == UInt32(littleEndian: 0x4F52_5241) {
      // "ARRO": a file, whose magic is padded to eight bytes.
      let rest = try read(4, "the start of the Arrow file")
      guard rest.array == [0x57, 0x31, 0, 0] else {
        throw IPCMessage.corrupt("this is not an Arrow stream", at: 0)
      }
      isFile = true
      return try next()
    }
    if length == IPCStreamSource.continuation {
      guard let marked = try readLength() else {
        throw truncated("the length of an Arrow message", at: start)
      }
      length = marked
    }
    // Text read as the length of an old stream's schema is more than this.
    guard start > 0 || offset == 8 || length <= 64 << 20 else {
      throw IPCMessage.corrupt("this is not an Arrow stream", at: 0)
    }
    if length == 0 {
      try finish()
      return nil
    }
    guard Int(length) <= IPCMessage.metadataLimit else {
      throw ColonnadeError(
        Int32(bitPattern: length) < 0 ? .corrupt : .limitExceeded,
        "an Arrow message claims metadata of \(length) bytes", location: .byte(UInt64(start)))
    }
    let metadata = try read(Int(length), "the metadata of an Arrow message")
    let message = try IPCMessage(metadata, offset: start)
    return IPCFrame(
      message: message, body: try read(message.bodyByteCount, "the body of an Arrow message"))
  }

  /// The next four bytes; `nil` where the stream ends before them.
  private func readLength() throws(ColonnadeError) -> UInt32? {
    var length: UInt32 = 0
    let start = offset
    let count = try unsafe withUnsafeMutableBytes(of: &length) {
      (bytes) throws(ColonnadeError) in try unsafe source.fill(bytes)
    }
    offset += count
    if count == 0 { return nil }
    guard count == 4 else { throw truncated("the length of an Arrow message", at: start) }
    return UInt32(littleEndian: length)
  }

  private func read(_ count: Int, _ what: String) throws(ColonnadeError) -> Buffer {
    let start = offset
    let buffer = MutableBuffer(capacity: min(count, IPCStreamSource.firstStep))
    while buffer.byteCount < count {
      let step = min(count - buffer.byteCount, max(IPCStreamSource.firstStep, buffer.byteCount))
      let target = unsafe UnsafeMutableRawBufferPointer(
        start: buffer.extend(by: step), count: step)
      let found = try unsafe source.fill(target)
      offset += found
      guard found == step else { throw truncated(what, at: start) }
    }
    return buffer.freeze()
  }

  private func truncated(_ what: String, at start: Int) -> ColonnadeError {
    ColonnadeError(
      .truncated, "\(what) at byte \(start) is cut short", location: .byte(UInt64(offset)))
  }

  /// After the mark of the end: nothing in a stream, the footer in a file. What is there is read, so
  /// that whoever writes it can end, and that no second stream is lost in silence.
  private func finish() throws(ColonnadeError) {
    isAtEnd = true
    let end = offset
    let step = MutableBuffer(byteCount: 64 << 10)
    var tail: [UInt8] = []
    while true {
      let count = try unsafe source.read(
        into: UnsafeMutableRawBufferPointer(start: step.pointer, count: 64 << 10))
      if count == 0 { break }
      guard isFile else {
        throw ColonnadeError(
          .corrupt, "there are bytes after the end of the Arrow stream",
          location: .byte(UInt64(end)), hint: "write several streams one after the other")
      }
      offset += count
      tail += unsafe step.unsafeBytes[..<count].suffix(IPCStreamSource.fileMagic.count)
      tail = Array(tail.suffix(IPCStreamSource.fileMagic.count))
    }
    if isFile, tail != IPCStreamSource.fileMagic {
      throw truncated("the footer of the Arrow file", at: end)
    }
  }
}
