// Conditions made simpler as they are made: nested lists flattened, constants removed.
// Invariant: a simplification never changes which rows are selected, nor for which of them an error
// is raised.

import ColonnadeArrays

extension BoundPredicate {
  /// AND of `parts`.
  static func conjunction(_ parts: [BoundPredicate]) -> BoundPredicate {
    var kept: [BoundPredicate] = []
    for part in parts {
      switch part {
      case .truth(.yes): continue
      case .truth(.no): return .truth(.no)
      case .all(let inner): kept += inner
      default: kept.append(part)
      }
    }
    return kept.isEmpty ? .truth(.yes) : kept.count == 1 ? kept[0] : .all(kept)
  }

  /// OR of `parts`.
  static func disjunction(_ parts: [BoundPredicate]) -> BoundPredicate {
    var kept: [BoundPredicate] = []
    for part in parts {
      switch part {
      case .truth(.no): continue
      case .truth(.yes): return .truth(.yes)
      case .any(let inner): kept += inner
      default: kept.append(part)
      }
    }
    return kept.isEmpty ? .truth(.no) : kept.count == 1 ? kept[0] : .any(kept)
  }

  /// A boolean value, or its negation, as a condition.
  static func condition(_ value: BoundScalar, isNegated: Bool) -> BoundPredicate {
    switch value {
    case .constant(.bool(let value), _): .truth(Truth(value != isNegated))
    case .constant: .truth(.unknown)
    case .predicate(let predicate): isNegated ? predicate.negated : predicate
    default:
      value.type == .null ? .truth(.unknown) : .boolean(value, isNegated: isNegated)
    }
  }

  /// IS [NOT] NULL of a value.
  static func null(_ value: BoundScalar, isNegated: Bool) -> BoundPredicate {
    switch value {
    case .constant(let value, _): .truth(Truth(value.isNull != isNegated))
    case .predicate(let predicate): tested(predicate, .unknown, isNegated: isNegated)
    default: .isNull(value, isNegated: isNegated)
    }
  }

  /// IS [NOT] `truth` of a condition.
  static func tested(
    _ predicate: BoundPredicate, _ truth: Truth, isNegated: Bool
  ) -> BoundPredicate {
    if case .truth(let known) = predicate {
      return .truth(Truth((known == truth) != isNegated))
    }
    return .test(predicate, truth, isNegated: isNegated)
  }

  /// The condition that is true where this one is false, false where it is true.
  var negated: BoundPredicate {
    switch self {
    case .truth(let truth): .truth(truth.negated)
    case .all(let parts): BoundPredicate.disjunction(parts.map(\.negated))
    case .any(let parts): BoundPredicate.conjunction(parts.map(\.negated))
    case .comparison(let scalar, let operation, let value):
      .comparison(scalar, operation.negated, value)
    case .scalars(let left, let operation, let right): .scalars(left, operation.negated, right)
    case .decided(let scalar, let answer): .decided(scalar, !answer)
    case .membership(let scalar, let values, let hasNull, let isNegated):
      .membership(scalar, values, hasNull: hasNull, isNegated: !isNegated)
    case .like(let scalar, let pattern, let isNegated):
      .like(scalar, pattern, isNegated: !isNegated)
    case .isNull(let scalar, let isNegated): .isNull(scalar, isNegated: !isNegated)
    case .isNaN(let scalar, let isNegated): .isNaN(scalar, isNegated: !isNegated)
    case .boolean(let scalar, let isNegated): .boolean(scalar, isNegated: !isNegated)
    case .test(let inner, let truth, let isNegated):
      .test(inner, truth, isNegated: !isNegated)
    }
  }

  /// The answer where the condition reads no column and cannot fail; else itself.
  static func folded(_ predicate: BoundPredicate) -> BoundPredicate {
    guard predicate.columns.isEmpty, !predicate.isConstant else { return predicate }
    let truths = Evaluator(columns: [:], rowCount: 1).evaluate(predicate)
    guard truths.failures == nil else { return predicate }
    return .truth(truths[0])
  }

  private var isConstant: Bool { if case .truth = self { true } else { false } }
}

extension BoundScalar {
  /// The value where the scalar reads no column and does not fail; else itself.
  static func folded(_ scalar: BoundScalar) -> BoundScalar {
    var readsColumns = false
    scalar.forEachField { _ in readsColumns = true }
    if readsColumns || scalar.constant != nil { return scalar }
    let result = Evaluator(columns: [:], rowCount: 1).evaluate(scalar)
    guard result.failures == nil else { return scalar }
    return .constant(result.column.value(at: 0), scalar.type)
  }
}

extension Expression {
  /// Whether the tree is higher than `maximumDepth`; never recurses.
  var isTooDeep: Bool {
    var pending: [(Expression, Int)] = [(self, 1)]
    while let (expression, depth) = pending.popLast() {
      if depth > Expression.maximumDepth { return true }
      for child in expression.children { pending.append((child, depth + 1)) }
    }
    return false
  }

  private var children: [Expression] {
    switch self {
    case .literal, .column: []
    case .all(let parts), .any(let parts), .call(_, let parts, _): parts
    case .not(let inner, _), .test(let inner, _, _, _), .negative(let inner, _),
      .cast(let inner, _, _):
      [inner]
    case .comparison(let left, _, let right, _), .distinct(let left, let right, _, _),
      .arithmetic(let left, _, let right, _):
      [left, right]
    case .membership(let value, let items, _, _): [value] + items
    case .between(let value, let low, let high, _, _): [value, low, high]
    case .like(let value, let pattern, let escape, _, _, _):
      [value, pattern] + (escape.map { [$0] } ?? [])
    }
  }
}
