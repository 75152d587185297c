// Comparison kernels against the obvious loop, on every length around a word.

import CKernels
import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery
import TestSupport
import Testing

/// Calls the matching kernel on a column without nulls.
enum MatchKernel {
  static func rows(_ column: Column, _ constant: [UInt8], _ kind: Int) -> [Bool] {
    var bits = [UInt64](repeating: 0, count: (column.count + 63) / 64)
    let buffers = unsafe column.data.map {
      unsafe Optional($0.unsafeAddress.assumingMemoryBound(to: UInt8.self))
    }
    // One byte more, so that the constant has an address also where it is empty.
    unsafe (constant + [0]).withUnsafeBufferPointer { bytes in
      unsafe buffers.withUnsafeBufferPointer { addresses in
        unsafe colonnade_views_match(
          &bits, column.values.unsafeAddress.assumingMemoryBound(to: UInt64.self), column.count,
          addresses.baseAddress, bytes.baseAddress, constant.count, Int32(kind))
      }
    }
    return (0..<column.count).map { (bits[$0 >> 6] >> UInt64($0 & 63)) & 1 == UInt64(1) }
  }
}

@Suite struct KernelTests {
  static let operations = [COLONNADE_EQUAL, COLONNADE_LESS, COLONNADE_LESS_OR_EQUAL]
  static let lengths = [0, 1, 7, 63, 64, 65, 128, 191, 1000]

