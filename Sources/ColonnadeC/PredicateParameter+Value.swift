// Parameters of predicates, from C's values.

import CColonnade
import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery

extension PredicateParameter {
  /// - Throws: `.invalidArgument` for a value that is none.
  static func list(
    _ values: UnsafePointer<colonnade_value>?, count: Int
  ) throws(ColonnadeError) -> [PredicateParameter] {
    guard count > 0 else { return [] }
    guard let values = unsafe values else {
      throw ColonnadeError(.invalidArgument, "parameters is NULL, and \(count) are announced")
    }
    var parameters: [PredicateParameter] = []
    for index in 0..<count { parameters.append(unsafe try PredicateParameter(values[index])) }
    return parameters
  }

  private init(_ value: colonnade_value) throws(ColonnadeError) {
    self.init(
      unsafe try Value(value), named: unsafe try String(c: value.name, "the name of a parameter"))
  }
}

extension Value {
  fileprivate init(_ value: colonnade_value) throws(ColonnadeError) {
    let integer = unsafe value.integer
    switch unsafe colonnade_value_kind(rawValue: value.kind) {
    case COLONNADE_VALUE_NULL: self = .null
    case COLONNADE_VALUE_BOOL: self = .bool(integer != 0)
    case COLONNADE_VALUE_INTEGER: self = .integer(Int128(integer))
    case COLONNADE_VALUE_UNSIGNED: self = unsafe .integer(Int128(value.unsigned_integer))
    case COLONNADE_VALUE_FLOAT: self = unsafe .float(value.number)
    case COLONNADE_VALUE_DECIMAL: self = try Value(decimal: unsafe Value.text(value))
    case COLONNADE_VALUE_STRING: self = .string(unsafe try Value.text(value))
    case COLONNADE_VALUE_BINARY: self = .binary(unsafe try Value.bytes(value))
    case COLONNADE_VALUE_DATE:
      guard let days = Int32(exactly: integer) else {
        throw ColonnadeError(.invalidArgument, "\(integer) days are no date")
      }
      self = .date(days)
    case COLONNADE_VALUE_TIME: self = .time(integer, .microsecond)
    case COLONNADE_VALUE_TIMESTAMP: self = .timestamp(integer, .microsecond, zoned: false)
    case COLONNADE_VALUE_INSTANT: self = .timestamp(integer, .microsecond, zoned: true)
    case COLONNADE_VALUE_DURATION: self = .duration(integer, .microsecond)
    default:
      throw ColonnadeError(
        .invalidArgument, "a parameter has the kind \(unsafe value.kind), which is not known")
    }
  }

  private static func bytes(_ value: colonnade_value) throws(ColonnadeError) -> [UInt8] {
    let count = unsafe value.byte_count
    guard count > 0 else { return [] }
    guard let bytes = unsafe value.bytes, count <= Expression.maximumByteCount else {
      throw ColonnadeError(.invalidArgument, "a parameter has \(count) bytes, or NULL for them")
    }
    return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  private static func text(_ value: colonnade_value) throws(ColonnadeError) -> String {
    guard let text = String(validating: unsafe try bytes(value), as: UTF8.self) else {
      throw ColonnadeError(.invalidArgument, "a parameter is not UTF-8 text")
    }
    return text
  }

  /// Digits, at most one point, a sign before them.
  private init(decimal text: String) throws(ColonnadeError) {
    var (unscaled, scale, digitCount, hasPoint) = (Int128(0), 0, 0, false)
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    for byte in text.utf8.dropFirst(isNegative || text.utf8.first == UInt8(ascii: "+") ? 1 : 0) {
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
        continue
      }
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
        throw ColonnadeError(.invalidArgument, "'\(text)' is no decimal number")
      }
      unscaled = unscaled &* 10 &+ Int128(byte &- UInt8(ascii: "0"))
      if unscaled != 0 { digitCount += 1 }
      if hasPoint { scale += 1 }
      guard digitCount <= 38, scale <= 38 else {
        throw ColonnadeError(.invalidArgument, "'\(text)' has more than 38 digits")
      }
    }
    guard !text.utf8.isEmpty,
      text.utf8.contains(where: { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
    else { throw ColonnadeError(.invalidArgument, "'\(text)' is no decimal number") }
    self = .decimal(isNegative ? -unscaled : unscaled, scale: scale)
  }
}
