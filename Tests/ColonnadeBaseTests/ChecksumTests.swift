// CRC32C against the vectors of RFC 3720 (B.4) and its two implementations against each other;
// XXH64 and Murmur3 against published values.

import CKernels
import ColonnadeBase
import TestSupport
import Testing

@Suite struct ChecksumTests {
  @Test func crc32cOfTheStandardsVectors() {
    #expect(Checksum.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(Checksum.crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(Checksum.crc32c((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(Checksum.crc32c((0..<32).map { UInt8(31 - $0) }) == 0x113F_DB5C)
    let read: [UInt8] = [
      0x01, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00,
      0x00, 0x18, 0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00,
    ]
    #expect(Checksum.crc32c(read) == 0xD996_3A56)
    #expect(Checksum.crc32c(Array("123456789".utf8)) == 0xE306_9283)
    #expect(Checksum.crc32c([]) == 0)
  }

  @Test(arguments: [UInt64(1), 2, 3]) func twinsAgree(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let bytes = generator.bytes(1 << 16)
    unsafe bytes.withUnsafeBytes { all in
      for _ in 0..<400 {
        let start = Int.random(in: 0..<64, using: &generator)
        let count = Int.random(in: 0...4000, using: &generator)
        let before = UInt32.random(in: 0 ... .max, using: &generator)
        let part = unsafe all.baseAddress! + start
        let fast = unsafe colonnade_crc32c(before, part, count)
        let portable = unsafe colonnade_crc32c_portable(before, part, count)
        #expect(fast == portable, "seed \(seed), \(count) bytes at \(start)")
        let cut = Int.random(in: 0...count, using: &generator)
        let resumed = unsafe colonnade_crc32c(
          colonnade_crc32c(before, part, cut), part + cut, count - cut)
        #expect(resumed == fast, "seed \(seed), cut at \(cut)")
      }
    }
  }

