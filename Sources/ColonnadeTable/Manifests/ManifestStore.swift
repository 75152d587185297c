// Writes manifests, and merges them. Spec: spec/table.md, "Manifests".
// Invariant: a manifest that is returned is durable; its folder is not yet.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// The manifests of one table's folder.
struct ManifestStore {
  let folder: TableFolder

  private static let rowGroupRowCount = 1 << 20

  /// Writes the rows of a manifest.
  func write(
    _ batch: Batch, layout: ManifestLayout, addedVersion: UInt64
  ) throws(ColonnadeError) -> ManifestReference {
    let name = folder.freshFileName()
    let path = Path.join(folder.manifests, name)
    var options = FileWriterOptions()
    options.zoneShift = UInt8(ManifestLayout.zoneShift)
    let writer = try FileWriter(
      path, in: folder.fileSystem, schema: layout.schema, options: options)
    let summary: FileSummary
    do throws(ColonnadeError) {
      var start = 0
      while start < batch.rowCount {
        let end = min(batch.rowCount, start + ManifestStore.rowGroupRowCount)
        try writer.write(rowGroup: batch.slice(start..<end))
        start = end
      }
      summary = try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
    return ManifestReference(
      name: name, fileByteCount: UInt64(summary.byteCount), fileID: summary.fileID,
      partitioningID: layout.partitioning.id, addedVersion: addedVersion,
      entryCount: UInt64(batch.rowCount), rowCount: ManifestStore.sum(batch.columns[6]),
      byteCount: ManifestStore.sum(batch.columns[7]), bounds: layout.bounds(of: batch))
  }

  private static func sum(_ column: Column) -> UInt64 {
    var total: UInt64 = 0
    for index in 0..<column.count {
      if case .integer(let number) = column.value(at: index) {
        total += UInt64(truncatingIfNeeded: number)
      }
    }
    return total
  }

  /// Merges manifests of `root` where there are many of one size.
  /// - Returns: names of the manifests written.
  func compact(_ root: inout SnapshotRoot) throws(ColonnadeError) -> [String] {
    let groups = ManifestCompaction.groups(root.manifests)
    guard groups.contains(where: { $0.count > 1 }) else { return [] }
    var manifests: [ManifestReference] = []
    var written: [String] = []
    do throws(ColonnadeError) {
      for group in groups {
        guard group.count > 1 else {
          manifests += group
          continue
        }
        let merged = try merge(group, root)
        manifests.append(merged)
        written.append(merged.name)
      }
    } catch {
      for name in written {
        do { try folder.fileSystem.remove(Path.join(folder.manifests, name)) } catch {}
      }
      throw error
    }
    root.manifests = manifests
    return written
  }

  private func merge(
    _ group: [ManifestReference], _ root: SnapshotRoot
  ) throws(ColonnadeError) -> ManifestReference {
    guard let partitioning = root.partitionings.first(where: { $0.id == group[0].partitioningID })
    else { throw ColonnadeError(.corrupt, "a manifest follows no partitioning of its table") }
    let layout = ManifestLayout(
      schema: try root.schema, partitioning: partitioning,
      partTypes: try partitioning.types(in: root.columns), sortOrder: root.sortOrder)
    let builders = layout.schema.fields.map { ColumnBuilder($0.type) }
    let access = ManifestAccess(folder, columns: root.columns)
    var rowCount = 0
    for reference in group {
      let manifest = try ManifestFile(reference, partitioning: partitioning, in: access)
      for zone in 0..<manifest.zoneCount {
        let count = manifest.rowCount(zone: zone)
        for (field, builder) in zip(layout.schema.fields, builders) {
          try append(field, of: manifest, zone: zone, count: count, to: builder)
        }
        rowCount += count
      }
    }
    let batch = Batch(
      schema: layout.schema, columns: builders.map { $0.finish() }, rowCount: rowCount)
    return try write(
      layout.sorted(batch), layout: layout,
      addedVersion: group.map(\.addedVersion).max() ?? root.version)
  }

  private func append(
    _ field: Field, of manifest: ManifestFile, zone: Int, count: Int, to builder: ColumnBuilder
  ) throws(ColonnadeError) {
    if field.name == ManifestLayout.addedVersionName {
      for row in 0..<count {
        builder.append(
          fixed: Int64(clamping: try manifest.addedVersion(zone: zone, row: row)))
      }
    } else if let column = try manifest.column(field.name, zone: zone) {
      builder.append(contentsOf: column)
    } else {
      // A column that an older manifest does not measure: nothing is known of it.
      for _ in 0..<count {
        if field.isNullable {
          builder.appendNull()
        } else {
          builder.append(fixed: ManifestLayout.unknown)
        }
      }
    }
  }
}
