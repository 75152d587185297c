// Numbers compared without rounding: integers, decimals and floating point against each other, and
// dates, times and durations across units. Spec: spec/semantics.md, comparisons.

/// `unscaled` / 10^`scale`, 0 ≤ scale ≤ 38.
package struct ExactNumber: Sendable {
  package var unscaled: Int128
  package var scale: Int

  @inlinable package init(_ unscaled: Int128, scale: Int = 0) {
    self.unscaled = unscaled
    self.scale = scale
  }

  /// −1, 0 or 1 as `self` is below, equal to or above `other`.
  package func order(_ other: ExactNumber) -> Int {
    if scale == other.scale { return ExactNumber.sign(unscaled, other.unscaled) }
    if unscaled.signum() != other.unscaled.signum() {
      return ExactNumber.sign(unscaled.signum(), other.unscaled.signum())
    }
    let magnitudes: Int
    if scale < other.scale {
      let scaled = unscaled.magnitude.multipliedFullWidth(
        by: ExactNumber.power(other.scale - scale))
      magnitudes =
        scaled.high != 0 ? 1 : ExactNumber.sign(scaled.low, other.unscaled.magnitude)
    } else {
      let scaled = other.unscaled.magnitude.multipliedFullWidth(
        by: ExactNumber.power(scale - other.scale))
      magnitudes = scaled.high != 0 ? -1 : ExactNumber.sign(unscaled.magnitude, scaled.low)
    }
    return unscaled < 0 ? -magnitudes : magnitudes
  }

  /// −1, 0 or 1; NaN is above every number.
  package func order(_ other: Double) -> Int {
    if other.isNaN { return -1 }
    // Beyond ±1.7e38 lies no exact number of this type.
    if other >= 0x1p127 { return -1 }
    if other < -0x1p127 { return 1 }
    let whole = other.rounded(.towardZero)
    let divisor = Int128(ExactNumber.power(scale))
    let (quotient, remainder) = unscaled.quotientAndRemainder(dividingBy: divisor)
    let wholes = ExactNumber.sign(quotient, Int128(whole))
    if wholes != 0 { return wholes }
    let fraction = other - whole
    if remainder.signum() != (fraction > 0 ? 1 : fraction < 0 ? -1 : 0) {
      return ExactNumber.sign(
        Int(remainder.signum()), fraction > 0 ? 1 : fraction < 0 ? -1 : 0)
    }
    if remainder == 0 { return 0 }
    let magnitudes = ExactNumber.orderFractions(
      remainder.magnitude, scale: scale, fraction.magnitude)
    return remainder < 0 ? -magnitudes : magnitudes
  }

  /// Orders `numerator` / 10^`scale` and `fraction`, both above 0 and below 1.
  private static func orderFractions(
    _ numerator: UInt128, scale: Int, _ fraction: Double
  ) -> Int {
    // 10^-38 is above 2^-127, so a smaller fraction is below every decimal that is not zero.
    if fraction < 0x1p-127 { return 1 }
    // fraction = significand / 2^shift with an odd or full significand of at most 53 bits.
    let shift = 52 - Int(fraction.exponent)
    let significand = UInt128(fraction.significandBitPattern | 1 << 52)
    // numerator · 2^shift against significand · 10^scale, which has at most 180 bits.
    let right = significand.multipliedFullWidth(by: power(scale))
    let bitWidth = 128 - numerator.leadingZeroBitCount + shift
    if bitWidth > 250 { return 1 }
    let left: (high: UInt128, low: UInt128)
    if shift >= 128 {
      left = (numerator << UInt128(shift - 128), 0)
    } else {
      left = (shift == 0 ? 0 : numerator >> UInt128(128 - shift), numerator << UInt128(shift))
    }
    if left.high != right.high { return left.high < right.high ? -1 : 1 }
    return sign(left.low, right.low)
  }

  /// −1, 0 or 1: NaN equals NaN and is above all else, −0 equals 0.
  @inlinable package static func order(_ left: Double, _ right: Double) -> Int {
    if left < right { return -1 }
    if left > right { return 1 }
    if left == right { return 0 }
    return left.isNaN ? (right.isNaN ? 0 : 1) : -1
  }

  /// The largest multiple of 1/10^`newScale` that is not above this number.
  /// - Returns: `nil` where it leaves 128 bits; `isExact` where nothing was cut.
  package func floor(scale newScale: Int) -> (unscaled: Int128, isExact: Bool)? {
    if newScale >= scale {
      guard newScale - scale <= 38 else { return unscaled == 0 ? (0, true) : nil }
      let (product, overflow) = unscaled.multipliedReportingOverflow(
        by: Int128(ExactNumber.power(newScale - scale)))
      return overflow ? nil : (product, true)
    }
    return ExactNumber.floorDivide(unscaled, Int128(ExactNumber.power(scale - newScale)))
  }

  /// Quotient rounded down; `divisor` is positive.
  package static func floorDivide(
    _ value: Int128, _ divisor: Int128
  ) -> (unscaled: Int128, isExact: Bool) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return (remainder < 0 ? quotient - 1 : quotient, remainder == 0)
  }

  /// The nearest floating-point number, ties to even.
  package var double: Double {
    if scale == 0 { return Double(unscaled) }
    // One exact division, where both sides are exact, is rounded once.
    if unscaled.magnitude <= 1 << 53, scale <= 22 {
      return Double(unscaled) / Double(ExactNumber.power(scale))
    }
    return Double("\(unscaled)e-\(scale)") ?? Double(unscaled)
  }

  @inlinable package static func sign<T: Comparable>(_ left: T, _ right: T) -> Int {
    left < right ? -1 : left > right ? 1 : 0
  }

  private static let powers: [UInt128] = (0...38).map { UInt128.powerOfTen($0) }

  /// 10^`exponent`, 0 ≤ exponent ≤ 38.
  package static func power(_ exponent: Int) -> UInt128 { powers[exponent] }
}

