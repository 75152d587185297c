// What a predicate says, before any schema is known: the syntax tree of the language of
// spec/semantics.md. Built by the parser from text, or by the operators of Expression+Building.
// Invariant: AND and OR are flat lists; a tree is at most `maximumDepth` high.

public import ColonnadeArrays

/// A condition or a value over the columns of a row.
public indirect enum Expression: Sendable {
  case literal(Value, SourceRange)
  case column(ColumnPath, SourceRange)
  /// AND of two or more.
  case all([Expression])
  /// OR of two or more.
  case any([Expression])
  case not(Expression, SourceRange)
  case comparison(Expression, ComparisonOperator, Expression, SourceRange)
  /// IS [NOT] DISTINCT FROM: null equals null.
  case distinct(Expression, Expression, isNegated: Bool, SourceRange)
  case membership(Expression, [Expression], isNegated: Bool, SourceRange)
  case between(Expression, Expression, Expression, isNegated: Bool, SourceRange)
  case like(
    Expression, pattern: Expression, escape: Expression?, ignoresCase: Bool, isNegated: Bool,
    SourceRange)
  case test(Expression, ExpressionTest, isNegated: Bool, SourceRange)
  case negative(Expression, SourceRange)
  case arithmetic(Expression, ArithmeticOperator, Expression, SourceRange)
  case call(String, [Expression], SourceRange)
  case cast(Expression, DataType, SourceRange)

  /// Levels a tree may have, so that no text can exhaust the stack.
  public static let maximumDepth = 128
  /// Bytes a text may have.
  public static let maximumByteCount = 1 << 20

  /// Where the expression stands in its text.
  public var range: SourceRange {
    switch self {
    case .literal(_, let range), .column(_, let range), .not(_, let range),
      .comparison(_, _, _, let range), .distinct(_, _, _, let range),
      .membership(_, _, _, let range), .between(_, _, _, _, let range),
      .like(_, _, _, _, _, let range), .test(_, _, _, let range), .negative(_, let range),
      .arithmetic(_, _, _, let range), .call(_, _, let range), .cast(_, _, let range):
      range
    case .all(let parts), .any(let parts):
      parts.dropFirst().reduce(parts.first?.range ?? .none) { $0.through($1.range) }
    }
  }
}

/// `=`, `<>`, `<`, `<=`, `>` and `>=`.
public enum ComparisonOperator: String, Sendable, CaseIterable {
  case equal = "="
  case notEqual = "<>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="

  /// The operator that is true exactly where this one is false.
  package var negated: ComparisonOperator {
    switch self {
    case .equal: .notEqual
    case .notEqual: .equal
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .greater: .lessOrEqual
    case .greaterOrEqual: .less
    }
  }

  /// The operator that says the same with its sides exchanged.
  package var mirrored: ComparisonOperator {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }

  /// Whether values that compare as `order` (−1, 0, 1) satisfy the operator.
  @inlinable package func holds(_ order: Int) -> Bool {
    switch self {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .greater: order > 0
    case .greaterOrEqual: order >= 0
    }
  }
}

/// `+`, `-`, `*`, `/` (floating point), `//` (rounded towards zero) and `%`.
public enum ArithmeticOperator: String, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case divideWhole = "//"
  case remainder = "%"
}

/// What follows IS.
public enum ExpressionTest: String, Sendable, CaseIterable {
  case null = "NULL"
  case nan = "NAN"
  case isTrue = "TRUE"
  case isFalse = "FALSE"
}

/// The name of a column, and of fields of structs below it.
public struct ColumnPath: Hashable, Sendable {
  /// One name of a path.
  public struct Part: Hashable, Sendable {
    public var name: String
    /// A quoted name means exactly itself; an unquoted one may be part of a name with dots.
    public var isQuoted: Bool

    public init(_ name: String, isQuoted: Bool) {
      self.name = name
      self.isQuoted = isQuoted
    }
  }

  public var parts: [Part]

  public init(_ parts: [Part]) { self.parts = parts }

  /// The names joined with dots.
  public var text: String { parts.map(\.name).joined(separator: ".") }
}
