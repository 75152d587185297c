// Checksums of stored bytes and the hashes that the format names; the loops are in CKernels.
// Invariant: the checksum of a block depends on the file's id and on where the block stands, so a
// block that is whole but in the wrong place or the wrong file does not pass.

import CKernels

/// CRC32C, XXH64 and Murmur3.
package enum Checksum {
  /// What all blocks of one file start from: the checksum of its 16-byte id, computed once.
  package struct Seed: Hashable, Sendable {
    package let state: UInt32

    /// - Parameter fileIdentifier: the id in the file's header, 16 bytes.
    package init(fileIdentifier: [UInt8]) {
      state = Checksum.crc32c(fileIdentifier)
    }

    /// - Parameter fileIdentifier: the bytes of the file's id, valid during the call.
    package init(fileIdentifier: UnsafeRawBufferPointer) {
      state = unsafe Checksum.crc32c(fileIdentifier)
    }

    /// crc32c(file id ‖ position as little-endian u64).
    /// - Parameter position: where the block starts, in bytes from the start of the file.
    package func at(position: UInt64) -> UInt32 { colonnade_crc32c_seed(state, position) }
  }

  /// CRC32C of `bytes`, continuing from the checksum of what came before.
  /// - Complexity: O(n), about 8 bytes every 3 cycles; `blocks` is three times as fast.
  package static func crc32c(
    _ bytes: UnsafeRawBufferPointer, continuing crc: UInt32 = 0
  ) -> UInt32 {
    unsafe colonnade_crc32c(crc, bytes.baseAddress, bytes.count)
  }

  package static func crc32c(_ bytes: [UInt8], continuing crc: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe crc32c($0, continuing: crc) }
  }

  /// How many checksums `byteCount` bytes have.
  package static func blockCount(byteCount: Int, blockByteCount: Int) -> Int {
    precondition(byteCount >= 0 && blockByteCount > 0)
    return byteCount / blockByteCount + (byteCount % blockByteCount == 0 ? 0 : 1)
  }

  /// Appends the checksums of consecutive blocks, little-endian `u32` each; the last block may be
  /// shorter than the others.
  /// - Parameter position: where the first byte stands, in bytes from the start of the file.
  package static func appendBlocks(
    of bytes: UnsafeRawBufferPointer, blockByteCount: Int, seed: Seed, position: UInt64,
    to target: MutableBuffer
  ) {
    let count = blockCount(byteCount: bytes.count, blockByteCount: blockByteCount)
    guard count > 0, let base = bytes.baseAddress else { return }
    let sums = unsafe blocks(
      of: unsafe UnsafeRawBufferPointer(start: base, count: bytes.count),
      blockByteCount: blockByteCount, seed: seed, position: position)
    unsafe sums.withUnsafeBytes { unsafe target.append($0) }
  }

  /// The checksums of consecutive blocks.
  /// - Parameter position: where the first byte stands, in bytes from the start of the file.
  package static func blocks(
    of bytes: UnsafeRawBufferPointer, blockByteCount: Int, seed: Seed, position: UInt64
  ) -> [UInt32] {
    let count = blockCount(byteCount: bytes.count, blockByteCount: blockByteCount)
    guard count > 0, let base = bytes.baseAddress else { return [] }
    return unsafe [UInt32](unsafeUninitializedCapacity: count) { sums, initialized in
      unsafe colonnade_crc32c_blocks(
        sums.baseAddress, base.assumingMemoryBound(to: UInt8.self), bytes.count, blockByteCount,
        seed.state, position)
      initialized = count
    }
  }

  /// Compares blocks with their stored checksums.
  /// - Parameters:
  ///   - expected: the checksums, little-endian `u32` each, at least as many as there are blocks;
  ///     need not be aligned.
  ///   - position: where the first byte of `bytes` stands, in bytes from the start of the file.
  /// - Returns: the index of the first block that differs, `nil` when all hold.
  package static func firstMismatch(
    in bytes: UnsafeRawBufferPointer, expected: UnsafeRawBufferPointer, blockByteCount: Int,
    seed: Seed, position: UInt64
  ) -> Int? {
    let count = blockCount(byteCount: bytes.count, blockByteCount: blockByteCount)
    guard count > 0, let base = bytes.baseAddress else { return nil }
    guard expected.count / 4 >= count, let sums = expected.baseAddress else {
      return expected.count / 4
    }
    let index = unsafe colonnade_crc32c_verify_blocks(
      sums.assumingMemoryBound(to: UInt8.self), base.assumingMemoryBound(to: UInt8.self),
      bytes.count, blockByteCount, seed.state, position)
    return index == count ? nil : index
  }

  package static func xxh64(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    unsafe colonnade_xxh64(bytes.baseAddress, bytes.count, seed)
  }

  package static func xxh64(_ text: String, seed: UInt64 = 0) -> UInt64 {
    var text = text
    return text.withUTF8 { unsafe xxh64(UnsafeRawBufferPointer($0), seed: seed) }
  }

  /// MurmurHash3 x86 32-bit, the hash of the `bucket` transform.
  package static func murmur3(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
    unsafe colonnade_murmur3_32(bytes.baseAddress, bytes.count, seed)
  }
}
