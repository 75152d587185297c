// A constant brought to the type of what it is compared with, exactly: where the type has no such
// value, the comparison is rewritten with the greatest one below. Spec: spec/semantics.md,
// comparisons.

import ColonnadeArrays

/// Where a constant lies among the values of a type.
enum ConstantBound {
  /// The type has this value.
  case exact(Value)
  /// The constant lies above this value and below the next one.
  case above(Value)
  case belowAll
  case aboveAll

  /// Places `constant`, which is of the family of `type` and neither null nor nested.
  init(_ constant: Value, among type: DataType) {
    switch type {
    case .float16, .float32, .float64: self = ConstantBound.float(constant, type)
    case .bool, .string, .categorical, .binary, .fixedBinary: self = .exact(constant)
    default: self = ConstantBound.exactNumber(constant, type)
    }
  }

  private static func float(_ constant: Value, _ type: DataType) -> ConstantBound {
    switch constant {
    case .float: return .exact(constant)
    case .decimal(let unscaled, let scale):
      // A literal such as 0.1 means the value of the type that is written so.
      let nearest = ExactNumber(unscaled, scale: scale).double
      switch type {
      case .float16: return .exact(.float(Double(Float(float16Bits: Float(nearest).float16Bits))))
      case .float32: return .exact(.float(Double(Float(nearest))))
      default: return .exact(.float(nearest))
      }
    default:
      guard let number = constant.exactNumber else { return .exact(constant) }
      let nearest = number.double
      switch number.order(nearest) {
      case 0: return .exact(.float(nearest))
      case 1: return .above(.float(nearest))
      default: return .above(.float(nearest.nextDown))
      }
    }
  }

  private static func exactNumber(_ constant: Value, _ type: DataType) -> ConstantBound {
    guard let range = type.exactRange else { return .exact(constant) }
    let floor: (unscaled: Int128, isExact: Bool)?
    var isNegative = false
    if case .float(let number) = constant {
      if number.isNaN { return .aboveAll }
      isNegative = number < 0
      floor = ConstantBound.floor(number, scale: type.exactScale ?? 0)
    } else {
      guard let number = constant.exactNumber else { return .exact(constant) }
      isNegative = number.unscaled < 0
      if type == .date {
        let whole = number.floor(scale: 0)
        floor = whole.map { seconds in
          let days = ExactNumber.floorDivide(seconds.unscaled, 86_400)
          return (days.unscaled, days.isExact && seconds.isExact)
        }
      } else {
        floor = number.floor(scale: type.exactScale ?? 0)
      }
    }
    guard let floor else { return isNegative ? .belowAll : .aboveAll }
    if floor.unscaled < range.lowerBound { return .belowAll }
    if floor.unscaled > range.upperBound
      || (floor.unscaled == range.upperBound && !floor.isExact)
    {
      return .aboveAll
    }
    let value = type.value(held: floor.unscaled)
    return floor.isExact ? .exact(value) : .above(value)
  }

  /// The largest multiple of 1/10^`scale` not above `number`; `nil` outside 128 bits.
  private static func floor(
    _ number: Double, scale: Int
  ) -> (unscaled: Int128, isExact: Bool)? {
    guard number.isFinite, number.magnitude < 0x1p126 else { return nil }
    // The whole part is exact; below it, the candidates around the rounded product are compared.
    let whole = Int128(number.rounded(.down))
    let (base, overflow) = whole.multipliedReportingOverflow(by: Int128(ExactNumber.power(scale)))
    guard !overflow else { return nil }
    let fraction = number - number.rounded(.down)
    if fraction == 0 { return (base, true) }
    let step = Int128(fraction * Double(ExactNumber.power(scale)))
    let (start, startOverflow) = base.addingReportingOverflow(step)
    guard !startOverflow, start < Int128.max - 1 else { return nil }
    // Binary search between the ends of the unit, widened from the estimate.
    var low = base
    var high = base + Int128(ExactNumber.power(scale))
    if ExactNumber(start, scale: scale).order(number) <= 0 { low = start } else { high = start }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if ExactNumber(middle, scale: scale).order(number) <= 0 {
        low = middle
      } else {
        high = middle
      }
    }
    return (low, ExactNumber(low, scale: scale).order(number) == 0)
  }
}
