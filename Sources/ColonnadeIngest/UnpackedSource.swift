// gzip and zstd unpacked on the way, whatever the file is called. Memory is bounded by the buffers
// here and the window of the format, whatever a hostile file unpacks to.

import CIngest
import CZstd
import ColonnadeBase

/// Unpacks gzip members, one after the other.
@safe final class GzipSource: ByteSource {
  private let source: any ByteSource
  private let gunzip: OpaquePointer
  private let packed = MutableBuffer(byteCount: GzipSource.packedByteCount)
  private var packedRange = 0..<0
  /// False between members, where the input may end.
  private var isInsideMember = true

  static let packedByteCount = 256 << 10
  static let magic: [UInt8] = [0x1F, 0x8B]

  init(_ source: any ByteSource) throws(ColonnadeError) {
    guard let gunzip = unsafe colonnade_gunzip_make() else {
      throw ColonnadeError(.limitExceeded, "there is no memory to unpack gzip", file: source.name)
    }
    self.source = source
    unsafe self.gunzip = gunzip
  }

  deinit { unsafe colonnade_gunzip_free(gunzip) }

  var name: String { source.name }
  var bytesRead: Int { source.bytesRead }

  func read(into target: UnsafeMutableRawBufferPointer) throws(ColonnadeError) -> Int {
    while true {
      if packedRange.isEmpty {
        let count = try unsafe source.read(
          into: UnsafeMutableRawBufferPointer(
            start: packed.pointer, count: GzipSource.packedByteCount))
        if count == 0 {
          guard isInsideMember else { return 0 }
          throw ColonnadeError(.truncated, "the gzip file is cut short", file: name)
        }
        packedRange = 0..<count
      }
      if !isInsideMember {
        // Tapes pad with zeros; a byte of anything else must start a member.
        let bytes = unsafe packed.unsafeBytes
        while !packedRange.isEmpty, unsafe bytes[packedRange.lowerBound] == 0 {
          packedRange = packedRange.lowerBound + 1..<packedRange.upperBound
        }
        if packedRange.isEmpty { continue }
        isInsideMember = true
      }
      var used = 0
      var written = 0
      let status = unsafe colonnade_gunzip_step(
        gunzip, packed.pointer.assumingMemoryBound(to: UInt8.self) + packedRange.lowerBound,
        packedRange.count, &used, target.baseAddress?.assumingMemoryBound(to: UInt8.self),
        target.count, &written)
      packedRange = packedRange.lowerBound + used..<packedRange.upperBound
      switch status {
      case COLONNADE_GUNZIP_MEMBER_END: isInsideMember = false
      case COLONNADE_GUNZIP_MORE: break
      case COLONNADE_GUNZIP_NO_MEMORY:
        throw ColonnadeError(.limitExceeded, "there is no memory to unpack gzip", file: name)
      default: throw ColonnadeError(.corrupt, "the gzip data is damaged", file: name)
      }
      if written > 0 { return written }
    }
  }
}

/// Unpacks zstd frames, one after the other.
@safe final class ZstdSource: ByteSource {
  private let source: any ByteSource
  private let context: OpaquePointer
  private let packed = MutableBuffer(byteCount: ZstdSource.packedByteCount)
  private var packedRange = 0..<0
  /// True where a frame goes on.
  private var isInsideFrame = true
  /// True where the last step filled its target, so that more may wait inside.
  private var hasMore = false

  static let packedByteCount = 256 << 10
  static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

  init(_ source: any ByteSource) throws(ColonnadeError) {
    guard let context = unsafe ZSTD_createDCtx() else {
      throw ColonnadeError(.limitExceeded, "there is no memory to unpack zstd", file: source.name)
    }
    self.source = source
    unsafe self.context = context
  }

  deinit { unsafe _ = ZSTD_freeDCtx(context) }

  var name: String { source.name }
  var bytesRead: Int { source.bytesRead }

  func read(into target: UnsafeMutableRawBufferPointer) throws(ColonnadeError) -> Int {
    while true {
      if packedRange.isEmpty && !hasMore {
        let count = try unsafe source.read(
          into: UnsafeMutableRawBufferPointer(
            start: packed.pointer, count: ZstdSource.packedByteCount))
        if count == 0 {
          guard isInsideFrame else { return 0 }
          throw ColonnadeError(.truncated, "the zstd file is cut short", file: name)
        }
        packedRange = 0..<count
      }
      var input = unsafe ZSTD_inBuffer(
        src: packed.pointer + packedRange.lowerBound, size: packedRange.count, pos: 0)
      var output = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
      let left = unsafe ZSTD_decompressStream(context, &output, &input)
      if ZSTD_isError(left) != 0 {
        let reason = unsafe String(cString: ZSTD_getErrorName(left))
        throw ColonnadeError(.corrupt, "the zstd data is damaged: \(reason)", file: name)
      }
      unsafe packedRange = packedRange.lowerBound + input.pos..<packedRange.upperBound
      isInsideFrame = left != 0
      // A frame that is done has nothing waiting, even where the target is just full.
      unsafe hasMore = left != 0 && output.pos == output.size
      if unsafe output.pos > 0 { return unsafe output.pos }
      hasMore = false
    }
  }
}
