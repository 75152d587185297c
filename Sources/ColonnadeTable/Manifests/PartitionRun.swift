// What the bounds of partition values say of many entries: of a whole manifest, by its root, and of
// neighbours in a manifest, whose entries stand in the order of their partition values.
// Invariant: unknown never prunes.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// A partition field and the type of its source.
struct PartitionSource: Sendable {
  let field: PartitionField
  let type: DataType
}

extension PartitionBounds {
  /// Bounds of a partition field over many entries, as bounds of its source.
  func derived(by source: PartitionSource, rowCount: UInt64) -> Statistics? {
    guard isKnown else { return nil }
    var statistics = Statistics(count: rowCount)
    guard let range else {
      // NULL, NaN or both in every entry.
      if !hasNaN { statistics.nullCount = rowCount }
      if !hasNull { statistics.nullCount = 0 }
      statistics.nanCount = hasNaN ? (hasNull ? nil : rowCount) : 0
      return statistics
    }
    let transform = source.field.transform
    if transform.keepsOrder {
      statistics.minimum =
        transform.bounds(of: range.least, source: source.type, rowCount: rowCount).minimum
      statistics.maximum =
        transform.bounds(of: range.greatest, source: source.type, rowCount: rowCount).maximum
    }
    statistics.nullCount = hasNull ? nil : 0
    statistics.nanCount = hasNaN ? nil : 0
    return statistics
  }

  /// Whether rows whose source equals `value` can be there.
  func mayContain(_ value: Value, _ source: PartitionSource) -> Bool {
    guard isKnown else { return true }
    guard let range else { return hasNaN || value.isNull }
    if value.isNull { return hasNull }
    // Only buckets say more than bounds of the source do.
    guard case .bucket = source.field.transform,
      let bucket = source.field.transform.partitionValue(of: value, source: source.type)
    else { return true }
    return !bucket.comesBefore(range.least) && !range.greatest.comesBefore(bucket)
  }
}

/// Entries that are neighbours in a manifest, or all of it.
struct PartitionRun: PruningStatistics {
  let sources: [PartitionSource]
  /// One for each source; `nil` where nothing is known.
  let bounds: [PartitionBounds?]
  let rowCount: UInt64
  let entryCount: Int

  func statistics(ofFieldID id: Int) -> Statistics? {
    var result: Statistics?
    for (source, bounds) in zip(sources, bounds) where source.field.sourceID == id {
      guard let next = bounds?.derived(by: source, rowCount: rowCount) else { continue }
      result = result.map { $0.narrowed(by: next) } ?? next
    }
    return result
  }

  func mayContain(_ value: Value, fieldID: Int) -> Bool {
    zip(sources, bounds).allSatisfy { source, bounds in
      source.field.sourceID != fieldID || (bounds?.mayContain(value, source) ?? true)
    }
  }
}
