// Ranges of arithmetic, functions and casts, from the ranges of what they are made of. Bounds are
// kept only where the operation is monotone and the bounds prove that no row overflows.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

extension ScalarRange {
  /// The range of `scalar` over the rows of `facts`.
  init(_ scalar: BoundScalar, _ facts: KnownFacts) {
    switch scalar {
    case .field(let field):
      self.init(field, facts)
      // The bounds of a list are those of its length.
      if field.type.isNested {
        minimum = nil
        maximum = nil
      }
    case .constant(let value, _): self.init(constant: value)
    case .negative(let operand, let type):
      self = ScalarRange.arithmetic(
        ScalarRange(constant: type == .float64 ? .float(0) : .integer(0)), .subtract,
        ScalarRange(operand, facts), type)
    case .arithmetic(let left, let operation, let right, let type):
      self = ScalarRange.arithmetic(
        ScalarRange(left, facts), operation, ScalarRange(right, facts), type)
    case .function(let function, let operand, let type):
      self = ScalarRange.function(function, operand, type, facts)
    case .cast(let operand, let type):
      self = ScalarRange.cast(ScalarRange(operand, facts), operand.type, type)
    case .predicate(let predicate):
      self.init(.bool)
      let outcomes = Pruner.outcomes(predicate, facts)
      canBeNull = outcomes.contains(.unknown)
      canFail = outcomes.contains(.failure)
      canBeValue = !outcomes.isDisjoint(with: [.yes, .no])
      if !canFail {
        minimum = .bool(!outcomes.contains(.no))
        maximum = .bool(outcomes.contains(.yes))
      }
    }
  }

  private static func cast(_ range: ScalarRange, _ from: DataType, _ type: DataType) -> ScalarRange
  {
    var result = range
    result.canBeNaN = type.isFloat && range.canBeNaN
    result.minimum = nil
    result.maximum = nil
    let isMonotone =
      (from.family == .number && type.family == .number)
      || (from.family == .instant && type.family == .instant)
    guard isMonotone, !(range.canBeNaN && !type.isFloat) else {
      result.canBeNaN = type.isFloat
      result.canBeValue = true
      result.fail()
      return result
    }
    guard range.canBeValue else { return result }
    do throws(ColonnadeError) {
      guard let minimum = range.minimum, let maximum = range.maximum else {
        result.fail()
        return result
      }
      // Between two values that fit, every value fits.
      let bounds = (
        try Casting.cast(minimum, from, to: type), try Casting.cast(maximum, from, to: type)
      )
      if !range.canFail { (result.minimum, result.maximum) = bounds }
    } catch {
      result.fail()
    }
    return result
  }

  // MARK: arithmetic

  private static func arithmetic(
    _ left: ScalarRange, _ operation: ArithmeticOperator, _ right: ScalarRange, _ type: DataType
  ) -> ScalarRange {
    var result = ScalarRange(type)
    result.canBeNull = left.canBeNull || right.canBeNull
    result.canFail = left.canFail || right.canFail
    let bothValues = left.canBeValue && right.canBeValue
    if type.isFloat {
      result.canBeNaN = true
      guard bothValues else { return result }
      floats(left, operation, right, &result)
      return result
    }
    result.canBeValue = bothValues
    guard bothValues || result.canFail else { return result }
    guard let a = left.numbers, let b = right.numbers, !result.canFail else {
      result.fail()
      return result
    }
    let scale = type.exactScale ?? 0
    let limits =
      type == .int64
      ? Int128(Int64.min)...Int128(Int64.max)
      : -(Int128(ExactNumber.power(38)) - 1)...(Int128(ExactNumber.power(38)) - 1)
    guard let bounds = exact(a, operation, b, scale), limits.contains(bounds.lowerBound),
      limits.contains(bounds.upperBound)
    else {
      result.fail()
      return result
    }
    result.minimum = type.value(held: bounds.lowerBound)
    result.maximum = type.value(held: bounds.upperBound)
    return result
  }

  /// Both bounds as exact numbers.
  private var numbers: (low: ExactNumber, high: ExactNumber)? {
    guard let low = minimum?.exactNumber, let high = maximum?.exactNumber else { return nil }
    return (low, high)
  }

  private static func exact(
    _ left: (low: ExactNumber, high: ExactNumber), _ operation: ArithmeticOperator,
    _ right: (low: ExactNumber, high: ExactNumber), _ scale: Int
  ) -> ClosedRange<Int128>? {
    switch operation {
    case .add, .subtract:
      guard let a = left.low.floor(scale: scale)?.unscaled,
        let b = left.high.floor(scale: scale)?.unscaled,
        let c = right.low.floor(scale: scale)?.unscaled,
        let d = right.high.floor(scale: scale)?.unscaled
      else { return nil }
      let low =
        operation == .add ? a.addingReportingOverflow(c) : a.subtractingReportingOverflow(d)
      let high =
        operation == .add ? b.addingReportingOverflow(d) : b.subtractingReportingOverflow(c)
      guard !low.overflow, !high.overflow else { return nil }
      return low.partialValue...high.partialValue
    case .multiply:
      var corners: [Int128] = []
      for a in [left.low, left.high] {
        for b in [right.low, right.high] {
          let product = a.unscaled.multipliedReportingOverflow(by: b.unscaled)
          guard !product.overflow, a.scale + b.scale <= 38,
            let held = ExactNumber(product.partialValue, scale: a.scale + b.scale).floor(
              scale: scale)
          else { return nil }
          corners.append(held.unscaled)
        }
      }
      guard let low = corners.min(), let high = corners.max() else { return nil }
      return low...high
    case .remainder:
      // Smaller than the divisor, with the sign of the left side; never a division by zero.
      guard let a = left.low.floor(scale: scale)?.unscaled,
        let b = left.high.floor(scale: scale)?.unscaled,
        let c = right.low.floor(scale: scale)?.unscaled,
        let d = right.high.floor(scale: scale)?.unscaled, c > 0 || d < 0
      else { return nil }
      let most = Int128(clamping: max(c.magnitude, d.magnitude)) - 1
      return (a >= 0 ? 0 : -most)...(b <= 0 ? 0 : most)
    case .divide, .divideWhole: return nil
    }
  }

