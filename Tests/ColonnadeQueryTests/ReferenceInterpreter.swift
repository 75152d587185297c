// The language one row at a time, over single values, written apart from the engine: what
// spec/semantics.md says, in the plainest form.

import ColonnadeArrays
import ColonnadeQuery

/// What a condition says of one row.
enum ReferenceTruth: Equatable {
  case yes, no, unknown, failure

  init(_ value: Bool) { self = value ? .yes : .no }

  var negated: ReferenceTruth {
    switch self {
    case .yes: .no
    case .no: .yes
    case .unknown, .failure: self
    }
  }
}

/// An evaluation that has no value.
struct ReferenceFailure: Error {}

/// Evaluates unbound expressions on one row.
struct ReferenceInterpreter {
  let schema: Schema
  let row: [Value]

  // MARK: conditions

  func truth(_ expression: Expression, isNegated: Bool = false) -> ReferenceTruth {
    switch expression {
    case .not(let inner, _): return truth(inner, isNegated: !isNegated)
    case .all(let parts), .any(let parts):
      var isAll = false
      if case .all = expression { isAll = true }
      let truths = parts.map { truth($0, isNegated: isNegated) }
      return isAll != isNegated ? conjunction(truths) : disjunction(truths)
    case .between(let value, let low, let high, let negated, let range):
      return truth(
        .all([
          .comparison(value, .greaterOrEqual, low, range),
          .comparison(value, .lessOrEqual, high, range),
        ]), isNegated: negated != isNegated)
    case .membership(let value, let items, let negated, let range):
      if items.isEmpty { return ReferenceTruth(negated != isNegated) }
      return truth(
        .any(items.map { .comparison(value, .equal, $0, range) }),
        isNegated: negated != isNegated)
    case .test(let value, let test, let negated, _):
      let result: ReferenceTruth
      switch test {
      case .isTrue, .isFalse:
        let inner = truth(value)
        result =
          inner == .failure ? .failure : ReferenceTruth(inner == (test == .isTrue ? .yes : .no))
      case .null: result = failing { ReferenceTruth(try self.value(value).isNull) }
      case .nan:
        result = failing {
          if case .float(let number) = try self.value(value) { return ReferenceTruth(number.isNaN) }
          return .no
        }
      }
      return negated != isNegated ? result.negated : result
    case .distinct(let left, let right, let negated, _):
      let result = failing {
        let (first, second) = try self.pair(left, right)
        if first.isNull || second.isNull {
          return ReferenceTruth(first.isNull != second.isNull)
        }
        return ReferenceTruth(first.order(second) != 0)
      }
      return negated != isNegated ? result.negated : result
    case .comparison(let left, let operation, let right, _):
      let result = failing {
        let (first, second) = try self.pair(left, right)
        guard let order = first.order(second) else { return .unknown }
        switch operation {
        case .equal: return ReferenceTruth(order == 0)
        case .notEqual: return ReferenceTruth(order != 0)
        case .less: return ReferenceTruth(order < 0)
        case .lessOrEqual: return ReferenceTruth(order <= 0)
        case .greater: return ReferenceTruth(order > 0)
        case .greaterOrEqual: return ReferenceTruth(order >= 0)
        }
      }
      return isNegated ? result.negated : result
    case .like(let value, let pattern, let escape, let ignoresCase, let negated, _):
      let result = failing {
        guard case .string(var text) = try self.value(value),
          case .string(var pattern) = try self.value(pattern)
        else { return .unknown }
        var escaped: Character?
        if let escape, case .string(let character) = try self.value(escape) {
          escaped = character.first
        }
        if ignoresCase { (text, pattern) = (simpleLower(text), simpleLower(pattern)) }
        return ReferenceTruth(
          fits(Array(text.unicodeScalars)[...], Array(pattern.unicodeScalars)[...], escaped))
      }
      return negated != isNegated ? result.negated : result
    default:
      let result = failing {
        switch try self.value(expression) {
        case .bool(let value): ReferenceTruth(value)
        default: .unknown
        }
      }
      return isNegated ? result.negated : result
    }
  }

  private func failing(_ body: () throws -> ReferenceTruth) -> ReferenceTruth {
    do { return try body() } catch { return .failure }
  }

  private func conjunction(_ parts: [ReferenceTruth]) -> ReferenceTruth {
    if parts.contains(.no) { return .no }
    if parts.contains(.unknown) { return .unknown }
    return parts.contains(.failure) ? .failure : .yes
  }

  private func disjunction(_ parts: [ReferenceTruth]) -> ReferenceTruth {
    if parts.contains(.yes) { return .yes }
    if parts.contains(.failure) { return .failure }
    return parts.contains(.unknown) ? .unknown : .no
  }

