// What a predicate means over one schema: names resolved, types settled, constants brought to the
// type they are compared with, NOT pushed down to the leaves.
// Invariants: a constant beside a comparison or membership is a value of the scalar's own type;
// NULL stands only in `.truth(.unknown)`. Spec: spec/semantics.md.

package import ColonnadeArrays

/// TRUE, FALSE and NULL.
package enum Truth: Sendable, Hashable {
  case yes, no, unknown

  package init(_ value: Bool) { self = value ? .yes : .no }

  package var negated: Truth {
    switch self {
    case .yes: .no
    case .no: .yes
    case .unknown: .unknown
    }
  }
}

/// A condition over the columns of one schema.
package indirect enum BoundPredicate: Sendable {
  case truth(Truth)
  /// AND; two or more.
  case all([BoundPredicate])
  /// OR; two or more.
  case any([BoundPredicate])
  case comparison(BoundScalar, ComparisonOperator, Value)
  case scalars(BoundScalar, ComparisonOperator, BoundScalar)
  /// The same answer for every value that is not null.
  case decided(BoundScalar, Bool)
  /// One of `values`; where `hasNull`, unknown instead of false.
  case membership(BoundScalar, [Value], hasNull: Bool, isNegated: Bool)
  case like(BoundScalar, LikePattern, isNegated: Bool)
  case isNull(BoundScalar, isNegated: Bool)
  case isNaN(BoundScalar, isNegated: Bool)
  /// A boolean value as a condition.
  case boolean(BoundScalar, isNegated: Bool)
  /// IS [NOT] TRUE, FALSE or NULL of a condition.
  case test(BoundPredicate, Truth, isNegated: Bool)
}

/// A value over the columns of one schema.
package indirect enum BoundScalar: Sendable {
  case field(BoundField)
  case constant(Value, DataType)
  /// Both operands have the arithmetic type that is the result's, or any numbers for `/`.
  case arithmetic(BoundScalar, ArithmeticOperator, BoundScalar, DataType)
  case negative(BoundScalar, DataType)
  case function(ScalarFunction, BoundScalar, DataType)
  case cast(BoundScalar, DataType)
  case predicate(BoundPredicate)

  package var type: DataType {
    switch self {
    case .field(let field): field.type
    case .constant(_, let type), .arithmetic(_, _, _, let type), .negative(_, let type),
      .function(_, _, let type), .cast(_, let type):
      type
    case .predicate: .bool
    }
  }

  package var constant: Value? {
    if case .constant(let value, _) = self { value } else { nil }
  }
}

/// A column, or a field of structs below one.
package struct BoundField: Sendable, Hashable {
  /// Index of the column in the schema.
  package var column: Int
  /// The column's id.
  package var columnID: Int
  /// Index of the field in each struct on the way down; empty for the column itself.
  package var path: [Int]
  /// The structs around the field, outermost first.
  package var ancestors: [BoundField] = []
  package var type: DataType
  /// The names, joined with dots.
  package var name: String
}

/// Functions of one value.
package enum ScalarFunction: String, Sendable, CaseIterable {
  case lower, upper, length, abs, year, month, day, hour, minute, second
}

extension BoundPredicate {
  /// Calls `body` with every field the predicate reads, in the order they stand.
  package func forEachField(_ body: (BoundField) -> Void) {
    switch self {
    case .truth: break
    case .all(let parts), .any(let parts): for part in parts { part.forEachField(body) }
    case .comparison(let scalar, _, _), .decided(let scalar, _),
      .membership(let scalar, _, _, _), .like(let scalar, _, _), .isNull(let scalar, _),
      .isNaN(let scalar, _), .boolean(let scalar, _):
      scalar.forEachField(body)
    case .scalars(let left, _, let right):
      left.forEachField(body)
      right.forEachField(body)
    case .test(let inner, _, _): inner.forEachField(body)
    }
  }

  /// Indices in the schema of the columns the predicate reads, ascending.
  package var columns: [Int] {
    var found = Set<Int>()
    forEachField { found.insert($0.column) }
    return found.sorted()
  }

  /// Ids of the columns the predicate reads.
  package var columnIDs: Set<Int> {
    var found = Set<Int>()
    forEachField { found.insert($0.columnID) }
    return found
  }
}

extension BoundScalar {
  package func forEachField(_ body: (BoundField) -> Void) {
    switch self {
    case .field(let field): body(field)
    case .constant: break
    case .arithmetic(let left, _, let right, _):
      left.forEachField(body)
      right.forEachField(body)
    case .negative(let operand, _), .function(_, let operand, _), .cast(let operand, _):
      operand.forEachField(body)
    case .predicate(let predicate): predicate.forEachField(body)
    }
  }

  /// Whether a row can make the evaluation fail.
  package var canFail: Bool {
    switch self {
    case .field, .constant: false
    case .arithmetic, .negative, .cast: true
    case .function(let function, let operand, _): function == .abs || operand.canFail
    case .predicate(let predicate): predicate.canFail
    }
  }
}

extension BoundPredicate {
  /// Whether a row can make the evaluation fail.
  package var canFail: Bool {
    switch self {
    case .truth: false
    case .all(let parts), .any(let parts): parts.contains { $0.canFail }
    case .comparison(let scalar, _, _), .decided(let scalar, _),
      .membership(let scalar, _, _, _), .like(let scalar, _, _), .isNull(let scalar, _),
      .isNaN(let scalar, _), .boolean(let scalar, _):
      scalar.canFail
    case .scalars(let left, _, let right): left.canFail || right.canFail
    case .test(let inner, _, _): inner.canFail
    }
  }
}
