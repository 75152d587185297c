// Messages of an Arrow file that can be read at any place: the footer says which there are, and in
// which order. Dictionaries come before all batches, wherever they stand.
// Spec: Arrow's columnar format, "IPC file format".

import CIngest
import ColonnadeBase

/// Messages of a file by its footer.
final class IPCFileSource: IPCMessageSource {
  private let handle: FileHandle
  private let byteCount: Int
  private let footer: IPCMessage
  private let blocks: [colonnade_arrow_block]
  private let dictionaryCount: Int
  /// Blocks handed out; -1 before the footer itself was.
  private var handedOut = -1
  private(set) var bytesRead = 0

  /// Magic at the start, padded.
  private static let headByteCount = 8
  /// The footer's length, and magic.
  private static let tailByteCount = 10

  /// - Returns: `nil` where the file is not one of Arrow, or lacks its end: read as a stream, it
  ///   says where.
  static func open(_ handle: FileHandle) throws(ColonnadeError) -> IPCFileSource? {
    let byteCount = try handle.status().byteCount
    let magic = IPCStreamSource.fileMagic
    guard byteCount >= headByteCount + tailByteCount,
      try bytes(of: handle, at: 0, magic.count).array == magic
    else { return nil }
    let tail = try bytes(of: handle, at: byteCount - tailByteCount, tailByteCount).array
    guard Array(tail[4...]) == magic else { return nil }
    return try IPCFileSource(
      handle, byteCount: byteCount,
      footerByteCount: tail[..<4].reversed().reduce(0) { $0 << 8 | Int($1) })
  }

  private init(
    _ handle: FileHandle, byteCount: Int, footerByteCount: Int
  ) throws(ColonnadeError) {
    self.handle = handle
    self.byteCount = byteCount
    let end = byteCount - IPCFileSource.tailByteCount
    guard footerByteCount > 0, footerByteCount <= end - IPCFileSource.headByteCount,
      footerByteCount <= IPCMessage.metadataLimit
    else {
      throw IPCMessage.corrupt(
        "the Arrow file claims a footer of \(footerByteCount) bytes", at: end)
    }
    let start = end - footerByteCount
    footer = try IPCMessage(
      try IPCFileSource.bytes(of: handle, at: start, footerByteCount), isFooter: true,
      offset: start)
    let listed = footer.blocks
    dictionaryCount = listed.dictionaries.count
    blocks = listed.dictionaries + listed.batches
    // No row is read twice.
    guard Set(blocks.map(\.offset)).count == blocks.count else {
      throw footer.corrupt("the footer of the Arrow file names a message twice")
    }
  }

  func next() throws(ColonnadeError) -> IPCFrame? {
    handedOut += 1
    if handedOut == 0 { return IPCFrame(message: footer, body: .empty) }
    guard handedOut <= blocks.count else { return nil }
    let block = blocks[handedOut - 1]
    let frame = try frame(block)
    let isDictionary = try frame.message.kind == .dictionary
    guard isDictionary == (handedOut <= dictionaryCount), try frame.message.kind != .schema else {
      throw frame.message.corrupt("the footer of the Arrow file names a message of another kind")
    }
    return frame
  }

  private func frame(_ block: colonnade_arrow_block) throws(ColonnadeError) -> IPCFrame {
    let metadataByteCount = Int(block.metadataByteCount)
    guard let start = Int(exactly: block.offset), start >= IPCFileSource.headByteCount,
      metadataByteCount >= 8, block.bodyByteCount >= 0, start <= byteCount,
      metadataByteCount <= byteCount - start,
      block.bodyByteCount <= Int64(byteCount - start - metadataByteCount),
      metadataByteCount <= IPCMessage.metadataLimit
    else {
      throw IPCMessage.corrupt(
        "the footer names a message at byte \(block.offset), outside of the Arrow file",
        at: footer.offset)
    }
    let prefixed = try IPCFileSource.bytes(of: handle, at: start, metadataByteCount)
    let words = unsafe prefixed.unsafeValues(UInt32.self)
    let isMarked = unsafe UInt32(littleEndian: words[0]) == IPCStreamSource.continuation
    let prefix = isMarked ? 8 : 4
    let length = unsafe Int(UInt32(littleEndian: words[isMarked ? 1 : 0]))
    extendLifetime(prefixed)
    guard length <= metadataByteCount - prefix else {
      throw IPCMessage.corrupt("an Arrow message is longer than the footer says", at: start)
    }
    let message = try IPCMessage(
      // Behind a prefix of four bytes the flatbuffer would not be aligned in memory.
      isMarked
        ? prefixed.slice(from: prefix, byteCount: length)
        : Buffer(copying: Array(prefixed.array[prefix..<prefix + length])), offset: start)
    guard message.bodyByteCount <= byteCount - start - metadataByteCount else {
      throw ColonnadeError(
        .truncated, "the body of an Arrow message reaches beyond the file",
        location: .byte(UInt64(start)))
    }
    let body = try IPCFileSource.bytes(
      of: handle, at: start + metadataByteCount, message.bodyByteCount)
    bytesRead += metadataByteCount + body.byteCount
    return IPCFrame(message: message, body: body)
  }

  /// Bytes that the file has; the caller has checked that.
  private static func bytes(
    of handle: FileHandle, at offset: Int, _ count: Int
  ) throws(ColonnadeError) -> Buffer {
    let buffer = MutableBuffer(byteCount: count)
    let found = try unsafe handle.read(
      at: offset, into: UnsafeMutableRawBufferPointer(start: buffer.pointer, count: count))
    guard found == count else {
      throw ColonnadeError(
        .truncated, "the file became shorter while it was read",
        location: .byte(UInt64(offset + found)))
    }
    return buffer.freeze()
  }
}
