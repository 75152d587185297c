// Values: columns, constants, arithmetic, functions and CAST, with the types they have.
// Spec: spec/semantics.md, arithmetic and functions.

import ColonnadeArrays
import ColonnadeBase

extension Binder {
  func scalar(_ expression: Expression) throws(ColonnadeError) -> BoundScalar {
    switch expression {
    case .literal(let value, _): return .constant(value, Binder.type(of: value))
    case .column(let path, let range): return .field(try field(path, range))
    case .negative(let operand, let range): return try negative(try scalar(operand), range)
    case .arithmetic(let left, let operation, let right, let range):
      return try arithmetic(try scalar(left), operation, try scalar(right), range)
    case .call(let name, let arguments, let range): return try call(name, arguments, range)
    case .cast(let operand, let type, let range):
      return try cast(try scalar(operand), type, range)
    case .all, .any, .not, .comparison, .distinct, .membership, .between, .like, .test:
      let bound = try predicate(expression, isNegated: false)
      switch bound {
      case .truth(.yes): return .constant(.bool(true), .bool)
      case .truth(.no): return .constant(.bool(false), .bool)
      case .truth(.unknown): return .constant(.null, .bool)
      default: return .predicate(bound)
      }
    }
  }

  private func checkNumber(
    _ scalar: BoundScalar, _ what: String, _ range: SourceRange
  ) throws(ColonnadeError) {
    guard scalar.type.family == .number || scalar.type == .null else {
      throw failure(
        at: range, "\(what) takes numbers, but this is of type \(scalar.type)",
        hint: scalar.type.family == .text ? "CAST(… AS int64) makes a number of a text" : nil)
    }
  }

  private func negative(
    _ operand: BoundScalar, _ range: SourceRange
  ) throws(ColonnadeError) -> BoundScalar {
    try checkNumber(operand, "the sign", range)
    if operand.type == .null { return .constant(.null, .null) }
    let type = Binder.arithmeticType(operand.type)
    return .folded(.negative(.converted(operand, to: type), type))
  }

  /// The type arithmetic on values of `type` is done in: int64, a decimal of 38 digits, or float64.
  static func arithmeticType(_ type: DataType) -> DataType {
    switch type {
    case .decimal(_, let scale): .decimal(precision: 38, scale: scale)
    case .uint64: .decimal(precision: 38, scale: 0)
    default: type.isFloat ? .float64 : .int64
    }
  }

  private func arithmetic(
    _ left: BoundScalar, _ operation: ArithmeticOperator, _ right: BoundScalar,
    _ range: SourceRange
  ) throws(ColonnadeError) -> BoundScalar {
    try checkNumber(left, "'\(operation.rawValue)'", range)
    try checkNumber(right, "'\(operation.rawValue)'", range)
    if left.type == .null || right.type == .null { return .constant(.null, .null) }
    let (first, second) = (
      Binder.arithmeticType(left.type), Binder.arithmeticType(right.type)
    )
    let type: DataType
    var operands = (first, second)
    switch (first, second, operation) {
    case (_, _, .divide), (.float64, _, _), (_, .float64, _): type = .float64
    case (.int64, .int64, _): type = .int64
    default:
      let (left, right) = (first.exactScale ?? 0, second.exactScale ?? 0)
      let scale = operation == .multiply ? left + right : max(left, right)
      guard scale <= 38 else {
        throw failure(
          .limitExceeded, at: range, "the product would have \(scale) digits after the point",
          hint: "CAST one side to float64")
      }
      type = .decimal(precision: 38, scale: scale)
      operands = (
        .decimal(precision: 38, scale: operation == .multiply ? left : scale),
        .decimal(precision: 38, scale: operation == .multiply ? right : scale)
      )
    }
    if type == .float64 { operands = (.float64, .float64) }
    if operation == .divideWhole, type != .int64 {
      throw failure(
        at: range, "'//' takes integers, but this gives \(type)", hint: "use / or CAST")
    }
    return .folded(
      .arithmetic(
        .converted(left, to: operands.0), operation, .converted(right, to: operands.1), type))
  }

