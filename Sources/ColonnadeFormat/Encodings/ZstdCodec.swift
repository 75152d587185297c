// zstd as the format uses it: magicless frames with their content size, without checksum and
// dictionary id. Contexts are pooled, since making one costs more than a frame.
// Spec: spec/encodings.md "Frames".

import CZstd
import ColonnadeBase

/// A prepared dictionary for compressing at one level; safe on any thread.
@safe final class CompressionDictionary: @unchecked Sendable {
  let pointer: OpaquePointer
  let bytes: Buffer

  /// nil where zstd cannot use the bytes or has no memory.
  init?(_ bytes: Buffer, level: Int32) {
    guard
      let made = unsafe ZSTD_createCDict(bytes.unsafeAddress, bytes.byteCount, level)
    else { return nil }
    unsafe pointer = made
    self.bytes = bytes
  }

  deinit { unsafe ZSTD_freeCDict(pointer) }
}

/// A prepared dictionary for decompressing; safe on any thread.
@safe final class DecompressionDictionary: @unchecked Sendable {
  let pointer: OpaquePointer

  /// nil where zstd cannot use the bytes or has no memory.
  init?(_ bytes: Buffer) {
    guard let made = unsafe ZSTD_createDDict(bytes.unsafeAddress, bytes.byteCount) else {
      return nil
    }
    unsafe pointer = made
  }

  deinit { unsafe ZSTD_freeDDict(pointer) }
}

/// Compresses frames; not shared between threads while it is held.
@safe final class ZstdCompressor: @unchecked Sendable {
  private let context: OpaquePointer
  private static let pool = Lock<[ZstdCompressor]>([])

  private init(_ context: OpaquePointer) { unsafe self.context = context }
  deinit { unsafe ZSTD_freeCCtx(context) }

  /// - Returns: a compressor for frames with these settings, back in the pool with `giveBack`.
  static func take(
    level: Int32, dictionary: CompressionDictionary?
  ) throws(ColonnadeError) -> ZstdCompressor {
    let pooled = pool.withLock { $0.popLast() }
    let compressor: ZstdCompressor
    if let pooled {
      compressor = pooled
    } else if let context = unsafe ZSTD_createCCtx() {
      compressor = unsafe ZstdCompressor(context)
    } else {
      throw ColonnadeError(.limitExceeded, "out of memory for zstd")
    }
    compressor.prepare(level: level, dictionary: dictionary)
    return compressor
  }

  /// - Returns: a compressor that codes bytes by how often they come and looks for no matches, back in
  ///   the pool with `giveBack`.
  static func takeForLiterals() throws(ColonnadeError) -> ZstdCompressor {
    let compressor = try take(level: ZSTD_minCLevel(), dictionary: nil)
    // zstd's literalCompressionMode: at levels below zero it would leave literals as they are.
    unsafe ZSTD_CCtx_setParameter(
      compressor.context, ZSTD_c_experimentalParam5, Int32(ZSTD_ps_enable.rawValue))
    return compressor
  }

  private func prepare(level: Int32, dictionary: CompressionDictionary?) {
    // The settings are constants of the library's own; none of them can be out of range.
    unsafe ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)
    unsafe ZSTD_CCtx_setParameter(
      context, ZSTD_c_experimentalParam2, Int32(ZSTD_f_zstd1_magicless.rawValue))
    unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1)
    unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0)
    unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0)
    if let dictionary {
      unsafe ZSTD_CCtx_refCDict(context, dictionary.pointer)
    }
  }

  func giveBack() {
    unsafe ZSTD_CCtx_refCDict(context, nil)
    ZstdCompressor.pool.withLock { if $0.count < 64 { $0.append(self) } }
  }

  /// Appends `bytes` as one frame.
  func append(_ bytes: UnsafeRawBufferPointer, to target: MutableBuffer) throws(ColonnadeError) {
    let start = target.byteCount
    let bound = ZSTD_compressBound(bytes.count)
    let place = unsafe target.extend(by: bound)
    let written = unsafe ZSTD_compress2(context, place, bound, bytes.baseAddress, bytes.count)
    guard ZSTD_isError(written) == 0 else {
      throw ColonnadeError(
        .limitExceeded, "zstd: \(unsafe String(cString: ZSTD_getErrorName(written)))")
    }
    target.truncate(to: start + written)
  }

  /// Bytes `bytes` would take.
  func compressedByteCount(
    of bytes: UnsafeRawBufferPointer, scratch: MutableBuffer
  ) throws(ColonnadeError) -> Int {
    scratch.truncate()
    unsafe try append(bytes, to: scratch)
    return scratch.byteCount
  }
}

