// Integers between two bounds, and what they are among the packed integers of a page.

/// The integers from `least` to `greatest`, both included, in the order of a column's type.
package struct IntegerRange: Sendable, Equatable {
  package let least: Int128
  package let greatest: Int128

  /// - Parameters: bounds that integers of at most 64 bits have, signed or not.
  package init(_ least: Int128, through greatest: Int128) {
    self.least = least
    self.greatest = greatest
  }

  package var isEmpty: Bool { least > greatest }

  package func contains(_ value: Int128) -> Bool { least <= value && value <= greatest }

  /// What both hold.
  package func intersection(_ other: IntegerRange) -> IntegerRange {
    IntegerRange(max(least, other.least), through: min(greatest, other.greatest))
  }

  /// Which packed integers stand for one of these.
  enum Packed: Equatable {
    case none
    /// From `least` on, so many more.
    case between(least: UInt32, span: UInt32)
    /// They are no stretch: the sum with the base wraps around.
    case divided
  }

  /// The packed integers that give one of these when `base` is added, modulo the type's width.
  /// - Parameters:
  ///   - bitWidth: of the packed integers, at most 32 and at most the bits of the type.
  ///   - width: bytes of the type, at most 8.
  func packed(base: UInt64, bitWidth: Int, width: Int) -> Packed {
    if isEmpty { return .none }
    let modulus = UInt128(1) << UInt128(width * 8)
    let last = (UInt128(1) << UInt128(bitWidth)) - 1
    let lowest = UInt64(truncatingIfNeeded: least)
    let start = UInt128(IntegerBytes.cut(lowest &- base, width: width))
    let span = UInt128(greatest - least)
    // Of the integers from `start` on, those behind the modulus are small again.
    let end = start + span
    let wrapped: UInt128? = end >= modulus ? end - modulus : nil
    if start > last {
      guard let wrapped else { return .none }
      return .between(least: 0, span: UInt32(truncatingIfNeeded: min(wrapped, last)))
    }
    guard let wrapped else {
      return .between(
        least: UInt32(truncatingIfNeeded: start),
        span: UInt32(truncatingIfNeeded: min(end, last) - start))
    }
    guard wrapped + 1 >= start else { return .divided }
    return .between(least: 0, span: UInt32(truncatingIfNeeded: last))
  }
}
