// A fixed-stride entry in place: little-endian fields at stated positions.

import ColonnadeBase

/// The bytes of one entry, checked to lie in a verified block and to be long enough.
@safe struct EntryBytes {
  private let owner: Buffer
  private let byteCount: Int

  /// - Parameter bytes: at least as long as every position read below.
  init(_ bytes: Buffer) {
    owner = bytes
    byteCount = bytes.byteCount
  }

  var unsafeAddress: UnsafeRawPointer { unsafe owner.unsafeAddress }

  private func load<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, _ at: Int) -> T {
    precondition(at >= 0 && at <= byteCount - MemoryLayout<T>.size)
    return T(littleEndian: unsafe owner.unsafeAddress.loadUnaligned(fromByteOffset: at, as: T.self))
  }

  func u8(_ at: Int) -> UInt8 { load(UInt8.self, at) }
  func u16(_ at: Int) -> UInt16 { load(UInt16.self, at) }
  func u32(_ at: Int) -> UInt32 { load(UInt32.self, at) }
  func u64(_ at: Int) -> UInt64 { load(UInt64.self, at) }
  func u48(_ at: Int) -> UInt64 { UInt64(u32(at)) | UInt64(u16(at + 4)) << 32 }
  func bytes(_ range: Range<Int>) -> [UInt8] {
    owner.slice(from: range.lowerBound, byteCount: range.count).array
  }
}
