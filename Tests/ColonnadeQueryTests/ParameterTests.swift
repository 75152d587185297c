// Values beside the text: what they mean, what they cannot do, and what is refused.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery
import TestSupport
import Testing

@Suite struct ParameterTests {
  /// Rows of `column` for which the predicate is true.
  private func rows(
    _ type: DataType, _ values: [Value], _ text: String, _ parameters: [PredicateParameter]
  ) throws -> [UInt32] {
    let builder = ColumnBuilder(type)
    for value in values { try builder.append(value: value) }
    let predicate = try Predicate(text, parameters: parameters)
      .bind(Schema([Field("x", type)]).assigningIDs())
    return try Evaluator(columns: [0: builder.finish()], rowCount: values.count)
      .select(predicate).array
  }

  private func failure(
    _ text: String, _ parameters: [PredicateParameter]
  ) -> ColonnadeError? {
    do throws(ColonnadeError) {
      _ = try Predicate(text, parameters: parameters)
      return nil
    } catch { return error }
  }

  @Test func valuesTakeTheirPlaces() throws {
    let numbers: [Value] = (0..<10).map { .integer($0) }
    #expect(try rows(.int32, numbers, "x > ? AND x < ?", [3, 6]) == [4, 5])
    #expect(try rows(.int32, numbers, "x > $2 AND x < $1", [6, 3]) == [4, 5])
    #expect(try rows(.int32, numbers, "x = $1 OR x - $2 = $1", [2, 3]) == [2, 5])
    #expect(
      try rows(
        .int32, numbers, "x BETWEEN $low AND $high",
        [PredicateParameter(.integer(5), named: "high"), .init(.integer(4), named: "low")])
        == [4, 5])
    #expect(try rows(.int32, numbers, "x = -? OR x = CAST(? AS int32)", [-3, "7"]) == [3, 7])
    #expect(try rows(.int32, numbers, "x IN (?, ?)", [1, 9]) == [1, 9])
  }

  @Test func listsStandAfterIN() throws {
    let numbers: [Value] = (0..<5).map { .integer($0) } + [.null]
    func list(_ values: Value...) -> [PredicateParameter] { [.init(.list(values))] }
    #expect(try rows(.int8, numbers, "x IN ?", list(.integer(1), .float(3))) == [1, 3])
    #expect(try rows(.int8, numbers, "x NOT IN $1", list(.integer(1))) == [0, 2, 3, 4])
    #expect(try rows(.int8, numbers, "x NOT IN $1", list(.integer(1), .null)) == [])
    #expect(try rows(.int8, numbers, "x IN ?", list()) == [])
    #expect(try rows(.int8, numbers, "x NOT IN ?", list()).count == 6)
    #expect(
      try rows(.int8, numbers, "x IN $a", [.init(.list([.integer(4)]), named: "a")]) == [4])
    #expect(failure("x IN ?", [3])?.kind == .invalidArgument)
    #expect(failure("x IN ?", [nil])?.kind == .invalidArgument)
    for text in ["x = ?", "x IN (?)", "length(?) = 1", "? IS NULL", "?"] {
      #expect(failure(text, list(.integer(1)))?.kind == .invalidArgument)
    }
    #expect(failure("x IN ?", list(.list([.integer(1)])))?.kind == .invalidArgument)
    #expect(failure("x = ?", [.init(.structure([(name: "a", value: .null)]))]) != nil)
    #expect(failure("x = ?", [.init(.map([]))]) != nil)
  }

  /// Every value finds exactly itself, whatever its type; none is ever read as text.
  @Test func valuesAreExact() throws {
    let biggest = Int128(UInt64.max)
    #expect(
      try rows(
        .uint64, [.integer(biggest), .integer(biggest - 1)], "x = ?", [.init(.integer(biggest))])
        == [0])
    #expect(
      try rows(
        .int64, [.integer(1 << 53), .integer((1 << 53) + 1)], "x > ?", [.init(.float(0x1p53))])
        == [1])
    let reals: [Value] = [
      .float(1), .float(.nan), .float(.infinity), .float(-.infinity), .null, .float(0.1),
    ]
    #expect(try rows(.float64, reals, "x = ?", [.init(.float(.nan))]) == [1])
    #expect(try rows(.float64, reals, "x = ?", [.init(.float(.infinity))]) == [2])
    #expect(try rows(.float64, reals, "x < ?", [.init(.float(-.infinity))]) == [])
    #expect(try rows(.float64, reals, "x = ?", [0.1]) == [5])
    // IEEE 754's answer to x > 0: NaN is not above anything.
    #expect(try rows(.float64, reals, "x > ? AND x IS NOT NAN", [0]) == [0, 2, 5])
    #expect(try rows(.float64, reals, "(x * 2 - x) IS NAN", []) == [1, 2, 3])
    #expect(try rows(.float64, reals, "? IS NAN", [.init(.float(.nan))]).count == 6)
    #expect(try rows(.float64, reals, "x = ?", [nil]) == [])
    #expect(try rows(.float64, reals, "x IS NOT DISTINCT FROM ?", [nil]) == [4])
    #expect(
      try rows(
        .decimal(precision: 9, scale: 2), [.decimal(-1250, scale: 2), .decimal(1, scale: 2)],
        "x = ?", [.init(.decimal(-125, scale: 1))]) == [0])
    #expect(try rows(.date, [.date(19_000), .date(1)], "x = ?", [.init(.date(19_000))]) == [0])
    #expect(try rows(.date, [.date(0), .date(1)], "x = ?", ["1970-01-02"]) == [1])
    #expect(
      try rows(
        .timestamp(.millisecond, zone: "UTC"),
        [.timestamp(5, .millisecond, zoned: true), .timestamp(6, .millisecond, zoned: true)],
        "x > ?", [.init(.timestamp(5_000_001, .nanosecond, zoned: true))]) == [1])
    #expect(
      try rows(
        .time(.microsecond), [.time(1, .microsecond)], "x = ?", [.init(.time(1_000, .nanosecond))])
        == [0])
    #expect(
      try rows(
        .duration(.second), [.duration(1, .second)], "x = ?",
        [.init(.duration(1_000_000, .microsecond))]) == [0])
    #expect(try rows(.binary, [.binary([0, 255])], "x = ?", [.init(.binary([0, 255]))]) == [0])
    #expect(try rows(.bool, [.bool(true), .bool(false)], "x = ?", [false]) == [1])
    #expect(try rows(.bool, [.bool(true), .bool(false)], "? AND x", [true]) == [0])
    for text in ["' OR 1=1 --", "'; --", "$1", "?", "\"x\"", "a\u{0}b", "\\", "%'"] {
      #expect(
        try rows(.string, [.string(text), .string("x"), .null], "x = ?", [.init(.string(text))])
          == [0])
      #expect(
        try rows(
          .string, [.string(text), .string("x")], "x IN $v",
          [
            .init(.list([.string(text)]), named: "v")
          ]) == [0])
    }
    #expect(try rows(.string, [.string("ab"), .string("b")], "x LIKE ?", ["a%"]) == [0])
  }

  @Test func everyParameterHasOneValueAndEveryValueAParameter() {
    let named = { (name: String) in PredicateParameter(.integer(1), named: name) }
    let cases: [(String, [PredicateParameter], String)] = [
      ("x = ?", [], "'?' has no value"), ("x = $1", [], "'$1' has no value"),
      ("x = $a", [], "'$a' has no value"), ("x = ? AND x = ?", [1], "'?' has no value"),
      ("x = $3", [1, 2], "'$3' has no value"), ("x = $A", [named("a")], "'$A' has no value"),
      ("x = ?", [1, 2], "does not use parameter 2"),
      ("x = $2", [1, 2], "does not use parameter 1"),
      ("x = $a", [named("a"), named("b")], "does not use parameter 'b'"),
      ("x = 1", [1], "does not use parameter 1"),
      ("x = '?'", [1], "does not use parameter 1"), ("x = 1 -- ?", [1], "does not use"),
      ("x = ? AND x = $1", [1], "'$1' stands beside '?'"),
      ("x = $a AND x = $1", [named("a")], "'$1' stands beside '$a'"),
      ("x = ?", [named("a")], "have names"), ("x = $1", [named("a")], "have names"),
      ("x = $a", [1], "'$a' has no value"),
      ("x = $a", [named("a"), named("a")], "two parameters are named 'a'"),
      ("x = $a", [named("a"), 1], "some parameters have names"),
      ("x = $0", [1], "a number from 1"), ("x = $", [1], "a number from 1"),
      ("x = $99999999999999999999", [1], "a number from 1"), ("x = $1a", [1], "a number from 1"),
      ("x = ??", [1, 2], "expected an operator"), ("x IN (?", [1], "expected ')'"),
      ("x = ?", [.init(.integer(Int128.max))], "38 digits"),
      ("x = ?", [.init(.decimal(1, scale: 39))], "38 digits"),
      ("x = ?", [.init(.decimal(1, scale: -1))], "38 digits"),
      ("x IN ?", [.init(.list([.decimal(1, scale: 4_000_000)]))], "38 digits"),
    ]
    for (text, parameters, message) in cases {
      let error = failure(text, parameters)
      #expect(error?.kind == .invalidArgument, "\(text)")
      #expect(error?.message.contains(message) ?? false, "\(text): \(error?.message ?? "")")
    }
    // Errors point at the placeholder, also where binding finds them.
    #expect(failure("x = 1 AND\n y = ?", [])?.location == .line(2, column: 6, field: nil))
    let schema = Schema([Field("x", .int32)])
    let error = #expect(throws: ColonnadeError.self) {
      _ = try Predicate("x IN (1, ?)", parameters: ["no number"]).bind(schema)
    }
    #expect(error?.location == .line(1, column: 10, field: nil))
    #expect(throws: ColonnadeError.self) { _ = try Projection("?") }
  }

  /// Values at the ends of their types give rows or errors beside columns of every type.
  @Test func valuesAtTheEndsOfTheirTypesDoNoHarm() throws {
    let power = Int128(99_999_999_999_999_999_999_999_999_999_999_999_999)
    let values: [Value] =
      [
        .null, .bool(true), .integer(power), .integer(-power), .decimal(power, scale: 38),
        .decimal(-power, scale: 0), .float(.nan), .float(-.infinity), .float(1e308),
        .float(-0.0), .float(.leastNonzeroMagnitude), .date(.max), .date(.min), .string(""),
        .string("\u{0}"),
        .binary([]), .time(.max, .nanosecond), .time(.min, .second),
      ]
      + [TimeUnit.second, .millisecond, .microsecond, .nanosecond].flatMap { unit -> [Value] in
        [
          .timestamp(.max, unit, zoned: true), .timestamp(.min, unit, zoned: false),
          .duration(.max, unit), .duration(.min, unit),
        ]
      }
    let texts = [
      "x = ?", "x <> ?", "x < ?", "? <= x", "x IS DISTINCT FROM ?", "x IN (?, NULL)", "-? = x",
      "x + ? > 0", "? * ? > x", "x // ? = 1", "abs(?) = x", "year(?) = 2000", "hour(?) = 1",
      "CAST(? AS date) = x", "CAST(? AS timestamp[ns]) = x", "CAST(? AS int64) = x",
      "CAST(? AS string) = x", "CAST(? AS float32) > x", "length(?) = x", "x LIKE ?", "? IS NAN",
    ]
    var generator = SeededGenerator(seed: 2)
    var answered = 0
    for type in RandomValue.types {
      let column = (0..<9).map { _ in
        RandomValue.of(type, nullable: true, using: &generator)
      }
      for value in values {
        for text in texts {
          let count = text.count { $0 == "?" }
          let parameters = (0..<count).map { _ in PredicateParameter(value) }
          if (try? rows(type, column, text, parameters)) != nil { answered += 1 }
        }
      }
    }
    print("predicates at the ends of types that gave rows: \(answered)")
    #expect(answered > 500)
  }
}
