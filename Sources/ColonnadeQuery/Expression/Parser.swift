// Tokens into expressions, by precedence: OR, AND, NOT, IS, comparisons, IN BETWEEN LIKE, + -, * / %,
// unary minus, `::`. Spec: spec/semantics.md, grammar.
// Invariants: recursion is at most `Expression.maximumDepth` deep, and so is the tree; every error
// points at the token that was not expected.

import ColonnadeArrays
package import ColonnadeBase

/// An expression and how many levels it has.
struct ParsedExpression {
  var expression: Expression
  var height: Int
}

/// Reads one predicate or a list of projected columns.
package struct Parser {
  let source: SourceText
  let tokens: [Token]
  var index = 0
  private var depth = 0
  private var values: PlaceholderValues

  /// Words that are not names of columns unless quoted.
  static let reserved: Set<String> = [
    "and", "or", "not", "in", "between", "like", "ilike", "is", "null", "true", "false", "escape",
    "as",
  ]

  /// - Parameter parameters: what stands for the placeholders in the text.
  package init(
    _ text: String, parameters: [PredicateParameter] = []
  ) throws(ColonnadeError) {
    values = try PlaceholderValues(parameters)
    source = SourceText(text)
    guard source.bytes.count <= Expression.maximumByteCount else {
      throw ColonnadeError(
        .limitExceeded,
        "the text has \(source.bytes.count) bytes, more than \(Expression.maximumByteCount)")
    }
    tokens = try Lexer.tokens(source)
  }

  /// The one expression the whole text is.
  /// - Throws: `.invalidArgument` or `.limitExceeded` with the position in the text.
  package static func expression(
    _ text: String, parameters: [PredicateParameter] = []
  ) throws(ColonnadeError) -> Expression {
    var parser = try Parser(text, parameters: parameters)
    if parser.current.kind == .end {
      throw parser.source.error("the predicate is empty", at: parser.current.range)
    }
    let parsed = try parser.parse(.lowest)
    if parser.current.kind != .end {
      throw parser.unexpected("expected an operator or the end of the predicate")
    }
    try parser.values.checkAllUsed()
    return parsed.expression
  }

  // MARK: tokens

  var current: Token { tokens[index] }
  var following: Token { tokens[min(index + 1, tokens.count - 1)] }
  var previousEnd: Int { index > 0 ? tokens[index - 1].range.end : 0 }

  mutating func advance() { if index < tokens.count - 1 { index += 1 } }

  func isWord(_ token: Token, _ word: String) -> Bool {
    if case .name(let name) = token.kind { name.lowercased() == word } else { false }
  }

  mutating func takeWord(_ word: String) -> Bool {
    guard isWord(current, word) else { return false }
    advance()
    return true
  }

  mutating func take(_ symbol: String) -> Bool {
    guard current.kind == .symbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: String, _ purpose: String) throws(ColonnadeError) {
    guard take(symbol) else { throw unexpected("expected '\(symbol)' \(purpose)") }
  }

  /// An error at the current token: `message`, and what stands there.
  func unexpected(_ message: String, hint: String? = nil) -> ColonnadeError {
    let found = current.kind == .end ? "the text ends" : "found '\(source.slice(current.range))'"
    return source.error("\(message), but \(found)", at: current.range, hint: hint)
  }

  func node(_ expression: Expression, over heights: Int...) throws(ColonnadeError)
    -> ParsedExpression
  {
    let height = (heights.max() ?? 0) + 1
    guard height <= Expression.maximumDepth else { throw tooDeep(at: expression.range) }
    return ParsedExpression(expression: expression, height: height)
  }

  private func tooDeep(at range: SourceRange) -> ColonnadeError {
    source.error(
      .limitExceeded, "the expression is nested deeper than \(Expression.maximumDepth) levels",
      at: range, hint: "long chains of AND and OR need no parentheses; use IN for many values")
  }

  /// The value of the placeholder that stands at the current token.
  mutating func value(of placeholder: Placeholder) throws(ColonnadeError) -> Value {
    let value = try values.value(of: placeholder, at: current.range, in: source)
    advance()
    return value
  }

  // MARK: precedence

  enum Precedence: Int {
    case lowest = 0
    case or = 1
    case and = 2
    case not = 3
    case test = 4
    case comparison = 5
    case membership = 6
    case sum = 7
    case product = 8
    case sign = 9
  }

  /// Parses operators that bind tighter than `precedence`.
  mutating func parse(_ precedence: Precedence) throws(ColonnadeError) -> ParsedExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Expression.maximumDepth else { throw tooDeep(at: current.range) }
    var left = try prefix()
    while let operation = infix(), operation.rawValue > precedence.rawValue {
      switch operation {
      case .or: left = try list(left, "or", .or)
      case .and: left = try list(left, "and", .and)
      case .test: left = try test(left)
      case .comparison: left = try comparison(left)
      case .membership: left = try membership(left)
      default: left = try arithmetic(left, operation)
      }
    }
    return left
  }

  /// The precedence of the operator at the current token.
  private func infix() -> Precedence? {
    switch current.kind {
    case .symbol(let symbol):
      switch symbol {
      case "=", "==", "<>", "!=", "<", "<=", ">", ">=": return .comparison
      case "+", "-": return .sum
      case "*", "/", "//", "%": return .product
      default: return nil
      }
    case .name(let name):
      switch name.lowercased() {
      case "or": return .or
      case "and": return .and
      case "is": return .test
      case "in", "between", "like", "ilike": return .membership
      case "not":
        for word in ["in", "between", "like", "ilike"] where isWord(following, word) {
          return .membership
        }
        return nil
      default: return nil
      }
    default: return nil
    }
  }

  private mutating func list(
    _ first: ParsedExpression, _ word: String, _ precedence: Precedence
  ) throws(ColonnadeError) -> ParsedExpression {
    var parts: [Expression] = []
    var height = 0
    func add(_ part: ParsedExpression) {
      // A part in parentheses of the same kind says the same without them.
      switch (part.expression, precedence) {
      case (.all(let inner), .and), (.any(let inner), .or): parts += inner
      default: parts.append(part.expression)
      }
      height = max(height, part.height)
    }
    add(first)
    while takeWord(word) { add(try parse(precedence)) }
    return try node(precedence == .and ? .all(parts) : .any(parts), over: height)
  }

  private mutating func arithmetic(
    _ left: ParsedExpression, _ precedence: Precedence
  ) throws(ColonnadeError) -> ParsedExpression {
    guard case .symbol(let symbol) = current.kind,
      let operation = ArithmeticOperator(rawValue: symbol)
    else { throw unexpected("expected an operator") }
    advance()
    let right = try parse(precedence)
    return try node(
      .arithmetic(
        left.expression, operation, right.expression,
        left.expression.range.through(right.expression.range)),
      over: left.height, right.height)
  }

  private mutating func comparison(
    _ left: ParsedExpression
  ) throws(ColonnadeError) -> ParsedExpression {
    guard case .symbol(var symbol) = current.kind else { throw unexpected("expected an operator") }
    if symbol == "==" { symbol = "=" }
    if symbol == "!=" { symbol = "<>" }
    guard let operation = ComparisonOperator(rawValue: symbol) else {
      throw unexpected("expected a comparison")
    }
    advance()
    let right = try parse(.comparison)
    if infix() == .comparison {
      throw unexpected(
        "expected AND, OR or the end after a comparison",
        hint: "comparisons do not chain; write a < b AND b < c")
    }
    return try node(
      .comparison(
        left.expression, operation, right.expression,
        left.expression.range.through(right.expression.range)),
      over: left.height, right.height)
  }

  /// IS [NOT] NULL, NAN, TRUE, FALSE, UNKNOWN or DISTINCT FROM.
  private mutating func test(_ left: ParsedExpression) throws(ColonnadeError) -> ParsedExpression {
    advance()
    let isNegated = takeWord("not")
    if takeWord("distinct") {
      guard takeWord("from") else { throw unexpected("expected FROM after IS DISTINCT") }
      let right = try parse(.comparison)
      return try node(
        .distinct(
          left.expression, right.expression, isNegated: isNegated,
          left.expression.range.through(right.expression.range)),
        over: left.height, right.height)
    }
    let test: ExpressionTest
    if takeWord("null") || takeWord("unknown") {
      test = .null
    } else if takeWord("nan") {
      test = .nan
    } else if takeWord("true") {
      test = .isTrue
    } else if takeWord("false") {
      test = .isFalse
    } else {
      throw unexpected("expected NULL, NAN, TRUE, FALSE or DISTINCT FROM after IS")
    }
    let range = SourceRange(left.expression.range.start, previousEnd)
    return try node(
      .test(left.expression, test, isNegated: isNegated, range), over: left.height)
  }

  /// [NOT] IN, BETWEEN, LIKE or ILIKE.
  private mutating func membership(
    _ left: ParsedExpression
  ) throws(ColonnadeError) -> ParsedExpression {
    let isNegated = takeWord("not")
    let start = left.expression.range.start
    if takeWord("in") {
      if case .placeholder(let placeholder) = current.kind {
        return try membership(left, in: placeholder, isNegated: isNegated)
      }
      try expect("(", "after IN")
      var items: [Expression] = []
      var height = left.height
      if current.kind != .symbol(")") {
        repeat {
          let item = try parse(.lowest)
          items.append(item.expression)
          height = max(height, item.height)
        } while take(",")
      }
      try expect(")", "or ',' after a value of IN")
      return try node(
        .membership(
          left.expression, items, isNegated: isNegated, SourceRange(start, previousEnd)),
        over: height)
    }
    if takeWord("between") {
      let low = try parse(.membership)
      guard takeWord("and") else { throw unexpected("expected AND between the bounds") }
      let high = try parse(.membership)
      return try node(
        .between(
          left.expression, low.expression, high.expression, isNegated: isNegated,
          SourceRange(start, previousEnd)),
        over: left.height, low.height, high.height)
    }
    let ignoresCase = takeWord("ilike")
    if !ignoresCase { _ = takeWord("like") }
    let pattern = try parse(.membership)
    var escape: ParsedExpression?
    if takeWord("escape") { escape = try parse(.membership) }
    return try node(
      .like(
        left.expression, pattern: pattern.expression, escape: escape?.expression,
        ignoresCase: ignoresCase, isNegated: isNegated, SourceRange(start, previousEnd)),
      over: left.height, pattern.height, escape?.height ?? 0)
  }

  /// IN a parameter whose value is a list.
  private mutating func membership(
    _ left: ParsedExpression, in placeholder: Placeholder, isNegated: Bool
  ) throws(ColonnadeError) -> ParsedExpression {
    let range = current.range
    guard case .list(let elements) = try value(of: placeholder) else {
      throw source.error(
        "the value of '\(placeholder.text)' is no list", at: range,
        hint: "a single value stands in parentheses, as in IN (\(placeholder.text))")
    }
    return try node(
      .membership(
        left.expression, elements.map { .literal($0, range) }, isNegated: isNegated,
        left.expression.range.through(range)),
      over: left.height)
  }
}
