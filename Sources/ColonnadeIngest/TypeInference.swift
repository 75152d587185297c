// From what the fields of a column look like to its type. A type is chosen only where every field
// seen parses as that type and loses nothing.

import CIngest
import ColonnadeArrays

/// What all fields of one column looked like; a join over any number of blocks, in any order.
struct ColumnLooks: Sendable {
  var seen: UInt32 = 0
  var integerDigits: UInt32 = 0
  var fractionDigits: UInt32 = 0
  var secondDigits: UInt32 = 0

  mutating func formUnion(_ other: ColumnLooks) {
    seen |= other.seen
    integerDigits = max(integerDigits, other.integerDigits)
    fractionDigits = max(fractionDigits, other.fractionDigits)
    secondDigits = max(secondDigits, other.secondDigits)
  }

  /// True where something else than null was seen.
  var hasValues: Bool { seen & ~UInt32(COLONNADE_SEEN_NULL) != 0 }

  private func has(_ flag: Int) -> Bool { seen & UInt32(flag) != 0 }

  /// The narrowest type of the ladder bool, int64, uint64, decimal, float64, date, time,
  /// timestamp, string that holds every field exactly; string where there was no value at all.
  var type: DataType {
    let modifiers =
      COLONNADE_SEEN_NULL | COLONNADE_SEEN_INEXACT | COLONNADE_SEEN_EXPONENT | COLONNADE_SEEN_FAR
      | COLONNADE_SEEN_NEGATIVE
    let kinds = seen & ~UInt32(modifiers)
    func only(_ allowed: Int) -> Bool { kinds & ~UInt32(allowed) == 0 }
    if kinds == 0 || has(COLONNADE_SEEN_TEXT) { return .string }
    if only(COLONNADE_SEEN_BOOL) { return .bool }
    let integers = COLONNADE_SEEN_INT64 | COLONNADE_SEEN_UINT64 | COLONNADE_SEEN_BIG
    if only(integers) {
      if only(COLONNADE_SEEN_INT64) { return .int64 }
      if !has(COLONNADE_SEEN_BIG) && !has(COLONNADE_SEEN_NEGATIVE) { return .uint64 }
      return .decimal(precision: 38, scale: 0)
    }
    if only(integers | COLONNADE_SEEN_FLOAT | COLONNADE_SEEN_SPECIAL) {
      // Words alone are words.
      if only(COLONNADE_SEEN_SPECIAL) { return .string }
      if !has(COLONNADE_SEEN_INEXACT) { return .float64 }
      let fits = integerDigits + fractionDigits <= 38
      if fits && !has(COLONNADE_SEEN_EXPONENT) && !has(COLONNADE_SEEN_SPECIAL) {
        return .decimal(precision: 38, scale: Int(fractionDigits))
      }
      return .string
    }
    if only(COLONNADE_SEEN_DATE) { return .date }
    let unit: TimeUnit = secondDigits > 6 ? .nanosecond : .microsecond
    if secondDigits > 9 { return .string }
    if only(COLONNADE_SEEN_TIME) { return .time(unit) }
    if unit == .nanosecond && has(COLONNADE_SEEN_FAR) { return .string }
    if only(COLONNADE_SEEN_TIMESTAMP | COLONNADE_SEEN_DATE) {
      // A date between timestamps is its midnight; only where nanoseconds reach it.
      if unit == .nanosecond && has(COLONNADE_SEEN_DATE) { return .string }
      return .timestamp(unit, zone: nil)
    }
    if only(COLONNADE_SEEN_INSTANT) { return .timestamp(unit, zone: "UTC") }
    return .string
  }
}
