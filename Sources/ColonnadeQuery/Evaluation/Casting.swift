// CAST over whole columns: widenings at once, all else value by value. A value that does not fit
// fails its row. Spec: spec/semantics.md, CAST.

import ColonnadeArrays
import ColonnadeBase

/// Conversions between types.
enum Casting {
  static func evaluate(_ operand: EvaluatedScalar, _ type: DataType) -> EvaluatedScalar {
    let column = operand.column
    if column.type == type { return operand }
    if column.type.physical == type.physical, isSame(column.type, type) {
      return EvaluatedScalar(
        column: column.relabelled(as: type), isConstant: operand.isConstant,
        failures: operand.failures)
    }
    if let values = widened(column, type) {
      return EvaluatedScalar(
        column: Column(
          unchecked: type, count: column.count, nullCount: column.nullCount,
          validity: column.validity, values: values),
        isConstant: operand.isConstant, failures: operand.failures)
    }
    let builder = ColumnBuilder(type, capacity: column.count)
    var failed: Bitmap?
    var first: ColonnadeError?
    for row in 0..<column.count {
      do throws(ColonnadeError) {
        try builder.append(value: cast(column.value(at: row), column.type, to: type))
      } catch {
        builder.appendNull()
        if failed == nil {
          failed = Bitmap(zeros: column.count)
          first = error
        }
        failed?.insert(row)
      }
    }
    var failures = operand.failures
    if let failed, let first {
      failures = Failures.union(failures, Failures(rows: failed, error: first))
    }
    return EvaluatedScalar(
      column: builder.finish(), isConstant: operand.isConstant, failures: failures)
  }

  /// Types whose values of one layout mean the same.
  private static func isSame(_ from: DataType, _ to: DataType) -> Bool {
    switch (from.family, to.family) {
    case (.text, .text): true
    case (.number, .number):
      from.exactScale != nil && from.exactScale == to.exactScale
        && !isNarrower(to, than: from)
    case (.instant, .instant), (.time, .time), (.duration, .duration):
      from.exactScale == to.exactScale
    case (.duration, .number), (.number, .duration): true
    default: false
    }
  }

  private static func isNarrower(_ type: DataType, than other: DataType) -> Bool {
    guard case .decimal(let precision, _) = type else { return false }
    guard case .decimal(let otherPrecision, _) = other else { return true }
    return precision < otherPrecision
  }

  /// The values where every one fits by its type; `nil` where the types promise no such thing.
  private static func widened(_ column: Column, _ type: DataType) -> Buffer? {
    let from = column.type
    guard from.family == .number, type.family == .number else { return nil }
    let buffer = MutableBuffer()
    func store<T: FixedWidthInteger & BitwiseCopyable, U: BitwiseCopyable>(
      _ source: T.Type, _ convert: (T) -> U
    ) {
      let values = unsafe column.values.unsafeValues(T.self)
      let target = unsafe buffer.extend(by: column.count * MemoryLayout<U>.size)
        .assumingMemoryBound(to: U.self)
      for row in 0..<column.count { unsafe target[row] = convert(values[row]) }
    }
    switch (from.physical, type) {
    case (.int8, .int64): store(Int8.self) { Int64($0) }
    case (.int16, .int64): store(Int16.self) { Int64($0) }
    case (.int32, .int64): store(Int32.self) { Int64($0) }
    case (.uint8, .int64): store(UInt8.self) { Int64($0) }
    case (.uint16, .int64): store(UInt16.self) { Int64($0) }
    case (.uint32, .int64): store(UInt32.self) { Int64($0) }
    case (.int8, .float64): store(Int8.self) { Double($0) }
    case (.int16, .float64): store(Int16.self) { Double($0) }
    case (.int32, .float64): store(Int32.self) { Double($0) }
    case (.uint8, .float64): store(UInt8.self) { Double($0) }
    case (.uint16, .float64): store(UInt16.self) { Double($0) }
    case (.uint32, .float64): store(UInt32.self) { Double($0) }
    case (.uint64, .float64): store(UInt64.self) { Double($0) }
    case (.int64, .float64) where from == .int64: store(Int64.self) { Double($0) }
    case (.float16, .float64), (.float32, .float64):
      for number in Comparison.doubles(column) { buffer.append(number) }
    case (_, .decimal(38, let scale)):
      guard let fromScale = from.exactScale, scale >= fromScale else { return nil }
      // The widest value of the type, scaled, stays below 38 digits.
      let digits: Int
      switch from {
      case .decimal(let precision, _): digits = precision
      default: digits = 20
      }
      guard digits + scale - fromScale <= 38 else { return nil }
      let factor = Int128(ExactNumber.power(scale - fromScale))
      for number in Comparison.integers(column) { buffer.append(number &* factor) }
    default: return nil
    }
    return buffer.freeze()
  }
}
