// The vector loops against their one-at-a-time twins.

import CKernels
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct PackedKernelTests {
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
