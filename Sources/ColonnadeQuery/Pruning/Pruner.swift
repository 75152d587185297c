// Decides from statistics alone whether rows need to be read: which answers can a condition give over
// some rows? Sets of answers are combined through AND and OR, so that NULL, NaN and failures are
// never forgotten. Spec: spec/semantics.md, pruning.
// Invariant: every answer some row gives is in the set; a set may hold more.

import ColonnadeArrays
package import ColonnadeBase
import ColonnadeFormat

extension BoundPredicate {
  /// What is certain about the rows that `source` describes.
  /// - Throws: what the source throws.
  package func prune(_ source: any PruningSource) throws(ColonnadeError) -> Pruning {
    let facts = KnownFacts(source)
    var result = Pruning.all
    for condition in conditions {
      let outcomes = Pruner.outcomes(condition, facts)
      if outcomes.isDisjoint(with: [.yes, .failure]) {
        result = .none(reason: condition.description)
        break
      }
      if outcomes != .yes { result = .some }
    }
    if let error = facts.error { throw error }
    #if COLONNADE_INVERT_PRUNING
      // A build that prunes what it should keep, to show that the tests would notice.
      switch result {
      case .none: result = .some
      case .some, .all: result = .none(reason: "inverted")
      }
    #endif
    return result
  }
}

/// Combines what statistics say of the parts of a predicate.
enum Pruner {
  /// The answers that rows of `facts` can give to `predicate`.
  static func outcomes(_ predicate: BoundPredicate, _ facts: KnownFacts) -> Outcomes {
    switch predicate {
    case .truth(let truth): return Outcomes(truth)
    case .all(let parts): return conjunction(parts.map { outcomes($0, facts) })
    case .any(let parts): return disjunction(parts.map { outcomes($0, facts) })
    case .comparison(let scalar, let operation, let value):
      return comparison(scalar, operation, value, facts)
    case .scalars(let left, let operation, let right):
      return scalars(ScalarRange(left, facts), operation, ScalarRange(right, facts))
    case .decided(let scalar, let answer):
      let range = ScalarRange(scalar, facts)
      let isPresent = range.canBeValue || range.canBeNaN
      return range.exceptions.union(isPresent ? Outcomes(answer) : [])
    case .membership(let scalar, let values, let hasNull, let isNegated):
      let found = membership(scalar, values, hasNull: hasNull, facts)
      return isNegated ? found.negated : found
    case .like(let scalar, let pattern, let isNegated):
      let found = like(ScalarRange(scalar, facts), pattern)
      return isNegated ? found.negated : found
    case .isNull(let scalar, let isNegated):
      let range = ScalarRange(scalar, facts)
      var found: Outcomes = range.canFail ? .failure : []
      if range.canBeNull { found.insert(.yes) }
      if range.canBeValue || range.canBeNaN { found.insert(.no) }
      return isNegated ? found.negated : found
    case .isNaN(let scalar, let isNegated):
      let range = ScalarRange(scalar, facts)
      var found: Outcomes = range.canFail ? .failure : []
      if range.canBeNaN { found.insert(.yes) }
      if range.canBeValue || range.canBeNull { found.insert(.no) }
      return isNegated ? found.negated : found
    case .boolean(let scalar, let isNegated):
      return comparison(scalar, .equal, .bool(!isNegated), facts)
    case .test(let inner, let truth, let isNegated):
      let outcomes = outcomes(inner, facts)
      var found = outcomes.intersection(.failure)
      let wanted = Outcomes(truth)
      if outcomes.contains(wanted) { found.insert(.yes) }
      if !outcomes.subtracting(wanted).isDisjoint(with: .anything) { found.insert(.no) }
      return isNegated ? found.negated : found
    }
  }

  private static func conjunction(_ parts: [Outcomes]) -> Outcomes {
    if parts.contains(.no) { return .no }
    var result: Outcomes = []
    if parts.allSatisfy({ $0.contains(.yes) }) { result.insert(.yes) }
    for part in parts { result.formUnion(part.intersection([.no, .unknown, .failure])) }
    // A failure shows only where all else is true or fails too.
    if result.contains(.failure),
      !parts.allSatisfy({ !$0.isDisjoint(with: [.yes, .failure]) })
    {
      result.remove(.failure)
      result.insert(.unknown)
    }
    return result
  }

