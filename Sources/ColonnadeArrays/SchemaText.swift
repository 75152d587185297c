// Schemas as text, as `schema` prints them and schema files state them. Spec: spec/types.md.
//
//   schema = field { (line end | ",") field }      `#` and `--` begin a comment, to the line's end
//   field  = name ":" type ["not" "null"]          name: bare word, or '"' any, '""' for one '"'
//   type   = word [ "(" argument { "," argument } ")" ]
//          | "list" "<" type ["not" "null"] [ "," count ] ">"
//          | "struct" "<" field { "," field } ">"
//          | "map" "<" type "," type ["not" "null"] ">"

public import ColonnadeBase

extension Schema {
  /// Reads a schema from its text.
  /// - Parameter file: named in errors.
  /// - Throws: `.invalidArgument` with line and column where the text breaks the grammar, and what
  ///   `validate` throws.
  public init(parsing text: String, file: String? = nil) throws(ColonnadeError) {
    var parser = SchemaParser(text, file: file)
    let schema = Schema(try parser.schema())
    try schema.validate()
    self = schema
  }

  /// The text that `init(parsing:)` reads, one column a line. Ids and metadata have no text.
  public var text: String {
    fields.map { field in
      "\(DataType.name(field.name)): \(field.type)" + (field.isNullable ? "" : " not null") + "\n"
    }.joined()
  }
}

extension DataType {
  /// Reads a type from its text.
  /// - Throws: `.invalidArgument` where the text breaks the grammar.
  public init(parsing text: String) throws(ColonnadeError) {
    var parser = SchemaParser(text, file: nil)
    self = try parser.wholeType()
  }
}

private struct SchemaParser {
  private let scalars: [Unicode.Scalar]
  private let file: String?
  private var position = 0
  /// Levels of nesting around the type being read.
  private var depth = 0

  init(_ text: String, file: String?) {
    scalars = Array(text.unicodeScalars)
    self.file = file
  }

  mutating func schema() throws(ColonnadeError) -> [Field] {
    var fields: [Field] = []
    skipSpace(andLines: true)
    while position < scalars.count {
      fields.append(try field())
      skipSpace(andLines: false)
      guard position < scalars.count else { break }
      guard scalars[position] == "," || scalars[position] == "\n" else {
        throw error("expected ',' or the end of the line")
      }
      position += 1
      skipSpace(andLines: true)
    }
    guard !fields.isEmpty else {
      throw error("the schema has no columns", hint: "write one column a line, as 'name: type'")
    }
    return fields
  }

  mutating func wholeType() throws(ColonnadeError) -> DataType {
    let type = try type()
    skipSpace(andLines: true)
    guard position == scalars.count else { throw error("nothing is expected after the type") }
    return type
  }

  private mutating func field() throws(ColonnadeError) -> Field {
    let name = try name()
    try expect(":")
    let type = try type()
    return Field(name, type, isNullable: try !notNull())
  }

  private mutating func type() throws(ColonnadeError) -> DataType {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Schema.maximumDepth else {
      throw error("types are nested deeper than \(Schema.maximumDepth) levels")
    }
    skipSpace(andLines: depth > 1)
    let start = position
    let word = word()
    switch word {
    case "null": return .null
    case "bool": return .bool
    case "int8": return .int8
    case "int16": return .int16
    case "int32": return .int32
    case "int64": return .int64
    case "uint8": return .uint8
    case "uint16": return .uint16
    case "uint32": return .uint32
    case "uint64": return .uint64
    case "float16": return .float16
    case "float32": return .float32
    case "float64": return .float64
    case "date": return .date
    case "string": return .string
    case "decimal":
      try expect("(")
      let precision = try number()
      try expect(",")
      let scale = try number()
      try expect(")")
      return .decimal(precision: precision, scale: scale)
    case "time":
      let unit = try unitInParentheses()
      return .time(unit)
    case "duration": return .duration(try unitInParentheses())
    case "timestamp":
      try expect("(")
      let unit = try unit()
      let zone: String? = take(",") ? try quoted("'") : nil
      try expect(")")
      return .timestamp(unit, zone: zone)
    case "categorical":
      guard take("(") else { return .categorical(ordered: false) }
      guard self.word() == "ordered" else { throw error("expected 'ordered'") }
      try expect(")")
      return .categorical(ordered: true)
    case "binary":
      guard take("(") else { return .binary }
      let byteCount = try number()
      try expect(")")
      return .fixedBinary(byteCount: byteCount)
    case "list":
      try expect("<")
      let element = Field("item", try type(), isNullable: try !notNull())
      let count: Int? = take(",") ? try number() : nil
      try expect(">")
      return count.map { .fixedList(element, count: $0) } ?? .list(element)
    case "struct":
      try expect("<")
      var fields: [Field] = []
      repeat { fields.append(try field()) } while take(",")
      try expect(">")
      return .structure(fields)
    case "map":
      try expect("<")
      let key = Field("key", try type(), isNullable: false)
      try expect(",")
      let value = Field("value", try type(), isNullable: try !notNull())
      try expect(">")
      return .map(key: key, value: value)
    default:
      position = start
      throw error(
        word.isEmpty ? "expected a type" : "there is no type '\(word)'",
        hint: "types are bool, int8 to int64, uint8 to uint64, float16 to float64, decimal(12, 2), "
          + "date, time(us), timestamp(us, 'UTC'), duration(s), string, categorical, binary, "
          + "list<…>, struct<…> and map<…>")
    }
  }

