// What values a scalar can have among some rows, by their statistics.
// Invariant: whatever a row holds is allowed for: null where `canBeNull`, NaN where `canBeNaN`, else a
// value between the bounds where `canBeValue`. Where evaluation can fail, there are no bounds.

import ColonnadeArrays
import ColonnadeFormat

/// The values a scalar can have.
struct ScalarRange {
  var canBeNull = true
  var canBeNaN = true
  /// Neither null nor NaN.
  var canBeValue = true
  var canFail = false
  /// At or below every value; `nil` where unknown.
  var minimum: Value?
  /// At or above every value; `nil` where unknown.
  var maximum: Value?

  /// A range of `type` about which nothing is known.
  init(_ type: DataType) { canBeNaN = type.isFloat }

  /// One value.
  init(constant: Value) {
    canBeNull = constant.isNull
    canBeNaN = false
    canBeValue = !constant.isNull
    if case .float(let number) = constant, number.isNaN {
      canBeNaN = true
      canBeValue = false
    } else if !constant.isNull {
      minimum = constant
      maximum = constant
    }
  }

  /// What is known of a field.
  init(_ field: BoundField, _ facts: KnownFacts) {
    self.init(field.type)
    guard let statistics = facts.statistics(of: field) else { return }
    let nanCount: UInt64? = field.type.isFloat ? statistics.nanCount : 0
    let surroundedByNulls = field.ancestors.contains { ancestor in
      facts.statistics(of: ancestor)?.nullCount != 0
    }
    canBeNull = surroundedByNulls || statistics.nullCount != 0
    if let nullCount = statistics.nullCount {
      let present = statistics.count - min(nullCount, statistics.count)
      canBeNaN = field.type.isFloat && nanCount != 0 && present > 0
      if let nanCount { canBeValue = present > min(nanCount, present) }
    } else {
      canBeNaN = field.type.isFloat && nanCount != 0
    }
    minimum = statistics.minimum?.value
    maximum = statistics.maximum?.value
  }

  /// The orders, −1, 0 and 1, that a value (not null, not NaN) can have to `constant`.
  func orders(to constant: Value) -> (less: Bool, equal: Bool, greater: Bool) {
    if case .float(let number) = constant, number.isNaN { return (canBeValue, false, false) }
    guard canBeValue else { return (false, false, false) }
    var possible = (less: true, equal: true, greater: true)
    if let order = minimum?.order(constant) {
      if order >= 0 { possible.less = false }
      if order > 0 { possible.equal = false }
    }
    if let order = maximum?.order(constant) {
      if order <= 0 { possible.greater = false }
      if order < 0 { possible.equal = false }
    }
    return possible
  }

  /// The orders that a value can have to a value of `other`, neither null nor NaN.
  func orders(to other: ScalarRange) -> (less: Bool, equal: Bool, greater: Bool) {
    guard canBeValue, other.canBeValue else { return (false, false, false) }
    var possible = (less: true, equal: true, greater: true)
    if let minimum, let order = other.maximum.flatMap({ minimum.order($0) }) {
      if order >= 0 { possible.less = false }
      if order > 0 { possible.equal = false }
    }
    if let maximum, let order = other.minimum.flatMap({ maximum.order($0) }) {
      if order <= 0 { possible.greater = false }
      if order < 0 { possible.equal = false }
    }
    return possible
  }

  /// What every row says that is no value: NULL and failures.
  var exceptions: Outcomes {
    var outcomes: Outcomes = []
    if canBeNull { outcomes.insert(.unknown) }
    if canFail { outcomes.insert(.failure) }
    return outcomes
  }

  /// Nothing is known but that evaluation can fail.
  mutating func fail() {
    canFail = true
    minimum = nil
    maximum = nil
  }
}
