// An entry of a manifest as readers see it. Spec: spec/table.md, "Manifest".
// Invariant: what it says of a column comes from its partition value and from stored statistics,
// whichever says more; where neither knows, it says nothing.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat

/// What is known of the rows of a part of a table without reading them.
package protocol PruningStatistics {
  /// The most rows there can be.
  var rowCount: UInt64 { get }

  /// - Returns: `nil` where nothing is known of the column.
  func statistics(ofFieldID id: Int) throws(ColonnadeError) -> Statistics?

  /// Whether a row whose column equals `value` can be there; says more than bounds where the
  /// table is partitioned by `bucket`.
  func mayContain(_ value: Value, fieldID: Int) throws(ColonnadeError) -> Bool
}

/// One partition value and a run of row groups in a data file.
package struct TableEntry: Sendable {
  package let partition: [Value]
  /// Name of the data file, checked to be one of the table's own.
  package let fileName: String
  /// Path of the data file.
  package let path: String
  package let fileByteCount: Int
  /// The id that stands in the data file's header.
  package let fileID: [UInt8]
  package let rowGroups: Range<Int>
  /// Row of the file that the first row group starts with.
  package let firstRow: Int
  package let entryRowCount: Int
  /// Bytes stored for the row groups.
  package let byteCount: Int
  /// Version that added the entry, and its place in that commit: the order of a scan.
  package let addedVersion: UInt64
  package let ordinal: Int

  let manifest: ManifestFile
  let zone: Int
  let row: Int

  /// The partition value as text: `model='a', month(ts)=2024-01`; empty for one partition.
  package var partitionText: String { manifest.partitioning.text(of: partition) }
}

extension TableEntry: PruningStatistics {
  package var rowCount: UInt64 { UInt64(entryRowCount) }

  package func statistics(ofFieldID id: Int) throws(ColonnadeError) -> Statistics? {
    guard let source = manifest.type(ofColumn: id) else { return nil }
    var derived: Statistics?
    for (field, value) in zip(manifest.partitioning.fields, partition) where field.sourceID == id {
      let bounds = field.transform.bounds(of: value, source: source, rowCount: rowCount)
      // Identity says everything there is to say.
      if field.transform == .identity { return bounds }
      derived = derived.map { $0.narrowed(by: bounds) } ?? bounds
    }
    guard let stored = try stored(id) else { return derived }
    return derived.map { stored.narrowed(by: $0) } ?? stored
  }

  private func stored(_ id: Int) throws(ColonnadeError) -> Statistics? {
    guard let measured = try manifest.measured(id, zone: zone),
      case .integer(let bits) = measured.bounds.value(at: row)
    else { return nil }
    let flags = UInt8(truncatingIfNeeded: bits)
    var statistics = Statistics(count: rowCount)
    statistics.nullCount = TableEntry.count(measured.nulls, row)
    statistics.nanCount = measured.nans.map { TableEntry.count($0, row) } ?? 0
    if !measured.minimum.isNull(at: row) {
      statistics.minimum = .init(
        measured.minimum.value(at: row), isExact: flags & ManifestLayout.minimumWidened == 0)
    }
    if !measured.maximum.isNull(at: row) {
      statistics.maximum = .init(
        measured.maximum.value(at: row), isExact: flags & ManifestLayout.maximumWidened == 0)
    }
    return statistics
  }

  private static func count(_ column: Column, _ row: Int) -> UInt64? {
    guard case .integer(let count) = column.value(at: row) else { return nil }
    return UInt64(exactly: count)
  }

  package func mayContain(_ value: Value, fieldID: Int) -> Bool {
    guard let source = manifest.type(ofColumn: fieldID) else { return true }
    for (field, part) in zip(manifest.partitioning.fields, partition)
    where field.sourceID == fieldID {
      if !field.transform.mayContain(value, source: source, in: part) { return false }
    }
    return true
  }
}

extension Statistics {
  /// What both say of the same values: the tighter bound of each side.
  func narrowed(by other: Statistics) -> Statistics {
    var result = self
    if let theirs = other.minimum {
      if let mine = minimum {
        if mine.value.comesBefore(theirs.value) { result.minimum = theirs }
      } else if !isEmpty {
        result.minimum = theirs
      }
    }
    if let theirs = other.maximum {
      if let mine = maximum {
        if theirs.value.comesBefore(mine.value) { result.maximum = theirs }
      } else if !isEmpty {
        result.maximum = theirs
      }
    }
    result.nullCount = nullCount ?? other.nullCount
    result.nanCount = nanCount ?? other.nanCount
    return result
  }
}
