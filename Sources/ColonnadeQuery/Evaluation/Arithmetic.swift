// + - * / // % over whole columns: int64 and decimals exact with overflow a failure of the row,
// floating point as IEEE 754 says. Spec: spec/semantics.md, arithmetic.

import ColonnadeArrays
import ColonnadeBase

/// Arithmetic on columns that the binder brought to one type.
enum Arithmetic {
  /// - Parameter isNegation: the left side is the zero of a minus sign.
  static func evaluate(
    _ left: EvaluatedScalar, _ operation: ArithmeticOperator, _ right: EvaluatedScalar,
    _ type: DataType, rowCount: Int, isNegation: Bool = false
  ) -> EvaluatedScalar {
    let isConstant = left.isConstant && right.isConstant
    let count = isConstant ? 1 : rowCount
    var known = validity(left, count)
    if right.column.nullCount > 0 || right.column.type == .null {
      known = known.and(validity(right, count))
    }
    var failures = Failures.union(spread(left.failures, count), spread(right.failures, count))
    let values: Buffer
    switch type {
    case .float64:
      values = floats(left, operation, right, count, isNegation: isNegation)
    case .int64:
      values = integers(
        Int64.self, left, operation, right, count, known, &failures,
        scales: (0, 0, Int64.max))
    default:
      values = integers(
        Int128.self, left, operation, right, count, known, &failures,
        scales: (
          left.column.type.exactScale ?? 0, right.column.type.exactScale ?? 0,
          Int128(ExactNumber.power(38)) - 1
        ))
    }
    if let failures { known = known.subtracting(failures.rows) }
    return EvaluatedScalar(
      column: Column(
        unchecked: type, count: count, nullCount: count - known.rowCount, validity: known.buffer,
        values: values),
      isConstant: isConstant, failures: failures)
  }

  private static func validity(_ scalar: EvaluatedScalar, _ count: Int) -> Bitmap {
    if scalar.column.count == count { return Bitmap(validity: scalar.column) }
    return scalar.column.isNull(at: 0) ? Bitmap(zeros: count) : Bitmap(ones: count)
  }

  private static func spread(_ failures: Failures?, _ count: Int) -> Failures? {
    guard let failures, failures.rows.count != count else { return failures }
    return Failures(rows: Bitmap(ones: count), error: failures.error)
  }

  private static func floats(
    _ left: EvaluatedScalar, _ operation: ArithmeticOperator, _ right: EvaluatedScalar,
    _ count: Int, isNegation: Bool
  ) -> Buffer {
    let buffer = MutableBuffer(byteCount: count * 8)
    let target = unsafe buffer.pointer.assumingMemoryBound(to: Double.self)
    let (a, b) = unsafe (
      left.column.values.unsafeValues(Double.self), right.column.values.unsafeValues(Double.self)
    )
    let (s, t) = (left.column.count == count ? 1 : 0, right.column.count == count ? 1 : 0)
    switch operation {
    case .add: for i in 0..<count { unsafe target[i] = a[i * s] + b[i * t] }
    case .subtract:
      if isNegation {
        for i in 0..<count { unsafe target[i] = -b[i * t] }
      } else {
        for i in 0..<count { unsafe target[i] = a[i * s] - b[i * t] }
      }
    case .multiply: for i in 0..<count { unsafe target[i] = a[i * s] * b[i * t] }
    case .divide, .divideWhole: for i in 0..<count { unsafe target[i] = a[i * s] / b[i * t] }
    case .remainder:
      for i in 0..<count {
        unsafe target[i] = a[i * s].truncatingRemainder(dividingBy: b[i * t])
      }
    }
    extendLifetime(left.column)
    extendLifetime(right.column)
    return buffer.freeze()
  }

  /// - Parameter scales: digits after the point left and right, and the greatest magnitude a
  ///   result may have.
  private static func integers<T: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ type: T.Type, _ left: EvaluatedScalar, _ operation: ArithmeticOperator,
    _ right: EvaluatedScalar, _ count: Int, _ known: Bitmap, _ failures: inout Failures?,
    scales: (left: Int, right: Int, limit: T)
  ) -> Buffer {
    let buffer = MutableBuffer.zeroed(byteCount: count * MemoryLayout<T>.size)
    let target = unsafe buffer.pointer.assumingMemoryBound(to: T.self)
    let (a, b) = unsafe (
      left.column.values.unsafeValues(T.self), right.column.values.unsafeValues(T.self)
    )
    let (s, t) = (left.column.count == count ? 1 : 0, right.column.count == count ? 1 : 0)
    let isWide = T.bitWidth > 64
    var failed: Bitmap?
    var message = ""
    for i in 0..<count where known[i] {
      let (x, y) = unsafe (a[i * s], b[i * t])
      var result: (partialValue: T, overflow: Bool)
      switch operation {
      case .add: result = x.addingReportingOverflow(y)
      case .subtract: result = x.subtractingReportingOverflow(y)
      case .multiply: result = x.multipliedReportingOverflow(by: y)
      case .divide, .divideWhole: result = x.dividedReportingOverflow(by: y)
      case .remainder:
        // The remainder of the least integer by −1 is 0, not an overflow.
        result = y == -1 ? (0, false) : x.remainderReportingOverflow(dividingBy: y)
      }
      if isWide, result.partialValue > scales.limit || result.partialValue < -scales.limit {
        result.overflow = true
      }
      if result.overflow {
        if failed == nil {
          failed = Bitmap(zeros: count)
          message = describe(x, scales.left, operation, y, scales.right)
        }
        failed?.insert(i)
      } else {
        unsafe target[i] = result.partialValue
      }
    }
    extendLifetime(left.column)
    extendLifetime(right.column)
    if let failed {
      failures = Failures.union(
        failures,
        Failures(
          rows: failed,
          error: ColonnadeError(
            .invalidArgument, message, hint: "CAST one side to float64, or filter such rows")))
    }
    return buffer.freeze()
  }

  private static func describe<T: FixedWidthInteger>(
    _ left: T, _ leftScale: Int, _ operation: ArithmeticOperator, _ right: T, _ rightScale: Int
  ) -> String {
    func text(_ number: T, _ scale: Int) -> String {
      var buffer = TextBuffer(capacity: 48)
      buffer.append(decimal: Int128(number), scale: scale)
      return buffer.text()
    }
    let isDivision = operation == .divideWhole || operation == .remainder
    let sum = "\(text(left, leftScale)) \(operation.rawValue) \(text(right, rightScale))"
    return isDivision && right == 0 ? "division by zero: \(sum)" : "overflow: \(sum)"
  }
}
