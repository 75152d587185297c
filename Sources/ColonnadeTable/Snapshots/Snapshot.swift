// One version of a table, pinned: nothing it says ever changes. Spec: spec/table.md.

public import ColonnadeArrays
import ColonnadeBase

/// One version of a table.
public struct Snapshot: Sendable {
  package let root: SnapshotRoot
  package let folder: TableFolder
  let access: ManifestAccess

  package init(root: SnapshotRoot, folder: TableFolder) {
    self.root = root
    self.folder = folder
    access = ManifestAccess(folder, columns: root.columns)
  }

  /// Counted from 1.
  public var version: UInt64 { root.version }
  /// `nil` for the first version.
  public var parentVersion: UInt64? { root.parentVersion == 0 ? nil : root.parentVersion }
  /// Microseconds since 1970, UTC; later versions have later times.
  public var commitTime: Int64 { root.commitTime }
  public var operation: TableOperation { root.operation }
  public var commitID: String { root.commitID }
  /// True where the caller gave the commit id.
  public var isNamed: Bool { root.isNamed }
  /// The program that wrote it.
  public var writer: String { root.writer }
  /// Columns, with ids.
  /// - Throws: `.corrupt` where what the root says of them does not hold.
  /// - Complexity: O(columns) the first time.
  public var schema: Schema { get throws(ColonnadeError) { try root.schema } }
  /// Columns, looked up one by one.
  package var columns: any ColumnCatalog { root.columns }
  public var partitioning: Partitioning { root.partitioning }
  public var sortOrder: SortOrder { root.sortOrder }
  public var rowCount: UInt64 { root.rowCount }
  /// Rows this commit added.
  public var addedRowCount: UInt64 { root.addedRowCount }
  /// Runs of row groups of one partition.
  public var entryCount: UInt64 { root.entryCount }
  /// Data files.
  public var fileCount: UInt64 { root.fileCount }
  /// Bytes of the data files.
  public var byteCount: UInt64 { root.byteCount }
  /// Key-value metadata of the table.
  public var properties: [MetadataEntry] { get throws(ColonnadeError) { try root.properties } }
  /// The table's id, 32 hexadecimal digits, the same in all versions.
  public var tableID: String {
    root.tableID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
  /// Names of the table's columns that rows are sorted by, as `--sort-by` states them.
  public var sortText: String {
    get throws(ColonnadeError) {
      var terms: [String] = []
      for key in sortOrder.keys {
        let name = try columns.column(id: key.sourceID)?.name ?? ""
        terms.append(PartitionText.quoted(name) + (key.isDescending ? " desc" : ""))
      }
      return terms.joined(separator: ", ")
    }
  }
  /// How the table is partitioned, as `--partition-by` states it; empty for one partition.
  public var partitionText: String {
    partitioning.fields.map(\.name).joined(separator: ", ")
  }
}
