// Beginning to write: a new table, or more rows of one there is.

public import ColonnadeArrays
public import ColonnadeBase

extension Table {
  /// Begins a table; it appears whole with the writer's commit.
  /// - Parameters:
  ///   - path: a folder that does not exist, is empty, or holds what a writer that was killed left.
  ///   - partitionedBy: as in `model, month(ts), bucket(16, user)`.
  ///   - sortedBy: as in `a, b desc`; the order of rows inside each row group.
  /// - Throws: `.invalidArgument` where something else has the path.
  public static func create(
    _ path: String, schema: Schema, partitionedBy: String = "", sortedBy: String = "",
    properties: [MetadataEntry] = [], options: TableWriteOptions = TableWriteOptions()
  ) throws(ColonnadeError) -> TableWriter {
    try create(
      path, schema: schema, partitionedBy: partitionedBy, sortedBy: sortedBy,
      properties: properties, options: options, in: PosixFileSystem.shared)
  }

  package static func create(
    _ path: String, schema: Schema, partitionedBy: String = "", sortedBy: String = "",
    properties: [MetadataEntry] = [], options: TableWriteOptions = TableWriteOptions(),
    in fileSystem: any FileSystem
  ) throws(ColonnadeError) -> TableWriter {
    // A trailing slash would name the folder itself as its own parent.
    let folder = TableFolder(path, in: fileSystem)
    switch try folder.state() {
    case .missing, .vacant: break
    case .table:
      throw ColonnadeError(
        .invalidArgument, "there is a table already", file: path,
        hint: "append to it, or choose another path")
    case .foreign(let what):
      throw ColonnadeError(
        .invalidArgument, "the path \(what), which is not a table", file: path,
        hint: "choose a path that does not exist")
    }
    try schema.validate()
    guard !schema.fields.isEmpty else {
      throw ColonnadeError(.schemaMismatch, "a table has one column at least")
    }
    let identified = schema.assigningIDs()
    let partitioning = try Partitioning(parsing: partitionedBy, schema: identified)
    let sortOrder = try SortOrder(parsing: sortedBy, schema: identified)
    var made = try fileSystem.makeFolders(path)
    do throws(ColonnadeError) {
      for inner in [folder.data, folder.manifests, folder.snapshots] {
        _ = try fileSystem.makeFolders(inner)
      }
      // Folders above the table's own that are new have to survive too.
      for path in made { try fileSystem.synchronizeFolder(Path.parent(of: path)) }
      return try TableWriter(
        folder: folder, base: nil, schema: identified, partitioning: partitioning,
        sortOrder: sortOrder, properties: properties, options: options, madeFolders: made)
    } catch {
      made = [folder.snapshots, folder.manifests, folder.data] + made.reversed()
      for path in made {
        do { try fileSystem.removeFolder(path) } catch {}
      }
      throw error
    }
  }

  /// Begins to add rows; they appear with the writer's commit, on top of whatever others
  /// committed meanwhile.
  public func append(
    options: TableWriteOptions = TableWriteOptions()
  ) throws(ColonnadeError) -> TableWriter {
    let root = snapshot.root
    return try TableWriter(
      folder: folder, base: root, schema: try root.schema, partitioning: root.partitioning,
      sortOrder: root.sortOrder, properties: try root.properties, options: options, madeFolders: [])
  }
}
