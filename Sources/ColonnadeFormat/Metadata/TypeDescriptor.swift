// Types as the format states them: a code, two parameters, a zone. Spec: spec/types.md.

package import ColonnadeArrays
package import ColonnadeBase

/// Codes of types.
package enum TypeCode: UInt8, Sendable {
  case null, bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64
  case float16, float32, float64, decimal, date, time, timestamp, duration
  case string, categorical, binary, fixedBinary, list, fixedList, structure, map
}

extension DataType {
  /// The format's code of the type.
  package var code: TypeCode {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .float16: .float16
    case .float32: .float32
    case .float64: .float64
    case .decimal: .decimal
    case .date: .date
    case .time: .time
    case .timestamp: .timestamp
    case .duration: .duration
    case .string: .string
    case .categorical: .categorical
    case .binary: .binary
    case .fixedBinary: .fixedBinary
    case .list: .list
    case .fixedList: .fixedList
    case .structure: .structure
    case .map: .map
    }
  }
}

/// A type without its children.
package struct TypeDescriptor: Sendable {
  /// The code as stored.
  package var code: UInt8
  package var isOrdered: Bool
  package var first: UInt32
  /// The scale of a decimal; where a zone is stored is the container's affair.
  package var second: UInt32
  package var zone: String?

  /// Added to the unit of a timestamp that has a zone.
  package static let zoned: UInt32 = 4

  package init(
    code: UInt8, isOrdered: Bool, first: UInt32, second: UInt32, zone: String?
  ) {
    self.code = code
    self.isOrdered = isOrdered
    self.first = first
    self.second = second
    self.zone = zone
  }

  package init(_ type: DataType) {
    self.init(code: type.code.rawValue, isOrdered: false, first: 0, second: 0, zone: nil)
    switch type {
    case .decimal(let precision, let scale):
      first = UInt32(truncatingIfNeeded: precision)
      second = UInt32(truncatingIfNeeded: scale)
    case .time(let unit), .duration(let unit): first = UInt32(unit.rawValue)
    case .timestamp(let unit, let zone):
      first = UInt32(unit.rawValue) + (zone == nil ? 0 : TypeDescriptor.zoned)
      self.zone = zone
    case .categorical(let ordered): isOrdered = ordered
    case .fixedBinary(let count), .fixedList(_, let count):
      first = UInt32(truncatingIfNeeded: count)
    default: break
    }
  }

  /// The type over `children`: the element of a list, the fields of a struct, key and value of a map.
  /// - Parameter name: the column's, for messages.
  /// - Throws: `.corrupt` where the parts do not make a type, `.unsupportedFeature` for a code this
  ///   version does not know.
  package func type(children: [Field], name: String) throws(ColonnadeError) -> DataType {
    func corrupt(_ what: String) -> ColonnadeError {
      ColonnadeError(.corrupt, "column '\(name)': \(what)")
    }
    guard let code = TypeCode(rawValue: code) else {
      throw ColonnadeError(
        .unsupportedFeature, "column '\(name)' has type \(code), which is not known",
        hint: "use a newer Colonnade")
    }
    func unit() throws(ColonnadeError) -> TimeUnit {
      guard let unit = TimeUnit(rawValue: UInt8(truncatingIfNeeded: first & 3)),
        first < (code == .timestamp ? 8 : 4)
      else { throw corrupt("time unit \(first)") }
      return unit
    }
    func fixedCount() throws(ColonnadeError) -> Int {
      guard (1...(1 << 20)).contains(first) else { throw corrupt("a fixed size of \(first)") }
      return Int(first)
    }
    func only() throws(ColonnadeError) -> Field {
      guard children.count == 1 else { throw corrupt("\(children.count) children, not one") }
      return children[0]
    }
    if code.rawValue < TypeCode.list.rawValue, !children.isEmpty {
      throw corrupt("children below a leaf")
    }
    switch code {
    case .null: return .null
    case .bool: return .bool
    case .int8: return .int8
    case .int16: return .int16
    case .int32: return .int32
    case .int64: return .int64
    case .uint8: return .uint8
    case .uint16: return .uint16
    case .uint32: return .uint32
    case .uint64: return .uint64
    case .float16: return .float16
    case .float32: return .float32
    case .float64: return .float64
    case .decimal:
      guard (1...38).contains(first), second <= first else {
        throw corrupt("decimal(\(first), \(second))")
      }
      return .decimal(precision: Int(first), scale: Int(second))
    case .date: return .date
    case .time: return .time(try unit())
    case .timestamp:
      return .timestamp(
        try unit(), zone: first & TypeDescriptor.zoned == 0 ? nil : zone ?? "")
    case .duration: return .duration(try unit())
    case .string: return .string
    case .categorical: return .categorical(ordered: isOrdered)
    case .binary: return .binary
    case .fixedBinary: return .fixedBinary(byteCount: try fixedCount())
    case .list: return .list(try only())
    case .fixedList: return .fixedList(try only(), count: try fixedCount())
    case .structure: return .structure(children)
    case .map:
      guard children.count == 2 else { throw corrupt("a map without key and value") }
      return .map(key: children[0], value: children[1])
    }
  }
}
