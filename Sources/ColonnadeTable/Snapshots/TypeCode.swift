// Types as a root states them: a code and two parameters. Spec: spec/types.md.

import ColonnadeArrays
import ColonnadeBase

/// A type without its children.
struct TypeCode {
  var code: UInt8
  var isOrdered = false
  var first: UInt32 = 0
  var second: UInt32 = 0
  var zone: String?

  static let zoned: UInt32 = 4

  init(code: UInt8, isOrdered: Bool, first: UInt32, second: UInt32, zone: String?) {
    self.code = code
    self.isOrdered = isOrdered
    self.first = first
    self.second = second
    self.zone = zone
  }

  init(_ type: DataType) {
    switch type {
    case .null: code = 0
    case .bool: code = 1
    case .int8: code = 2
    case .int16: code = 3
    case .int32: code = 4
    case .int64: code = 5
    case .uint8: code = 6
    case .uint16: code = 7
    case .uint32: code = 8
    case .uint64: code = 9
    case .float16: code = 10
    case .float32: code = 11
    case .float64: code = 12
    case .decimal(let precision, let scale):
      code = 13
      first = UInt32(truncatingIfNeeded: precision)
      second = UInt32(truncatingIfNeeded: scale)
    case .date: code = 14
    case .time(let unit):
      code = 15
      first = UInt32(unit.rawValue)
    case .timestamp(let unit, let zone):
      code = 16
      first = UInt32(unit.rawValue) + (zone == nil ? 0 : TypeCode.zoned)
      self.zone = zone
    case .duration(let unit):
      code = 17
      first = UInt32(unit.rawValue)
    case .string: code = 18
    case .categorical(let ordered):
      code = 19
      isOrdered = ordered
    case .binary: code = 20
    case .fixedBinary(let byteCount):
      code = 21
      first = UInt32(truncatingIfNeeded: byteCount)
    case .list: code = 22
    case .fixedList(_, let count):
      code = 23
      first = UInt32(truncatingIfNeeded: count)
    case .structure: code = 24
    case .map: code = 25
    }
  }

  /// - Parameter children: the fields below.
  /// - Throws: `.corrupt` where the parts do not make a type, `.unsupportedFeature` for a code this
  ///   version does not know.
  func type(children: [Field]) throws(ColonnadeError) -> DataType {
    func only() throws(ColonnadeError) -> Field {
      guard children.count == 1 else {
        throw ColonnadeError(.corrupt, "a type with one child has \(children.count)")
      }
      return children[0]
    }
    func unit(_ bits: UInt32) throws(ColonnadeError) -> TimeUnit {
      guard let raw = UInt8(exactly: bits), let unit = TimeUnit(rawValue: raw) else {
        throw ColonnadeError(.corrupt, "a unit of time has the code \(bits)")
      }
      return unit
    }
    if code < 22, !children.isEmpty {
      throw ColonnadeError(.corrupt, "a type of single values has children")
    }
    switch code {
    case 0: return .null
    case 1: return .bool
    case 2: return .int8
    case 3: return .int16
    case 4: return .int32
    case 5: return .int64
    case 6: return .uint8
    case 7: return .uint16
    case 8: return .uint32
    case 9: return .uint64
    case 10: return .float16
    case 11: return .float32
    case 12: return .float64
    case 13: return .decimal(precision: Int(first), scale: Int(second))
    case 14: return .date
    case 15: return .time(try unit(first))
    case 16:
      return .timestamp(
        try unit(first & ~TypeCode.zoned), zone: first & TypeCode.zoned == 0 ? nil : zone ?? "")
    case 17: return .duration(try unit(first))
    case 18: return .string
    case 19: return .categorical(ordered: isOrdered)
    case 20: return .binary
    case 21: return .fixedBinary(byteCount: Int(first))
    case 22: return .list(try only())
    case 23: return .fixedList(try only(), count: Int(first))
    case 24: return .structure(children)
    case 25:
      guard children.count == 2 else {
        throw ColonnadeError(.corrupt, "a map does not hold a key and a value")
      }
      return .map(key: children[0], value: children[1])
    default:
      throw ColonnadeError(
        .unsupportedFeature, "type \(code) is not known to this version of Colonnade")
    }
  }
}
