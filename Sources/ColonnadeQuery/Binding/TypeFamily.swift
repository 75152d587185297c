// Which types can be compared with each other.

package import ColonnadeArrays

/// Types whose values have one order.
package enum TypeFamily: String, Sendable {
  case null = "NULL"
  case bool = "a boolean"
  case number = "a number"
  case text = "text"
  case binary = "binary"
  /// Dates and timestamps.
  case instant = "a date or timestamp"
  case time = "a time"
  case duration = "a duration"
  case nested = "nested"
}

extension DataType {
  package var family: TypeFamily {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float16, .float32,
      .float64, .decimal:
      .number
    case .string, .categorical: .text
    case .binary, .fixedBinary: .binary
    case .date, .timestamp: .instant
    case .time: .time
    case .duration: .duration
    case .list, .fixedList, .structure, .map: .nested
    }
  }

  package var isFloat: Bool {
    switch self {
    case .float16, .float32, .float64: true
    default: false
    }
  }

  package var isInteger: Bool {
    switch self {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: true
    default: false
    }
  }

  /// The digits after the point of the integers that hold the type's values, in the sense of
  /// `Value.exactNumber`; `nil` for types that are not held so, and for dates.
  package var exactScale: Int? {
    switch self {
    case .decimal(_, let scale): scale
    case .time(let unit), .timestamp(let unit, _), .duration(let unit): Int(unit.rawValue) * 3
    default: isInteger ? 0 : nil
    }
  }

  /// The least and greatest value the memory layout can hold.
  package var exactRange: ClosedRange<Int128>? {
    switch physical {
    case .int8: Int128(Int8.min)...Int128(Int8.max)
    case .int16: Int128(Int16.min)...Int128(Int16.max)
    case .int32: Int128(Int32.min)...Int128(Int32.max)
    case .int64: Int128(Int64.min)...Int128(Int64.max)
    case .uint8: 0...Int128(UInt8.max)
    case .uint16: 0...Int128(UInt16.max)
    case .uint32: 0...Int128(UInt32.max)
    case .uint64: 0...Int128(UInt64.max)
    case .int128: Int128.min...Int128.max
    default: nil
    }
  }

  /// A value of this type from the integer that holds it.
  package func value(held number: Int128) -> Value {
    switch self {
    case .decimal(_, let scale): .decimal(number, scale: scale)
    case .date: .date(Int32(truncatingIfNeeded: number))
    case .time(let unit): .time(Int64(truncatingIfNeeded: number), unit)
    case .timestamp(let unit, let zone):
      .timestamp(Int64(truncatingIfNeeded: number), unit, zoned: zone != nil)
    case .duration(let unit): .duration(Int64(truncatingIfNeeded: number), unit)
    default: .integer(number)
    }
  }
}