  private func call(
    _ name: String, _ arguments: [Expression], _ range: SourceRange
  ) throws(ColonnadeError) -> BoundScalar {
    let spelled =
      ["len": "length", "array_length": "length", "cardinality": "length"][name] ?? name
    if spelled == "isnan", arguments.count == 1 {
      let tested = try predicate(
        .test(arguments[0], .nan, isNegated: false, range), isNegated: false)
      let value = try scalar(arguments[0])
      if value.type == .null { return .constant(.null, .bool) }
      // A function of NULL is NULL, unlike IS NAN.
      return .predicate(.disjunction([tested, .decided(value, false)]))
    }
    guard let function = ScalarFunction(rawValue: spelled) else {
      throw failure(
        .notFound, at: range, "unknown function '\(name)'",
        hint: SpellingSuggestion.hint(
          for: name, among: ScalarFunction.allCases.map(\.rawValue), what: "functions"))
    }
    guard arguments.count == 1 else {
      throw failure(
        .invalidArgument, at: range,
        "\(name) takes one argument, but there are \(arguments.count)")
    }
    var operand = try scalar(arguments[0])
    if operand.type == .null { return .constant(.null, .null) }
    let family = operand.type.family
    let result: DataType
    switch function {
    case .lower, .upper:
      guard family == .text else { throw misfit(name, "text", operand, range) }
      result = .string
    case .length:
      switch operand.type {
      case .string, .categorical, .binary, .fixedBinary, .list, .fixedList, .map: break
      default: throw misfit(name, "text, binary, lists and maps", operand, range)
      }
      result = .int64
    case .abs:
      guard family == .number else { throw misfit(name, "numbers", operand, range) }
      result = Binder.arithmeticType(operand.type)
      operand = .converted(operand, to: result)
    case .year, .month, .day:
      guard family == .instant else { throw misfit(name, "dates and timestamps", operand, range) }
      result = .int64
    case .hour, .minute, .second:
      guard family == .instant || family == .time else {
        throw misfit(name, "timestamps and times", operand, range)
      }
      result = .int64
    }
    return .folded(.function(function, operand, result))
  }

  private func misfit(
    _ name: String, _ wanted: String, _ operand: BoundScalar, _ range: SourceRange
  ) -> ColonnadeError {
    failure(
      at: range, "\(name) takes \(wanted), but this is of type \(operand.type)",
      hint: wanted == "dates and timestamps" && operand.type == .string
        ? "CAST(… AS timestamp) makes a timestamp of a text" : nil)
  }

  private func cast(
    _ operand: BoundScalar, _ type: DataType, _ range: SourceRange
  ) throws(ColonnadeError) -> BoundScalar {
    if operand.type == type { return operand }
    if operand.type == .null { return .constant(.null, type) }
    guard Binder.canCast(operand.type, to: type) else {
      throw failure(at: range, "a value of type \(operand.type) is not cast to \(type)")
    }
    if operand.constant != nil {
      // What a constant cannot become is an error of the text, whatever the rows.
      let result = Evaluator(columns: [:], rowCount: 1).evaluate(.cast(operand, type))
      if let failed = result.failures {
        throw failure(at: range, failed.error.message, hint: failed.error.hint)
      }
    }
    return .folded(.cast(operand, type))
  }

  private static func canCast(_ from: DataType, to type: DataType) -> Bool {
    switch (from.family, type.family) {
    case (.nested, _), (_, .nested), (_, .null): false
    case (.text, _), (_, .text): true
    case (.bool, .number), (.number, .bool): true
    case (.duration, .number), (.number, .duration): from.isInteger || type.isInteger
    case (.instant, .time): true
    case (let first, let second): first == second
    }
  }
}

extension BoundScalar {
  /// `scalar` as `type`, which holds every value of its type or nearly so.
  static func converted(_ scalar: BoundScalar, to type: DataType) -> BoundScalar {
    scalar.type == type ? scalar : .folded(.cast(scalar, type))
  }
}