/// Decompresses frames; not shared between threads while it is held.
@safe final class ZstdDecompressor: @unchecked Sendable {
  private let context: OpaquePointer
  private static let pool = Lock<[ZstdDecompressor]>([])

  private init(_ context: OpaquePointer) { unsafe self.context = context }
  deinit { unsafe ZSTD_freeDCtx(context) }

  static func take() throws(ColonnadeError) -> ZstdDecompressor {
    if let pooled = pool.withLock({ $0.popLast() }) { return pooled }
    guard let context = unsafe ZSTD_createDCtx() else {
      throw ColonnadeError(.limitExceeded, "out of memory for zstd")
    }
    unsafe ZSTD_DCtx_setParameter(
      context, ZSTD_d_experimentalParam1, Int32(ZSTD_f_zstd1_magicless.rawValue))
    return unsafe ZstdDecompressor(context)
  }

  func giveBack() {
    ZstdDecompressor.pool.withLock { if $0.count < 64 { $0.append(self) } }
  }

  /// The content size that a magicless frame states; nil for a frame that the format does not
  /// allow: without a size, with a checksum or with the id of a dictionary.
  static func contentByteCount(of frame: UnsafeRawBufferPointer) -> UInt64? {
    guard frame.count >= 2 else { return nil }
    let descriptor = unsafe frame[0]
    // Bits 0-1 dictionary id, 2 checksum, 3 reserved.
    guard descriptor & 0x0F == 0 else { return nil }
    let isSingleSegment = descriptor & 0x20 != 0
    let at = isSingleSegment ? 1 : 2
    switch descriptor >> 6 {
    case 0:
      guard isSingleSegment else { return nil }
      return unsafe UInt64(frame[1])
    case 1:
      guard frame.count >= at + 2 else { return nil }
      return unsafe UInt64(
        UInt16(littleEndian: frame.loadUnaligned(fromByteOffset: at, as: UInt16.self))) + 256
    case 2:
      guard frame.count >= at + 4 else { return nil }
      return unsafe UInt64(
        UInt32(littleEndian: frame.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
    default:
      guard frame.count >= at + 8 else { return nil }
      return unsafe UInt64(
        littleEndian: frame.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }
  }

  /// Whether `frame` is one magicless frame from its first byte to its last: its blocks are walked
  /// from header to header (RFC 8878, 3.1.1.2). libzstd goes on behind a frame's end and looks there
  /// for the magic number of another, in four bytes where there may be one.
  /// - Complexity: O(blocks); a block holds up to 128 KiB.
  static func isWhole(_ frame: UnsafeRawBufferPointer) -> Bool {
    guard let descriptor = unsafe frame.first else { return false }
    let isSingleSegment = descriptor & 0x20 != 0
    let sizeBytes =
      switch descriptor >> 6 {
      case 0: isSingleSegment ? 1 : 0
      case 1: 2
      case 2: 4
      default: 8
      }
    var position = 1 + (isSingleSegment ? 0 : 1) + sizeBytes
    while position <= frame.count - 3 {
      let bytes = unsafe (frame[position], frame[position + 1], frame[position + 2])
      let header = Int(bytes.0) | Int(bytes.1) << 8 | Int(bytes.2) << 16
      // Bit 0 last block, bits 1-2 its type (1 one byte repeated, 3 reserved), then its size.
      let (isLast, type, size) = (header & 1 == 1, header >> 1 & 3, header >> 3)
      guard type != 3 else { return false }
      position += 3 + (type == 1 ? 1 : size)
      if isLast { return position == frame.count }
    }
    return false
  }

  /// Decompresses one frame.
  /// - Returns: true when it is one frame and gave exactly `target.count` bytes.
  func decompress(
    _ frame: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer,
    dictionary: DecompressionDictionary?
  ) -> Bool {
    guard unsafe ZstdDecompressor.isWhole(frame) else { return false }
    let written: Int
    if let dictionary {
      written = unsafe ZSTD_decompress_usingDDict(
        context, target.baseAddress, target.count, frame.baseAddress, frame.count,
        dictionary.pointer)
      extendLifetime(dictionary)
    } else {
      written = unsafe ZSTD_decompressDCtx(
        context, target.baseAddress, target.count, frame.baseAddress, frame.count)
    }
    return ZSTD_isError(written) == 0 && written == target.count
  }
}
