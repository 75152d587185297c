// Versions of tables as people write them, on a command line and through the C library.

import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeTable

extension TableVersion {
  /// `latest`, a version's number, or a time: a date, or a timestamp that is in UTC where it names
  /// no offset.
  /// - Throws: `.invalidArgument` for anything else.
  package init(text: String) throws(ColonnadeError) {
    if text == "latest" {
      self = .latest
    } else if let number = UInt64(text), number > 0 {
      self = .number(number)
    } else if let microseconds = TableVersion.microseconds(text) {
      self = .time(microseconds)
    } else {
      throw ColonnadeError(
        .invalidArgument, "'\(text)' is no version of a table",
        hint: "write a number, 1 or more, a time like 2024-01-31T12:00:00Z, or latest")
    }
  }

  /// Whole microseconds since 1970 until a time.
  private static func microseconds(_ text: String) -> Int64? {
    if let days = ConstantText.date(text) { return Int64(exactly: Int128(days) * 86_400_000_000) }
    guard case .timestamp(let ticks, let unit, _)? = ConstantText.timestamp(text) else {
      return nil
    }
    let perSecond = Int128(unit.ticksPerSecond)
    let scaled = Int128(ticks) * 1_000_000
    // What was committed later in the same microsecond does not count.
    let floor = scaled >= 0 ? scaled / perSecond : (scaled - perSecond + 1) / perSecond
    return Int64(exactly: floor)
  }
}
