// Expressions over names become predicates over one schema: columns found, types checked,
// constants coerced, NOT pushed down, constants folded. Spec: spec/semantics.md.

package import ColonnadeArrays
package import ColonnadeBase

/// Binds expressions to the columns of a schema, a file or a table; looks up those they name.
package struct Binder {
  let columns: any ColumnCatalog
  let source: SourceText

  /// - Parameter text: what the expression was read from, so that errors point into it.
  package init(columns: any ColumnCatalog, text: String = "") {
    self.columns = columns
    source = SourceText(text)
  }

  /// The predicate `expression` is.
  /// - Throws: `.notFound` for a column that is not there, `.schemaMismatch` for types that do not
  ///   fit, `.invalidArgument` for all else, with the position in the text.
  package func bind(_ expression: Expression) throws(ColonnadeError) -> BoundPredicate {
    guard !expression.isTooDeep else {
      throw ColonnadeError(
        .limitExceeded,
        "the expression is nested deeper than \(Expression.maximumDepth) levels")
    }
    return try predicate(expression, isNegated: false)
  }

  func failure(
    _ kind: ColonnadeError.Kind = .schemaMismatch, at range: SourceRange, _ message: String,
    hint: String? = nil
  ) -> ColonnadeError {
    if range == .none { return ColonnadeError(kind, message, hint: hint) }
    return source.error(kind, message, at: range, hint: hint)
  }

  // MARK: conditions

  /// `expression` as a condition, or its negation.
  func predicate(
    _ expression: Expression, isNegated: Bool
  ) throws(ColonnadeError) -> BoundPredicate {
    switch expression {
    case .all(let parts), .any(let parts):
      var bound: [BoundPredicate] = []
      for part in parts { bound.append(try predicate(part, isNegated: isNegated)) }
      var isAll = false
      if case .all = expression { isAll = true }
      return isAll != isNegated ? BoundPredicate.conjunction(bound) : .disjunction(bound)
    case .not(let inner, _): return try predicate(inner, isNegated: !isNegated)
    case .comparison(let left, let operation, let right, let range):
      return try comparison(
        try scalar(left), isNegated ? operation.negated : operation, try scalar(right), range)
    case .distinct(let left, let right, let distinct, let range):
      // IS DISTINCT FROM, when not negated by its own NOT, is true where the two differ.
      return try same(left, right, isNegated: distinct == isNegated, range)
    case .membership(let value, let items, let negated, let range):
      return try membership(try scalar(value), items, isNegated: negated != isNegated, range)
    case .between(let value, let low, let high, let negated, let range):
      let value = try scalar(value)
      let (low, high) = (try scalar(low), try scalar(high))
      if negated != isNegated {
        return .disjunction([
          try comparison(value, .less, low, range), try comparison(value, .greater, high, range),
        ])
      }
      return .conjunction([
        try comparison(value, .greaterOrEqual, low, range),
        try comparison(value, .lessOrEqual, high, range),
      ])
    case .like(let value, let pattern, let escape, let ignoresCase, let negated, let range):
      return try like(
        value, pattern, escape, ignoresCase: ignoresCase, isNegated: negated != isNegated, range)
    case .test(let value, let test, let negated, let range):
      return try self.test(value, test, isNegated: negated != isNegated, range)
    case .literal, .column, .call, .cast, .negative, .arithmetic:
      let value = try scalar(expression)
      switch value.type.family {
      case .bool, .null: return BoundPredicate.condition(value, isNegated: isNegated)
      default:
        throw failure(
          at: expression.range, "expected a condition, but this is \(value.type.family.rawValue)",
          hint: "compare it with something, as in x > 0")
      }
    }
  }

  /// True where both are equal or both are null.
  private func same(
    _ left: Expression, _ right: Expression, isNegated: Bool, _ range: SourceRange
  ) throws(ColonnadeError) -> BoundPredicate {
    let (left, right) = (try scalar(left), try scalar(right))
    if let value = right.constant, value.isNull { return .null(left, isNegated: isNegated) }
    if let value = left.constant, value.isNull { return .null(right, isNegated: isNegated) }
    let equal = try comparison(left, .equal, right, range)
    let isEqual = BoundPredicate.tested(equal, .yes, isNegated: isNegated)
    if left.constant != nil || right.constant != nil { return isEqual }
    if isNegated {
      return .conjunction([
        isEqual,
        .disjunction([.null(left, isNegated: true), .null(right, isNegated: true)]),
      ])
    }
    return .disjunction([
      isEqual, .conjunction([.null(left, isNegated: false), .null(right, isNegated: false)]),
    ])
  }

  private func test(
    _ value: Expression, _ test: ExpressionTest, isNegated: Bool, _ range: SourceRange
  ) throws(ColonnadeError) -> BoundPredicate {
    switch test {
    case .null:
      let value = try scalar(value)
      return .null(value, isNegated: isNegated)
    case .nan:
      let scalar = try scalar(value)
      guard scalar.type.isFloat || scalar.type == .null else {
        throw failure(
          at: value.range, "IS NAN takes floating point, but this is \(scalar.type)")
      }
      if let constant = scalar.constant {
        var isNaN = false
        if case .float(let number) = constant { isNaN = number.isNaN }
        return .truth(Truth(isNaN != isNegated))
      }
      return .isNaN(scalar, isNegated: isNegated)
    case .isTrue, .isFalse:
      return .tested(
        try predicate(value, isNegated: false), test == .isTrue ? .yes : .no,
        isNegated: isNegated)
    }
  }

  private func like(
    _ value: Expression, _ pattern: Expression, _ escape: Expression?, ignoresCase: Bool,
    isNegated: Bool, _ range: SourceRange
  ) throws(ColonnadeError) -> BoundPredicate {
    let scalar = try scalar(value)
    guard scalar.type.family == .text || scalar.type == .null else {
      throw failure(
        at: value.range, "LIKE takes text, but this is \(scalar.type)",
        hint: "CAST(… AS string) makes text of it")
    }
    var escapeText: String?
    if let escape {
      guard case .string(let text)? = try self.scalar(escape).constant,
        text.unicodeScalars.count <= 1
      else {
        throw failure(
          .invalidArgument, at: escape.range, "ESCAPE takes one character in quotes")
      }
      escapeText = text
    }
    switch try self.scalar(pattern).constant {
    case .null?: return .truth(.unknown)
    case .string(let text)?:
      guard
        let like = LikePattern(
          text, escape: escapeText?.unicodeScalars.first, ignoresCase: ignoresCase)
      else {
        throw failure(
          .invalidArgument, at: pattern.range, "the pattern ends with its escape character")
      }
      if scalar.type == .null { return .truth(.unknown) }
      return BoundPredicate.folded(.like(scalar, like, isNegated: isNegated))
    default:
      throw failure(
        .unsupportedFeature, at: pattern.range, "LIKE takes a pattern in quotes",
        hint: "patterns from a column are not supported")
    }
  }
}
