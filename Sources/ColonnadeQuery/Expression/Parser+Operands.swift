// What stands between operators: literals, parameters, columns, calls, CAST, parentheses, NOT and signs.

import ColonnadeArrays
import ColonnadeBase

extension Parser {
  /// An operand with the signs and NOTs before it and the `::` casts after it.
  mutating func prefix() throws(ColonnadeError) -> ParsedExpression {
    let token = current
    if takeWord("not") {
      let operand = try parse(.not)
      return try node(
        .not(operand.expression, token.range.through(operand.expression.range)),
        over: operand.height)
    }
    if take("-") {
      if case .number(let text) = current.kind, following.kind != .symbol("::") {
        let range = token.range.through(current.range)
        advance()
        return try node(.literal(try number("-" + text, range), range))
      }
      let operand = try parse(.sign)
      return try node(
        .negative(operand.expression, token.range.through(operand.expression.range)),
        over: operand.height)
    }
    if take("+") { return try parse(.sign) }
    var operand = try primary()
    while current.kind == .symbol("::") || current.kind == .symbol(".") {
      if take("::") {
        let type = try type()
        operand = try node(
          .cast(
            operand.expression, type, SourceRange(operand.expression.range.start, previousEnd)),
          over: operand.height)
      } else {
        throw unexpected("expected an operator", hint: "only columns have fields")
      }
    }
    return operand
  }

  private mutating func primary() throws(ColonnadeError) -> ParsedExpression {
    let token = current
    switch token.kind {
    case .number(let text):
      advance()
      return try node(.literal(try number(text, token.range), token.range))
    case .text(let text):
      advance()
      return try node(.literal(.string(text), token.range))
    case .bytes(let bytes):
      advance()
      return try node(.literal(.binary(bytes), token.range))
    case .placeholder(let placeholder):
      let value = try value(of: placeholder)
      if case .list = value {
        throw source.error(
          "the value of '\(placeholder.text)' is a list", at: token.range,
          hint: "lists stand after IN, as in x IN \(placeholder.text)")
      }
      return try node(.literal(value, token.range))
    case .symbol("("):
      advance()
      let inner = try parse(.lowest)
      try expect(
        ")", "to close the parenthesis at column \(source.position(of: token.range.start).column)")
      return inner
    case .quotedName: return try column()
    case .name(let name): return try word(name.lowercased(), token)
    case .symbol, .end:
      throw unexpected("expected a column, a value or '('")
    }
  }

  /// A keyword, a typed literal, a call, or a column.
  private mutating func word(
    _ word: String, _ token: Token
  ) throws(ColonnadeError) -> ParsedExpression {
    if following.kind == .symbol("(") {
      switch word {
      case "cast", "try_cast": return try cast(token)
      case "extract": return try extract(token)
      default: break
      }
      if !Parser.reserved.contains(word) { return try call(word, token) }
    }
    if case .text(let text) = following.kind {
      if let value = try typed(word, text, token) {
        advance()
        advance()
        return try node(.literal(value, SourceRange(token.range.start, previousEnd)))
      }
    }
    switch word {
    case "true", "false":
      advance()
      return try node(.literal(.bool(word == "true"), token.range))
    case "null":
      advance()
      return try node(.literal(.null, token.range))
    default:
      guard !Parser.reserved.contains(word) else {
        throw unexpected(
          "expected a column, a value or '('",
          hint: "a column named \(word) stands in double quotes")
      }
      return try column()
    }
  }

  /// `a`, `a.b` or `"a.b".c`.
  private mutating func column() throws(ColonnadeError) -> ParsedExpression {
    let (path, range) = try path()
    return try node(.column(path, range))
  }

  /// Names joined with dots.
  mutating func path() throws(ColonnadeError) -> (ColumnPath, SourceRange) {
    let start = current.range.start
    var parts: [ColumnPath.Part] = []
    repeat {
      switch current.kind {
      case .name(let name): parts.append(ColumnPath.Part(name, isQuoted: false))
      case .quotedName(let name): parts.append(ColumnPath.Part(name, isQuoted: true))
      default: throw unexpected("expected the name of a column")
      }
      advance()
    } while parts.count < Expression.maximumDepth && take(".")
    return (ColumnPath(parts), SourceRange(start, previousEnd))
  }

