// Constants from text: dates, times, timestamps, numbers, as literals and CAST read them. Strict:
// what is not wholly understood is refused. Spec: spec/semantics.md, text of constants.

package import ColonnadeArrays

/// Reads values from their ISO 8601 or decimal text.
package struct ConstantText {
  private let bytes: [UInt8]
  private var position = 0

  private init(_ text: String) {
    bytes = Array(text.utf8)
    while position < bytes.count, bytes[position] == 0x20 { position += 1 }
  }

  /// True where nothing but spaces is left.
  private var isAtEnd: Bool { bytes[position...].allSatisfy { $0 == 0x20 } }

  private mutating func take(_ byte: Character) -> Bool {
    guard position < bytes.count, bytes[position] == byte.asciiValue else { return false }
    position += 1
    return true
  }

  /// `least` to `most` digits as a number.
  private mutating func digits(_ least: Int, _ most: Int) -> Int64? {
    var value: Int64 = 0
    var count = 0
    while count < most, position < bytes.count, Lexer.isDigit(bytes[position]) {
      value = value * 10 + Int64(bytes[position] - 48)
      position += 1
      count += 1
    }
    return count >= least ? value : nil
  }

  // MARK: dates and times

  /// `2013-01-31`; years outside 0000 to 9999 with a sign.
  package static func date(_ text: String) -> Int32? {
    var reader = ConstantText(text)
    guard let days = reader.days(), reader.isAtEnd else { return nil }
    return Int32(exactly: days)
  }

  /// A date, or a date and a time of day after `T` or a space, and `Z` or an offset.
  package static func timestamp(_ text: String) -> Value? {
    var reader = ConstantText(text)
    guard let days = reader.days() else { return nil }
    var seconds = Int128(days) * 86_400
    var fraction = (ticks: Int64(0), unit: TimeUnit.second)
    var isZoned = false
    if reader.take("T") || reader.take("t") || (!reader.isAtEnd && reader.take(" ")) {
      guard let time = reader.timeOfDay(), time.seconds < 86_400 else { return nil }
      seconds += Int128(time.seconds)
      fraction = (time.fraction, time.unit)
      _ = reader.take(" ")
      if reader.take("Z") || reader.take("z") {
        isZoned = true
      } else if let offset = reader.offset() {
        guard let offset = offset else { return nil }
        isZoned = true
        seconds -= Int128(offset)
      }
    }
    guard reader.isAtEnd else { return nil }
    let ticks = seconds * Int128(fraction.unit.ticksPerSecond) + Int128(fraction.ticks)
    guard let ticks = Int64(exactly: ticks) else { return nil }
    return .timestamp(ticks, fraction.unit, zoned: isZoned)
  }

  /// `05:07`, `05:07:09` or `05:07:09.123`.
  package static func time(_ text: String) -> Value? {
    var reader = ConstantText(text)
    guard let time = reader.timeOfDay(), reader.isAtEnd, time.seconds < 86_400 else { return nil }
    return .time(time.seconds * time.unit.ticksPerSecond + time.fraction, time.unit)
  }

  private mutating func days() -> Int64? {
    let negative = take("-")
    if !negative { _ = take("+") }
    guard let year = digits(4, 7), take("-"), let month = digits(1, 2), take("-"),
      let day = digits(1, 2), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let date = CalendarDay(year: negative ? -year : year, month: Int(month), day: Int(day))
    let days = date.daysSince1970
    return CalendarDay(daysSince1970: days) == date ? days : nil
  }

  private mutating func timeOfDay() -> (seconds: Int64, fraction: Int64, unit: TimeUnit)? {
    guard let hour = digits(1, 2), hour < 24, take(":"), let minute = digits(2, 2), minute < 60
    else { return nil }
    var second: Int64 = 0
    var fraction: Int64 = 0
    var unit = TimeUnit.second
    if take(":") {
      guard let value = digits(2, 2), value < 60 else { return nil }
      second = value
      if take(".") {
        let start = position
        guard let value = digits(1, 9) else { return nil }
        var count = position - start
        // More digits than nanoseconds have must be zeros.
        while take("0") {}
        fraction = value
        while count % 3 != 0 {
          fraction *= 10
          count += 1
        }
        unit = TimeUnit(rawValue: UInt8(count / 3)) ?? .nanosecond
      }
    }
    return (hour * 3600 + minute * 60 + second, fraction, unit)
  }

  /// Seconds east of UTC; the outer optional is `nil` where no offset stands here.
  private mutating func offset() -> Int64?? {
    let west = take("-")
    guard west || take("+") else { return .none }
    guard let hours = digits(2, 2), hours <= 18 else { return .some(nil) }
    var minutes: Int64 = 0
    if take(":") || (position < bytes.count && Lexer.isDigit(bytes[position])) {
      guard let value = digits(2, 2), value < 60 else { return .some(nil) }
      minutes = value
    }
    let seconds = hours * 3600 + minutes * 60
    return .some(west ? -seconds : seconds)
  }

  // MARK: numbers

  /// Digits with an optional sign and point become an integer or decimal, exact; with an exponent,
  /// or `nan` and `inf` by name, floating point.
  package static func number(_ text: String) -> Value? {
    let trimmed = text.split(separator: " ", omittingEmptySubsequences: true)
    guard trimmed.count == 1, let text = trimmed.first.map(String.init) else { return nil }
    if let exact = exact(text) { return exact }
    switch text.lowercased() {
    case "nan", "+nan", "-nan": return .float(.nan)
    case "inf", "+inf", "infinity", "+infinity": return .float(.infinity)
    case "-inf", "-infinity": return .float(-.infinity)
    default: break
    }
    let plain = text.utf8.allSatisfy { byte in
      Lexer.isDigit(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E || byte | 0x20 == 0x65
    }
    return plain ? Double(text).map(Value.float) : nil
  }

  /// An integer or decimal of at most 38 digits; `nil` for all else.
  static func exact(_ text: String) -> Value? {
    var unscaled: Int128 = 0
    var scale = 0
    var digitCount = 0
    var significant = 0
    var hasPoint = false
    var bytes = Array(text.utf8)[...]
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
    for byte in bytes {
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
        continue
      }
      guard Lexer.isDigit(byte) else { return nil }
      digitCount += 1
      if significant > 0 || byte != 48 { significant += 1 }
      guard significant <= 38 else { return nil }
      unscaled = unscaled * 10 + Int128(byte - 48)
      if hasPoint { scale += 1 }
    }
    guard digitCount > 0, scale <= 38 else { return nil }
    if isNegative { unscaled = -unscaled }
    return hasPoint ? .decimal(unscaled, scale: scale) : .integer(unscaled)
  }

  /// `true` or `false`, `t` or `f`, `1` or `0`.
  package static func bool(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "t", "1": true
    case "false", "f", "0": false
    default: nil
    }
  }

  /// The 16 bytes of `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
  package static func uuid(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
    let digits = parts.joined().utf8.map { UInt8(String(UnicodeScalar($0)), radix: 16) }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 32, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}
