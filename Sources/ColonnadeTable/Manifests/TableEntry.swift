// An entry of a manifest as readers see it. Spec: spec/table.md, "Manifest".
// Invariant: what it says of a column comes from its partition value and from stored statistics,
// whichever says more; where neither knows, it says nothing.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat

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
  /// True where the question that selected it said that every row matters.
  package let matchesWhole: Bool

  let manifest: ManifestFile
  let zone: Int
  let row: Int

  /// The partition value as text: `model='a', month(ts)=2024-01`; empty for one partition.
  package var partitionText: String { manifest.partitioning.text(of: partition) }
}

extension TableEntry: PruningStatistics {
  package var rowCount: UInt64 { UInt64(entryRowCount) }
  package var entryCount: Int { 1 }

  private var inManifest: ManifestRow {
    ManifestRow(
      manifest: manifest, zone: zone, row: row, rowCount: rowCount, partition: partition)
  }

  package func statistics(ofFieldID id: Int) throws(ColonnadeError) -> Statistics? {
    try inManifest.statistics(ofFieldID: id)
  }

  package func mayContain(_ value: Value, fieldID: Int) -> Bool {
    inManifest.mayContain(value, fieldID: fieldID)
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
