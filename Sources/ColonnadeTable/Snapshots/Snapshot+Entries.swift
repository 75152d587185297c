// From a snapshot to the entries a question needs: manifests, zones of manifests, then entries.
// Invariant: an entry is left out only where the filter said so of it or of what it is part of.

import ColonnadeArrays
package import ColonnadeBase

/// The entries that are left, and what was left out at each level.
package struct EntrySelection: Sendable {
  /// In the order rows were added.
  package var entries: [TableEntry] = []
  /// Manifests of the snapshot, and those never opened.
  package var manifestCount = 0
  package var prunedManifestCount = 0
  /// Zones of the manifests opened, and those not read.
  package var zoneCount = 0
  package var prunedZoneCount = 0
  /// Entries of the snapshot, and those left out at any level.
  package var entryCount: UInt64 = 0
  package var prunedEntryCount: UInt64 { entryCount - UInt64(entries.count) }
}

extension Snapshot {
  /// The snapshot's entries.
  /// - Parameter filter: says which do not matter; `nil` for all.
  /// - Complexity: O(manifests + log entries + entries kept) where the filter asks for the first part
  ///   of the partition values, else O(manifests + zones of the manifests kept + entries of the zones
  ///   kept).
  package func entries(_ filter: EntryFilter? = nil) throws(ColonnadeError) -> EntrySelection {
    var selection = EntrySelection()
    selection.manifestCount = root.manifests.count
    for reference in root.manifests {
      selection.entryCount += reference.entryCount
      let partitioning =
        root.partitionings.first { $0.id == reference.partitioningID } ?? root.partitioning
      if let filter {
        let run = PartitionRun(
          sources: try access.columns.sources(of: partitioning), bounds: reference.bounds,
          rowCount: reference.rowCount, entryCount: Int(clamping: reference.entryCount))
        if case .skipped = try filter.verdict(run) {
          selection.prunedManifestCount += 1
          continue
        }
      }
      let manifest = try ManifestFile(reference, partitioning: partitioning, in: access)
      try manifest.select(filter, into: &selection)
    }
    var listed = 0
    for entry in selection.entries {
      let (sum, overflow) = listed.addingReportingOverflow(entry.entryRowCount)
      guard !overflow, sum <= root.rowCount else {
        throw ColonnadeError(
          .corrupt, "more rows are listed than the \(root.rowCount) of the table",
          file: folder.rootPath(version))
      }
      listed = sum
    }
    selection.entries.sort {
      ($0.addedVersion, $0.ordinal) < ($1.addedVersion, $1.ordinal)
    }
    return selection
  }
}
