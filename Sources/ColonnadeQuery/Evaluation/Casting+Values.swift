// One value as another type. Rounding is to nearest, ties away from zero from decimals and to even
// from floating point; nothing is cut silently but the fraction of a number cast to an integer.

import ColonnadeArrays
import ColonnadeBase

extension Casting {
  /// - Throws: `.invalidArgument` where the value has no counterpart in `type`.
  static func cast(
    _ value: Value, _ from: DataType, to type: DataType
  ) throws(ColonnadeError) -> Value {
    switch (value, type) {
    case (.null, _): return .null
    case (.string(let text), _): return try parse(text, to: type)
    case (_, .string), (_, .categorical):
      var buffer = TextBuffer(capacity: 64)
      if case .binary(let bytes) = value, let text = String(validating: bytes, as: UTF8.self) {
        return .string(text)
      }
      if from == .float32, case .float(let number) = value {
        buffer.append(Float(number))
      } else {
        buffer.append(value)
      }
      return .string(buffer.text())
    case (.bool(let flag), _) where type.isInteger: return .integer(flag ? 1 : 0)
    case (.bool(let flag), _): return try cast(.integer(flag ? 1 : 0), .int64, to: type)
    case (.integer(let number), .bool): return .bool(number != 0)
    case (.decimal(let number, _), .bool): return .bool(number != 0)
    case (.float(let number), .bool): return .bool(number != 0)
    case (.float(let number), .float16):
      return .float(Double(Float(float16Bits: Float(number).float16Bits)))
    case (.float(let number), .float32): return .float(Double(Float(number)))
    case (.float, .float64): return value
    case (.float(let number), _): return try exact(number, value, to: type)
    case (.integer, .float16), (.integer, .float32), (.integer, .float64), (.decimal, .float16),
      (.decimal, .float32), (.decimal, .float64):
      guard let number = value.exactNumber else { throw misfit(value, type) }
      return try cast(.float(number.double), .float64, to: type)
    case (.integer(let ticks), .duration(let unit)):
      guard let ticks = Int64(exactly: ticks) else { throw misfit(value, type) }
      return .duration(ticks, unit)
    case (.duration(let ticks, _), _) where type.isInteger:
      return try held(Int128(ticks), value, type)
    case (.integer, _), (.decimal, _):
      guard let number = value.exactNumber, let scale = type.exactScale else {
        throw misfit(value, type)
      }
      return try held(rounded(number, scale: scale, value, type), value, type)
    case (.timestamp(let ticks, let unit, _), .time(let target)):
      let perDay = 86_400 * unit.ticksPerSecond
      let rest = ((ticks % perDay) + perDay) % perDay
      return try cast(.time(rest, unit), .time(unit), to: .time(target))
    case (.date, .time(let unit)): return .time(0, unit)
    case (.timestamp(let ticks, let unit, _), .date):
      let days = ExactNumber.floorDivide(Int128(ticks), Int128(86_400 * unit.ticksPerSecond))
      return try held(days.unscaled, value, type)
    case (.date, .timestamp), (.timestamp, .timestamp), (.time, .time), (.duration, .duration):
      guard let number = value.exactNumber,
        let floor = number.floor(scale: type.exactScale ?? 0)
      else { throw misfit(value, type) }
      return try held(floor.unscaled, value, type)
    case (.date, .date), (.binary, .binary): return value
    case (.binary(let bytes), .fixedBinary(let byteCount)):
      guard bytes.count == byteCount else { throw misfit(value, type) }
      return value
    default: throw misfit(value, type)
    }
  }

  private static func misfit(_ value: Value, _ type: DataType) -> ColonnadeError {
    var buffer = TextBuffer(capacity: 64)
    buffer.append(value)
    return ColonnadeError(.invalidArgument, "'\(buffer.text())' is not cast to \(type)")
  }

  /// `number` as a value of `type`, where it lies within the type.
  private static func held(
    _ number: Int128, _ value: Value, _ type: DataType
  ) throws(ColonnadeError) -> Value {
    let range = type == .date ? Int128(Int32.min)...Int128(Int32.max) : type.exactRange
    guard let range, range.contains(number) else { throw misfit(value, type) }
    if case .decimal(let precision, _) = type {
      guard number.magnitude < ExactNumber.power(precision) else { throw misfit(value, type) }
    }
    return type.value(held: number)
  }

  /// To `scale` digits after the point, ties away from zero.
  private static func rounded(
    _ number: ExactNumber, scale: Int, _ value: Value, _ type: DataType
  ) throws(ColonnadeError) -> Int128 {
    if scale >= number.scale {
      guard let exact = number.floor(scale: scale) else { throw misfit(value, type) }
      return exact.unscaled
    }
    let divisor = Int128(ExactNumber.power(number.scale - scale))
    let (quotient, remainder) = number.unscaled.quotientAndRemainder(dividingBy: divisor)
    // Without doubling: a remainder of at least half the divisor.
    let isUp = remainder.magnitude >= divisor.magnitude - remainder.magnitude
    return isUp ? quotient + (number.unscaled < 0 ? -1 : 1) : quotient
  }

  /// A floating-point number as an integer or decimal, ties to even.
  private static func exact(
    _ number: Double, _ value: Value, to type: DataType
  ) throws(ColonnadeError) -> Value {
    guard number.isFinite, let scale = type.exactScale else { throw misfit(value, type) }
    if scale == 0 {
      guard let whole = Int128(exactly: number.rounded(.toNearestOrEven)) else {
        throw misfit(value, type)
      }
      return try held(whole, value, type)
    }
    let scaled = (number * Double(ExactNumber.power(scale))).rounded(.toNearestOrEven)
    guard let whole = Int128(exactly: scaled) else { throw misfit(value, type) }
    return try held(whole, value, type)
  }

  private static func parse(_ text: String, to type: DataType) throws(ColonnadeError) -> Value {
    let value: Value?
    switch type {
    case .string, .categorical: value = .string(text)
    case .bool: value = ConstantText.bool(text).map(Value.bool)
    case .date:
      value = ConstantText.date(text).map(Value.date) ?? ConstantText.timestamp(text)
    case .timestamp: value = ConstantText.timestamp(text)
    case .time: value = ConstantText.time(text)
    case .binary: value = .binary(Array(text.utf8))
    case .fixedBinary(let byteCount):
      value =
        (byteCount == 16 ? ConstantText.uuid(text) : nil).map(Value.binary)
        ?? .binary(Array(text.utf8))
    case .duration, .null, .list, .fixedList, .structure, .map: value = nil
    default: value = ConstantText.number(text)
    }
    guard let value else {
      throw ColonnadeError(.invalidArgument, "'\(text)' is not cast to \(type)")
    }
    if case .string = value { return value }
    return try cast(value, type, to: type)
  }
}
