// Text into tokens. Names are unquoted or in double quotes, texts in single quotes, parameters are
// `?`, `$1` or `$name`, comments run from `--` to the end of the line.

import ColonnadeBase

/// A word of the language with its place.
struct Token {
  enum Kind: Equatable {
    case name(String)
    case quotedName(String)
    case text(String)
    case bytes([UInt8])
    case number(String)
    case placeholder(Placeholder)
    case symbol(String)
    case end
  }

  var kind: Kind
  var range: SourceRange
}

/// Cuts a text into tokens.
struct Lexer {
  private let source: SourceText
  private var position = 0

  /// - Throws: `.invalidArgument` that points at what is no token.
  static func tokens(_ source: SourceText) throws(ColonnadeError) -> [Token] {
    var lexer = Lexer(source: source)
    var tokens: [Token] = []
    while true {
      let token = try lexer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private init(source: SourceText) { self.source = source }

  private func peek(_ ahead: Int = 0) -> UInt8 {
    position + ahead < source.bytes.count ? source.bytes[position + ahead] : 0
  }

  private mutating func skipSpace() {
    while position < source.bytes.count {
      let byte = source.bytes[position]
      if byte == 0x20 || (byte >= 9 && byte <= 13) {
        position += 1
      } else if byte == UInt8(ascii: "-"), peek(1) == byte {
        while position < source.bytes.count, source.bytes[position] != UInt8(ascii: "\n") {
          position += 1
        }
      } else {
        return
      }
    }
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  static func startsName(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x80 || (byte >= 65 && byte <= 90)
      || (byte >= 97 && byte <= 122)
  }

  private mutating func next() throws(ColonnadeError) -> Token {
    skipSpace()
    let start = position
    guard start < source.bytes.count else {
      return Token(kind: .end, range: SourceRange(start, start))
    }
    let byte = peek()
    let kind: Token.Kind
    if byte == UInt8(ascii: "x") || byte == UInt8(ascii: "X"), peek(1) == UInt8(ascii: "'") {
      position += 1
      kind = .bytes(try hexadecimal(try quoted(UInt8(ascii: "'"), "text"), at: start))
    } else if Lexer.startsName(byte) {
      while position < source.bytes.count, Lexer.startsName(peek()) || Lexer.isDigit(peek()) {
        position += 1
      }
      kind = .name(String(decoding: source.bytes[start..<position], as: UTF8.self))
    } else if Lexer.isDigit(byte) || (byte == UInt8(ascii: ".") && Lexer.isDigit(peek(1))) {
      kind = .number(try number())
    } else if byte == UInt8(ascii: "'") {
      kind = .text(try quoted(byte, "text"))
    } else if byte == UInt8(ascii: "\"") {
      let name = try quoted(byte, "name")
      guard !name.isEmpty else {
        throw source.error("a quoted name is empty", at: SourceRange(start, position))
      }
      kind = .quotedName(name)
    } else if byte == UInt8(ascii: "?") {
      position += 1
      kind = .placeholder(.next)
    } else if byte == UInt8(ascii: "$") {
      kind = .placeholder(try placeholder())
    } else {
      kind = .symbol(try symbol())
    }
    return Token(kind: kind, range: SourceRange(start, position))
  }

  /// What stands between two `quote`s; a doubled one stands for itself.
  private mutating func quoted(_ quote: UInt8, _ what: String) throws(ColonnadeError) -> String {
    let start = position
    position += 1
    var content: [UInt8] = []
    while position < source.bytes.count {
      let byte = source.bytes[position]
      position += 1
      if byte == quote {
        guard peek() == quote, position < source.bytes.count else {
          return String(decoding: content, as: UTF8.self)
        }
        position += 1
      }
      content.append(byte)
    }
    throw source.error(
      "the \(what) that begins here is not closed", at: SourceRange(start, position),
      hint: "a \(quote == 0x27 ? "single" : "double") quote inside is written twice")
  }

  /// `$1` or `$name`.
  private mutating func placeholder() throws(ColonnadeError) -> Placeholder {
    let start = position
    position += 1
    while Lexer.startsName(peek()) || Lexer.isDigit(peek()) { position += 1 }
    let text = String(decoding: source.bytes[start + 1..<position], as: UTF8.self)
    if let first = text.utf8.first, Lexer.startsName(first) { return .name(text) }
    guard let number = Int(text), number > 0 else {
      throw source.error(
        "a parameter is $ and a number from 1 on, or a name",
        at: SourceRange(start, max(position, start + 1)), hint: "write $1, $name or ?")
    }
    return .number(number)
  }

  private func hexadecimal(_ text: String, at start: Int) throws(ColonnadeError) -> [UInt8] {
    var bytes: [UInt8] = []
    let digits = text.utf8.map { UInt8(String(UnicodeScalar($0)), radix: 16) }
    guard digits.count % 2 == 0, !digits.contains(nil) else {
      throw source.error(
        "x'…' takes pairs of hexadecimal digits", at: SourceRange(start, position))
    }
    for index in stride(from: 0, to: digits.count, by: 2) {
      bytes.append((digits[index] ?? 0) << 4 | (digits[index + 1] ?? 0))
    }
    return bytes
  }

  private mutating func number() throws(ColonnadeError) -> String {
    let start = position
    while Lexer.isDigit(peek()) { position += 1 }
    if peek() == UInt8(ascii: ".") {
      position += 1
      while Lexer.isDigit(peek()) { position += 1 }
    }
    if peek() | 0x20 == UInt8(ascii: "e") {
      let signs = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 1 : 0
      if Lexer.isDigit(peek(1 + signs)) {
        position += 1 + signs
        while Lexer.isDigit(peek()) { position += 1 }
      }
    }
    guard !Lexer.startsName(peek()) else {
      throw source.error(
        "a number runs into a name", at: SourceRange(start, position + 1),
        hint: "names that begin with a digit stand in double quotes")
    }
    return String(decoding: source.bytes[start..<position], as: UTF8.self)
  }

  private static let pairs = ["<=", ">=", "<>", "!=", "==", "//", "::"]
  private static let singles = "()<>=+-*/%,.:[]"

  private mutating func symbol() throws(ColonnadeError) -> String {
    let start = position
    let scalar = String(
      decoding: source.bytes[start..<min(start + 2, source.bytes.count)], as: UTF8.self)
    if Lexer.pairs.contains(scalar) {
      position += 2
      return scalar
    }
    let single = String(UnicodeScalar(source.bytes[start]))
    guard Lexer.singles.contains(single) else {
      let hint: String? =
        switch single {
        case "&": "conditions are joined with AND"
        case "|": "conditions are joined with OR"
        case "!": "a condition is negated with NOT"
        case ";": "one predicate at a time, without a semicolon"
        case "`": "names are quoted with double quotes"
        default: nil
        }
      throw source.error(
        "unexpected character '\(single)'", at: SourceRange(start, start + 1), hint: hint)
    }
    position += 1
    return single
  }
}
