// Reads little-endian numbers, bytes and texts off a buffer, one after the other.
// Invariant: nothing is read beyond the buffer; running out is an error that says where.

/// A position in a buffer of bytes that come from outside.
package struct ByteCursor: Sendable {
  package let buffer: Buffer
  /// Where the next read starts, in bytes from the buffer's start.
  package private(set) var offset: Int
  /// Where the buffer starts in its file, for messages.
  package let fileOffset: UInt64

  /// - Parameter fileOffset: where the buffer starts in its file, in bytes.
  package init(_ buffer: Buffer, fileOffset: UInt64 = 0) {
    self.buffer = buffer
    self.fileOffset = fileOffset
    offset = 0
  }

  package var remaining: Int { buffer.byteCount - offset }

  /// Where the next read starts in the file.
  package var position: UInt64 { fileOffset &+ UInt64(offset) }

  /// An error at the place of the next read.
  package func corrupt(_ message: String) -> ColonnadeError {
    ColonnadeError(.corrupt, message, location: .byte(position))
  }

  private func need(_ count: Int, _ what: String) throws(ColonnadeError) {
    guard count >= 0, count <= remaining else {
      throw ColonnadeError(
        .truncated, "\(what) of \(count) bytes stands where only \(remaining) are left",
        location: .byte(position))
    }
  }

  @inline(__always)
  private mutating func read<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(ColonnadeError) -> Number {
    let size = MemoryLayout<Number>.size
    try need(size, "a number")
    defer { offset += size }
    // SAFETY: `size` bytes from `offset` on are inside the buffer, which `self` holds.
    return unsafe Number(
      littleEndian: buffer.unsafeAddress.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  package mutating func readU8() throws(ColonnadeError) -> UInt8 { try read(UInt8.self) }
  package mutating func readU16() throws(ColonnadeError) -> UInt16 { try read(UInt16.self) }
  package mutating func readU32() throws(ColonnadeError) -> UInt32 { try read(UInt32.self) }
  package mutating func readU64() throws(ColonnadeError) -> UInt64 { try read(UInt64.self) }
  package mutating func readI32() throws(ColonnadeError) -> Int32 { try read(Int32.self) }
  package mutating func readI64() throws(ColonnadeError) -> Int64 { try read(Int64.self) }

  /// A `u64` that must fit an `Int` and stay at or below `limit`.
  package mutating func readCount(
    _ what: String, limit: Int
  ) throws(ColonnadeError) -> Int {
    let place = position
    let value = try readU64()
    guard let count = Int(exactly: value), count <= limit else {
      throw ColonnadeError(
        .corrupt, "\(what) is \(value), more than \(limit)", location: .byte(place))
    }
    return count
  }

  /// The next `count` bytes, sharing the buffer's memory.
  package mutating func readBytes(_ count: Int) throws(ColonnadeError) -> Buffer {
    try need(count, "a run")
    defer { offset += count }
    return buffer.slice(from: offset, byteCount: count)
  }

  /// A `u32` length and that many bytes of UTF-8.
  /// - Throws: `corrupt` when it is longer than `limit` bytes or not UTF-8.
  package mutating func readString(limit: Int) throws(ColonnadeError) -> String {
    let place = position
    let count = Int(try readU32())
    guard count <= limit else {
      throw ColonnadeError(
        .corrupt, "a text has \(count) bytes, more than \(limit)", location: .byte(place))
    }
    let bytes = try readBytes(count)
    guard let text = unsafe String(utf8: bytes.unsafeBytes) else {
      throw ColonnadeError(.corrupt, "a text is not UTF-8", location: .byte(place + 4))
    }
    return text
  }

  package mutating func skip(_ count: Int) throws(ColonnadeError) {
    try need(count, "a gap")
    offset += count
  }

  /// - Parameter offset: in bytes from the buffer's start.
  package mutating func seek(to offset: Int) throws(ColonnadeError) {
    guard offset >= 0, offset <= buffer.byteCount else {
      throw ColonnadeError(
        .truncated, "byte \(offset) is beyond the \(buffer.byteCount) there are",
        location: .byte(position))
    }
    self.offset = offset
  }
}
