// The vector loops against their one-at-a-time twins.

import CKernels
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct PackedKernelTests {
  @Test(arguments: [1, 2, 4])
  func packedBytesDoNotDependOnTheWidth(_ width: Int) {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for bitWidth in 0...width * 8 {
      let count = [1024, 1500, 3000].randomElement(using: &generator) ?? 1
      let base = generator.next()
      let (wide, narrow) = (MutableBuffer(), MutableBuffer())
      for _ in 0..<count {
        let value = base &+ (bitWidth == 0 ? 0 : generator.next() >> UInt64(64 - bitWidth))
        unsafe withUnsafeBytes(of: value.littleEndian) { bytes in
          unsafe wide.append(bytes)
          unsafe narrow.append(UnsafeRawBufferPointer(rebasing: bytes[..<width]))
        }
      }
      let (fromWide, fromNarrow) = (MutableBuffer(), MutableBuffer())
      unsafe PackedEncoding.append(
        UnsafeRawPointer(wide.pointer), width: 8, count: count, base: base, bitWidth: bitWidth,
        to: fromWide)
      unsafe PackedEncoding.append(
        UnsafeRawPointer(narrow.pointer), width: width, count: count, base: base,
        bitWidth: bitWidth, to: fromNarrow)
      #expect(
        fromWide.freeze().array == fromNarrow.freeze().array,
        "seed \(seed), \(bitWidth) bits, \(count) integers")
    }
  }

  @Test(arguments: [1, 2, 4, 8])
  func unpackAgreesWithItsTwin(_ width: Int) {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for bitWidth in 0...64 {
      let count = [1, 31, 1024, 1500, 2048, 3000].randomElement(using: &generator) ?? 1
      let base = generator.next()
      let values = MutableBuffer(byteCount: count * 8)
      let mask = bitWidth == 64 ? UInt64.max : (1 << UInt64(bitWidth)) - 1
      for index in 0..<count {
        unsafe values.pointer.storeBytes(
          of: generator.next() & mask, toByteOffset: index * 8, as: UInt64.self)
      }
      let body = MutableBuffer()
      unsafe PackedEncoding.append(
        UnsafeRawPointer(values.pointer), width: 8, count: count, base: 0, bitWidth: bitWidth,
        to: body)
      let packed = unsafe body.pointer.assumingMemoryBound(to: UInt8.self)
      let first = Int.random(in: 0..<count, using: &generator)
      let wanted = Int.random(in: 0...count - first, using: &generator)
      let fast = MutableBuffer.zeroed(byteCount: count * width)
      let slow = MutableBuffer.zeroed(byteCount: count * width)
      for range in [0..<count, first..<first + wanted] {
        unsafe colonnade_unpack(
          fast.pointer, UInt32(width), packed, count, range.lowerBound, range.count, base,
          UInt32(bitWidth))
        unsafe colonnade_unpack_portable(
          slow.pointer, UInt32(width), packed, count, range.lowerBound, range.count, base,
          UInt32(bitWidth))
        #expect(
          fast.freeze().array == slow.freeze().array,
          "seed \(seed), \(bitWidth) bits, \(count) integers, \(range)")
      }
      for index in [0, first, count - 1] {
        let expected = unsafe values.pointer.load(fromByteOffset: index * 8, as: UInt64.self)
        #expect(
          unsafe colonnade_unpack_one(packed, count, index, UInt32(bitWidth)) == expected,
          "seed \(seed), \(bitWidth) bits, integer \(index) of \(count)")
      }
      let rows = (0..<count).filter { _ in generator.chance(0.3) }.map { UInt32($0) }
      let gathered = MutableBuffer.zeroed(byteCount: rows.count * 8)
      unsafe rows.withUnsafeBufferPointer {
        unsafe colonnade_unpack_rows(
          gathered.pointer, 8, packed, count, $0.baseAddress, rows.count, 0, UInt32(bitWidth))
      }
      for (index, row) in rows.enumerated() {
        let expected = unsafe values.pointer.load(fromByteOffset: Int(row) * 8, as: UInt64.self)
        let found = unsafe gathered.pointer.load(fromByteOffset: index * 8, as: UInt64.self)
        #expect(found == expected, "seed \(seed), \(bitWidth) bits, row \(row) of \(count)")
      }
    }
  }

  /// Sums up to rows, of deltas and of numbers of codes; rows may come twice.
  @Test(arguments: [1, 2, 4, 8])
  func sumsUpToRowsAgreeWithTheirTwins(_ width: Int) {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for bitWidth in 0...64 {
      let count = [1, 31, 1024, 1500, 2048, 3000].randomElement(using: &generator) ?? 1
      let base = generator.next() >> UInt64.random(in: 0..<64, using: &generator)
      // First values of deltas, then packed integers: any bytes are some.
      let heads = (count + 1023) / 1024 * 8
      let body = (0..<heads + PackedEncoding.packedByteCount(count, bitWidth)).map { _ in
        UInt8(truncatingIfNeeded: generator.next())
      }
      let densities: [Double] = [0.001, 0.05, 1]
      let density = densities.randomElement(using: &generator) ?? 1
      var rows: [UInt32] = []
      for row in 0..<UInt32(count) where generator.chance(density) {
        rows.append(row)
        if row % 7 == 3 { rows.append(row) }
      }
      let fast = MutableBuffer.zeroed(byteCount: rows.count * 16)
      let slow = MutableBuffer.zeroed(byteCount: rows.count * 16)
      let values = unsafe fast.pointer
      let twins = unsafe slow.pointer
      unsafe body.withUnsafeBufferPointer { bytes in
        guard let address = bytes.baseAddress else { return }
        unsafe colonnade_delta_rows(
          values, UInt32(width), address, count, rows, rows.count, base, UInt32(bitWidth))
        unsafe colonnade_delta_rows_portable(
          twins, UInt32(width), address, count, rows, rows.count, base, UInt32(bitWidth))
        #expect(fast.freeze().array == slow.freeze().array, "seed \(seed), \(bitWidth) bits")
        guard bitWidth <= 32 else { return }
        let total = unsafe colonnade_packed_starts(
          values.assumingMemoryBound(to: UInt32.self),
          (values + rows.count * 8).assumingMemoryBound(to: UInt32.self), address + heads, count,
          rows, rows.count, base & 0xFFFF_FFFF, UInt32(bitWidth))
        let twin = unsafe colonnade_packed_starts_portable(
          twins.assumingMemoryBound(to: UInt32.self),
          (twins + rows.count * 8).assumingMemoryBound(to: UInt32.self), address + heads, count,
          rows, rows.count, base & 0xFFFF_FFFF, UInt32(bitWidth))
        #expect(total == twin, "seed \(seed), \(bitWidth) bits")
        #expect(fast.freeze().array == slow.freeze().array, "seed \(seed), \(bitWidth) bits")
      }
    }
  }

  /// Sums of integers side by side in a word have room for the greatest.
  @Test func sumsOfTheGreatestIntegersAgreeWithTheirTwins() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for bitWidth in 1...32 {
      let count = 3 * 1024 + 100
      let body = [UInt8](
        repeating: 0xFF, count: PackedEncoding.packedByteCount(count, bitWidth))
      for density in [0, 0.0003, 0.01] {
        let rows = (0..<UInt32(count)).filter { _ in generator.chance(density) }
        var (starts, values) = (rows, rows)
        var (startTwins, valueTwins) = (rows, rows)
        let total = unsafe colonnade_packed_starts(
          &starts, &values, body, count, rows, rows.count, 1, UInt32(bitWidth))
        let twin = unsafe colonnade_packed_starts_portable(
          &startTwins, &valueTwins, body, count, rows, rows.count, 1, UInt32(bitWidth))
        #expect(
          total == twin && starts == startTwins && values == valueTwins,
          "seed \(seed), \(bitWidth) bits, rows \(rows)")
      }
    }
  }

  @Test func testingARangeAgreesWithItsTwin() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for bitWidth in 0...32 {
      for _ in 0..<20 {
        let count = [1, 31, 1024, 1500, 2048, 5000].randomElement(using: &generator) ?? 1
        let body = (0..<PackedEncoding.packedByteCount(count, bitWidth)).map { _ in
          UInt8(truncatingIfNeeded: generator.next())
        }
        let mask = UInt32(truncatingIfNeeded: (UInt64(1) << UInt64(bitWidth)) - 1)
        let least = UInt32(truncatingIfNeeded: generator.next()) & mask
        let span = UInt32.random(in: 0...mask - least, using: &generator)
        let first = Int.random(in: 0...(count - 1) / 1024, using: &generator) * 1024
        let wanted = Int.random(in: 1...count - first, using: &generator)
        let wordCount = (wanted + 63) / 64
        var fast = [UInt64](repeating: UInt64.max, count: wordCount + 1)
        var slow = fast
        unsafe colonnade_packed_between(
          &fast, body, count, first, wanted, least, span, UInt32(bitWidth))
        unsafe colonnade_packed_between_portable(
          &slow, body, count, first, wanted, least, span, UInt32(bitWidth))
        #expect(
          fast == slow, "seed \(seed), \(bitWidth) bits, \(wanted) from \(first) of \(count)")
        #expect(fast[wordCount] == UInt64.max, "seed \(seed): words behind the last are left alone")
      }
    }
  }

  /// Runs as single values have them, and longer ones; some are empty, some cross blocks. What is said to
  /// be looked at is enough: other bytes may be anything.
  @Test func shortRunsAgreeWithTheirTwin() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for bitWidth in 1...16 {
      for _ in 0..<40 {
        let count = Int.random(in: 1...4_000, using: &generator)
        let body = (0..<PackedEncoding.packedByteCount(count, bitWidth)).map { _ in
          UInt8(truncatingIfNeeded: generator.next())
        }
        let most = [1, 5, 16, 48, 2_000].randomElement(using: &generator) ?? 1
        var (starts, counts): ([UInt32], [UInt32]) = ([], [])
        var next = 0
        while next < count, starts.count < 200 {
          next += Int.random(in: 0...most, using: &generator)
          guard next <= count else { break }
          let some = min(count - next, Int.random(in: 0...most, using: &generator))
          starts.append(UInt32(next))
          counts.append(UInt32(some))
          next += some
        }
        let wanted = counts.reduce(0) { $0 + Int($1) }
        let (runCount, width) = (starts.count, UInt32(bitWidth))
        func unpacked(_ bytes: [UInt8]) -> [UInt16] {
          let room = wanted + Int(COLONNADE_RUN_SPACE)
          // A mark behind the room tells that nothing is written there.
          var target = [UInt16](repeating: 0xABCD, count: room + 1)
          unsafe colonnade_unpack_runs(&target, bytes, count, starts, counts, runCount, width)
          #expect(target[room] == 0xABCD, "seed \(seed)")
          return Array(target[..<wanted])
        }
        var twin = [UInt16](repeating: 0, count: wanted + 1)
        unsafe colonnade_unpack_runs_portable(&twin, body, count, starts, counts, runCount, width)
        let comment: Comment = "seed \(seed), \(runCount) runs of \(count), \(bitWidth) bits"
        #expect(unpacked(body) == Array(twin[..<wanted]), comment)

        var parts = [UInt32](repeating: 0, count: runCount * 2 + 1)
        let partCount = unsafe colonnade_run_bytes(&parts, count, starts, counts, runCount, width)
        #expect(partCount == counts.count { $0 > 0 }, comment)
        var damaged = body.map { ~$0 }
        for part in 0..<partCount {
          let named = Int(parts[part * 2])..<Int(parts[part * 2 + 1])
          damaged.replaceSubrange(named, with: body[named])
        }
        #expect(unpacked(damaged) == Array(twin[..<wanted]), comment)
        // Those of one step of a block stand in one row of words, or two.
        var part = 0
        for (start, some) in zip(starts, counts) where some > 0 {
          let end = start + some
          if start % 32 + some <= 32, Int(end) <= count / 1024 * 1024 {
            #expect(parts[part * 2 + 1] - parts[part * 2] <= 256, comment)
          }
          part += 1
        }
      }
    }
  }

  /// The layout of the spec, spelt out once by hand.
  @Test func lanesStandWhereTheSpecPutsThem() {
    let values = (0..<1030).map { UInt32($0 * 7 % 32) }
    let body = MutableBuffer()
    unsafe values.withUnsafeBytes {
      if let base = $0.baseAddress {
        unsafe PackedEncoding.append(
          base, width: 4, count: values.count, base: 0, bitWidth: 5, to: body)
      }
    }
    #expect(body.byteCount == 128 * 5 + (6 * 5 + 7) / 8)
    for (index, value) in values.enumerated() {
      var found: UInt64 = 0
      for bit in 0..<5 {
        let position: Int
        if index < 1024 {
          let inLane = index / 32 * 5 + bit
          position = ((inLane / 32) * 32 + index % 32) * 32 + inLane % 32
        } else {
          position = 128 * 5 * 8 + (index - 1024) * 5 + bit
        }
        let byte = unsafe body.pointer.load(fromByteOffset: position / 8, as: UInt8.self)
        found |= UInt64(byte >> UInt8(position % 8) & 1) << UInt64(bit)
      }
      #expect(found == UInt64(value), "integer \(index)")
    }
  }

  @Test func textIsCheckedValueByValue() {
    func isValid(_ values: [[UInt8]]) -> Bool {
      let bytes = values.flatMap { $0 }
      let lengths = values.map { UInt32($0.count) }
      return unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe lengths.withUnsafeBufferPointer { lengths in
          unsafe colonnade_utf8_values_are_valid(
            bytes.baseAddress, bytes.count, lengths.baseAddress, lengths.count) == 1
        }
      }
    }
    #expect(isValid([Array("plain".utf8), [], Array("žluťoučký 🐎".utf8)]))
    // A character cut in two: whole, but neither half is.
    #expect(!isValid([[0xC5], [0xBE]]))
    #expect(!isValid([[0x61, 0xF0, 0x9F], [0x90, 0x8E]]))
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      var bytes = Array("aé€🐎z".utf8)
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8(
        truncatingIfNeeded: generator.next())
      let expected = String(validating: bytes, as: UTF8.self) != nil
      #expect(isValid([bytes]) == expected, "seed \(seed): \(bytes)")
    }
  }
}
