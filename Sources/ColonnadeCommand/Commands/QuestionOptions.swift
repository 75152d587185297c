// What a reading command is asked for: which columns, which rows, of which version.

import ArgumentParser
import ColonnadeArrays
import ColonnadeBase
import ColonnadeTable

/// Options that say which version of a table is read.
struct VersionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read this version, or the latest at this time (2024-01-31T12:00:00Z).",
      valueName: "version|time"))
  var at: String?

  func validate() throws {
    if let at, version(at) == nil {
      throw ValidationError(
        "--at takes a version, 1 or more, or a time like 2024-01-31T12:00:00Z, not '\(at)'")
    }
  }

  var version: TableVersion { at.flatMap { version($0) } ?? .latest }

  private func version(_ text: String) -> TableVersion? {
    if let number = UInt64(text) { return number > 0 ? .number(number) : nil }
    return TimeText.parse(text).map { .time($0) }
  }
}

/// Points in time as options take them.
enum TimeText {
  /// Microseconds since 1970 of `2024-01-31`, `2024-01-31T12:00` or `2024-01-31T12:00:00.5Z`, in
  /// UTC; `nil` for anything else.
  static func parse(_ text: String) -> Int64? {
    var bytes = Array(text.utf8)[...]
    func number(_ digits: Int) -> Int64? {
      guard bytes.count >= digits else { return nil }
      var value: Int64 = 0
      for byte in bytes.prefix(digits) {
        guard byte >= 48, byte <= 57 else { return nil }
        value = value * 10 + Int64(byte - 48)
      }
      bytes = bytes.dropFirst(digits)
      return value
    }
    func take(_ character: Unicode.Scalar) -> Bool {
      guard let first = bytes.first, first == UInt8(ascii: character) else { return false }
      bytes = bytes.dropFirst()
      return true
    }
    guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
      (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let date = CalendarDay(year: year, month: Int(month), day: Int(day))
    // The 31st of a short month would be a day of the next.
    guard CalendarDay(daysSince1970: date.daysSince1970) == date else { return nil }
    var ticks = date.daysSince1970 * 86_400_000_000
    if bytes.isEmpty { return ticks }
    guard take("T") || take(" "), let hour = number(2), take(":"), let minute = number(2),
      hour < 24, minute < 60
    else { return nil }
    ticks += (hour * 3600 + minute * 60) * 1_000_000
    if take(":") {
      guard let second = number(2), second < 60 else { return nil }
      ticks += second * 1_000_000
      if take(".") {
        let digits = bytes.prefix { $0 >= 48 && $0 <= 57 }
        guard !digits.isEmpty, digits.count <= 6, let fraction = number(digits.count) else {
          return nil
        }
        var scaled = fraction
        for _ in digits.count..<6 { scaled *= 10 }
        ticks += scaled
      }
    }
    _ = take("Z")
    return bytes.isEmpty ? ticks : nil
  }
}

/// Options that say which rows are asked for.
struct FilterOptions: ParsableArguments {
  @Option(
    name: [.customLong("where")],
    // A predicate may begin with a minus.
    parsing: .unconditional,
    help: ArgumentHelp(
      "Only rows for which this SQL predicate is true.",
      discussion: "Texts stand in 'single', odd names in \"double\" quotes.",
      valueName: "predicate"),
    completion: .custom { arguments, _, _ in ColumnCompletion.names(for: arguments) })
  var predicate: String?
}

/// Options that say which columns are asked for.
struct ProjectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only these columns, in this order, separated by commas.", valueName: "columns"),
    completion: .custom { arguments, index, word in
      ColumnCompletion.list(for: arguments, index: index, word: word)
    })
  var select: String?

  /// The columns named, `nil` for all.
  func columns() throws(ColonnadeError) -> [String]? {
    guard let select else { return nil }
    return try ColumnList.parse(select, option: "--select")
  }
}