  @Test(arguments: [UInt64(11), 12, 13]) func blocksAreTheirOwnSeededChecksums(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let identifier = generator.bytes(16)
    let fileSeed = Checksum.Seed(fileIdentifier: identifier)
    for _ in 0..<150 {
      let blockByteCount = [1, 7, 64, 512, 1000, 1024, 4096].randomElement(using: &generator)!
      let most = blockByteCount < 64 ? 900 : 90_000
      let bytes = generator.bytes(Int.random(in: 0...most, using: &generator))
      let position = UInt64.random(in: 0...(1 << 50), using: &generator)
      let sums = unsafe bytes.withUnsafeBytes {
        unsafe Checksum.blocks(
          of: $0, blockByteCount: blockByteCount, seed: fileSeed, position: position)
      }
      var expected: [UInt32] = []
      for start in stride(from: 0, to: bytes.count, by: blockByteCount) {
        let place = unsafe withUnsafeBytes(of: (position + UInt64(start)).littleEndian) {
          unsafe Array($0)
        }
        let end = min(start + blockByteCount, bytes.count)
        expected.append(Checksum.crc32c(identifier + place + bytes[start..<end]))
      }
      #expect(sums == expected, "seed \(seed), \(bytes.count) bytes in \(blockByteCount)")
      var portable = [UInt32](repeating: 0, count: sums.count)
      unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe colonnade_crc32c_blocks_portable(
          &portable, bytes.baseAddress, bytes.count, blockByteCount, fileSeed.state, position)
      }
      #expect(portable == sums, "seed \(seed)")
    }
  }

  @Test(arguments: [UInt64(21), 22]) func verificationNamesTheFirstBlockThatDiffers(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let fileSeed = Checksum.Seed(fileIdentifier: generator.bytes(16))
    for count in [1, 63, 64, 65, 66, 129, 300] {
      for last in [1, 30, 64] {
        var bytes = generator.bytes((count - 1) * 64 + last)
        let target = MutableBuffer()
        target.append(UInt8(0))  // The checksums need no alignment.
        unsafe bytes.withUnsafeBytes {
          unsafe Checksum.appendBlocks(
            of: $0, blockByteCount: 64, seed: fileSeed, position: 640, to: target)
        }
        let stored = target.freeze()
        #expect(stored.byteCount == 1 + 4 * count)
        let sums = stored.slice(from: 1, byteCount: 4 * count)
        func mismatch(position: UInt64 = 640) -> Int? {
          unsafe bytes.withUnsafeBytes {
            unsafe Checksum.firstMismatch(
              in: $0, expected: sums.unsafeBytes, blockByteCount: 64, seed: fileSeed,
              position: position)
          }
        }
        #expect(mismatch() == nil)
        #expect(mismatch(position: 704) == 0, "a block in the wrong place passed")
        let damaged = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[damaged] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        #expect(mismatch() == damaged / 64, "seed \(seed), byte \(damaged) of \(bytes.count)")
      }
    }
  }

  @Test func chosenBlocksAreVerifiedAloneAndTheirTwinAgrees() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let fileSeed = Checksum.Seed(fileIdentifier: generator.bytes(16))
    for round in 0..<300 {
      let size = [8, 72, 1024].randomElement(using: &generator)!
      var bytes = generator.bytes(64 * size)
      let sums = unsafe bytes.withUnsafeBytes {
        unsafe Checksum.blocks(of: $0, blockByteCount: size, seed: fileSeed, position: 512)
      }
      let density = [0.05, 0.3, 1].randomElement(using: &generator)!
      let chosen = (0..<UInt32(64)).filter { _ in
        Double.random(in: 0..<1, using: &generator) < density
      }
      let damaged = Set((0..<3).map { _ in UInt32.random(in: 0..<64, using: &generator) })
      if round % 2 == 0 {
        for block in damaged {
          bytes[Int(block) * size + Int.random(in: 0..<size, using: &generator)] ^= 4
        }
      }
      let expected =
        round % 2 == 0 ? chosen.firstIndex { damaged.contains($0) } ?? chosen.count : chosen.count
      // Counted from another block than the first of the bytes.
      let blocks = chosen.map { $0 + 1_000 }
      unsafe sums.withUnsafeBytes { sums in
        let stored = unsafe sums.bindMemory(to: UInt8.self).baseAddress
        #expect(
          unsafe colonnade_crc32c_verify_chosen(
            stored, bytes, blocks, blocks.count, 1_000, size, fileSeed.state, 512) == expected,
          "seed \(seed)")
        #expect(
          unsafe colonnade_crc32c_verify_chosen_portable(
            stored, bytes, blocks, blocks.count, 1_000, size, fileSeed.state, 512) == expected,
          "seed \(seed)")
      }
    }
  }

  @Test func tooFewChecksumsDoNotPass() {
    let bytes = [UInt8](repeating: 7, count: 300)
    let seed = Checksum.Seed(fileIdentifier: [UInt8](repeating: 1, count: 16))
    unsafe bytes.withUnsafeBytes { bytes in
      let sums = unsafe Checksum.blocks(of: bytes, blockByteCount: 100, seed: seed, position: 0)
      unsafe sums.withUnsafeBytes {
        let short = unsafe UnsafeRawBufferPointer(rebasing: $0.prefix(8))
        let found = unsafe Checksum.firstMismatch(
          in: bytes, expected: short, blockByteCount: 100, seed: seed, position: 0)
        #expect(found == 2)
      }
    }
  }

  @Test func xxh64OfPublishedVectors() {
    #expect(Checksum.xxh64("") == 0xEF46_DB37_51D8_E999)
    #expect(Checksum.xxh64("a") == 0xD24E_C4F1_A98C_6E5B)
    #expect(Checksum.xxh64("abc") == 0x44BC_2CF5_AD77_0999)
  }

  @Test func murmur3OfIcebergsVectors() {
    // Appendix B of the Iceberg specification.
    func hash(_ bytes: [UInt8]) -> UInt32 {
      unsafe bytes.withUnsafeBytes { unsafe Checksum.murmur3($0) }
    }
    let number = unsafe withUnsafeBytes(of: Int64(34).littleEndian) { unsafe Array($0) }
    #expect(Int32(bitPattern: hash(number)) == 2_017_239_379)
    #expect(Int32(bitPattern: hash(Array("iceberg".utf8))) == 1_210_000_089)
    #expect(Int32(bitPattern: hash([0, 1, 2, 3])) == -188_683_207)
    #expect(hash([]) == 0)
  }
}
