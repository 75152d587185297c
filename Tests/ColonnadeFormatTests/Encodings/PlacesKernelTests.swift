// Integers that lie apart, against the loop that unpacks a run one at a time.

import CKernels
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct PlacesKernelTests {
  private typealias Places = [colonnade_place]

  /// What a source without blocks does for each place, to compare with.
  private struct Bytes: DataSource {
    let bytes: Buffer
    func data(offset: UInt64, byteCount: Int) throws(ColonnadeError) -> Buffer {
      guard offset <= UInt64(bytes.byteCount), byteCount <= bytes.byteCount - Int(offset) else {
        throw ColonnadeError(.corrupt, "outside")
      }
      return bytes.slice(from: Int(offset), byteCount: byteCount)
    }
    func compressionDictionary(at index: Int) throws(ColonnadeError) -> Buffer { .empty }
  }

  private func rows(_ count: Int, _ generator: inout SeededGenerator) -> [UInt32] {
    let density: Double = [0.001, 0.02, 0.5].randomElement(using: &generator) ?? 1
    return (0..<UInt32(count)).filter { _ in generator.chance(density) }
  }

  private func bytes(_ count: Int, _ generator: inout SeededGenerator) -> Buffer {
    let bytes = MutableBuffer(byteCount: count)
    for index in 0..<count {
      unsafe bytes.pointer.storeBytes(
        of: UInt8(truncatingIfNeeded: generator.next()), toByteOffset: index, as: UInt8.self)
    }
    return bytes.freeze()
  }

  private func read(_ places: Places, _ bytes: Buffer, width: Int) -> [UInt8] {
    let target = MutableBuffer(byteCount: places.count * width)
    unsafe colonnade_places_read(
      target.pointer, UInt32(width), places, places.count,
      bytes.unsafeAddress.assumingMemoryBound(to: UInt8.self))
    return target.freeze().array
  }

  private func check(
    _ places: Places, _ bytes: Buffer, width: Int, _ expected: [UInt8], _ comment: Comment
  ) throws {
    #expect(read(places, bytes, width: width) == expected, comment)
    let target = MutableBuffer(byteCount: places.count * width)
    try unsafe places.withUnsafeBufferPointer {
      try unsafe Bytes(bytes: bytes).read(
        places: $0, in: 0..<UInt64(bytes.byteCount), width: width, to: target.pointer)
    }
    #expect(target.freeze().array == expected, comment)
    // Bytes of blocks that are not marked may be anything.
    var marked = [UInt64](repeating: 0, count: bytes.byteCount / 256 / 64 + 1)
    unsafe colonnade_places_mark(&marked, places, places.count, 0, 8)
    #expect(unsafe colonnade_places_are_marked(marked, places, places.count, 8) == 1, comment)
    if let word = marked.firstIndex(where: { $0 != 0 }) {
      var fewer = marked
      fewer[word] &= fewer[word] - 1
      #expect(unsafe colonnade_places_are_marked(fewer, places, places.count, 8) == 0, comment)
    }
    let changed = MutableBuffer(byteCount: bytes.byteCount)
    for (index, byte) in bytes.array.enumerated() {
      let block = index >> 8
      let kept = marked[block >> 6] >> UInt64(block & 63) & 1 == 1
      unsafe changed.pointer.storeBytes(
        of: kept ? byte : ~byte, toByteOffset: index, as: UInt8.self)
    }
    #expect(read(places, changed.freeze(), width: width) == expected, comment)
  }

  /// Blocks that parts touch, byte by byte; what is no part is told.
  @Test func partsMarkTheBlocksOfTheirBytes() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let at = UInt64.random(in: 0..<5_000, using: &generator)
      let byteCount = Int.random(in: 1...200 << 8, using: &generator)
      var parts: [UInt32] = []
      var (expected, touched) = ([UInt64](repeating: 0, count: 4), 0)
      for _ in 0..<Int.random(in: 0...6, using: &generator) {
        let low = Int.random(in: 0..<byteCount, using: &generator)
        let most = min(byteCount, low + (generator.chance(0.5) ? 300 : byteCount))
        let high = Int.random(in: low + 1...most, using: &generator)
        parts += [UInt32(low), UInt32(high)]
        touched += high - low
        for byte in low..<high {
          let block = Int((at + UInt64(byte)) >> 8 - at >> 8)
          expected[block / 64] |= 1 << UInt64(block % 64)
        }
      }
      let comment: Comment = "seed \(seed): \(parts) at \(at)"
      var bits = [UInt64](repeating: 0, count: 4)
      unsafe colonnade_parts_mark(&bits, parts, parts.count / 2, at, at >> 8, 8)
      #expect(bits == expected, comment)
      #expect(unsafe colonnade_parts_byte_count(parts, parts.count / 2, byteCount) == touched)
      for none in [[5, 5], [6, 5], [0, UInt32(byteCount) + 1]] as [[UInt32]] {
        let all = parts + none
        #expect(unsafe colonnade_parts_byte_count(all, all.count / 2, byteCount) == -1)
      }
      // All of them, and all but one.
      var marked = [UInt64](repeating: 0, count: 5)
      unsafe colonnade_parts_mark(&marked, parts, parts.count / 2, at, 0, 8)
      #expect(
        unsafe colonnade_parts_are_marked(marked, parts, parts.count / 2, at, 8) == 1, comment)
      guard let word = marked.indices.filter({ marked[$0] != 0 }).randomElement(using: &generator)
      else { continue }
      marked[word] &= marked[word] - 1
      #expect(
        unsafe colonnade_parts_are_marked(marked, parts, parts.count / 2, at, 8) == 0, comment)
    }
  }

  @Test(arguments: [1, 2, 4, 8])
  func packedAgreesWithItsTwin(_ width: Int) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for bitWidth in 0...64 {
      let count = [1024, 2048, 3072].randomElement(using: &generator) ?? 1024
      let before = Int.random(in: 0..<100, using: &generator)
      let bytes = bytes(before + PackedEncoding.packedByteCount(count, bitWidth), &generator)
      let rows = rows(count, &generator)
      let base = generator.next()
      let first = UInt32.random(in: 0...1 << 30, using: &generator)
      var places = Places(repeating: colonnade_place(), count: rows.count)
      unsafe colonnade_places_packed(
        &places, rows.map { $0 + first }, rows.count, first, UInt64(before), base,
        UInt32(bitWidth))
      let expected = MutableBuffer(byteCount: rows.count * width)
      for (index, row) in rows.enumerated() {
        unsafe colonnade_unpack_portable(
          expected.pointer + index * width, UInt32(width),
          bytes.unsafeAddress.assumingMemoryBound(to: UInt8.self) + before, count, Int(row), 1,
          base, UInt32(bitWidth))
      }
      try check(
        places, bytes, width: width, expected.freeze().array, "seed \(seed), \(bitWidth) bits")
    }
  }

  @Test(arguments: [1, 2, 4, 8])
  func plainAgreesWithItsTwin(_ width: Int) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let bytes = bytes(37 + 5000 * width, &generator)
    let rows = rows(5000, &generator)
    var places = Places(repeating: colonnade_place(), count: rows.count)
    unsafe colonnade_places_plain(
      &places, rows.map { $0 + 7 }, rows.count, 7, 37, UInt32(width))
    let all = bytes.array
    let expected = rows.flatMap { row in
      let start = 37 + Int(row) * width
      return all[start..<start + width]
    }
    try check(places, bytes, width: width, expected, "seed \(seed)")
  }

  @Test func itemsMarkTheirBlocks() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for size in [1, 3, 64, 100, 256] {
      let items = rows(1000, &generator)
      var marked = [UInt64](repeating: 0, count: 64)
      unsafe colonnade_items_mark(&marked, items, items.count, 1000 + 70, size, 1000 / 64, 6)
      var expected = [UInt64](repeating: 0, count: 64)
      for item in items {
        let start = 1070 + Int(item) * size
        for block in start / 64...(start + size - 1) / 64 {
          expected[(block - 15) >> 6] |= 1 << UInt64((block - 15) & 63)
        }
      }
      #expect(marked.prefix(64) == expected.prefix(64), "seed \(seed), \(size) bytes")
      var numbers = [UInt32](repeating: 0, count: 64)
      let found = unsafe colonnade_bits_numbers(&numbers, expected[0], 5)
      let set = (0..<UInt32(64)).filter { expected[0] >> UInt64($0) & 1 == 1 }
      #expect(Array(numbers.prefix(found)) == set.map { $0 + 5 }, "seed \(seed)")
    }
  }
}
