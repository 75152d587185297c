// Comparisons and IN: families checked, text coerced, constants brought to the column's type.

import ColonnadeArrays
import ColonnadeBase

extension Binder {
  func comparison(
    _ left: BoundScalar, _ operation: ComparisonOperator, _ right: BoundScalar,
    _ range: SourceRange
  ) throws(ColonnadeError) -> BoundPredicate {
    let left = try coerced(left, towards: right, range)
    let right = try coerced(right, towards: left, range)
    try checkFamilies(left, right, range)
    if left.type == .null || right.type == .null { return .truth(.unknown) }
    switch (left.constant, right.constant) {
    case (let first?, let second?):
      // A literal against a literal: 0.1 = 1e-1 as a decimal literal against a column would be.
      guard let order = Binder.order(first, second) else { return .truth(.unknown) }
      return .truth(Truth(operation.holds(order)))
    case (nil, let constant?): return Binder.comparison(left, operation, constant)
    case (let constant?, nil): return Binder.comparison(right, operation.mirrored, constant)
    case (nil, nil): return .scalars(left, operation, right)
    }
  }

  /// The order of two constants: a decimal against floating point as the nearest double.
  private static func order(_ left: Value, _ right: Value) -> Int? {
    switch (left, right) {
    case (.decimal(let unscaled, let scale), .float(let other)):
      return ExactNumber.order(ExactNumber(unscaled, scale: scale).double, other)
    case (.float(let other), .decimal(let unscaled, let scale)):
      return ExactNumber.order(other, ExactNumber(unscaled, scale: scale).double)
    default: return left.order(right)
    }
  }

  /// `scalar` against a constant of its family, exactly.
  static func comparison(
    _ scalar: BoundScalar, _ operation: ComparisonOperator, _ constant: Value
  ) -> BoundPredicate {
    switch ConstantBound(constant, among: scalar.type) {
    case .exact(let value): return .comparison(scalar, operation, value)
    case .above(let value):
      switch operation {
      case .equal: return .decided(scalar, false)
      case .notEqual: return .decided(scalar, true)
      case .less, .lessOrEqual: return .comparison(scalar, .lessOrEqual, value)
      case .greater, .greaterOrEqual: return .comparison(scalar, .greater, value)
      }
    case .belowAll:
      return .decided(
        scalar, operation == .greater || operation == .greaterOrEqual || operation == .notEqual)
    case .aboveAll:
      return .decided(
        scalar, operation == .less || operation == .lessOrEqual || operation == .notEqual)
    }
  }

  func membership(
    _ value: BoundScalar, _ items: [Expression], isNegated: Bool, _ range: SourceRange
  ) throws(ColonnadeError) -> BoundPredicate {
    var values: [Value] = []
    var others: [BoundPredicate] = []
    var hasNull = false
    for item in items {
      let bound = try coerced(try scalar(item), towards: value, item.range)
      let value = try coerced(value, towards: bound, range)
      try checkFamilies(value, bound, item.range)
      guard let constant = bound.constant, value.constant == nil else {
        others.append(try comparison(value, isNegated ? .notEqual : .equal, bound, item.range))
        continue
      }
      if constant.isNull {
        hasNull = true
      } else if case .exact(let exact) = ConstantBound(constant, among: value.type) {
        values.append(exact)
      }
    }
    if value.type == .null, !items.isEmpty { return .truth(.unknown) }
    if value.constant != nil {
      // Nothing but comparisons; an empty list holds nothing.
      if others.isEmpty { return .truth(Truth(isNegated)) }
      return isNegated ? .conjunction(others) : .disjunction(others)
    }
    if items.isEmpty { return .truth(Truth(isNegated)) }
    var parts = others
    if values.isEmpty, !hasNull {
      if others.count < items.count { parts.append(.decided(value, isNegated)) }
    } else if values.isEmpty {
      parts.append(.truth(.unknown))
    } else if values.count == 1, !hasNull {
      parts.append(.comparison(value, isNegated ? .notEqual : .equal, values[0]))
    } else {
      parts.append(.membership(value, values, hasNull: hasNull, isNegated: isNegated))
    }
    return isNegated ? .conjunction(parts) : .disjunction(parts)
  }