  // MARK: words

  private mutating func skipSpace(andLines: Bool) {
    while position < scalars.count {
      let scalar = scalars[position]
      if scalar == "\n" {
        guard andLines else { return }
      } else if scalar == "#" || (scalar == "-" && next == "-") {
        while position < scalars.count, scalars[position] != "\n" { position += 1 }
        continue
      } else if !scalar.properties.isWhitespace && scalar != "\u{FEFF}" {
        return
      }
      position += 1
    }
  }

  private var next: Unicode.Scalar? {
    position + 1 < scalars.count ? scalars[position + 1] : nil
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    let start = position
    skipSpace(andLines: depth > 0)
    guard position < scalars.count, scalars[position] == scalar else {
      // A line end passed here may end the field.
      position = start
      return false
    }
    position += 1
    return true
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws(ColonnadeError) {
    guard take(scalar) else { throw error("expected '\(scalar)'") }
  }

  private mutating func word() -> String {
    skipSpace(andLines: depth > 0)
    var word = ""
    while position < scalars.count, SchemaParser.isBare(scalars[position]) {
      word.unicodeScalars.append(scalars[position])
      position += 1
    }
    return word
  }

  private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: scalar.value >= 0x80 && !scalar.properties.isWhitespace
    }
  }

  private mutating func name() throws(ColonnadeError) -> String {
    skipSpace(andLines: depth > 0)
    if position < scalars.count, scalars[position] == "\"" { return try quoted("\"") }
    let name = word()
    guard !name.isEmpty else {
      throw error(
        "expected a column's name", hint: "write 'name: type', the name in \"…\" if need be")
    }
    return name
  }

  private mutating func quoted(_ quote: Unicode.Scalar) throws(ColonnadeError) -> String {
    skipSpace(andLines: depth > 0)
    guard position < scalars.count, scalars[position] == quote else {
      throw error("expected text in \(quote)…\(quote)")
    }
    position += 1
    var text = ""
    while position < scalars.count {
      let scalar = scalars[position]
      position += 1
      if scalar == quote {
        guard position < scalars.count, scalars[position] == quote else { return text }
        position += 1
      }
      text.unicodeScalars.append(scalar)
    }
    throw error("the closing \(quote) is missing")
  }

  private mutating func number() throws(ColonnadeError) -> Int {
    skipSpace(andLines: depth > 0)
    let start = position
    guard let number = Int(word()) else {
      position = start
      throw error("expected a number")
    }
    return number
  }

  private mutating func unit() throws(ColonnadeError) -> TimeUnit {
    let start = position
    let word = word()
    guard let unit = TimeUnit.allCases.first(where: { $0.symbol == word }) else {
      position = start
      throw error("expected a unit: s, ms, us or ns")
    }
    return unit
  }

  private mutating func unitInParentheses() throws(ColonnadeError) -> TimeUnit {
    try expect("(")
    let unit = try unit()
    try expect(")")
    return unit
  }

  /// Whether `not null` stands here.
  private mutating func notNull() throws(ColonnadeError) -> Bool {
    let start = position
    guard word() == "not" else {
      position = start
      return false
    }
    guard word() == "null" else { throw error("expected 'null' after 'not'") }
    return true
  }

  private func error(_ message: String, hint: String? = nil) -> ColonnadeError {
    let before = scalars[..<position]
    let line = before.count { $0 == "\n" } + 1
    let start = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
    return ColonnadeError(
      .invalidArgument, message, file: file,
      location: .line(line, column: position - start + 1, field: nil), hint: hint)
  }
}
