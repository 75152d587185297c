// A fixed-stride entry in place: little-endian fields at stated positions.

import ColonnadeBase

/// The bytes of one entry, checked to lie in a verified block and to be long enough.
@safe struct EntryBytes {
  /// Keeps the bytes; `nil` where somebody else does.
  private let owner: Buffer?
  private let address: UnsafeRawPointer
  private let byteCount: Int

  /// - Parameter bytes: at least as long as every position read below.
  init(_ bytes: Buffer) {
    owner = bytes
    unsafe address = bytes.unsafeAddress
    byteCount = bytes.byteCount
  }

  /// Bytes that stay as long as the entry is read.
  @unsafe init(borrowing address: UnsafeRawPointer, byteCount: Int) {
    owner = nil
    unsafe self.address = address
    self.byteCount = byteCount
  }

  var unsafeAddress: UnsafeRawPointer { unsafe address }

  private func load<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, _ at: Int) -> T {
    precondition(at >= 0 && at <= byteCount - MemoryLayout<T>.size)
    return T(littleEndian: unsafe address.loadUnaligned(fromByteOffset: at, as: T.self))
  }

  func u8(_ at: Int) -> UInt8 { load(UInt8.self, at) }
  func u16(_ at: Int) -> UInt16 { load(UInt16.self, at) }
  func u32(_ at: Int) -> UInt32 { load(UInt32.self, at) }
  func u64(_ at: Int) -> UInt64 { load(UInt64.self, at) }
  func u48(_ at: Int) -> UInt64 { UInt64(u32(at)) | UInt64(u16(at + 4)) << 32 }
  func bytes(_ range: Range<Int>) -> [UInt8] {
    range.map { u8($0) }
  }
}
