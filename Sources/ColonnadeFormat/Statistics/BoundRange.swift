// A range of numbers in the order in which bounds of one type compare, each as 64 bits: what a
// comparison asks of a column, to be held against stored bounds without making values of them.
// Invariant: the bits of a number order as the number does; the bits of both zeros lie side by side.

package import ColonnadeArrays

/// How values between two bounds lie to a range.
package enum BoundPosition {
  /// None is in it.
  case outside
  /// Those in it are not all of them, as far as bounds tell.
  case across
  /// All are in it.
  case inside
}

/// Numbers from one to another, both included.
package struct BoundRange: Sendable {
  private let least: UInt64
  private let greatest: UInt64
  /// What can be a bound of the type.
  private let possible: ClosedRange<UInt64>
  private let order: BoundOrder

  /// - Parameters:
  ///   - value: of `type`.
  ///   - holds: whether values below (−1), equal to (0) and above (1) `value` are in question.
  /// - Returns: `nil` where those are no range, or where bounds of the type are more than numbers of
  ///   64 bits.
  package init?(_ type: DataType, _ value: Value, holds: (Int) -> Bool) {
    let order = BoundOrder(type)
    let (less, equal, greater) = (holds(-1), holds(0), holds(1))
    guard !(less && greater), less || equal || greater,
      let bits = BoundRange.bits(of: value, type)
    else { return nil }
    func key(_ number: Double) -> UInt64 { BoundRange.key(number.bitPattern, order) }
    func key(_ number: Int32) -> UInt64 {
      BoundRange.key(UInt64(bitPattern: Int64(number)), order)
    }
    // Zero is zero with either sign.
    let isZero = if case .float(0) = value { true } else { false }
    let low = isZero ? key(-0.0) : BoundRange.key(bits, order)
    let high = isZero ? key(0.0) : BoundRange.key(bits, order)
    guard less || equal || high < UInt64.max, greater || equal || low > 0 else { return nil }
    least = less ? 0 : equal ? low : high + 1
    greatest = greater ? UInt64.max : equal ? high : low - 1
    possible =
      order == .float
      ? key(-Double.infinity)...key(Double.infinity)
      : type == .date ? key(Int32.min)...key(Int32.max) : 0...UInt64.max
    self.order = order
  }

  /// How the values between bounds, as they are stored, lie to the range; nil where those cannot be
  /// bounds.
  func position(minimum: UInt64, maximum: UInt64) -> BoundPosition? {
    let (low, high) = (BoundRange.key(minimum, order), BoundRange.key(maximum, order))
    guard possible.contains(low), possible.contains(high), low <= high else { return nil }
    if high < least || greatest < low { return .outside }
    return low < least || greatest < high ? .across : .inside
  }

  /// Whether NaN, the greatest number, belongs to it.
  var holdsNaN: Bool { order == .float && greatest == UInt64.max }

  private static func key(_ bits: UInt64, _ order: BoundOrder) -> UInt64 {
    switch order {
    case .signed: bits ^ 1 << 63
    case .float: bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    default: bits
    }
  }

  /// A value as bounds of its type hold it; nil where it has another unit or scale, or more digits.
  private static func bits(of value: Value, _ type: DataType) -> UInt64? {
    func signed(_ value: Int128) -> UInt64? { Int64(exactly: value).map { UInt64(bitPattern: $0) } }
    switch (type, value) {
    case (.int8, .integer(let number)), (.int16, .integer(let number)),
      (.int32, .integer(let number)), (.int64, .integer(let number)):
      return signed(number)
    case (.uint8, .integer(let number)), (.uint16, .integer(let number)),
      (.uint32, .integer(let number)), (.uint64, .integer(let number)):
      return UInt64(exactly: number)
    case (.float16, .float(let number)), (.float32, .float(let number)),
      (.float64, .float(let number)):
      return number.isNaN ? nil : number.bitPattern
    case (.decimal(_, let scale), .decimal(let number, let other)):
      return type.hasWideStatistics || scale != other ? nil : signed(number)
    case (.date, .date(let days)): return UInt64(bitPattern: Int64(days))
    case (.time(let unit), .time(let number, let other)),
      (.timestamp(let unit, _), .timestamp(let number, let other, _)),
      (.duration(let unit), .duration(let number, let other)):
      return unit == other ? UInt64(bitPattern: number) : nil
    default: return nil
    }
  }
}
