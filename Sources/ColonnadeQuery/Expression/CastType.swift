// The type after CAST … AS or `::`: the names of types without nested ones, and SQL's names for the
// same types. Spec: spec/semantics.md, CAST.

import ColonnadeArrays
import ColonnadeBase

/// Reads one type from UTF-8 text. Names are read without regard to case; `timestamp`, `time` and
/// `duration` without a unit are in microseconds.
struct CastType {
  private let bytes: [UInt8]
  private var position = 0

  /// Reads the longest type at byte `position` of `bytes`.
  /// - Returns: the type, and the position after it.
  /// - Throws: `.invalidArgument`.
  static func read(
    _ bytes: [UInt8], at position: Int
  ) throws(ColonnadeError) -> (type: DataType, end: Int) {
    var reader = CastType(bytes: bytes, position: position)
    let type = try reader.type()
    return (type, reader.position)
  }

  private init(bytes: [UInt8], position: Int) {
    self.bytes = bytes
    self.position = position
  }

  mutating func skipSpace() {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
  }

  private func failure(_ message: String, hint: String? = nil) -> ColonnadeError {
    ColonnadeError(.invalidArgument, message, hint: hint)
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
    while position < bytes.count, CastType.isWord(bytes[position]) { position += 1 }
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

  mutating func unit() throws(ColonnadeError) -> TimeUnit {
    let start = position
    let symbol = word().lowercased()
    for unit in TimeUnit.allCases where unit.symbol == symbol { return unit }
    position = start
    throw failure("expected a unit: s, ms, us or ns")
  }

  private mutating func type() throws(ColonnadeError) -> DataType {
    skipSpace()
    let start = position
    let word = word().lowercased()
    switch word {
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
    default:
      position = start
      guard !word.isEmpty else { throw failure("expected a type") }
      throw failure(
        "'\(word)' is not a type",
        hint: "types are bool, int8 to int64, uint8 to uint64, float16, float32, float64, "
          + "decimal(p, s), date, time, timestamp, duration, string and binary")
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
}
