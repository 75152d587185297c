// Types from text: the inverse of `description`, and the names SQL has for the same types.
// Used by schema files and by CAST. Spec: spec/types.md, text form.

public import ColonnadeBase

extension DataType {
  /// The type that `text` names: `int32`, `decimal(12, 2)`, `list<struct<a: string not null>>`.
  ///
  /// Names are read without regard to case; SQL's `bigint`, `varchar`, `double` and the like serve
  /// too. `timestamp`, `time` and `duration` without a unit are in microseconds.
  /// - Throws: `.invalidArgument` with the column in the text; `.limitExceeded` when nested deeper
  ///   than a schema allows.
  public init(parsing text: String) throws(ColonnadeError) {
    var parser = TypeParser(bytes: Array(text.utf8))
    self = try parser.type(depth: 0)
    parser.skipSpace()
    guard parser.position == parser.bytes.count else {
      throw parser.failure("unexpected text after the type \(self)")
    }
  }

  /// Reads the longest type at byte `position` of `bytes`.
  /// - Returns: the type, and the position after it.
  package static func parse(
    _ bytes: [UInt8], at position: Int
  ) throws(ColonnadeError) -> (type: DataType, end: Int) {
    var parser = TypeParser(bytes: bytes, position: position)
    let type = try parser.type(depth: 0)
    return (type, parser.position)
  }
}

/// Reads one type from UTF-8 text.
private struct TypeParser {
  let bytes: [UInt8]
  var position = 0

  mutating func skipSpace() {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
  }

  func failure(
    _ message: String, kind: ColonnadeError.Kind = .invalidArgument, hint: String? = nil
  ) -> ColonnadeError {
    let before = String(decoding: bytes[..<min(position, bytes.count)], as: UTF8.self)
    return ColonnadeError(
      kind, message, location: .line(1, column: before.count + 1, field: nil), hint: hint)
  }