  private static func disjunction(_ parts: [Outcomes]) -> Outcomes {
    if parts.contains(.yes) { return .yes }
    var result: Outcomes = []
    if parts.allSatisfy({ $0.contains(.no) }) { result.insert(.no) }
    for part in parts { result.formUnion(part.intersection([.yes, .unknown, .failure])) }
    return result
  }

  // MARK: leaves

  /// The answers of values whose possible orders to something are known.
  private static func answers(
    _ operation: ComparisonOperator, _ orders: (less: Bool, equal: Bool, greater: Bool)
  ) -> Outcomes {
    var found: Outcomes = []
    if orders.less { found.insert(Outcomes(operation.holds(-1))) }
    if orders.equal { found.insert(Outcomes(operation.holds(0))) }
    if orders.greater { found.insert(Outcomes(operation.holds(1))) }
    return found
  }

  private static func comparison(
    _ scalar: BoundScalar, _ operation: ComparisonOperator, _ value: Value,
    _ facts: KnownFacts
  ) -> Outcomes {
    let range = ScalarRange(scalar, facts)
    var found = range.exceptions
    if range.canBeNaN {
      found.formUnion(Outcomes(operation.holds(value.isNaN ? 0 : 1)))
    }
    var orders = range.orders(to: value)
    if orders.equal, operation == .equal || operation == .notEqual,
      !mayContain(value, scalar, facts)
    {
      orders.equal = false
    }
    return found.union(answers(operation, orders))
  }

  private static func mayContain(
    _ value: Value, _ scalar: BoundScalar, _ facts: KnownFacts
  ) -> Bool {
    guard case .field(let field) = scalar else { return true }
    return facts.mayContain(value, in: field)
  }

  private static func scalars(
    _ left: ScalarRange, _ operation: ComparisonOperator, _ right: ScalarRange
  ) -> Outcomes {
    var found = left.exceptions.union(right.exceptions)
    if left.canBeNaN, right.canBeNaN { found.formUnion(Outcomes(operation.holds(0))) }
    if left.canBeNaN, right.canBeValue { found.formUnion(Outcomes(operation.holds(1))) }
    if left.canBeValue, right.canBeNaN { found.formUnion(Outcomes(operation.holds(-1))) }
    return found.union(answers(operation, left.orders(to: right)))
  }

  private static func membership(
    _ scalar: BoundScalar, _ values: [Value], hasNull: Bool, _ facts: KnownFacts
  ) -> Outcomes {
    let range = ScalarRange(scalar, facts)
    var found = range.exceptions
    let missing: Outcomes = hasNull ? .unknown : .no
    if range.canBeNaN {
      found.formUnion(values.contains(where: \.isNaN) ? .yes : missing)
    }
    guard range.canBeValue else { return found }
    var isOnlyOne = false
    for value in values {
      let orders = range.orders(to: value)
      guard orders.equal else { continue }
      if !orders.less, !orders.greater { isOnlyOne = true }
      if !found.contains(.yes), mayContain(value, scalar, facts) { found.insert(.yes) }
    }
    if !isOnlyOne { found.formUnion(missing) }
    return found
  }

  private static func like(_ range: ScalarRange, _ pattern: LikePattern) -> Outcomes {
    var found = range.exceptions
    guard range.canBeValue else { return found }
    let prefix = pattern.literalPrefix
    if prefix.isEmpty, !pattern.isExact {
      return found.union(pattern.isPrefix ? .yes : [.yes, .no])
    }
    func bytes(_ value: Value?) -> [UInt8]? {
      if case .string(let text)? = value { Array(text.utf8) } else { nil }
    }
    let (low, high) = (bytes(range.minimum), bytes(range.maximum))
    // Texts that begin with the prefix are neighbours in the order of bytes.
    let isBelow = high.map { Value.order($0, prefix) < 0 } ?? false
    let isAbove = low.map { !$0.starts(with: prefix) && Value.order($0, prefix) > 0 } ?? false
    if isBelow || isAbove { return found.union(.no) }
    if let low, let high {
      if pattern.isPrefix, low.starts(with: prefix), high.starts(with: prefix) {
        return found.union(.yes)
      }
      if pattern.isExact, low == prefix, high == prefix { return found.union(.yes) }
    }
    if pattern.isExact, let low, Value.order(low, prefix) > 0 { return found.union(.no) }
    found.formUnion([.yes, .no])
    return found
  }
}

extension Value {
  /// True for a floating-point NaN.
  var isNaN: Bool { if case .float(let number) = self { number.isNaN } else { false } }
}