  private mutating func call(
    _ name: String, _ token: Token
  ) throws(ColonnadeError) -> ParsedExpression {
    advance()
    advance()
    var arguments: [Expression] = []
    var height = 0
    if current.kind != .symbol(")") {
      repeat {
        let argument = try parse(.lowest)
        arguments.append(argument.expression)
        height = max(height, argument.height)
      } while take(",")
    }
    try expect(")", "or ',' after an argument of \(name)")
    return try node(
      .call(name, arguments, SourceRange(token.range.start, previousEnd)), over: height)
  }

  private mutating func cast(_ token: Token) throws(ColonnadeError) -> ParsedExpression {
    advance()
    advance()
    let operand = try parse(.lowest)
    guard takeWord("as") else { throw unexpected("expected AS and a type in CAST") }
    let type = try type()
    try expect(")", "to close CAST")
    return try node(
      .cast(operand.expression, type, SourceRange(token.range.start, previousEnd)),
      over: operand.height)
  }

  /// EXTRACT(part FROM value), the same as part(value).
  private mutating func extract(_ token: Token) throws(ColonnadeError) -> ParsedExpression {
    advance()
    advance()
    let part: String
    switch current.kind {
    case .name(let name), .text(let name): part = name.lowercased()
    default: throw unexpected("expected year, month, day, hour, minute or second in EXTRACT")
    }
    advance()
    guard takeWord("from") else { throw unexpected("expected FROM in EXTRACT") }
    let operand = try parse(.lowest)
    try expect(")", "to close EXTRACT")
    return try node(
      .call(part, [operand.expression], SourceRange(token.range.start, previousEnd)),
      over: operand.height)
  }

  /// A type at the current token, in the text form of types.
  private mutating func type() throws(ColonnadeError) -> DataType {
    let start = current.range.start
    let parsed: (type: DataType, end: Int)
    do throws(ColonnadeError) {
      parsed = try CastType.read(source.bytes, at: start)
    } catch {
      throw source.error(error.kind, error.message, at: current.range, hint: error.hint)
    }
    while index < tokens.count - 1, current.range.start < parsed.end { index += 1 }
    return parsed.type
  }

  private func number(_ text: String, _ range: SourceRange) throws(ColonnadeError) -> Value {
    if let exact = ConstantText.exact(text) { return exact }
    if text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }), let value = Double(text) {
      return .float(value)
    }
    throw source.error(
      .limitExceeded, "a number has more than 38 digits", at: range,
      hint: "with an exponent it is read as floating point, as in 1e40")
  }

  /// The value of `DATE '…'` and the like; `nil` where `word` names no such type.
  private func typed(
    _ word: String, _ text: String, _ token: Token
  ) throws(ColonnadeError) -> Value? {
    let value: Value?
    let example: String
    switch word {
    case "date":
      value = ConstantText.date(text).map(Value.date)
      example = "DATE '2024-01-31'"
    case "timestamp", "timestamptz":
      value = ConstantText.timestamp(text).map { value in
        guard word == "timestamptz", case .timestamp(let ticks, let unit, _) = value else {
          return value
        }
        return .timestamp(ticks, unit, zoned: true)
      }
      example =
        word == "timestamp"
        ? "TIMESTAMP '2024-01-31 10:00:00'" : "TIMESTAMPTZ '2024-01-31 10:00:00+02:00'"
    case "time":
      value = ConstantText.time(text)
      example = "TIME '10:00:00'"
    case "uuid":
      value = ConstantText.uuid(text).map(Value.binary)
      example = "UUID '01234567-89ab-cdef-0123-456789abcdef'"
    case "interval":
      throw source.error(
        .unsupportedFeature, "INTERVAL is not supported", at: token.range,
        hint: "compare with a DATE or TIMESTAMP")
    default: return nil
    }
    guard let value else {
      throw source.error(
        "'\(text)' is not a valid \(word)", at: following.range, hint: "write \(example)")
    }
    return value
  }
}
