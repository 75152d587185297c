// What opening a version of a table and asking it questions leaves unread, or takes for granted.

import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat

extension Snapshot {
  /// The root as a file, opened anew.
  package func rootFile() throws(ColonnadeError) -> FileReader {
    try FileReader(folder.rootPath(version), in: folder.fileSystem)
  }

  /// Reads the parts of the root that are read where someone asks, and holds the columns against the
  /// rules of a schema.
  /// - Throws: `.corrupt` and the like.
  package func verifyParts() throws(ColonnadeError) {
    _ = try schema
    _ = try root.namedCommits
    _ = try properties
  }

  /// Holds the order of each manifest's entries against that of their partition values, which
  /// searching relies on.
  /// - Throws: `.corrupt` naming the entry that is out of place.
  package func verifyOrder() throws(ColonnadeError) {
    for reference in root.manifests {
      let manifest = try ManifestFile(
        reference,
        partitioning: root.partitionings.first { $0.id == reference.partitioningID }
          ?? root.partitioning, in: access)
      var last: [Value]?
      for zone in 0..<manifest.zoneCount {
        let parts = try manifest.partitionColumns(zone: zone)
        for row in 0..<manifest.rowCount(zone: zone) {
          let values = parts.map { $0.value(at: row) }
          if let last, Snapshot.isBehind(last, values) {
            throw ColonnadeError(
              .corrupt, "entry \(row) of zone \(zone) is not in the order of partition values",
              file: try folder.manifestPath(reference.name))
          }
          last = values
        }
      }
    }
  }

  /// Whether a partition value stands behind another: nulls are last, NaN before them.
  private static func isBehind(_ first: [Value], _ second: [Value]) -> Bool {
    func rank(_ value: Value) -> Int { value.isNull ? 2 : value.isNaN ? 1 : 0 }
    for (one, other) in zip(first, second) {
      if rank(one) != rank(other) { return rank(one) > rank(other) }
      if other.comesBefore(one) { return true }
      if one.comesBefore(other) { return false }
    }
    return false
  }
}
