// Days and months of the proleptic Gregorian calendar, before 1970 too.

/// Arithmetic on days since 1970-01-01.
enum Calendar {
  /// Year and month (1–12) of a day. Any `days` a timestamp can hold is in range.
  @inline(__always)
  static func yearAndMonth(days: Int64) -> (year: Int64, month: Int64) {
    // Counted in eras of 400 years that start on the first of March, so that the leap day ends a
    // year.
    let shifted = days &+ 719_468
    let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
    let dayOfEra = shifted &- era &* 146_097
    let yearOfEra =
      (dayOfEra &- dayOfEra / 1_460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
    let shiftedMonth = (5 &* dayOfYear &+ 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth &+ 3 : shiftedMonth &- 9
    return (yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0), month)
  }

  /// Months since 1970-01 of a day.
  @inline(__always)
  static func months(days: Int64) -> Int64 {
    let (year, month) = yearAndMonth(days: days)
    return (year &- 1970) &* 12 &+ month &- 1
  }

  /// The first day of a month counted from 1970-01.
  static func firstDay(ofMonth months: Int64) -> Int64 {
    let year = floorQuotient(months, 12) + 1970
    let month = months - (year - 1970) * 12 + 1
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = floorQuotient(shiftedYear, 400)
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// Year, month and day of a day.
  static func parts(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (year, month) = yearAndMonth(days: days)
    return (year, month, days - firstDay(ofMonth: (year - 1970) * 12 + month - 1) + 1)
  }

  /// The quotient rounded down; `divisor` is positive.
  @inline(__always)
  static func floorQuotient<Number: FixedWidthInteger & SignedInteger>(
    _ value: Number, _ divisor: Number
  ) -> Number {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient &- 1 : quotient
  }

  /// `2024-01-31`; years beyond four digits keep their sign, as ISO 8601 has it.
  static func text(days: Int64) -> String {
    let (year, month, day) = parts(days: days)
    return "\(text(year: year))-\(padded(month))-\(padded(day))"
  }

  static func text(year: Int64) -> String {
    if (0...9999).contains(year) {
      let digits = String(year)
      return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
    let digits = String(year.magnitude)
    return (year < 0 ? "-" : "+") + String(repeating: "0", count: max(0, 4 - digits.utf8.count))
      + digits
  }

  static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
