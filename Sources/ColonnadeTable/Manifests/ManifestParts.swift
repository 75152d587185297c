// What is known of many entries at once: of a whole manifest by its root, of a zone of a manifest by
// the statistics of its columns. Invariant: unknown never prunes.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// Bounds of a partition field over many entries, as bounds of its source.
private func derived(
  _ bounds: PartitionBounds, _ transform: Transform, _ source: DataType, rowCount: UInt64
) -> Statistics? {
  guard bounds.isKnown else { return nil }
  guard let range = bounds.range else {
    // NULL, NaN or both in every entry.
    var statistics = Statistics(count: rowCount)
    if !bounds.hasNaN { statistics.nullCount = rowCount }
    if !bounds.hasNull { statistics.nullCount = 0 }
    statistics.nanCount = bounds.hasNaN ? (bounds.hasNull ? nil : rowCount) : 0
    return statistics
  }
  let least = transform.bounds(of: range.least, source: source, rowCount: rowCount)
  let greatest = transform.bounds(of: range.greatest, source: source, rowCount: rowCount)
  var statistics = Statistics(count: rowCount)
  if transform.keepsOrder {
    statistics.minimum = least.minimum
    statistics.maximum = greatest.maximum
  }
  statistics.nullCount = bounds.hasNull ? nil : 0
  statistics.nanCount = bounds.hasNaN ? nil : 0
  return statistics
}

private func mayContain(
  _ value: Value, _ bounds: PartitionBounds, _ transform: Transform, _ source: DataType
) -> Bool {
  guard bounds.isKnown else { return true }
  guard let range = bounds.range else { return bounds.hasNaN || value.isNull }
  // Buckets between the least and the greatest are not told apart.
  guard !range.least.comesBefore(range.greatest) else { return true }
  return transform.mayContain(value, source: source, in: range.least)
    || (bounds.hasNull && value.isNull)
}

/// A manifest that was not opened.
struct ManifestSummary: PruningStatistics {
  let reference: ManifestReference
  let partitioning: Partitioning
  let columns: TableColumns

  var rowCount: UInt64 { reference.rowCount }

  private func fields(_ id: Int) -> [(
    field: PartitionField, bounds: PartitionBounds, type: DataType
  )] {
    guard let source = columns.type(ofColumn: id) else { return [] }
    return zip(partitioning.fields, reference.bounds).compactMap { field, bounds in
      field.sourceID == id ? (field, bounds, source) : nil
    }
  }

  func statistics(ofFieldID id: Int) -> Statistics? {
    var result: Statistics?
    for (field, bounds, type) in fields(id) {
      guard let next = derived(bounds, field.transform, type, rowCount: rowCount) else { continue }
      result = result.map { $0.narrowed(by: next) } ?? next
    }
    return result
  }

  func mayContain(_ value: Value, fieldID: Int) -> Bool {
    fields(fieldID).allSatisfy { field, bounds, type in
      ColonnadeTable.mayContain(value, bounds, field.transform, type)
    }
  }
}

/// A zone of a manifest, by the statistics of the manifest's columns.
struct ManifestZone: PruningStatistics {
  let manifest: ManifestFile
  let zone: Int

  var rowCount: UInt64 { manifest.rowCount }

  /// The range of a partition field in this zone.
  private func bounds(_ field: PartitionField) throws(ColonnadeError) -> PartitionBounds? {
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
    guard let source = manifest.type(ofColumn: id) else { return nil }
    var result = try stored(id)
    for field in manifest.partitioning.fields where field.sourceID == id {
      guard let bounds = try bounds(field) else { continue }
      guard var next = derived(bounds, field.transform, source, rowCount: rowCount) else {
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
    guard let source = manifest.type(ofColumn: fieldID) else { return true }
    for field in manifest.partitioning.fields where field.sourceID == fieldID {
      guard case .bucket = field.transform, let bounds = try bounds(field) else { continue }
      if !ColonnadeTable.mayContain(value, bounds, field.transform, source) { return false }
    }
    return true
  }
}
