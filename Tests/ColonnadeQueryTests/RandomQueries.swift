// Random columns of every comparable type, their statistics, and random predicates over them.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery
import TestSupport

/// Columns with clustered values, so that zones differ, and the statistics of runs of rows.
struct RandomColumns {
  static let schema = Schema([
    Field("b", .bool), Field("i8", .int8), Field("i32", .int32), Field("i64", .int64),
    Field("u64", .uint64), Field("f32", .float32), Field("f64", .float64),
    Field("d9", .decimal(precision: 9, scale: 2)), Field("d30", .decimal(precision: 30, scale: 5)),
    Field("day", .date), Field("ts", .timestamp(.microsecond, zone: nil)),
    Field("tsms", .timestamp(.millisecond, zone: "UTC")), Field("tm", .time(.microsecond)),
    Field("s", .string), Field("cat", .categorical(ordered: false)), Field("bin", .binary),
    Field("st", .structure([Field("a", .int32), Field("t", .string)])),
    Field("li", .list(Field("element", .int32))), Field("u8", .uint8), Field("i16", .int16),
  ])
  static let texts = [
    "", "a", "ab", "abc", "b", "Abc", "ABC", "x_y", "100%", "it's", "é", "É", "日本",
    "long text that does not fit a view", "long text that does not fit", "long text that d",
  ]

  let rows: [[Value]]
  let columns: [Column]

  var rowCount: Int { rows.count }

  init(count: Int, using generator: inout SeededGenerator) throws {
    var byColumn: [[Value]] = []
    var columns: [Column] = []
    for field in RandomColumns.schema.fields {
      let spread = [3, 20, 200].randomElement(using: &generator) ?? 3
      let nulls = [0, 0, 10, 50, 100].randomElement(using: &generator) ?? 0
      var values = (0..<count).map { _ in
        RandomColumns.value(field.type, spread, using: &generator)
      }
      if Bool.random(using: &generator) {
        values.sort { left, right in (left.order(right) ?? 0) < 0 }
      }
      let isClustered = Bool.random(using: &generator)
      values = values.enumerated().map { index, value in
        let isNull =
          isClustered
          ? (index / 16) % 3 == 0 && nulls > 0
          : Int.random(in: 0..<100, using: &generator) < nulls
        return isNull ? .null : value
      }
      let builder = ColumnBuilder(field.type)
      for value in values { try builder.append(value: value) }
      byColumn.append(values)
      columns.append(builder.finish())
    }
    rows = (0..<count).map { row in byColumn.map { $0[row] } }
    self.columns = columns
  }

  static func value(
    _ type: DataType, _ spread: Int, using generator: inout SeededGenerator
  ) -> Value {
    let number = Int.random(in: -spread...spread, using: &generator)
    let isRare = Int.random(in: 0..<12, using: &generator) == 0
    switch type {
    case .bool: return .bool(number > 0)
    case .int8: return .integer(Int128(isRare ? Int(Int8.min) : max(-128, min(127, number))))
    case .int16: return .integer(Int128(isRare ? Int(Int16.max) : number))
    case .int32: return .integer(Int128(isRare ? Int(Int32.max) : number))
    case .int64: return .integer(isRare ? Int128(Int64.min) + Int128(abs(number)) : Int128(number))
    case .uint8: return .integer(Int128(isRare ? 255 : min(255, abs(number))))
    case .uint64: return .integer(isRare ? Int128(UInt64.max) : Int128(abs(number)))
    case .float32, .float64:
      if isRare {
        return .float(
          [Double.nan, -0.0, 0.0, .infinity, -.infinity].randomElement(using: &generator) ?? 0)
      }
      return .float(Double(number) / 4)
    case .decimal(_, let scale):
      return .decimal(
        Int128(number) * (isRare ? 1 : Int128(UInt128.powerOfTen(scale))), scale: scale)
    case .date: return .date(Int32(number * 10))
    case .time: return .time(Int64(abs(number)) * 60_000_000, .microsecond)
    case .timestamp(let unit, let zone):
      let seconds = Int64(number) * 43_200
      return .timestamp(
        seconds * unit.ticksPerSecond + (isRare ? 1 : 0), unit, zoned: zone != nil)
    case .string, .categorical: return .string(texts.randomElement(using: &generator) ?? "")
    case .binary:
      return .binary([UInt8](repeating: UInt8(abs(number) % 256), count: abs(number) % 4))
    case .structure:
      return .structure([
        (name: "a", value: isRare ? .null : .integer(Int128(number))),
        (name: "t", value: .string(texts.randomElement(using: &generator) ?? "")),
      ])
    case .list:
      return .list((0..<abs(number) % 5).map { .integer(Int128($0)) })
    default: return .null
    }
  }