  private func checkFamilies(
    _ left: BoundScalar, _ right: BoundScalar, _ range: SourceRange
  ) throws(ColonnadeError) {
    let (first, second) = (left.type.family, right.type.family)
    if first == .null || second == .null { return }
    if first == .nested || second == .nested {
      throw failure(
        at: range, "values of type \(first == .nested ? left.type : right.type) are not compared",
        hint: "compare a field of a struct, or length(…) of a list")
    }
    guard first == second else {
      throw failure(
        at: range,
        "\(Binder.describe(left)) is \(first.rawValue), \(Binder.describe(right)) is "
          + "\(second.rawValue): they are not compared",
        hint: "CAST(… AS type) converts one of them")
    }
  }

  private static func describe(_ scalar: BoundScalar) -> String {
    switch scalar {
    case .field(let field): return "column '\(field.name)' (\(field.type))"
    case .constant(let value, _):
      var buffer = TextBuffer(capacity: 64)
      buffer.append(value)
      return "'\(buffer.text())'"
    default: return "an expression of type \(scalar.type)"
    }
  }

  /// A text constant beside something that is not text is read as that type.
  func coerced(
    _ scalar: BoundScalar, towards other: BoundScalar, _ range: SourceRange
  ) throws(ColonnadeError) -> BoundScalar {
    guard case .constant(.string(let text), .string) = scalar else { return scalar }
    switch other.type.family {
    case .text, .null, .nested: return scalar
    case .bool:
      guard let value = ConstantText.bool(text) else { throw misread(text, other, range) }
      return .constant(.bool(value), .bool)
    case .number:
      guard let value = ConstantText.number(text) else { throw misread(text, other, range) }
      return .constant(value, Binder.type(of: value))
    case .binary:
      if other.type == .fixedBinary(byteCount: 16), let bytes = ConstantText.uuid(text) {
        return .constant(.binary(bytes), .binary)
      }
      return .constant(.binary(Array(text.utf8)), .binary)
    case .instant:
      if let days = ConstantText.date(text) { return .constant(.date(days), .date) }
      guard let value = ConstantText.timestamp(text) else { throw misread(text, other, range) }
      return .constant(value, Binder.type(of: value))
    case .time:
      guard let value = ConstantText.time(text) else { throw misread(text, other, range) }
      return .constant(value, Binder.type(of: value))
    case .duration:
      throw failure(
        .unsupportedFeature, at: range, "a text is not read as a duration",
        hint: "compare CAST(… AS int64) with the number of ticks")
    }
  }

  private func misread(
    _ text: String, _ other: BoundScalar, _ range: SourceRange
  ) -> ColonnadeError {
    failure(
      at: range, "'\(text)' is not \(other.type.family.rawValue), as \(Binder.describe(other)) is")
  }

  /// The type a constant has by itself.
  static func type(of value: Value) -> DataType {
    switch value {
    case .null: .null
    case .bool: .bool
    case .integer(let number):
      Int64(exactly: number) != nil ? .int64 : .decimal(precision: 38, scale: 0)
    case .float: .float64
    case .decimal(_, let scale): .decimal(precision: 38, scale: scale)
    case .date: .date
    case .time(_, let unit): .time(unit)
    case .timestamp(_, let unit, let zoned): .timestamp(unit, zone: zoned ? "UTC" : nil)
    case .duration(_, let unit): .duration(unit)
    case .string: .string
    case .binary: .binary
    case .list(let elements):
      .list(Field("element", elements.first.map(Binder.type(of:)) ?? .null))
    case .structure(let parts):
      .structure(parts.map { Field($0.name, Binder.type(of: $0.value)) })
    case .map(let entries):
      .map(
        key: Field("key", entries.first.map { Binder.type(of: $0.key) } ?? .null),
        value: Field("value", entries.first.map { Binder.type(of: $0.value) } ?? .null))
    }
  }
}
