// What binding refuses, and what it makes of constants.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery
import Testing

@Suite struct BinderTests {
  static let schema = Schema([
    Field("year", .int16), Field("origin", .string), Field("delay", .float64),
    Field("day", .date), Field("li", .list(Field("element", .int32))),
    Field("a.b", .int8), Field("a", .structure([Field("b", .string), Field("c", .int64)])),
    Field("Both", .int8), Field("both", .int8), Field("d", .decimal(precision: 9, scale: 2)),
  ])

  @Test(arguments: [
    ("yer = 2013", 1, "unknown column 'yer'", "did you mean 'year'?"),
    ("year = 2013 AND orgin = 'JFK'", 17, "unknown column 'orgin'", "did you mean 'origin'?"),
    ("a.d = 1", 1, "column 'a' has no field 'd'", "did you mean 'b'?"),
    ("year.x = 1", 1, "column 'year' has no fields: its type is int16", nil),
    (
      "BOTH = 1", 1, "the name 'BOTH' fits more than one column",
      "quote the one that is meant: \"Both\", \"both\""
    ),
    (
      "origin > 3", 1, "column 'origin' (string) is text, '3' is a number: they are not compared",
      "CAST(… AS type) converts one of them"
    ),
    ("year = 'x'", 1, "'x' is not a number, as column 'year' (int16) is", nil),
    (
      "li = 3", 1, "values of type list<int32> are not compared",
      "compare a field of a struct, or length(…) of a list"
    ),
    (
      "year", 1, "expected a condition, but this is a number",
      "compare it with something, as in x > 0"
    ),
    (
      "year LIKE 'a'", 1, "LIKE takes text, but this is int16", "CAST(… AS string) makes text of it"
    ),
    ("year IS NAN", 1, "IS NAN takes floating point, but this is int16", nil),
    ("lowr(origin) = 'a'", 1, "unknown function 'lowr'", "did you mean 'lower'?"),
    ("lower(year) = 'a'", 1, "lower takes text, but this is of type int16", nil),
    (
      "origin + 1 = 2", 1, "'+' takes numbers, but this is of type string",
      "CAST(… AS int64) makes a number of a text"
    ),
    (
      "day = '2024-13-01'", 1, "'2024-13-01' is not a date or timestamp, as column 'day' (date) is",
      nil
    ),
    ("CAST('abc' AS int32) = year", 1, "'abc' is not cast to int32", nil),
  ])
  func pointsAtWhatIsWrong(text: String, column: Int, message: String, hint: String?) throws {
    let predicate = try Predicate(text)
    do {
      _ = try predicate.bind(BinderTests.schema)
      Issue.record("bound \(text)")
    } catch {
      #expect(error.message == message)
      #expect(error.hint == hint)
      #expect(error.location == .line(1, column: column, field: nil))
    }
  }

  @Test(arguments: [
    ("a.b = 1", 5, []), ("\"a.b\" = 1", 5, []), ("\"a\".\"b\" = 'x'", 6, [0]),
    ("a.c = 1", 6, [1]), ("A.C = 1", 6, [1]), ("Both = 1", 7, []), ("YEAR = 1", 0, []),
  ])
  func findsColumns(text: String, column: Int, path: [Int]) throws {
    var found: [BoundField] = []
    try Predicate(text).bind(BinderTests.schema).forEachField { found.append($0) }
    #expect(found.map(\.column) == [column])
    #expect(found.first?.path == path)
  }

  /// Constants outside a type decide the comparison; those between two values move to the lower.
  @Test(arguments: [
    ("year > 40000", "decided false"), ("year <> 40000", "decided true"),
    ("year < 3.5", "year <= 3"), ("year >= 3.5", "year > 3"), ("year = 3.5", "decided false"),
    ("year = 3.0", "year = 3"), ("NOT year < 3.5", "year > 3"),
    ("year < 99999999999999999999999999", "decided true"), ("year > '2012'", "year > 2012"),
    ("delay < 9007199254740993", "delay <= 9007199254740992.0"), ("delay = 0.1", "delay = 0.1"),
    ("day < TIMESTAMP '2024-01-01 10:00'", "day <= 2024-01-01"),
    ("day > '1969-12-31 23:00'", "day > 1969-12-31"), ("d > 1.005", "d > 1.00"),
    ("d = 1.10e0", "decided false"), ("d = 1.5e0", "d = 1.50"), ("3 < year", "year > 3"),
    ("1 + 2 * 3 = year", "year = 7"), ("year = NULL", "unknown"), ("1 = 1.0", "true"),
    ("0.1 = 1e-1", "true"), ("'a' LIKE '_'", "true"), ("year IN (1.5)", "decided false"),
  ])
  func movesConstants(text: String, expected: String) throws {
    #expect(BinderTests.describe(try Predicate(text).bind(BinderTests.schema)) == expected)
  }

  static func describe(_ predicate: BoundPredicate) -> String {
    switch predicate {
    case .truth(.yes): return "true"
    case .truth(.no): return "false"
    case .truth(.unknown): return "unknown"
    case .decided(_, let answer): return "decided \(answer)"
    case .comparison(.field(let field), let operation, let value):
      var buffer = TextBuffer()
      buffer.append(value)
      return "\(field.name) \(operation.rawValue) \(buffer.text())"
    default: return "other"
    }
  }
}
