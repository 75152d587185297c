// Predicates in Swift: `column("origin") == "JFK" && column("dep_delay") > 60`.

public import ColonnadeArrays

/// The column named exactly `name`, to build a predicate from.
///
///     let late = column("dep_delay") > 60 && !column("origin").isIn(["JFK", "EWR"])
public func column(_ name: String) -> Expression {
  .column(ColumnPath([ColumnPath.Part(name, isQuoted: true)]), .none)
}

extension Expression {
  /// A constant of any type.
  public static func value(_ value: Value) -> Expression { .literal(value, .none) }

  /// The field `name` of a struct.
  public func field(_ name: String) -> Expression {
    guard case .column(let path, let range) = self else {
      return .call("struct_extract", [self, .value(.string(name))], .none)
    }
    return .column(ColumnPath(path.parts + [ColumnPath.Part(name, isQuoted: true)]), range)
  }

  /// True where the value equals one of `values`.
  public func isIn(_ values: [Expression]) -> Expression {
    .membership(self, values, isNegated: false, .none)
  }

  /// True where the value lies between the bounds, both included.
  public func isBetween(_ low: Expression, _ high: Expression) -> Expression {
    .between(self, low, high, isNegated: false, .none)
  }

  /// True where the text fits `pattern`: `%` stands for any text, `_` for one character.
  public func isLike(_ pattern: String, ignoringCase: Bool = false) -> Expression {
    .like(
      self, pattern: .value(.string(pattern)), escape: nil, ignoresCase: ignoringCase,
      isNegated: false, .none)
  }

  /// True where the value is null.
  public var isNull: Expression { .test(self, .null, isNegated: false, .none) }
  /// True where the value is not null.
  public var isNotNull: Expression { .test(self, .null, isNegated: true, .none) }
  /// True where the value is a NaN.
  public var isNaN: Expression { .test(self, .nan, isNegated: false, .none) }

  /// True where the two differ; null equals null and differs from all else.
  public func isDistinct(from other: Expression) -> Expression {
    .distinct(self, other, isNegated: false, .none)
  }

  public func lowercased() -> Expression { .call("lower", [self], .none) }
  public func uppercased() -> Expression { .call("upper", [self], .none) }
  /// Characters of a text, elements of a list or map.
  public var length: Expression { .call("length", [self], .none) }

  /// The value as `type`.
  public func cast(to type: DataType) -> Expression { .cast(self, type, .none) }

  public static func == (left: Expression, right: Expression) -> Expression {
    .comparison(left, .equal, right, .none)
  }
  public static func != (left: Expression, right: Expression) -> Expression {
    .comparison(left, .notEqual, right, .none)
  }
  public static func < (left: Expression, right: Expression) -> Expression {
    .comparison(left, .less, right, .none)
  }
  public static func <= (left: Expression, right: Expression) -> Expression {
    .comparison(left, .lessOrEqual, right, .none)
  }
  public static func > (left: Expression, right: Expression) -> Expression {
    .comparison(left, .greater, right, .none)
  }
  public static func >= (left: Expression, right: Expression) -> Expression {
    .comparison(left, .greaterOrEqual, right, .none)
  }
  public static func && (left: Expression, right: Expression) -> Expression {
    if case .all(let parts) = left { return .all(parts + [right]) }
    return .all([left, right])
  }
  public static func || (left: Expression, right: Expression) -> Expression {
    if case .any(let parts) = left { return .any(parts + [right]) }
    return .any([left, right])
  }
  public static prefix func ! (operand: Expression) -> Expression { .not(operand, .none) }
  public static prefix func - (operand: Expression) -> Expression { .negative(operand, .none) }
  public static func + (left: Expression, right: Expression) -> Expression {
    .arithmetic(left, .add, right, .none)
  }
  public static func - (left: Expression, right: Expression) -> Expression {
    .arithmetic(left, .subtract, right, .none)
  }
  public static func * (left: Expression, right: Expression) -> Expression {
    .arithmetic(left, .multiply, right, .none)
  }
  /// Floating-point division.
  public static func / (left: Expression, right: Expression) -> Expression {
    .arithmetic(left, .divide, right, .none)
  }
  public static func % (left: Expression, right: Expression) -> Expression {
    .arithmetic(left, .remainder, right, .none)
  }
}

extension Expression: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral
{
  public init(integerLiteral value: Int64) { self = .value(.integer(Int128(value))) }
  public init(floatLiteral value: Double) { self = .value(.float(value)) }
  public init(stringLiteral value: String) { self = .value(.string(value)) }
  public init(booleanLiteral value: Bool) { self = .value(.bool(value)) }
}
