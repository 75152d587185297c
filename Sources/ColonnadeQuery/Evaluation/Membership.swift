// IN: a few values one by one, many through a hash set.

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// Looks for values of a set in a column.
enum Membership {
  /// Up to so many values are compared one by one, which vectors do well.
  private static let fewCount = 8

  /// The rows of `column` that hold one of `values`, which are of the column's own type.
  static func find(_ values: [Value], in column: Column) -> Bitmap {
    if values.count <= fewCount {
      var found = Bitmap(zeros: column.count)
      for value in values { found = found.or(Comparison.compare(column, .equal, value)) }
      return found
    }
    switch column.type.physical {
    case .bytes, .fixedBytes:
      let wanted = Set(values.map(Comparison.bytes(of:)))
      let lengths = Set(wanted.map(\.count))
      return Comparison.collect(column.count) { row in
        unsafe column.withUnsafeBytes(at: row) { bytes in
          unsafe lengths.contains(bytes.count) && wanted.contains(Array(bytes))
        }
      }
    case .float16, .float32, .float64:
      // Zeros are equal, and so are all NaNs.
      var wanted = Set<UInt64>()
      for value in values {
        if case .float(let number) = value { wanted.insert(canonicalBits(number)) }
      }
      let numbers = Comparison.doubles(column)
      return Comparison.collect(column.count) { wanted.contains(canonicalBits(numbers[$0])) }
    case .int128:
      let wanted = Set(values.map(Comparison.held))
      let numbers = unsafe column.values.unsafeValues(Int128.self)
      return Comparison.collect(column.count) { row in unsafe wanted.contains(numbers[row]) }
    case .none, .bit, .list, .fixedList, .structure:
      var found = Bitmap(zeros: column.count)
      for value in values { found = found.or(Comparison.compare(column, .equal, value)) }
      return found
    default:
      let wanted = IntegerSet(values.map { UInt64(truncatingIfNeeded: Comparison.held($0)) })
      let numbers = Comparison.integers(column)
      return Comparison.collect(column.count) {
        wanted.contains(UInt64(truncatingIfNeeded: numbers[$0]))
      }
    }
  }

  private static func canonicalBits(_ number: Double) -> UInt64 {
    number.isNaN ? Double.nan.bitPattern : number == 0 ? 0 : number.bitPattern
  }
}

/// A set of integers that is asked for every row: open addressing, half empty at least.
private struct IntegerSet {
  private var slots: [UInt64]
  private let shift: UInt64
  /// Free slots hold zero, so zero itself is kept apart.
  private var hasZero = false

  init(_ numbers: [UInt64]) {
    let bitCount = max(4, Int.bitWidth - (2 * numbers.count).leadingZeroBitCount)
    slots = [UInt64](repeating: 0, count: 1 << bitCount)
    shift = UInt64(64 - bitCount)
    for number in numbers {
      if number == 0 {
        hasZero = true
        continue
      }
      var slot = index(number)
      while slots[slot] != 0, slots[slot] != number { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = number
    }
  }

  private func index(_ number: UInt64) -> Int {
    Int(truncatingIfNeeded: (number &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }

  func contains(_ number: UInt64) -> Bool {
    if number == 0 { return hasZero }
    var slot = index(number)
    while slots[slot] != 0 {
      if slots[slot] == number { return true }
      slot = (slot + 1) & (slots.count - 1)
    }
    return false
  }
}