  /// Sums and products of finite bounds; rounding keeps the order.
  private static func floats(
    _ left: ScalarRange, _ operation: ArithmeticOperator, _ right: ScalarRange,
    _ result: inout ScalarRange
  ) {
    guard !result.canFail, case .float(let a)? = left.minimum, case .float(let b)? = left.maximum,
      case .float(let c)? = right.minimum, case .float(let d)? = right.maximum
    else { return }
    let corners: [Double]
    switch operation {
    case .add: corners = [a + c, b + d]
    case .subtract: corners = [a - d, b - c]
    case .multiply: corners = [a * c, a * d, b * c, b * d]
    case .divide, .divideWhole, .remainder: return
    }
    guard (corners + [a, b, c, d]).allSatisfy(\.isFinite), let low = corners.min(),
      let high = corners.max()
    else { return }
    result.canBeNaN = left.canBeNaN || right.canBeNaN
    result.minimum = .float(low)
    result.maximum = .float(high)
  }

  // MARK: functions

  private static func function(
    _ function: ScalarFunction, _ operand: BoundScalar, _ type: DataType,
    _ facts: KnownFacts
  ) -> ScalarRange {
    let range = ScalarRange(operand, facts)
    var result = range
    result.canBeNaN = type.isFloat && range.canBeNaN
    result.minimum = nil
    result.maximum = nil
    switch function {
    case .lower, .upper: break
    case .length:
      result.minimum = .integer(0)
      if case .field(let field) = operand {
        switch field.type {
        case .list, .map:
          let statistics = facts.statistics(of: field)
          result.minimum = statistics?.minimum?.value ?? .integer(0)
          result.maximum = statistics?.maximum?.value
        case .fixedList(_, let count):
          result.minimum = .integer(Int128(count))
          result.maximum = result.minimum
        default: break
        }
      }
    case .abs:
      guard range.canBeValue else { break }
      absolute(range, type, &result)
    case .year, .month, .day, .hour, .minute, .second:
      part(function, range, &result)
    }
    if result.canFail { result.fail() }
    return result
  }

  private static func absolute(
    _ range: ScalarRange, _ type: DataType, _ result: inout ScalarRange
  ) {
    if type == .float64 {
      result.minimum = .float(0)
      return
    }
    guard let (low, high) = range.numbers, type != .int64 || low.unscaled > Int128(Int64.min)
    else {
      if type == .int64 { result.fail() }
      return
    }
    let scale = type.exactScale ?? 0
    guard let a = low.floor(scale: scale)?.unscaled, let b = high.floor(scale: scale)?.unscaled,
      a != .min
    else { return }
    let least = a > 0 ? a : b < 0 ? -b : 0
    result.minimum = type.value(held: least)
    result.maximum = type.value(held: max(abs(a), abs(b)))
  }

  /// Parts of dates: the year always ascends; a smaller part does while all greater ones stay.
  private static func part(
    _ function: ScalarFunction, _ range: ScalarRange, _ result: inout ScalarRange
  ) {
    let limits: ClosedRange<Int128>? =
      switch function {
      case .month: 1...12
      case .day: 1...31
      case .hour: 0...23
      case .minute, .second: 0...59
      default: nil
      }
    if let limits {
      result.minimum = .integer(limits.lowerBound)
      result.maximum = .integer(limits.upperBound)
    }
    guard let low = range.minimum.flatMap(parts), let high = range.maximum.flatMap(parts) else {
      return
    }
    let order: [ScalarFunction] = [.year, .month, .day, .hour, .minute, .second]
    guard let index = order.firstIndex(of: function), low[..<index] == high[..<index] else {
      return
    }
    result.minimum = .integer(low[index])
    result.maximum = .integer(high[index])
  }

  /// Year, month, day, hour, minute and second of a date, time or timestamp.
  private static func parts(_ value: Value) -> [Int128]? {
    let seconds: Int128
    switch value {
    case .date, .time, .timestamp:
      guard let number = value.exactNumber, let floor = number.floor(scale: 0) else { return nil }
      seconds = floor.unscaled
    default: return nil
    }
    let days = ExactNumber.floorDivide(seconds, 86_400).unscaled
    let rest = seconds - days * 86_400
    guard let day = Int64(exactly: days) else { return nil }
    let date = CalendarDay(daysSince1970: day)
    return [
      Int128(date.year), Int128(date.month), Int128(date.day), rest / 3600, rest / 60 % 60,
      rest % 60,
    ]
  }
}