  func evaluator(_ range: Range<Int>) -> Evaluator {
    var given: [Int: Column] = [:]
    for (index, column) in columns.enumerated() { given[index] = column.slice(range) }
    return Evaluator(columns: given, rowCount: range.count)
  }
}

extension BoundField {
  /// Tells fields apart.
  fileprivate var number: Int { path.reduce(column) { $0 * 31 + $1 + 1 } }
}

/// Statistics of a run of rows as a writer would keep them; some left out, texts truncated.
struct RandomStatistics: PruningSource {
  let columns: RandomColumns
  let range: Range<Int>
  /// Shapes what is left out.
  let seed: UInt64

  func statistics(of field: BoundField) -> Statistics? {
    var generator = SeededGenerator(seed: seed &+ UInt64(field.number))
    if Int.random(in: 0..<10, using: &generator) == 0 { return nil }
    let values = range.map { row in
      field.path.reduce(columns.rows[row][field.column]) { value, index in
        if case .structure(let parts) = value { parts[index].value } else { .null }
      }
    }
    let present = values.filter { value in
      if case .float(let number) = value { return !number.isNaN }
      return !value.isNull
    }
    let nulls = values.count(where: \.isNull)
    var statistics = Statistics(count: UInt64(values.count))
    if Int.random(in: 0..<10, using: &generator) > 0 { statistics.nullCount = UInt64(nulls) }
    if Int.random(in: 0..<10, using: &generator) > 0 {
      statistics.nanCount = UInt64(values.count - nulls - present.count)
    }
    let measured: [Value] = present.compactMap { value in
      switch value {
      case .list(let elements): .integer(Int128(elements.count))
      case .structure: nil
      default: value
      }
    }
    guard let first = measured.first, Int.random(in: 0..<10, using: &generator) > 0 else {
      return statistics
    }
    var (least, greatest) = (first, first)
    for value in measured {
      if (value.order(least) ?? 0) < 0 { least = value }
      if (value.order(greatest) ?? 0) > 0 { greatest = value }
    }
    statistics.minimum = Statistics.Bound(least, isExact: true)
    statistics.maximum = Statistics.Bound(greatest, isExact: true)
    if case .string(let low) = least, case .string(let high) = greatest,
      Bool.random(using: &generator)
    {
      // Cut to three characters; the maximum raised.
      if low.count > 3 {
        statistics.minimum = Statistics.Bound(.string(String(low.prefix(3))), isExact: false)
      }
      if high.count > 3 {
        statistics.maximum = Statistics.Bound(
          .string(String(high.prefix(2)) + "~~~~"), isExact: false)
      }
    }
    return statistics
  }

  /// A filter that knows every value, and is wrong one time in four.
  func mayContain(_ value: Value, in field: BoundField) -> Bool {
    var generator = SeededGenerator(seed: seed &* 31 &+ UInt64(field.number))
    if Int.random(in: 0..<4, using: &generator) == 0 { return true }
    return range.contains { row in
      let held = field.path.reduce(columns.rows[row][field.column]) { value, index in
        if case .structure(let parts) = value { parts[index].value } else { .null }
      }
      return held.order(value) == 0
    }
  }
}

/// Texts of random predicates over the columns of `RandomColumns`.
struct RandomPredicates {
  var generator: SeededGenerator

  private mutating func pick<T>(_ items: [T]) -> T {
    items[Int.random(in: 0..<items.count, using: &generator)]
  }