  /// True, and past it, where the next byte is `byte`.
  mutating func take(_ byte: Character) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == byte.asciiValue else { return false }
    position += 1
    return true
  }

  mutating func expect(_ byte: Character) throws(ColonnadeError) {
    guard take(byte) else { throw failure("expected '\(byte)' in a type") }
  }

  static func isWord(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90)
      || (byte >= 97 && byte <= 122)
  }

  /// The next run of letters, digits and underscores; empty where there is none.
  mutating func word() -> String {
    skipSpace()
    let start = position
    while position < bytes.count, TypeParser.isWord(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// True, and past it, where the next word is `wanted`.
  mutating func takeWord(_ wanted: String) -> Bool {
    let before = position
    if word().lowercased() == wanted { return true }
    position = before
    return false
  }

  mutating func number() throws(ColonnadeError) -> Int {
    let start = position
    guard let value = Int(word()), value >= 0 else {
      position = start
      skipSpace()
      throw failure("expected a number in a type")
    }
    return value
  }

  /// Text between two `quote`s, doubled inside.
  mutating func quoted(_ quote: Character) throws(ColonnadeError) -> String {
    let start = position
    try expect(quote)
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == quote.asciiValue {
        guard position < bytes.count, bytes[position] == byte else {
          return String(decoding: text, as: UTF8.self)
        }
        position += 1
      }
      text.append(byte)
    }
    position = start
    throw failure("a quote in a type is not closed")
  }

  mutating func name() throws(ColonnadeError) -> String {
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quoted("\"") }
    let name = word()
    guard !name.isEmpty else { throw failure("expected the name of a field") }
    return name
  }

  /// False where `not null` follows.
  mutating func nullability() throws(ColonnadeError) -> Bool {
    guard takeWord("not") else { return true }
    guard takeWord("null") else { throw failure("expected 'null' after 'not'") }
    return false
  }

  mutating func unit() throws(ColonnadeError) -> TimeUnit {
    let start = position
    let symbol = word().lowercased()
    for unit in TimeUnit.allCases where unit.symbol == symbol { return unit }
    position = start
    throw failure("expected a unit: s, ms, us or ns")
  }

  mutating func element(_ name: String, depth: Int) throws(ColonnadeError) -> Field {
    let type = try type(depth: depth + 1)
    return Field(name, type, isNullable: try nullability())
  }

  mutating func type(depth: Int) throws(ColonnadeError) -> DataType {
    guard depth < Schema.maximumDepth else {
      throw failure(
        "a type is nested deeper than \(Schema.maximumDepth) levels", kind: .limitExceeded)
    }
    skipSpace()
    let start = position
    let word = word().lowercased()
    switch word {
    case "null": return .null
    case "bool", "boolean": return .bool
    case "int8", "tinyint": return .int8
    case "int16", "smallint": return .int16
    case "int32", "int", "integer": return .int32
    case "int64", "bigint": return .int64
    case "uint8", "utinyint": return .uint8
    case "uint16", "usmallint": return .uint16
    case "uint32", "uinteger": return .uint32
    case "uint64", "ubigint": return .uint64
    case "float16", "half": return .float16
    case "float32", "float", "real": return .float32
    case "float64", "double": return .float64
    case "date": return .date
    case "string", "varchar", "text": return .string
    case "uuid": return .fixedBinary(byteCount: 16)
    case "timestamptz": return .timestamp(.microsecond, zone: "UTC")
    case "decimal", "numeric": return try decimal()
    case "time":
      guard take("(") else { return .time(.microsecond) }
      let unit = try unit()
      try expect(")")
      return .time(unit)
    case "duration":
      guard take("(") else { return .duration(.microsecond) }
      let unit = try unit()
      try expect(")")
      return .duration(unit)
    case "timestamp": return try timestamp()
    case "categorical":
      guard take("(") else { return .categorical(ordered: false) }
      guard takeWord("ordered") else { throw failure("expected 'ordered'") }
      try expect(")")
      return .categorical(ordered: true)
    case "binary", "blob", "bytea":
      guard take("(") else { return .binary }
      let byteCount = try number()
      try expect(")")
      return .fixedBinary(byteCount: try size(byteCount))
    case "list":
      try expect("<")
      let element = try element("element", depth: depth)
      var type = DataType.list(element)
      if take(",") { type = .fixedList(element, count: try size(try number())) }
      try expect(">")
      return type
    case "struct": return try structure(depth: depth)
    case "map":
      try expect("<")
      let key = try type(depth: depth + 1)
      try expect(",")
      let value = try element("value", depth: depth)
      try expect(">")
      return .map(key: Field("key", key, isNullable: false), value: value)
    default:
      position = start
      guard !word.isEmpty else { throw failure("expected a type") }
      throw failure(
        "'\(word)' is not a type",
        hint: "types are bool, int8 to int64, uint8 to uint64, float16, float32, float64, "
          + "decimal(p, s), date, time, timestamp, duration, string, categorical, binary, "
          + "list<…>, struct<…>, map<…>")
    }
  }

  private func size(_ count: Int) throws(ColonnadeError) -> Int {
    guard (1...(1 << 20)).contains(count) else {
      throw failure(
        "a fixed size of \(count) is out of range", hint: "fixed sizes go from 1 to 1,048,576")
    }
    return count
  }

  private mutating func decimal() throws(ColonnadeError) -> DataType {
    guard take("(") else { return .decimal(precision: 18, scale: 3) }
    let precision = try number()
    let scale = take(",") ? try number() : 0
    guard (1...38).contains(precision), (0...precision).contains(scale) else {
      throw failure(
        "decimal(\(precision), \(scale)) is not a decimal type",
        hint: "precision goes from 1 to 38, scale from 0 to the precision")
    }
    try expect(")")
    return .decimal(precision: precision, scale: scale)
  }

  private mutating func timestamp() throws(ColonnadeError) -> DataType {
    guard take("(") else {
      if takeWord("with") {
        guard takeWord("time"), takeWord("zone") else { throw failure("expected 'time zone'") }
        return .timestamp(.microsecond, zone: "UTC")
      }
      return .timestamp(.microsecond, zone: nil)
    }
    let unit = try unit()
    let zone = take(",") ? try quoted("'") : nil
    try expect(")")
    return .timestamp(unit, zone: zone)
  }

  private mutating func structure(depth: Int) throws(ColonnadeError) -> DataType {
    try expect("<")
    var fields: [Field] = []
    if take(">") { return .structure([]) }
    repeat {
      let name = try name()
      try expect(":")
      fields.append(try element(name, depth: depth))
    } while take(",")
    try expect(">")
    return .structure(fields)
  }
}
