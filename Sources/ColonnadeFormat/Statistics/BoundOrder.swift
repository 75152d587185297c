// How bounds of a type compare, and how they become values. Spec: spec/statistics.md.

package import ColonnadeArrays
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

extension DataType {
  /// Whether bounds take 16 bytes. Spec: spec/statistics.md.
  package var hasWideStatistics: Bool {
    switch self {
    case .string, .categorical, .binary, .fixedBinary: true
    case .decimal(let precision, _): precision > 18
    default: false
    }
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
  /// - Throws: `.corrupt` where the entry contradicts itself; nothing is concluded from such a one.
  func statistics(type: DataType, count: UInt64) throws(ColonnadeError) -> Statistics {
    func bound(_ bound: Bound?, _ flag: Flags) throws(ColonnadeError) -> Statistics.Bound? {
      guard let bound else { return nil }
      guard let value = Self.value(of: bound, type: type) else {
        throw ColonnadeError(.corrupt, "a bound in the statistics is no value of \(type)")
      }
      return Statistics.Bound(value, isExact: flags.contains(flag))
    }
    if type.code == .null || type.code == .structure || type.code == .fixedList {
      guard minimum == nil, maximum == nil else {
        throw ColonnadeError(.corrupt, "statistics of \(type) have bounds")
      }
    }
    let missing =
      (flags.contains(.nullCountKnown) ? nullCount : 0)
      + (flags.contains(.nanCountKnown) ? nanCount : 0)
    guard missing <= count else {
      throw ColonnadeError(
        .corrupt, "statistics count \(missing) nulls and NaNs among \(count) values")
    }
    if let minimum, let maximum, !BoundOrder(type).isOrdered(minimum, maximum) {
      throw ColonnadeError(.corrupt, "statistics have a minimum above their maximum")
    }
    var result = Statistics(
      count: count, nullCount: flags.contains(.nullCountKnown) ? nullCount : nil,
      nanCount: flags.contains(.nanCountKnown) ? nanCount : nil,
      minimum: try bound(minimum, .minimumIsExact), maximum: try bound(maximum, .maximumIsExact))
    result.isAscending = flags.contains(.ascends)
    result.isDescending = flags.contains(.descends)
    return result
  }

  private static func value(of bound: Bound, type: DataType) -> Value? {
    switch bound {
    case .narrow(let bits):
      let signed = Int64(bitPattern: bits)
      switch type {
      case .bool: return bits > 1 ? nil : .bool(bits == 1)
      case .int8, .int16, .int32, .int64: return .integer(Int128(signed))
      case .uint8, .uint16, .uint32, .uint64, .list, .map: return .integer(Int128(bits))
      case .float16, .float32, .float64:
        let bound = Double(bitPattern: bits)
        return bound.isNaN ? nil : .float(bound)
      case .decimal(_, let scale): return .decimal(Int128(signed), scale: scale)
      case .date: return Int32(exactly: signed).map { .date($0) }
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