extension Value {
  /// The value as an exact number of its family: integers and decimals as they are, dates and
  /// timestamps in seconds since 1970, times and durations in seconds; `nil` for all others.
  package var exactNumber: ExactNumber? {
    switch self {
    case .integer(let value): ExactNumber(value)
    case .decimal(let unscaled, let scale):
      (0...38).contains(scale) ? ExactNumber(unscaled, scale: scale) : nil
    case .date(let days): ExactNumber(Int128(days) * 86_400)
    case .time(let ticks, let unit), .timestamp(let ticks, let unit, _),
      .duration(let ticks, let unit):
      ExactNumber(Int128(ticks), scale: Int(unit.rawValue) * 3)
    default: nil
    }
  }

  /// −1, 0 or 1 as this value is below, equal to or above `other`, exact across types of one
  /// family: numbers; texts and binary by bytes; dates and timestamps as instants; times;
  /// durations; booleans, false below true.
  /// - Returns: `nil` where either is null or nested, or the families differ.
  public func order(_ other: Value) -> Int? {
    switch (self, other) {
    case (.bool(let left), .bool(let right)):
      return ExactNumber.sign(left ? 1 : 0, right ? 1 : 0)
    case (.string(let left), .string(let right)):
      return Value.order(Array(left.utf8), Array(right.utf8))
    case (.binary(let left), .binary(let right)): return Value.order(left, right)
    case (.float(let left), .float(let right)): return ExactNumber.order(left, right)
    case (.float(let left), .integer), (.float(let left), .decimal):
      return other.exactNumber.map { -$0.order(left) }
    case (.integer, .float(let right)), (.decimal, .float(let right)):
      return exactNumber?.order(right)
    case (.integer, .integer), (.integer, .decimal), (.decimal, .integer), (.decimal, .decimal),
      (.date, .date), (.date, .timestamp), (.timestamp, .date), (.timestamp, .timestamp),
      (.time, .time), (.duration, .duration):
      guard let left = exactNumber, let right = other.exactNumber else { return nil }
      return left.order(right)
    default: return nil
    }
  }

  /// Bytes compared as unsigned numbers, a prefix before what it begins.
  package static func order(_ left: [UInt8], _ right: [UInt8]) -> Int {
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
      return left[index] < right[index] ? -1 : 1
    }
    return ExactNumber.sign(left.count, right.count)
  }
}
