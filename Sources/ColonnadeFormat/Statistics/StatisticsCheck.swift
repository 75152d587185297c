// Holds what statistics say against the values they speak of. Spec: spec/statistics.md.
// Invariant: nothing is taken from how our own writer makes bounds: a bound has to hold for every
// value, and one that says it is exact has to be some value.

import ColonnadeArrays
import ColonnadeBase
import Glibc

/// One entry of statistics and what was seen of its values so far.
struct StatisticsCheck {
  let entry: StatisticsEntry
  let type: DataType
  private var nullCount: UInt64 = 0
  private var nanCount: UInt64 = 0
  private var order: StatisticsEntry.Flags = [.ascends, .descends]
  /// Runs of values seen.
  private(set) var runCount = 0
  private var minimumHolds = true
  private var maximumHolds = true
  private var minimumWasMet = false
  private var maximumWasMet = false

  init(_ entry: StatisticsEntry, type: DataType) {
    self.entry = entry
    self.type = type
  }

  /// Looks at a run of values.
  /// - Parameter isBelowList: values of several lists have no order.
  mutating func add(_ column: Column, _ slots: Range<Int>, isBelowList: Bool) {
    let scanned = BoundScanner(column, tracksOrder: !isBelowList).statistics(of: slots)
    nullCount += scanned.nullCount
    nanCount += scanned.nanCount
    order.formIntersection(scanned.flags)
    runCount += 1
    switch type.physical {
    case .bytes, .fixedBytes: compareBytes(column, slots)
    default: compare(scanned)
    }
  }

  /// Adds what another check of the same entry saw.
  mutating func combine(_ other: StatisticsCheck) {
    nullCount += other.nullCount
    nanCount += other.nanCount
    order.formIntersection(other.order)
    runCount += other.runCount
    minimumHolds = minimumHolds && other.minimumHolds
    maximumHolds = maximumHolds && other.maximumHolds
    minimumWasMet = minimumWasMet || other.minimumWasMet
    maximumWasMet = maximumWasMet || other.maximumWasMet
  }

  private mutating func compare(_ scanned: StatisticsEntry) {
    let order = BoundOrder(type)
    if let claimed = entry.minimum, let least = scanned.minimum {
      if !order.isOrdered(claimed, least) { minimumHolds = false }
      if order.isOrdered(least, claimed) { minimumWasMet = true }
    }
    if let claimed = entry.maximum, let greatest = scanned.maximum {
      if !order.isOrdered(greatest, claimed) { maximumHolds = false }
      if order.isOrdered(claimed, greatest) { maximumWasMet = true }
    }
  }

  private mutating func compareBytes(_ column: Column, _ slots: Range<Int>) {
    guard entry.minimum != nil || entry.maximum != nil else { return }
    for slot in slots where !column.isNull(at: slot) {
      unsafe column.withUnsafeBytes(at: slot) { value in
        if case .wide(let claimed) = entry.minimum {
          let order = unsafe StatisticsCheck.compare(value, claimed)
          if order < 0 { minimumHolds = false }
          if order == 0 { minimumWasMet = true }
        }
        if case .wide(let claimed) = entry.maximum {
          let order = unsafe StatisticsCheck.compare(value, claimed)
          if order > 0 { maximumHolds = false }
          if order == 0 { maximumWasMet = true }
        }
      }
    }
  }

  private static func compare(_ value: UnsafeRawBufferPointer, _ bound: [UInt8]) -> Int {
    let shared = min(value.count, bound.count)
    if shared > 0, let address = value.baseAddress {
      let order = unsafe memcmp(address, bound, shared)
      if order != 0 { return Int(order) }
    }
    return value.count - bound.count
  }

  /// What the entry says that is not so; nil where all of it holds.
  /// - Parameter slotCount: number of values it speaks of.
  func problem(slotCount: UInt64) -> String? {
    let flags = entry.flags
    if flags.contains(.nullCountKnown), entry.nullCount != nullCount {
      return "they count \(entry.nullCount) nulls where there are \(nullCount)"
    }
    if flags.contains(.nanCountKnown), entry.nanCount != nanCount {
      return "they count \(entry.nanCount) NaNs where there are \(nanCount)"
    }
    if !minimumHolds { return "a value is below the minimum" }
    if !maximumHolds { return "a value is above the maximum" }
    let hasValues = slotCount > nullCount + nanCount
    if flags.contains([.hasMinimum, .minimumIsExact]), hasValues, !minimumWasMet {
      return "no value equals the minimum, which is said to be exact"
    }
    if flags.contains([.hasMaximum, .maximumIsExact]), hasValues, !maximumWasMet {
      return "no value equals the maximum, which is said to be exact"
    }
    // Over several row groups order would need the values at their borders.
    if runCount <= 1 {
      if flags.contains(.ascends), !order.contains(.ascends) { return "the values do not ascend" }
      if flags.contains(.descends), !order.contains(.descends) {
        return "the values do not descend"
      }
    }
    return nil
  }
}