  /// `%` any text, `_` one character.
  private func fits(
    _ text: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>,
    _ escape: Character?
  ) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    let rest = pattern.dropFirst()
    if Character(first) == escape, let literal = rest.first {
      return text.first == literal && fits(text.dropFirst(), rest.dropFirst(), escape)
    }
    switch first {
    case "%":
      return (0...text.count).contains { fits(text.dropFirst($0), rest, escape) }
    case "_": return !text.isEmpty && fits(text.dropFirst(), rest, escape)
    default: return text.first == first && fits(text.dropFirst(), rest, escape)
    }
  }

  private func simpleLower(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          let mapped = scalar.properties.lowercaseMapping.unicodeScalars
          return mapped.count == 1 ? mapped.first ?? scalar : scalar
        }))
  }

  // MARK: values

  /// Both sides of a comparison; a decimal literal beside floating point is the nearest double, a
  /// text literal becomes what it stands beside.
  private func pair(_ left: Expression, _ right: Expression) throws -> (Value, Value) {
    var (first, second) = (try value(left), try value(right))
    if case .literal = right { second = coerced(second, beside: first) }
    if case .literal = left { first = coerced(first, beside: second) }
    return (first, second)
  }

  private func coerced(_ literal: Value, beside other: Value) -> Value {
    switch (literal, other) {
    case (.decimal(let unscaled, let scale), .float):
      var buffer = TextBuffer()
      buffer.append(decimal: unscaled, scale: scale)
      return .float(Double(buffer.text()) ?? .nan)
    case (.string(let text), .date), (.string(let text), .timestamp):
      return ConstantText.timestamp(text) ?? .null
    case (.string(let text), .time): return ConstantText.time(text) ?? .null
    case (.string(let text), .integer), (.string(let text), .decimal), (.string(let text), .float):
      return ConstantText.number(text) ?? .null
    default: return literal
    }
  }

  func value(_ expression: Expression) throws -> Value {
    switch expression {
    case .literal(let value, _): return value
    case .column(let path, _):
      guard let index = schema.fields.firstIndex(where: { $0.name == path.parts[0].name }) else {
        throw ReferenceFailure()
      }
      var value = row[index]
      for part in path.parts.dropFirst() {
        guard case .structure(let parts) = value else { return .null }
        value = parts.first { $0.name == part.name }?.value ?? .null
      }
      return value
    case .negative(let operand, let range):
      return try value(.arithmetic(.literal(.integer(0), range), .subtract, operand, range))
    case .arithmetic(let left, let operation, let right, _):
      return try arithmetic(try value(left), operation, try value(right))
    case .cast(let operand, .int64, _):
      switch try value(operand) {
      case .integer(let number):
        guard Int64(exactly: number) != nil else { throw ReferenceFailure() }
        return .integer(number)
      case .null: return .null
      default: throw ReferenceFailure()
      }
    case .cast(let operand, .float64, _):
      guard case .string(let text) = try value(operand), let number = Double(text) else {
        throw ReferenceFailure()
      }
      return .float(number)
    case .cast: throw ReferenceFailure()
    case .call(let name, let arguments, _): return try call(name, try value(arguments[0]))
    default:
      switch truth(expression) {
      case .yes: return .bool(true)
      case .no: return .bool(false)
      case .unknown: return .null
      case .failure: throw ReferenceFailure()
      }
    }
  }

  private func arithmetic(
    _ left: Value, _ operation: ArithmeticOperator, _ right: Value
  ) throws -> Value {
    switch (left, right) {
    case (.null, _), (_, .null): return .null
    case (.integer(let x), .integer(let y)):
      let result: Int128
      switch operation {
      case .add: result = x + y
      case .subtract: result = x - y
      case .multiply: result = x * y
      case .divide: return .float(Double(x) / Double(y))
      case .divideWhole, .remainder:
        guard y != 0 else { throw ReferenceFailure() }
        result = operation == .remainder ? x % y : x / y
      }
      guard Int64(exactly: result) != nil else { throw ReferenceFailure() }
      return .integer(result)
    case (.float(let x), .integer(let y)): return float(x, operation, Double(y))
    case (.integer(let x), .float(let y)): return float(Double(x), operation, y)
    case (.float(let x), .float(let y)): return float(x, operation, y)
    default: throw ReferenceFailure()
    }
  }

  private func float(_ x: Double, _ operation: ArithmeticOperator, _ y: Double) -> Value {
    switch operation {
    case .add: .float(x + y)
    case .subtract: .float(x - y)
    case .multiply: .float(x * y)
    case .divide, .divideWhole: .float(x / y)
    case .remainder: .float(x.truncatingRemainder(dividingBy: y))
    }
  }

  private func call(_ name: String, _ value: Value) throws -> Value {
    switch (name, value) {
    case (_, .null): return .null
    case ("lower", .string(let text)): return .string(simpleLower(text))
    case ("length", .string(let text)): return .integer(Int128(text.unicodeScalars.count))
    case ("length", .list(let elements)): return .integer(Int128(elements.count))
    case ("abs", .integer(let number)):
      guard number != Int128(Int64.min) else { throw ReferenceFailure() }
      return .integer(abs(number))
    case ("abs", .float(let number)): return .float(number.magnitude)
    default:
      let ticks: (Int64, Int64)
      switch value {
      case .date(let days): ticks = (Int64(days), 1)
      case .timestamp(let count, let unit, _): ticks = (count, 86_400 * unit.ticksPerSecond)
      default: throw ReferenceFailure()
      }
      var days = ticks.0 / ticks.1
      if days * ticks.1 > ticks.0 { days -= 1 }
      let day = CalendarDay(daysSince1970: days)
      let rest = ticks.0 - days * ticks.1
      switch name {
      case "year": return .integer(Int128(day.year))
      case "month": return .integer(Int128(day.month))
      case "day": return .integer(Int128(day.day))
      case "hour": return .integer(Int128(rest * 24 / ticks.1))
      default: throw ReferenceFailure()
      }
    }
  }
}
