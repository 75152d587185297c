// Decimals are quotients: what is quicker than a division gives the same bits.

import CKernels
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct DecimalQuotientTests {
  /// Whole blocks of digits beside the greatest of 32 bits, beside none, and far beyond.
  @Test(arguments: [4, 8])
  func decodedDecimalsAreQuotients(_ width: Int) {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let count = 1024
    for round in 0..<600 {
      let scale = round % 19
      let bitWidth = round < 19 ? 31 : Int.random(in: 1...31, using: &generator)
      let edge = 1 << 31
      let highest = edge - 1 << bitWidth
      let base =
        [-edge, highest, highest + 1, -edge - 1, -(1 << bitWidth) / 2, 0, 1 << 45].randomElement(
          using: &generator) ?? 0
      let digits = (0..<count).map { index in
        base + (index % 2 == 0 ? index / 2 : Int(truncatingIfNeeded: generator.next()))
          & ((1 << bitWidth) - 1)
      }
      let packed = MutableBuffer()
      unsafe digits.withUnsafeBytes { bytes in
        guard let address = bytes.baseAddress else { return }
        unsafe PackedEncoding.append(
          address, width: 8, count: count, base: UInt64(bitPattern: Int64(base)),
          bitWidth: bitWidth, to: packed)
      }
      let decoded = MutableBuffer(byteCount: count * width)
      unsafe colonnade_decimal_decode(
        decoded.pointer, UInt32(width), packed.pointer.assumingMemoryBound(to: UInt8.self), count,
        0, count, UInt64(bitPattern: Int64(base)), UInt32(bitWidth), UInt32(scale))
      var power = 1.0
      for _ in 0..<scale { power *= 10 }
      let wrong = digits.indices.first { index in
        let quotient = Double(digits[index]) / power
        return width == 8
          ? unsafe decoded.pointer.load(fromByteOffset: index * 8, as: UInt64.self)
            != quotient.bitPattern
          : unsafe decoded.pointer.load(fromByteOffset: index * 4, as: UInt32.self)
            != Float(quotient).bitPattern
      }
      #expect(
        wrong == nil,
        "seed \(seed), round \(round): \(wrong.map { digits[$0] } ?? 0) / 10^\(scale)")
    }
  }
}
