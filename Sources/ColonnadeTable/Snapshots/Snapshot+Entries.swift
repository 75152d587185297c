// From a snapshot to the entries a question needs: manifests, zones of manifests, then entries.
// Invariant: an entry is left out only where `keep` said so of it, of its zone or of its manifest.

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
  /// - Parameter keep: false where no row can matter, by what is known of the rows.
  /// - Complexity: O(manifests + zones of the manifests kept + entries of the zones kept).
  package func entries(
    prunedBy keep: (any PruningStatistics) throws(ColonnadeError) -> Bool = { _ in true }
  ) throws(ColonnadeError) -> EntrySelection {
    var selection = EntrySelection()
    let columns = TableColumns(schema)
    selection.manifestCount = root.manifests.count
    for reference in root.manifests {
      selection.entryCount += reference.entryCount
      let partitioning =
        root.partitionings.first { $0.id == reference.partitioningID } ?? root.partitioning
      let summary = ManifestSummary(
        reference: reference, partitioning: partitioning, columns: columns)
      guard try keep(summary) else {
        selection.prunedManifestCount += 1
        continue
      }
      let manifest = try ManifestFile(
        reference, partitioning: partitioning, columns: columns, folder: folder)
      selection.zoneCount += manifest.zoneCount
      for zone in 0..<manifest.zoneCount {
        guard try keep(ManifestZone(manifest: manifest, zone: zone)) else {
          selection.prunedZoneCount += 1
          continue
        }
        for entry in try manifest.entries(zone: zone) where try keep(entry) {
          selection.entries.append(entry)
        }
      }
    }
    selection.entries.sort {
      ($0.addedVersion, $0.ordinal) < ($1.addedVersion, $1.ordinal)
    }
    return selection
  }
}
