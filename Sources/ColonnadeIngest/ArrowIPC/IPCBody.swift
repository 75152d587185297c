// Buffers out of the body of a batch: inside the body, decompressed to exactly the size they claim,
// and aligned as column buffers are.
// Invariant: what is allocated for a buffer is bounded by what its compressed bytes can hold.
// Spec: Arrow's columnar format, "Compression".

import CIngest
import CZstd
import ColonnadeBase

/// Hands out the buffers of one body in their order.
struct IPCBody {
  private enum Codec {
    case none, lz4, zstd
  }

  private let message: IPCMessage
  private let body: Buffer
  private let codec: Codec
  private var next = 0
  /// Bytes decompressed so far.
  private var byteCount = 0

  /// - Throws: `.unsupportedFeature` for a compression that is not known.
  init(_ frame: IPCFrame) throws(ColonnadeError) {
    message = frame.message
    body = frame.body
    switch (message.codec, message.compressionMethod) {
    case (-1, _): codec = .none
    case (0, 0): codec = .lz4
    case (1, 0): codec = .zstd
    default:
      throw ColonnadeError(
        .unsupportedFeature,
        "compression \(message.codec) by method \(message.compressionMethod) of an Arrow batch",
        location: .byte(UInt64(message.offset)), hint: "LZ4 frames and zstd are read")
    }
  }

  /// The next buffer; `nil` where it has no bytes.
  mutating func buffer() throws(ColonnadeError) -> Buffer? {
    guard next < message.bufferCount else {
      throw message.corrupt("an Arrow batch lacks a buffer that its columns need")
    }
    let place = message.buffer(at: next)
    next += 1
    if place.byteCount == 0 { return nil }
    guard let offset = Int(exactly: place.offset), let count = Int(exactly: place.byteCount),
      offset >= 0, count >= 0, offset <= body.byteCount, count <= body.byteCount - offset
    else {
      throw message.corrupt(
        "buffer \(next - 1) of an Arrow batch (byte \(place.offset), \(place.byteCount) bytes) "
          + "lies outside of the body of \(body.byteCount) bytes")
    }
    let stored = body.slice(from: offset, byteCount: count)
    if codec == .none { return aligned(stored) }
    guard count >= 8 else {
      throw message.corrupt("a compressed buffer of an Arrow batch has \(count) bytes")
    }
    let claimed = unsafe Int64(
      littleEndian: stored.unsafeAddress.loadUnaligned(as: Int64.self))
    let packed = stored.slice(from: 8, byteCount: count - 8)
    if claimed == -1 { return aligned(packed) }
    return try unpack(packed, claimed: claimed)
  }

  /// - Throws: `.corrupt` where buffers are left over.
  func finish() throws(ColonnadeError) {
    guard next == message.bufferCount else {
      throw message.corrupt(
        "an Arrow batch has \(message.bufferCount) buffers where its columns need \(next)")
    }
  }

  /// Old writers, and hostile ones, align to less than eight bytes; values are loaded in place.
  private func aligned(_ buffer: Buffer) -> Buffer? {
    if buffer.byteCount == 0 { return nil }
    if unsafe UInt(bitPattern: buffer.unsafeAddress) & 7 == 0 { return buffer }
    return unsafe Buffer(copying: buffer.unsafeBytes)
  }

  private mutating func unpack(
    _ packed: Buffer, claimed: Int64
  ) throws(ColonnadeError) -> Buffer? {
    if claimed == 0 { return nil }
    // No block of LZ4 grows more than 255 times; one of zstd is at most 128 KiB from four bytes.
    let most = packed.byteCount * (codec == .lz4 ? 256 : 32 << 10) + (128 << 10)
    guard claimed > 0, claimed <= Int64(most) else {
      throw message.corrupt(
        "a compressed buffer of \(packed.byteCount) bytes claims to hold \(claimed)")
    }
    let count = Int(claimed)
    guard count <= IPCMessage.bodyLimit - byteCount else {
      throw ColonnadeError(
        .limitExceeded, "an Arrow batch decompresses to more than 2 GiB",
        location: .byte(UInt64(message.offset)), hint: "write smaller batches")
    }
    byteCount += count
    let target = MutableBuffer(byteCount: count)
    defer { extendLifetime(packed) }
    if codec == .lz4 {
      guard
        unsafe colonnade_lz4_unpack(
          packed.unsafeAddress.assumingMemoryBound(to: UInt8.self), packed.byteCount,
          target.pointer.assumingMemoryBound(to: UInt8.self), count)
      else {
        throw message.corrupt("an LZ4 buffer of an Arrow batch is damaged, or not \(count) bytes")
      }
    } else {
      let written = unsafe ZSTD_decompress(
        target.pointer, count, packed.unsafeAddress, packed.byteCount)
      guard ZSTD_isError(written) == 0, written == count else {
        throw message.corrupt("a zstd buffer of an Arrow batch is damaged, or not \(count) bytes")
      }
    }
    return target.freeze()
  }
}
