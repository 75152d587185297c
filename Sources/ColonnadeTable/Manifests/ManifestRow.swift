// An entry where it stands in its manifest. Invariant: what it says of a column comes from its
// partition value and from stored statistics, whichever says more; where neither knows, it says nothing.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// One row of a manifest, before anyone needs all of it.
struct ManifestRow: PruningStatistics {
  let manifest: ManifestFile
  let zone: Int
  let row: Int
  let rowCount: UInt64
  let partition: [Value]

  var entryCount: Int { 1 }

  func statistics(ofFieldID id: Int) throws(ColonnadeError) -> Statistics? {
    var derived: Statistics?
    for (source, value) in zip(manifest.sources, partition) where source.field.sourceID == id {
      let bounds = source.field.transform.bounds(of: value, source: source.type, rowCount: rowCount)
      // Identity says everything there is to say.
      if source.field.transform == .identity { return bounds }
      derived = derived.map { $0.narrowed(by: bounds) } ?? bounds
    }
    guard let stored = try stored(id) else { return derived }
    return derived.map { stored.narrowed(by: $0) } ?? stored
  }

  private func stored(_ id: Int) throws(ColonnadeError) -> Statistics? {
    guard let measured = try manifest.measured(id, zone: zone, row: row),
      case .integer(let bits) = measured.bounds
    else { return nil }
    let flags = UInt8(truncatingIfNeeded: bits)
    var statistics = Statistics(count: rowCount)
    statistics.nullCount = ManifestRow.count(measured.nulls)
    statistics.nanCount = measured.nans.map { ManifestRow.count($0) } ?? 0
    if !measured.minimum.isNull {
      statistics.minimum = .init(
        measured.minimum, isExact: flags & ManifestLayout.minimumWidened == 0)
    }
    if !measured.maximum.isNull {
      statistics.maximum = .init(
        measured.maximum, isExact: flags & ManifestLayout.maximumWidened == 0)
    }
    return statistics
  }

  private static func count(_ value: Value) -> UInt64? {
    guard case .integer(let count) = value else { return nil }
    return UInt64(exactly: count)
  }

  func mayContain(_ value: Value, fieldID: Int) -> Bool {
    for (source, part) in zip(manifest.sources, partition) where source.field.sourceID == fieldID {
      if !source.field.transform.mayContain(value, source: source.type, in: part) { return false }
    }
    return true
  }
}
