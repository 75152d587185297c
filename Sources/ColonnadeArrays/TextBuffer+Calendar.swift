// Dates and times as ISO 8601 text in the proleptic Gregorian calendar; everything before 1970
// rounds towards the past. Spec: spec/text.md.

/// A day of the proleptic Gregorian calendar.
public struct CalendarDay: Hashable, Sendable {
  public var year: Int64
  /// 1 to 12.
  public var month: Int
  /// 1 to 31.
  public var day: Int

  public init(year: Int64, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The day `days` after 1970-01-01; |days| is below 2⁶⁰.
  /// - Complexity: O(1), in whole 400-year cycles that start in March.
  public init(daysSince1970 days: Int64) {
    let shifted = days + 719_468
    let cycle = TextBuffer.floorDivide(shifted, 146_097).quotient
    let dayOfCycle = shifted - cycle * 146_097
    let yearOfCycle =
      (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
    year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01; |year| is below 2⁵⁰.
  public var daysSince1970: Int64 {
    let yearFromMarch = month <= 2 ? year - 1 : year
    let cycle = TextBuffer.floorDivide(yearFromMarch, 400).quotient
    let yearOfCycle = yearFromMarch - cycle * 400
    let monthFromMarch = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
    let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
    return cycle * 146_097 + dayOfCycle - 719_468
  }
}

extension TextBuffer {
  /// Quotient rounded down and a remainder that is not negative; `divisor` is positive.
  @inline(__always) static func floorDivide(
    _ value: Int64, _ divisor: Int64
  ) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  /// Appends `2013-01-31`; years outside 0000–9999 with a sign.
  public mutating func append(daysSince1970 days: Int64) {
    let date = CalendarDay(daysSince1970: days)
    if date.year < 0 {
      append(byte: UInt8(ascii: "-"))
    } else if date.year > 9999 {
      append(byte: UInt8(ascii: "+"))
    }
    append(date.year.magnitude, paddedTo: 4)
    let target = unsafe room(6)
    unsafe target[0] = UInt8(ascii: "-")
    unsafe TextBuffer.write(UInt64(date.month), digits: 2, at: target + 1)
    unsafe target[3] = UInt8(ascii: "-")
    unsafe TextBuffer.write(UInt64(date.day), digits: 2, at: target + 4)
    advance(6)
  }

  /// Appends `05:07:09` with 3, 6 or 9 digits of fraction where it is not zero; values outside a
  /// day keep counting hours.
  public mutating func append(time ticks: Int64, _ unit: TimeUnit) {
    let (seconds, fraction) = TextBuffer.floorDivide(ticks, unit.ticksPerSecond)
    append(secondsOfDay: seconds)
    append(fraction: fraction, unit)
  }

  /// Appends `2013-01-31T05:07:09.123`, and `Z` where the value is an instant.
  public mutating func append(timestamp ticks: Int64, _ unit: TimeUnit, zoned: Bool) {
    let (seconds, fraction) = TextBuffer.floorDivide(ticks, unit.ticksPerSecond)
    let (days, secondsOfDay) = TextBuffer.floorDivide(seconds, 86_400)
    append(daysSince1970: days)
    append(byte: UInt8(ascii: "T"))
    append(secondsOfDay: secondsOfDay)
    append(fraction: fraction, unit)
    if zoned { append(byte: UInt8(ascii: "Z")) }
  }

  /// Appends `PT1H2M3.5S`, ISO 8601 in hours, minutes and seconds; `-` in front where negative.
  public mutating func append(duration ticks: Int64, _ unit: TimeUnit) {
    if ticks < 0 { append(byte: UInt8(ascii: "-")) }
    append("PT")
    let (seconds, fraction) = ticks.magnitude.quotientAndRemainder(
      dividingBy: UInt64(unit.ticksPerSecond))
    let (minutes, second) = seconds.quotientAndRemainder(dividingBy: 60)
    let (hours, minute) = minutes.quotientAndRemainder(dividingBy: 60)
    if hours > 0 {
      append(hours)
      append(byte: UInt8(ascii: "H"))
    }
    if minute > 0 {
      append(minute)
      append(byte: UInt8(ascii: "M"))
    }
    if second > 0 || fraction > 0 || (hours == 0 && minute == 0) {
      append(second)
      append(fraction: Int64(fraction), unit)
      append(byte: UInt8(ascii: "S"))
    }
  }

  private mutating func append(secondsOfDay seconds: Int64) {
    if seconds < 0 {
      // A time of day below zero is outside the type's range; it is shown, not hidden.
      append(byte: UInt8(ascii: "-"))
    }
    let (minutes, second) = seconds.magnitude.quotientAndRemainder(dividingBy: 60)
    let (hours, minute) = minutes.quotientAndRemainder(dividingBy: 60)
    append(hours, paddedTo: 2)
    let target = unsafe room(6)
    unsafe target[0] = UInt8(ascii: ":")
    unsafe TextBuffer.write(minute, digits: 2, at: target + 1)
    unsafe target[3] = UInt8(ascii: ":")
    unsafe TextBuffer.write(second, digits: 2, at: target + 4)
    advance(6)
  }

  private mutating func append(fraction: Int64, _ unit: TimeUnit) {
    guard fraction != 0 else { return }
    append(byte: UInt8(ascii: "."))
    var digits = Int(unit.rawValue) * 3
    var shown = UInt64(fraction)
    while digits > 3, shown % 1000 == 0 {
      shown /= 1000
      digits -= 3
    }
    append(shown, paddedTo: digits)
  }
}
