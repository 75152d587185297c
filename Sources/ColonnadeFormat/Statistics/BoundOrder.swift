// How bounds of a type compare, and how they become values. Spec: spec/statistics.md.

import ColonnadeArrays
import ColonnadeBase

/// The order of a type's bounds.
enum BoundOrder: Sendable {
  case signed, unsigned, float, int128, bytes

  init(_ type: DataType) {
    switch type.physical {
    case .float16, .float32, .float64: self = .float
    case .int128: self = .int128
    case .bytes, .fixedBytes: self = .bytes
    case .bit, .uint8, .uint16, .uint32, .uint64, .list: self = .unsigned
    default: self = .signed
    }
  }

  /// Whether `first` is at or below `second`.
  func isOrdered(_ first: StatisticsEntry.Bound, _ second: StatisticsEntry.Bound) -> Bool {
    switch (first, second) {
    case (.narrow(let first), .narrow(let second)):
      switch self {
      case .signed: return Int64(bitPattern: first) <= Int64(bitPattern: second)
      case .float: return Double(bitPattern: first) <= Double(bitPattern: second)
      default: return first <= second
      }
    case (.wide(let first), .wide(let second)):
      if case .int128 = self { return Self.int128(first) <= Self.int128(second) }
      return !second.lexicographicallyPrecedes(first)
    default: return false
    }
  }

  static func int128(_ bytes: [UInt8]) -> Int128 {
    var value = UInt128(0)
    for (index, byte) in bytes.prefix(16).enumerated() { value |= UInt128(byte) << (8 * index) }
    return Int128(truncatingIfNeeded: value)
  }

  static func wide(_ value: Int128) -> StatisticsEntry.Bound {
    let bits = UInt128(truncatingIfNeeded: value)
    return .wide((0..<16).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
  }
}

extension StatisticsEntry {
  /// What holds for the values of both.
  func merged(with other: StatisticsEntry, order: BoundOrder) -> StatisticsEntry {
    var result = StatisticsEntry()
    result.nullCount = nullCount + other.nullCount
    result.nanCount = nanCount + other.nanCount
    result.hasValues = hasValues || other.hasValues
    result.flags = flags.intersection(other.flags).intersection([.nullCountKnown, .nanCountKnown])
    // A side without values does not widen the other; a side whose bound is unknown takes it away.
    if !(hasValues && minimum == nil), !(other.hasValues && other.minimum == nil) {
      let takesOwn = other.minimum.map { theirs in
        minimum.map { order.isOrdered($0, theirs) } ?? false
      }
      let source = takesOwn ?? true ? self : other
      result.minimum = source.minimum
      if result.minimum != nil { result.flags.insert(.hasMinimum) }
      let isShared = minimum == other.minimum && other.flags.contains(.minimumIsExact)
      if source.flags.contains(.minimumIsExact) || isShared && result.minimum != nil {
        result.flags.insert(.minimumIsExact)
      }
    }
    if !(hasValues && maximum == nil), !(other.hasValues && other.maximum == nil) {
      let takesOwn = other.maximum.map { theirs in
        maximum.map { order.isOrdered(theirs, $0) } ?? false
      }
      let source = takesOwn ?? true ? self : other
      result.maximum = source.maximum
      if result.maximum != nil { result.flags.insert(.hasMaximum) }
      let isShared = maximum == other.maximum && other.flags.contains(.maximumIsExact)
      if source.flags.contains(.maximumIsExact) || isShared && result.maximum != nil {
        result.flags.insert(.maximumIsExact)
      }
    }
    return result
  }

  /// The entry as values of `type`.
  /// - Parameter count: slots it speaks of.
  func statistics(type: DataType, count: UInt64) -> Statistics {
    func bound(_ bound: Bound?, _ flag: Flags) -> Statistics.Bound? {
      guard let bound, let value = Self.value(of: bound, type: type) else { return nil }
      return Statistics.Bound(value, isExact: flags.contains(flag))
    }
    return Statistics(
      count: count, nullCount: flags.contains(.nullCountKnown) ? nullCount : nil,
      nanCount: flags.contains(.nanCountKnown) ? nanCount : nil,
      minimum: bound(minimum, .minimumIsExact), maximum: bound(maximum, .maximumIsExact))
  }

  private static func value(of bound: Bound, type: DataType) -> Value? {
    switch bound {
    case .narrow(let bits):
      let signed = Int64(bitPattern: bits)
      switch type {
      case .bool: return .bool(bits != 0)
      case .int8, .int16, .int32, .int64: return .integer(Int128(signed))
      case .uint8, .uint16, .uint32, .uint64, .list, .map: return .integer(Int128(bits))
      case .float16, .float32, .float64: return .float(Double(bitPattern: bits))
      case .decimal(_, let scale): return .decimal(Int128(signed), scale: scale)
      case .date: return .date(Int32(truncatingIfNeeded: signed))
      case .time(let unit): return .time(signed, unit)
      case .timestamp(let unit, let zone): return .timestamp(signed, unit, zoned: zone != nil)
      case .duration(let unit): return .duration(signed, unit)
      default: return nil
      }
    case .wide(let bytes):
      switch type {
      case .decimal(_, let scale):
        return bytes.count == 16 ? .decimal(BoundOrder.int128(bytes), scale: scale) : nil
      case .string, .categorical:
        // Bounds of text end on character boundaries; one that does not tells nothing.
        return String(validating: bytes, as: UTF8.self).map { .string($0) }
      case .binary, .fixedBinary: return .binary(bytes)
      default: return nil
      }
    }
  }
}
