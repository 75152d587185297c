// Bound conditions as text, for `explain` and for the reason why something was pruned.

import ColonnadeArrays

extension BoundPredicate: CustomStringConvertible {
  package var description: String {
    switch self {
    case .truth(.yes): "TRUE"
    case .truth(.no): "FALSE"
    case .truth(.unknown): "NULL"
    case .all(let parts): parts.map(\.enclosed).joined(separator: " AND ")
    case .any(let parts): parts.map(\.enclosed).joined(separator: " OR ")
    case .comparison(let scalar, let operation, let value):
      "\(scalar) \(operation.rawValue) \(BoundScalar.text(value))"
    case .scalars(let left, let operation, let right): "\(left) \(operation.rawValue) \(right)"
    case .decided(let scalar, let answer):
      "(\(answer ? "TRUE" : "FALSE") for every \(scalar))"
    case .membership(let scalar, let values, let hasNull, let isNegated):
      "\(scalar) \(isNegated ? "NOT IN" : "IN") ("
        + (values.prefix(8).map(BoundScalar.text) + (values.count > 8 ? ["…"] : [])
        + (hasNull ? ["NULL"] : [])).joined(separator: ", ") + ")"
    case .like(let scalar, let pattern, let isNegated):
      "\(scalar) \(isNegated ? "NOT " : "")\(pattern.ignoresCase ? "ILIKE" : "LIKE") "
        + BoundScalar.text(.string(pattern.text))
    case .isNull(let scalar, let isNegated): "\(scalar) IS \(isNegated ? "NOT " : "")NULL"
    case .isNaN(let scalar, let isNegated): "\(scalar) IS \(isNegated ? "NOT " : "")NAN"
    case .boolean(let scalar, let isNegated): isNegated ? "NOT \(scalar)" : "\(scalar)"
    case .test(let inner, let truth, let isNegated):
      "(\(inner)) IS \(isNegated ? "NOT " : "")\(BoundPredicate.truth(truth).description)"
    }
  }

  private var enclosed: String {
    switch self {
    case .all, .any: "(\(self))"
    default: description
    }
  }
}

extension BoundScalar: CustomStringConvertible {
  package var description: String {
    switch self {
    case .field(let field): field.name
    case .constant(let value, _): BoundScalar.text(value)
    case .arithmetic(let left, let operation, let right, _):
      "(\(left) \(operation.rawValue) \(right))"
    case .negative(let operand, _): "-\(operand)"
    case .function(let function, let operand, _): "\(function.rawValue)(\(operand))"
    case .cast(let operand, let type): "CAST(\(operand) AS \(type))"
    case .predicate(let predicate): "(\(predicate))"
    }
  }

  static func text(_ value: Value) -> String {
    var buffer = TextBuffer(capacity: 64)
    switch value {
    case .null: return "NULL"
    case .bool(let value): return value ? "TRUE" : "FALSE"
    case .integer, .decimal, .float:
      buffer.append(value)
      return buffer.text()
    case .string(let text):
      return "'"
        + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        + "'"
    default:
      buffer.append(value)
      return "'\(buffer.text())'"
    }
  }
}
