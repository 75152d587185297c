// The order of values of one type that are neither null nor NaN.

import ColonnadeArrays

extension Value {
  /// Whether this value comes before another of the same type; text compares by bytes. False where
  /// the types differ.
  func comesBefore(_ other: Value) -> Bool {
    switch (self, other) {
    case (.bool(let left), .bool(let right)): return !left && right
    case (.integer(let left), .integer(let right)): return left < right
    case (.float(let left), .float(let right)): return left < right
    case (.decimal(let left, _), .decimal(let right, _)): return left < right
    case (.date(let left), .date(let right)): return left < right
    case (.time(let left, _), .time(let right, _)): return left < right
    case (.timestamp(let left, _, _), .timestamp(let right, _, _)): return left < right
    case (.duration(let left, _), .duration(let right, _)): return left < right
    case (.string(let left), .string(let right)):
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.binary(let left), .binary(let right)): return left.lexicographicallyPrecedes(right)
    default: return false
    }
  }

  var isNaN: Bool {
    if case .float(let number) = self { number.isNaN } else { false }
  }
}