  /// The bits of the first `count` answers; the rest of the last word is zero.
  private func words(_ answers: [Bool]) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: (answers.count + 63) / 64)
    for (index, answer) in answers.enumerated() where answer {
      words[index / 64] |= 1 << UInt64(index % 64)
    }
    return words
  }

  private func holds<T: Comparable>(_ left: T, _ right: T, _ operation: Int) -> Bool {
    switch operation {
    case COLONNADE_EQUAL: left == right
    case COLONNADE_LESS: left < right
    default: left <= right
    }
  }

  private func check<T: FixedWidthInteger>(
    _ type: T.Type, _ generator: inout SeededGenerator,
    _ kernel: (UnsafeMutablePointer<UInt64>, UnsafePointer<T>, Int, T, Int32) -> Void,
    _ pairs: (UnsafeMutablePointer<UInt64>, UnsafePointer<T>, UnsafePointer<T>, Int, Int32) -> Void
  ) {
    for length in KernelTests.lengths {
      let pool: [T] = [.min, .max, 0, 1, 5]
      let values = (0..<length + 1).map { _ in
        Bool.random(using: &generator)
          ? pool[Int.random(in: 0..<5, using: &generator)]
          : T.random(in: .min ... .max, using: &generator)
      }
      let others = values.map { Bool.random(using: &generator) ? $0 : 5 }
      for operation in KernelTests.operations {
        var found = [UInt64](repeating: .max, count: (length + 63) / 64)
        unsafe kernel(&found, values, length, 5, Int32(operation))
        #expect(found == words(values.prefix(length).map { holds($0, 5, operation) }))
        unsafe pairs(&found, values, others, length, Int32(operation))
        #expect(
          found == words((0..<length).map { holds(values[$0], others[$0], operation) }))
      }
    }
  }

  @Test func integersAgreeWithTheLoop() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of kernel tests: \(seed)")
    var generator = SeededGenerator(seed: seed)
    unsafe check(
      Int8.self, &generator, colonnade_compare_i8, colonnade_compare_pairs_i8)
    unsafe check(Int16.self, &generator, colonnade_compare_i16, colonnade_compare_pairs_i16)
    unsafe check(Int32.self, &generator, colonnade_compare_i32, colonnade_compare_pairs_i32)
    unsafe check(Int64.self, &generator, colonnade_compare_i64, colonnade_compare_pairs_i64)
    unsafe check(UInt8.self, &generator, colonnade_compare_u8, colonnade_compare_pairs_u8)
    unsafe check(UInt16.self, &generator, colonnade_compare_u16, colonnade_compare_pairs_u16)
    unsafe check(UInt32.self, &generator, colonnade_compare_u32, colonnade_compare_pairs_u32)
    unsafe check(UInt64.self, &generator, colonnade_compare_u64, colonnade_compare_pairs_u64)
  }

  @Test func floatsPutNaNAboveAllAndZerosTogether() {
    var generator = SeededGenerator(seed: 11)
    let pool: [Double] = [.nan, -.nan, 0, -0.0, .infinity, -.infinity, 1, -1]
    func order(_ left: Double, _ right: Double) -> Int {
      if left.isNaN || right.isNaN { return (left.isNaN ? 1 : 0) - (right.isNaN ? 1 : 0) }
      return left < right ? -1 : left > right ? 1 : 0
    }
    for length in KernelTests.lengths {
      let values = (0..<length + 1).map { _ in pool[Int.random(in: 0..<8, using: &generator)] }
      let others = (0..<length + 1).map { _ in pool[Int.random(in: 0..<8, using: &generator)] }
      let (narrow, narrowOthers) = (values.map(Float.init), others.map(Float.init))
      for operation in KernelTests.operations {
        for constant in pool {
          let expected = words(
            values.prefix(length).map { holds(order($0, constant), 0, operation) })
          var found = [UInt64](repeating: .max, count: (length + 63) / 64)
          unsafe colonnade_compare_f64(&found, values, length, constant, Int32(operation))
          #expect(found == expected)
          unsafe colonnade_compare_f32(&found, narrow, length, constant, Int32(operation))
          #expect(found == expected)
        }
        let expected = words(
          (0..<length).map { holds(order(values[$0], others[$0]), 0, operation) })
        var found = [UInt64](repeating: .max, count: (length + 63) / 64)
        unsafe colonnade_compare_pairs_f64(&found, values, others, length, Int32(operation))
        #expect(found == expected)
        unsafe colonnade_compare_pairs_f32(
          &found, narrow, narrowOthers, length, Int32(operation))
        #expect(found == expected)
      }
    }
  }

  @Test func viewsAgreeWithBytes() {
    var generator = SeededGenerator(seed: 3)
    let pieces: [[UInt8]] = [
      [], [0], [97], [97, 0], [97, 98], [97, 98, 99, 100], [97, 98, 99, 100, 101], [255],
      [97, 98, 99, 100, 0], [97, 255], Array(repeating: 97, count: 13),
      Array(repeating: 97, count: 20), Array(repeating: 97, count: 12) + [98],
    ]
    let builder = ColumnBuilder(.binary)
    var values: [[UInt8]] = []
    for _ in 0..<300 {
      let value =
        (pieces.randomElement(using: &generator) ?? [])
        + (pieces.randomElement(using: &generator) ?? [])
      values.append(value)
      unsafe value.withUnsafeBytes { unsafe builder.append(bytes: $0) }
    }
    let texts = builder.finish()
    let evaluator = Evaluator(columns: [0: texts], rowCount: 300)
    let schema = Schema([Field("x", .binary)])
    for constant in pieces + values.prefix(20) {
      for operation in ComparisonOperator.allCases {
        let predicate = Predicate(
          .comparison(column("x"), operation, .value(.binary(constant)), .none))
        let found = try? evaluator.select(predicate.bind(schema))
        let expected = (0..<300).filter { row in
          let order =
            values[row] == constant ? 0 : values[row].lexicographicallyPrecedes(constant) ? -1 : 1
          return operation.holds(order)
        }
        #expect(found?.array == expected.map(UInt32.init))
      }
      for (kind, fits) in [
        (COLONNADE_MATCH_EQUAL, { (value: [UInt8]) in value == constant }),
        (COLONNADE_MATCH_PREFIX, { (value: [UInt8]) in value.starts(with: constant) }),
        (
          COLONNADE_MATCH_SUFFIX,
          { (value: [UInt8]) in value.reversed().starts(with: constant.reversed()) }
        ),
        (
          COLONNADE_MATCH_CONTAINS,
          { (value: [UInt8]) in
            value.indices.contains { value[$0...].starts(with: constant) } || constant.isEmpty
          }
        ),
      ] {
        let found = MatchKernel.rows(texts, constant, kind)
        #expect(found == values.map(fits))
      }
    }
  }

  @Test func exactNumbersAgreeWithWiderArithmetic() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<20_000 {
      let scale = Int.random(in: 0...6, using: &generator)
      let unscaled = Int128(
        Int64.random(in: -(1 << 50)...1 << 50, using: &generator)
          >> Int64.random(in: 0...50, using: &generator))
      let other =
        Double(
          Int64.random(in: -(1 << 40)...1 << 40, using: &generator)
            >> Int64.random(in: 0...40, using: &generator))
        / Double(1 << Int64.random(in: 0...20, using: &generator))
      // other = k / 2^20 exactly, so both sides times 10^scale · 2^20 are whole numbers.
      let left = unscaled << 20
      let right = Int128(other * 0x1p20) * Int128(UInt128.powerOfTen(scale))
      let expected = left < right ? -1 : left > right ? 1 : 0
      #expect(ExactNumber(unscaled, scale: scale).order(other) == expected)
      let third = ExactNumber(Int128(Int64.random(in: -1000...1000, using: &generator)), scale: 2)
      let wide = (
        unscaled * Int128(UInt128.powerOfTen(6 - scale)), third.unscaled * 10_000
      )
      #expect(
        ExactNumber(unscaled, scale: scale).order(third)
          == (wide.0 < wide.1 ? -1 : wide.0 > wide.1 ? 1 : 0))
    }
    let edges: [(Int128, Int, Double, Int)] = [
      (1, 38, 1e-38, 1), (1, 38, 0x1p-1074, 1), (0, 38, 0x1p-1074, -1), (0, 5, -0.0, 0),
      (-1, 38, -0x1p-1074, -1), (.max, 0, 0x1p127, -1), (.min, 0, -0x1p127, 0),
      (.max, 0, .infinity, -1), (.min, 0, -.infinity, 1), (5, 1, 0.5, 0), (1, 1, 0.1, -1),
      (Int128(UInt128.powerOfTen(37)) * 3, 38, 0.3, 1), (1, 0, .nan, -1), (15, 1, 1.5, 0),
    ]
    for (unscaled, scale, other, expected) in edges {
      #expect(ExactNumber(unscaled, scale: scale).order(other) == expected)
    }
  }
}
