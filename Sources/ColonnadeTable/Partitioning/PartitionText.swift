// The text of `--partition-by` and `--sort-by`, and partition values as text.
//
//   partitioning = term { "," term }
//   term         = column | ("year" | "month" | "day" | "hour") "(" column ")"
//                | ("bucket" | "truncate") "(" number "," column ")"
//   sort order   = column ["asc" | "desc"] { "," … }
//   column       = bare word | '"' any, '""' for one quote '"'

import ColonnadeArrays
import ColonnadeBase

/// Reads partitionings and sort orders.
enum PartitionText {
  struct Term: Hashable {
    var transform: Transform
    var column: String
  }

  struct SortTerm: Hashable {
    var column: String
    var isDescending: Bool
  }

  static func parse(partitioning text: String) throws(ColonnadeError) -> [Term] {
    var parser = Parser(text, option: "--partition-by")
    var terms: [Term] = []
    if parser.isAtEnd { return [] }
    repeat {
      terms.append(try parser.term())
    } while parser.take(",")
    try parser.expectEnd()
    return terms
  }

  static func parse(sortOrder text: String) throws(ColonnadeError) -> [SortTerm] {
    var parser = Parser(text, option: "--sort-by")
    var terms: [SortTerm] = []
    if parser.isAtEnd { return [] }
    repeat {
      let column = try parser.column()
      let direction = parser.direction()
      terms.append(SortTerm(column: column, isDescending: direction))
    } while parser.take(",")
    try parser.expectEnd()
    return terms
  }

  /// A column's name as it can stand in such a text.
  static func quoted(_ name: String) -> String {
    let isBare = !name.isEmpty && name.unicodeScalars.allSatisfy(isBare)
    if isBare { return name }
    return "\""
      + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  /// Letters, digits, `_`, `.`, `-` and everything beyond ASCII need no quotes.
  fileprivate static func isBare(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "-": true
    default: scalar.value >= 0x80
    }
  }
}

private struct Parser {
  private let scalars: [Unicode.Scalar]
  private let option: String
  private var position = 0

  init(_ text: String, option: String) {
    scalars = Array(text.unicodeScalars)
    self.option = option
  }

  private mutating func skipSpaces() {
    while position < scalars.count, scalars[position].properties.isWhitespace { position += 1 }
  }

  var isAtEnd: Bool {
    mutating get {
      skipSpaces()
      return position == scalars.count
    }
  }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard position < scalars.count, scalars[position] == scalar else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws(ColonnadeError) {
    if !take(scalar) { throw failure("'\(scalar)' is expected") }
  }

  mutating func expectEnd() throws(ColonnadeError) {
    if !isAtEnd { throw failure("',' or the end is expected") }
  }

  private mutating func failure(_ message: String) -> ColonnadeError {
    skipSpaces()
    var found = String.UnicodeScalarView()
    found.append(contentsOf: scalars[position...].prefix(16))
    let place = position == scalars.count ? "at the end" : "before '\(String(found))'"
    return ColonnadeError(
      .invalidArgument, "\(option) cannot be read: \(message) \(place)",
      hint: option == "--sort-by"
        ? "write columns as in 'a, b desc'"
        : "write columns and transforms as in 'model, month(ts), bucket(16, user)'")
  }

  /// A bare word or a quoted name, and whether it was quoted.
  private mutating func word() throws(ColonnadeError) -> (text: String, isQuoted: Bool) {
    skipSpaces()
    var text = String.UnicodeScalarView()
    if take("\"") {
      while true {
        guard position < scalars.count else { throw failure("a closing quote is expected") }
        let scalar = scalars[position]
        position += 1
        if scalar == "\"" {
          guard position < scalars.count, scalars[position] == "\"" else { break }
          position += 1
        }
        text.append(scalar)
      }
      return (String(text), true)
    }
    while position < scalars.count, PartitionText.isBare(scalars[position]) {
      text.append(scalars[position])
      position += 1
    }
    if text.isEmpty { throw failure("a column is expected") }
    return (String(text), false)
  }

  mutating func column() throws(ColonnadeError) -> String { try word().text }

  mutating func term() throws(ColonnadeError) -> PartitionText.Term {
    let (text, isQuoted) = try word()
    guard !isQuoted, take("(") else {
      return PartitionText.Term(transform: .identity, column: text)
    }
    let transform: Transform
    switch text.lowercased() {
    case "identity": transform = .identity
    case "year", "years": transform = .year
    case "month", "months": transform = .month
    case "day", "days": transform = .day
    case "hour", "hours": transform = .hour
    case "bucket": transform = .bucket(try parameter(of: text))
    case "truncate": transform = .truncate(try parameter(of: text))
    default:
      throw ColonnadeError(
        .invalidArgument, "\(option) names a transform '\(text)' that does not exist",
        hint: "there are identity, year, month, day, hour, bucket(n, column) and "
          + "truncate(n, column)")
    }
    let column = try column()
    try expect(")")
    return PartitionText.Term(transform: transform, column: column)
  }

  private mutating func parameter(of transform: String) throws(ColonnadeError) -> Int {
    let text = try word().text
    guard let number = Int(text), (1...Transform.maximumParameter).contains(number) else {
      throw ColonnadeError(
        .invalidArgument,
        "\(option): \(transform) takes a number from 1 to \(Transform.maximumParameter), "
          + "not '\(text)'", hint: "write it as in \(transform)(16, column)")
    }
    try expect(",")
    return number
  }

  /// True after `desc`.
  mutating func direction() -> Bool {
    skipSpaces()
    let start = position
    if position < scalars.count, PartitionText.isBare(scalars[position]),
      let word = try? word().text.lowercased()
    {
      if word == "asc" { return false }
      if word == "desc" { return true }
    }
    position = start
    return false
  }
}
