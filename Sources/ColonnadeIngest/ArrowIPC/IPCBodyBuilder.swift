// The body of a batch to be written: the buffers of its nodes, one after the other, each aligned to
// 64 bytes and compressed alone where that is asked for.
// Spec: Arrow's columnar format, "Recordbatch body", "Compression".

import CIngest
import CZstd
import ColonnadeArrays
import ColonnadeBase

/// How buffers of Arrow batches are compressed.
public enum ArrowCompression: String, Sendable, CaseIterable {
  case none, lz4, zstd

  /// Its number in a message, -1 for none.
  var codec: Int32 {
    switch self {
    case .none: -1
    case .lz4: 0
    case .zstd: 1
    }
  }
}

/// Nodes and buffers of one batch.
struct IPCBodyBuilder {
  let compression: ArrowCompression
  private(set) var nodes: [colonnade_arrow_node] = []
  private(set) var places: [colonnade_arrow_buffer] = []
  /// What is written, in order; padding follows each.
  private(set) var buffers: [Buffer] = []
  /// Bytes of the body, padding included.
  private(set) var byteCount = 0

  static let alignment = 64
  private static let zstdLevel: Int32 = 1

  init(_ compression: ArrowCompression) { self.compression = compression }

  /// Adds a node and those below it; of dictionaries, the indices.
  mutating func add(_ node: ArrowNode) throws(ColonnadeError) {
    nodes.append(
      colonnade_arrow_node(count: Int64(node.length), nullCount: Int64(node.nullCount)))
    for buffer in node.buffers { try add(buffer ?? .empty) }
    for child in node.children { try add(child) }
  }

  private mutating func add(_ buffer: Buffer) throws(ColonnadeError) {
    let stored =
      compression == .none || buffer.byteCount == 0 ? buffer : try compressed(buffer)
    places.append(
      colonnade_arrow_buffer(offset: Int64(byteCount), byteCount: Int64(stored.byteCount)))
    buffers.append(stored)
    byteCount += IPCBodyBuilder.padded(stored.byteCount)
  }

  static func padded(_ byteCount: Int) -> Int { (byteCount + alignment - 1) & ~(alignment - 1) }

  /// The size before, then the compressed bytes; -1 and the bytes as they are where that is less.
  private func compressed(_ buffer: Buffer) throws(ColonnadeError) -> Buffer {
    let room =
      compression == .lz4
      ? colonnade_lz4_bound(buffer.byteCount) : ZSTD_compressBound(buffer.byteCount)
    let target = MutableBuffer(byteCount: 8 + room)
    let source = unsafe buffer.unsafeAddress
    defer { extendLifetime(buffer) }
    let count: Int
    if compression == .lz4 {
      count = unsafe colonnade_lz4_pack(
        source.assumingMemoryBound(to: UInt8.self), buffer.byteCount,
        (target.pointer + 8).assumingMemoryBound(to: UInt8.self), room)
    } else {
      let written = unsafe ZSTD_compress(
        target.pointer + 8, room, source, buffer.byteCount, IPCBodyBuilder.zstdLevel)
      count = ZSTD_isError(written) == 0 ? written : 0
    }
    if count > 0, count < buffer.byteCount {
      unsafe target.pointer.storeBytes(of: Int64(buffer.byteCount).littleEndian, as: Int64.self)
      target.truncate(to: 8 + count)
      return target.freeze()
    }
    let plain = MutableBuffer(capacity: 8 + buffer.byteCount)
    plain.append(Int64(-1).littleEndian)
    unsafe plain.append(buffer.unsafeBytes)
    return plain.freeze()
  }
}
