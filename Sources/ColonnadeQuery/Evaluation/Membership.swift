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
      let wanted = Set(values.map { UInt64(truncatingIfNeeded: Comparison.held($0)) })
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
