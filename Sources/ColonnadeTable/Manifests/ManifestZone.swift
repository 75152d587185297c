// What the statistics of a manifest's columns say of a zone of its entries.
// Invariant: unknown never prunes.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// A zone of a manifest, by the statistics of the manifest's columns.
struct ManifestZone: PruningStatistics {
  let manifest: ManifestFile
  let zone: Int

  var rowCount: UInt64 { manifest.rowCount }
  var entryCount: Int { manifest.rowCount(zone: zone) }

  /// The range of a partition field in this zone.
  func bounds(_ field: PartitionField) throws(ColonnadeError) -> PartitionBounds? {
    guard
      let part = try manifest.statistics(ManifestLayout.partitionName(field.id), zone: zone),
      let nulls = part.nullCount, let nans = part.nanCount
    else { return nil }
    var bounds = PartitionBounds(hasNull: nulls > 0, hasNaN: nans > 0)
    if nulls + nans < part.count {
      guard let least = part.minimum, let greatest = part.maximum else { return nil }
      // Text that statistics cut or raised still bounds what keeps order; it names no bucket.
      if case .bucket = field.transform {
        guard least.isExact, greatest.isExact else { return nil }
      }
      bounds.range = (least.value, greatest.value)
    }
    return bounds
  }

  func statistics(ofFieldID id: Int) throws(ColonnadeError) -> Statistics? {
    var result = try stored(id)
    for source in manifest.sources where source.field.sourceID == id {
      guard var next = try bounds(source.field)?.derived(by: source, rowCount: rowCount) else {
        continue
      }
      // The bounds themselves may have been widened.
      next.minimum?.isExact = false
      next.maximum?.isExact = false
      result = result.map { $0.narrowed(by: next) } ?? next
    }
    return result
  }

  private func stored(_ id: Int) throws(ColonnadeError) -> Statistics? {
    guard let flags = try manifest.statistics(ManifestLayout.boundsName(id), zone: zone),
      let least = try manifest.statistics(ManifestLayout.minimumName(id), zone: zone),
      let greatest = try manifest.statistics(ManifestLayout.maximumName(id), zone: zone),
      let nulls = try manifest.statistics(ManifestLayout.nullsName(id), zone: zone)
    else { return nil }
    var statistics = Statistics(count: rowCount)
    if ManifestZone.isZero(nulls) { statistics.nullCount = 0 }
    if let nans = try manifest.statistics(ManifestLayout.nansName(id), zone: zone) {
      if ManifestZone.isZero(nans) { statistics.nanCount = 0 }
    } else {
      statistics.nanCount = 0
    }
    // The highest bit is the highest number: below it no entry misses a bound it needs.
    if case .integer(let highest)? = flags.maximum?.value, highest < ManifestLayout.unknown {
      statistics.minimum = least.minimum.map { .init($0.value, isExact: false) }
      statistics.maximum = greatest.maximum.map { .init($0.value, isExact: false) }
    }
    return statistics
  }

  /// Whether every entry states the count 0.
  private static func isZero(_ counts: Statistics) -> Bool {
    guard counts.nullCount == 0, case .integer(0)? = counts.maximum?.value else { return false }
    return true
  }

  func mayContain(_ value: Value, fieldID: Int) throws(ColonnadeError) -> Bool {
    for source in manifest.sources where source.field.sourceID == fieldID {
      guard case .bucket = source.field.transform, let bounds = try bounds(source.field) else {
        continue
      }
      if !bounds.mayContain(value, source) { return false }
    }
    return true
  }
}
