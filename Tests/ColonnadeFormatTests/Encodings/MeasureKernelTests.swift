// What is measured of pages before they are encoded, against loops over single values.

import CKernels
import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct MeasureKernelTests {
  @Test(arguments: [1, 2, 4, 8])
  func widerValuesAreCountedAsTheHistogramSays(_ width: Int) {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<50 {
      let count = Int.random(in: 0..<300, using: &generator)
      let base = generator.next()
      let values = MutableBuffer()
      for _ in 0..<count {
        let shift = UInt64.random(in: 0..<64, using: &generator)
        let value = base &+ generator.next() >> shift
        for byte in 0..<width {
          values.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte)))
        }
      }
      var histogram = [UInt32](repeating: 0, count: 65)
      unsafe colonnade_width_histogram(&histogram, values.pointer, UInt32(width), count, base)
      for bits in 0..<8 * width {
        let expected = histogram[(bits + 1)...].reduce(0) { $0 + Int($1) }
        #expect(
          unsafe colonnade_count_wider(
            values.pointer, UInt32(width), count, base, UInt32(bits)) == expected,
          "seed \(seed), \(count) values, \(bits) bits")
      }
    }
  }

  /// Texts that share first bytes, come again, and are short or long.
  static func texts(_ generator: inout SeededGenerator) -> [String?] {
    let starts = ["", "a", "deli", "delivery", "delivery in per", "delivery in person", "é"]
    let pool = (0..<Int.random(in: 1..<40, using: &generator)).map { _ in
      (starts.randomElement(using: &generator) ?? "")
        + String(
          repeating: ["a", "z", "\0"].randomElement(using: &generator) ?? "a",
          count: Int.random(in: 0..<4, using: &generator))
    }
    let nulls = Bool.random(using: &generator)
    return (0..<Int.random(in: 1..<200, using: &generator)).map { _ in
      nulls && generator.chance(0.3) ? nil : pool.randomElement(using: &generator)
    }
  }

  @Test func textIsMeasuredAsItsValuesAre() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for round in 0..<300 {
      let texts = Self.texts(&generator)
      let builder = ColumnBuilder(.string)
      for text in texts {
        if let text { builder.append(text: text) } else { builder.appendNull() }
      }
      let source = SlotSource(builder.finish())
      let first = Int.random(in: 0..<texts.count, using: &generator)
      let range = first..<Int.random(in: first + 1...texts.count, using: &generator)
      let present = range.filter { texts[$0] != nil }
      let bytes = texts.map { Array(($0 ?? "").utf8) }
      let lengths = present.map { UInt32(bytes[$0].count) }
      let (least, greatest, total) = source.measure(range)
      #expect(least == lengths.min() ?? 0, "seed \(seed), round \(round)")
      #expect(greatest == lengths.max() ?? 0, "seed \(seed), round \(round)")
      #expect(total == lengths.reduce(0) { $0 + UInt64($1) }, "seed \(seed), round \(round)")
      guard !present.isEmpty else { continue }
      var low = 0
      var high = 0
      let order = unsafe colonnade_bounds_views(
        source.values + first * 16, source.bufferAddresses, source.validity, first, range.count,
        &low, &high)
      func precedes(_ left: Int, _ right: Int) -> Bool {
        bytes[left].lexicographicallyPrecedes(bytes[right])
      }
      let sorted = present.sorted { precedes($0, $1) }
      #expect(bytes[first + low] == bytes[sorted[0]], "seed \(seed), round \(round)")
      #expect(
        bytes[first + high] == bytes[sorted[sorted.count - 1]], "seed \(seed), round \(round)")
      let pairs = zip(present, present.dropFirst())
      let expected: UInt32 =
        (pairs.contains { precedes($1, $0) } ? 0 : 1)
        | (pairs.contains { precedes($0, $1) } ? 0 : 2)
      #expect(order == expected, "seed \(seed), round \(round)")
    }
  }

  @Test func aPageOfOneTextIsConstant() throws {
    for text in ["", "AIR", "twelve bytes", "thirteen bytes", "delivery in person"] {
      for other in [text, text + "!", String(text.dropLast()) + "?"] where other != "?" {
        let builder = ColumnBuilder(.string)
        for _ in 0..<70 { builder.append(text: text) }
        builder.append(text: other)
        builder.append(text: text)
        let source = SlotSource(builder.finish())
        let page = PageSlots(source, 0..<source.count, scratch: MutableBuffer())
        #expect((ConstantEncoding.representative(page) != nil) == (other == text), "\(other)")
      }
    }
  }
}
