// What the parser refuses, where it points, and what it reads.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery
import Testing

@Suite struct ParserTests {
  /// The error of `text` with the column it points at.
  private func failure(_ text: String) -> (message: String, hint: String?, column: Int)? {
    do {
      _ = try Predicate(text)
      return nil
    } catch {
      guard case .line(1, let column?, nil) = error.location else { return (error.message, nil, 0) }
      return (error.message, error.hint, column)
    }
  }

  @Test(arguments: [
    ("", 1, "the predicate is empty"),
    ("a >", 4, "expected a column, a value or '(', but the text ends"),
    ("a > 3 b", 7, "expected an operator or the end of the predicate, but found 'b'"),
    ("a = 'x", 5, "the text that begins here is not closed"),
    ("\"a = 1", 1, "the name that begins here is not closed"),
    ("a & b", 3, "unexpected character '&'"),
    ("(a = 1", 7, "expected ')' to close the parenthesis at column 1, but the text ends"),
    ("a IN 3", 6, "expected '(' after IN, but found '3'"),
    ("a IN (1, 2", 11, "expected ')' or ',' after a value of IN, but the text ends"),
    ("a BETWEEN 1 OR 2", 13, "expected AND between the bounds, but found 'OR'"),
    ("a IS 3", 6, "expected NULL, NAN, TRUE, FALSE or DISTINCT FROM after IS, but found '3'"),
    ("1 < a < 3", 7, "expected AND, OR or the end after a comparison, but found '<'"),
    ("a = DATE '2024-02-30'", 10, "'2024-02-30' is not a valid date"),
    ("é = 'ü' AND ]", 13, "expected a column, a value or '(', but found ']'"),
    ("a = 12abc", 5, "a number runs into a name"),
    ("x = x'abc'", 5, "x'…' takes pairs of hexadecimal digits"),
    ("CAST(a AS integr)", 11, "'integr' is not a type"),
    ("CAST(a, int32)", 7, "expected AS and a type in CAST, but found ','"),
    ("a = AND", 5, "expected a column, a value or '(', but found 'AND'"),
  ])
  func pointsAtWhatIsWrong(text: String, column: Int, message: String) {
    let failure = failure(text)
    #expect(failure?.message == message)
    #expect(failure?.column == column)
  }

  @Test func refusesHostileDepthAndLength() {
    for text in [
      String(repeating: "(", count: 100_000), String(repeating: "NOT ", count: 100_000) + "a",
      String(repeating: "- ", count: 100_000) + "1",
      "1" + String(repeating: "+1", count: 100_000),
      "a" + String(repeating: " IS NULL", count: 9_999),
      "a" + String(repeating: "::int32", count: 9_999),
      String(repeating: " ", count: (1 << 20) + 1),
    ] {
      do {
        _ = try Predicate(text)
        Issue.record("read a text of \(text.utf8.count) bytes")
      } catch {
        #expect(error.kind == .limitExceeded)
      }
    }
  }

  @Test func longListsAreFlat() throws {
    let terms = (0..<5_000).map { "a = \($0)" }
    for word in [" AND ", " OR "] {
      let predicate = try Predicate(terms.joined(separator: word))
      switch predicate.expression {
      case .all(let parts), .any(let parts): #expect(parts.count == 5_000)
      default: Issue.record("not a list")
      }
    }
    _ = try Predicate("a IN (\((0..<50_000).map(String.init).joined(separator: ",")))")
  }

  @Test(arguments: [
    ("-170141183460469231731687303715884105", "-170141183460469231731687303715884105"),
    ("0.10", "0.10"), ("1e3", "1000.0"), (".5", "0.5"), ("'it''s'", "it's"),
    ("DATE '2024-02-29'", "2024-02-29"), ("TIME '10:11:12.5'", "10:11:12.500"),
    ("TIMESTAMP '2024-01-01 10:00:00.25'", "2024-01-01T10:00:00.250"),
    ("TIMESTAMPTZ '2024-01-01 00:30:00+02:00'", "2023-12-31T22:30:00Z"),
    ("TIMESTAMP '1969-12-31T23:59:59.999999999'", "1969-12-31T23:59:59.999999999"),
    ("x'AB01'", "qwE="), ("TRUE", "true"),
  ])
  func readsLiterals(text: String, expected: String) throws {
    guard case .literal(let value, _) = try Predicate(text).expression else {
      Issue.record("\(text) is no literal")
      return
    }
    var buffer = TextBuffer()
    buffer.append(value)
    #expect(buffer.text() == expected)
  }

  @Test func castsNameTypes() throws {
    let types: [DataType] = [
      .bool, .int8, .uint64, .float16, .decimal(precision: 12, scale: 2), .date,
      .time(.millisecond), .timestamp(.nanosecond, zone: nil),
      .timestamp(.second, zone: "Europe/O'Hare"), .duration(.second), .string,
      .categorical(ordered: true), .categorical(ordered: false), .binary,
      .fixedBinary(byteCount: 16),
    ]
    for (text, type) in types.map({ ($0.description, $0) }) + [
      ("BIGINT", .int64), ("decimal(10)", .decimal(precision: 10, scale: 0)),
      ("Timestamp with time zone", .timestamp(.microsecond, zone: "UTC")), ("double", .float64),
    ] {
      guard case .cast(_, let read, _) = try Predicate("CAST(a AS \(text))").expression,
        case .cast(_, let other, _) = try Predicate("a::\(text)").expression
      else {
        Issue.record("no cast to \(text)")
        continue
      }
      #expect(read == type)
      #expect(other == type)
    }
  }

  @Test func projectionsNameColumns() throws {
    let schema = Schema([
      Field("a", .int32), Field("c.d", .string),
      Field("s", .structure([Field("x", .int8), Field("y.z", .date)])),
    ])
    let bound = try Projection("a, \"c.d\", c.d AS e, s.x AS y, s.y.z, S").bind(schema)
    #expect(bound.map(\.name) == ["a", "c.d", "e", "y", "s.y.z", "s"])
    #expect(bound.map(\.field.column) == [0, 1, 1, 2, 2, 2])
    #expect(bound.map(\.field.path) == [[], [], [], [0], [1], []])
    #expect(try Projection("*").bind(schema).count == 3)
    for (text, message) in [
      ("a,", "expected the name of a column, but the text ends"),
      ("a b", "expected ',', AS or the end of the list of columns, but found 'b'"),
      ("a, a", "two columns of the result are named 'a'"), ("z.a", "unknown column 'z.a'"),
      ("s.w", "column 's' has no field 'w'"),
    ] {
      do {
        _ = try Projection(text).bind(schema)
        Issue.record("bound \(text)")
      } catch {
        #expect(error.message == message)
      }
    }
  }
}
