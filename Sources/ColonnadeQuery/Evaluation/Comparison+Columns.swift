// Two columns against each other, row by row; exact also where their types differ.

import CKernels
import ColonnadeArrays
import ColonnadeBase

extension Comparison {
  /// `left` against `right`, of one family and of equal count.
  static func compare(
    _ left: Column, _ operation: ComparisonOperator, _ right: Column
  ) -> Bitmap {
    let count = left.count
    if left.type == .null || right.type == .null { return Bitmap(zeros: count) }
    switch left.type.family {
    case .bool:
      let (first, second) = (
        Bitmap(copying: left.values, count: count), Bitmap(copying: right.values, count: count)
      )
      return collect(count) { row in
        operation.holds(ExactNumber.sign(first[row] ? 1 : 0, second[row] ? 1 : 0))
      }
    case .text, .binary:
      return collect(count) { row in
        unsafe left.withUnsafeBytes(at: row) { first in
          unsafe right.withUnsafeBytes(at: row) { second in
            operation.holds(unsafe order(first, second))
          }
        }
      }
    case .number, .instant, .time, .duration:
      if left.type.physical == right.type.physical, hasSameScale(left.type, right.type),
        let result = samePhysical(left, operation, right)
      {
        return result
      }
      return mixed(left, operation, right)
    case .null, .nested: return Bitmap(zeros: count)
    }
  }

  private static func hasSameScale(_ left: DataType, _ right: DataType) -> Bool {
    if left == .date || right == .date { return left == right }
    return left.exactScale == right.exactScale
  }

  private static func samePhysical(
    _ left: Column, _ operation: ComparisonOperator, _ right: Column
  ) -> Bitmap? {
    let count = left.count
    let result = Bitmap(uninitialised: count)
    let (first, second) = unsafe (left.values.unsafeAddress, right.values.unsafeAddress)
    // `>` and `>=` are `<` and `<=` with the sides exchanged, also for NaN.
    let isMirrored = operation == .greater || operation == .greaterOrEqual
    let a = unsafe isMirrored ? second : first
    let b = unsafe isMirrored ? first : second
    let code: Int32 =
      switch operation {
      case .equal, .notEqual: Int32(COLONNADE_EQUAL)
      case .less, .greater: Int32(COLONNADE_LESS)
      case .lessOrEqual, .greaterOrEqual: Int32(COLONNADE_LESS_OR_EQUAL)
      }
    switch left.type.physical {
    case .int8:
      unsafe colonnade_compare_pairs_i8(
        result.words, a.assumingMemoryBound(to: Int8.self),
        b.assumingMemoryBound(to: Int8.self), count, code)
    case .int16:
      unsafe colonnade_compare_pairs_i16(
        result.words, a.assumingMemoryBound(to: Int16.self),
        b.assumingMemoryBound(to: Int16.self), count, code)
    case .int32:
      unsafe colonnade_compare_pairs_i32(
        result.words, a.assumingMemoryBound(to: Int32.self),
        b.assumingMemoryBound(to: Int32.self), count, code)
    case .int64:
      unsafe colonnade_compare_pairs_i64(
        result.words, a.assumingMemoryBound(to: Int64.self),
        b.assumingMemoryBound(to: Int64.self), count, code)
    case .uint8:
      unsafe colonnade_compare_pairs_u8(
        result.words, a.assumingMemoryBound(to: UInt8.self),
        b.assumingMemoryBound(to: UInt8.self), count, code)
    case .uint16:
      unsafe colonnade_compare_pairs_u16(
        result.words, a.assumingMemoryBound(to: UInt16.self),
        b.assumingMemoryBound(to: UInt16.self), count, code)
    case .uint32:
      unsafe colonnade_compare_pairs_u32(
        result.words, a.assumingMemoryBound(to: UInt32.self),
        b.assumingMemoryBound(to: UInt32.self), count, code)
    case .uint64:
      unsafe colonnade_compare_pairs_u64(
        result.words, a.assumingMemoryBound(to: UInt64.self),
        b.assumingMemoryBound(to: UInt64.self), count, code)
    case .float32:
      unsafe colonnade_compare_pairs_f32(
        result.words, a.assumingMemoryBound(to: Float.self),
        b.assumingMemoryBound(to: Float.self), count, code)
    case .float64:
      unsafe colonnade_compare_pairs_f64(
        result.words, a.assumingMemoryBound(to: Double.self),
        b.assumingMemoryBound(to: Double.self), count, code)
    default: return nil
    }
    return operation == .notEqual ? result.inverted : result
  }

  private static func mixed(
    _ left: Column, _ operation: ComparisonOperator, _ right: Column
  ) -> Bitmap {
    let count = left.count
    switch (left.type.isFloat, right.type.isFloat) {
    case (true, true):
      let (first, second) = (doubles(left), doubles(right))
      return collect(count) { operation.holds(ExactNumber.order(first[$0], second[$0])) }
    case (false, true):
      let (first, second) = (exact(left), doubles(right))
      return collect(count) {
        operation.holds(
          ExactNumber(first.numbers[$0], scale: first.scale).order(second[$0]))
      }
    case (true, false):
      let (first, second) = (doubles(left), exact(right))
      return collect(count) {
        operation.holds(
          -ExactNumber(second.numbers[$0], scale: second.scale).order(first[$0]))
      }
    case (false, false):
      let (first, second) = (exact(left), exact(right))
      if first.scale == second.scale {
        return collect(count) {
          operation.holds(ExactNumber.sign(first.numbers[$0], second.numbers[$0]))
        }
      }
      return collect(count) {
        operation.holds(
          ExactNumber(first.numbers[$0], scale: first.scale).order(
            ExactNumber(second.numbers[$0], scale: second.scale)))
      }
    }
  }

  /// The values of a floating-point column as float64.
  static func doubles(_ column: Column) -> [Double] {
    switch column.type {
    case .float16:
      unsafe column.values.unsafeValues(UInt16.self)[0..<column.count].map {
        Double(Float(float16Bits: $0))
      }
    case .float32:
      unsafe column.values.unsafeValues(Float.self)[0..<column.count].map { Double($0) }
    default: unsafe Array(column.values.unsafeValues(Double.self)[0..<column.count])
    }
  }

  /// The values of an exact column as integers with one scale; dates in seconds.
  static func exact(_ column: Column) -> (numbers: [Int128], scale: Int) {
    let scale = column.type.exactScale ?? 0
    if column.type == .date {
      return (integers(column).map { $0 * 86_400 }, 0)
    }
    return (integers(column), scale)
  }

  /// The integers that hold the values of an exact column.
  static func integers(_ column: Column) -> [Int128] {
    func widened<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> [Int128] {
      unsafe column.values.unsafeValues(T.self)[0..<column.count].map { Int128($0) }
    }
    switch column.type.physical {
    case .int8: return widened(Int8.self)
    case .int16: return widened(Int16.self)
    case .int32: return widened(Int32.self)
    case .int64: return widened(Int64.self)
    case .uint8: return widened(UInt8.self)
    case .uint16: return widened(UInt16.self)
    case .uint32: return widened(UInt32.self)
    case .uint64: return widened(UInt64.self)
    case .int128: return unsafe Array(column.values.unsafeValues(Int128.self)[0..<column.count])
    default: return [Int128](repeating: 0, count: column.count)
    }
  }
}