  private mutating func literal(_ name: String) -> String {
    let field = RandomColumns.schema.fields.first { $0.name == name }
    let value = RandomColumns.value(field?.type ?? .null, 30, using: &generator)
    var buffer = TextBuffer()
    buffer.append(value)
    let text = buffer.text()
    switch value {
    case .bool: return text
    case .integer: return Int.random(in: 0..<8, using: &generator) == 0 ? text + ".5" : text
    case .decimal: return text
    case .float(let number):
      if number.isNaN || number.isInfinite { return "CAST('\(text)' AS double)" }
      return pick([text, text + "e0"])
    case .date: return pick(["DATE '\(text)'", "'\(text)'", "TIMESTAMP '\(text) 05:00:00'"])
    case .timestamp: return pick(["TIMESTAMP '\(text)'", "'\(text)'"])
    case .time: return "TIME '\(text)'"
    case .string(let text):
      return "'"
        + text.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "''") + "'"
    case .binary(let bytes):
      return "x'" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
    default: return "NULL"
    }
  }

  private static let scalars = [
    "b", "i8", "i16", "i32", "i64", "u8", "u64", "f32", "f64", "d9", "d30", "day", "ts", "tsms",
    "tm", "s", "cat", "bin",
  ]
  private static let comparisons = ["=", "<>", "!=", "<", "<=", ">", ">="]

  mutating func predicate(depth: Int) -> String {
    if depth == 0 { return leaf() }
    switch Int.random(in: 0..<10, using: &generator) {
    case 0, 1: return "NOT (\(predicate(depth: depth - 1)))"
    case 2:
      return "(\(predicate(depth: depth - 1))) IS "
        + pick(["TRUE", "FALSE", "NOT TRUE", "NOT FALSE", "NULL", "NOT NULL"])
    case 3, 4, 5, 6:
      return "(\(predicate(depth: depth - 1))) AND (\(predicate(depth: depth - 1)))"
    default: return "(\(predicate(depth: depth - 1))) OR (\(predicate(depth: depth - 1)))"
    }
  }

  private mutating func leaf() -> String {
    let name = pick(RandomPredicates.scalars)
    let comparison = pick(RandomPredicates.comparisons)
    let number = Int.random(in: -30...30, using: &generator)
    switch Int.random(in: 0..<15, using: &generator) {
    case 0, 1, 2: return "\(name) \(comparison) \(literal(name))"
    case 3: return "\(literal(name)) \(comparison) \(name)"
    case 4:
      let group = pick([
        ["i8", "i16", "i32", "i64", "u8", "u64", "f32", "f64", "d9", "d30", "st.a"],
        ["day", "ts", "tsms"], ["s", "cat", "st.t"], ["b", "b"], ["bin", "bin"], ["tm", "tm"],
      ])
      return "\(pick(group)) \(comparison) \(pick(group))"
    case 5: return "\(name) \(pick(["", "NOT "]))BETWEEN \(literal(name)) AND \(literal(name))"
    case 6:
      var items = (0..<pick([1, 3, 12])).map { _ in literal(name) }
      if number == 0 { items.append("NULL") }
      return "\(name) \(pick(["", "NOT "]))IN (\(items.joined(separator: ", ")))"
    case 7:
      let text =
        pick(RandomColumns.texts).map { character in
          pick([String(character), String(character), String(character), "%", "_"])
        }.joined() + pick(["", "%"])
      let quoted = text.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "''")
      return "\(pick(["s", "cat", "st.t"])) \(pick(["", "NOT "]))\(pick(["LIKE", "LIKE", "ILIKE"]))"
        + " '\(pick(["", "%"]))\(quoted)'" + pick(["", "", " ESCAPE '!'"])
    case 8:
      let tested = pick(RandomPredicates.scalars + ["st", "st.a", "li", "i64 + 1", "f64 = 1"])
      return "(\(tested)) IS \(pick(["", "NOT "]))NULL"
    case 9: return "\(pick(["f32", "f64", "f64 * 2"])) IS \(pick(["", "NOT "]))NAN"
    case 10:
      let operation = pick(["+", "-", "*", "%", "/"])
      let column = pick(["i8", "i16", "i32", "i64", "u8", "f64", "f32", "st.a"])
      return
        "\(column) \(operation) \(number == 0 ? "i8" : "\(number)") \(comparison) \(number * 2)"
    case 11:
      return "\(pick(["-i8", "-i64", "-(f64)", "abs(i32)", "abs(i64)"])) \(comparison) \(number)"
    case 12:
      return pick([
        "lower(s) \(comparison) 'abc'", "length(s) \(comparison) \(abs(number) % 6)",
        "length(li) \(comparison) \(abs(number) % 5)",
        "CAST(u64 AS bigint) \(comparison) \(number)",
        "length(cat) \(comparison) length(s)",
      ])
    case 13:
      let part = pick(["year", "month", "day", "hour"])
      let wanted = ["year": 1970 + number / 15, "month": 1 + abs(number) % 12][part] ?? abs(number)
      return "\(part)(\(pick(["day", "ts", "tsms"]))) \(comparison) \(wanted)"
    default:
      return "\(name) IS \(pick(["", "NOT "]))DISTINCT FROM \(pick([literal(name), "NULL", name]))"
    }
  }
}
