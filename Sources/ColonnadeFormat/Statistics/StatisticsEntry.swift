// Bounds and counts as sections 8 and 9 hold them. Spec: spec/statistics.md.

import ColonnadeArrays
import ColonnadeBase

/// One entry of section 8 or 9.
package struct StatisticsEntry: Hashable, Sendable {
  package struct Flags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    package static let hasMinimum = Flags(rawValue: 1)
    package static let hasMaximum = Flags(rawValue: 2)
    package static let minimumIsExact = Flags(rawValue: 4)
    package static let maximumIsExact = Flags(rawValue: 8)
    package static let nullCountKnown = Flags(rawValue: 16)
    package static let nanCountKnown = Flags(rawValue: 32)
    package static let ascends = Flags(rawValue: 64)
    package static let descends = Flags(rawValue: 128)
  }

  /// A bound in the layout of its section.
  package enum Bound: Hashable, Sendable {
    /// Integers sign- or zero-extended, floats as f64 bits.
    case narrow(UInt64)
    case wide([UInt8])
  }

  package var minimum: Bound?
  package var maximum: Bound?
  package var nullCount: UInt64 = 0
  package var nanCount: UInt64 = 0
  package var flags: Flags = []

  package init() {}

  func write(to sink: ByteSink, isWide: Bool) {
    func write(_ bound: Bound?) -> UInt8 {
      switch bound {
      case .narrow(let bits): sink.writeU64(bits)
      case .wide(let bytes):
        sink.writeBytes(bytes)
        sink.writeBytes([UInt8](repeating: 0, count: 16 - bytes.count))
        return UInt8(bytes.count)
      case nil: sink.writeBytes([UInt8](repeating: 0, count: isWide ? 16 : 8))
      }
      return 0
    }
    let minimumByteCount = write(minimum)
    let maximumByteCount = write(maximum)
    sink.writeU64(nullCount & 0xFFFF_FFFF_FFFF | UInt64(flags.rawValue) << 48)
    sink.writeU64(
      nanCount & 0xFFFF_FFFF_FFFF | UInt64(minimumByteCount) << 48
        | UInt64(maximumByteCount) << 56)
  }

  init(reading entry: EntryBytes, isWide: Bool) throws(ColonnadeError) {
    let counts = isWide ? 32 : 16
    nullCount = entry.u48(counts)
    flags = Flags(rawValue: entry.u16(counts + 6))
    nanCount = entry.u48(counts + 8)
    if isWide {
      let sizes = (Int(entry.u8(counts + 14)), Int(entry.u8(counts + 15)))
      guard sizes.0 <= 16, sizes.1 <= 16 else {
        throw ColonnadeError(.corrupt, "a bound of \(max(sizes.0, sizes.1)) bytes in 16")
      }
      if flags.contains(.hasMinimum) { minimum = .wide(entry.bytes(0..<sizes.0)) }
      if flags.contains(.hasMaximum) { maximum = .wide(entry.bytes(16..<16 + sizes.1)) }
    } else {
      if flags.contains(.hasMinimum) { minimum = .narrow(entry.u64(0)) }
      if flags.contains(.hasMaximum) { maximum = .narrow(entry.u64(8)) }
    }
  }

  /// Set while statistics are made: whether there are values that are neither null nor NaN.
  package var hasValues = false
}
