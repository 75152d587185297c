// What is read, whoever asks: a version of a table, or a .cln file on its own.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat
package import ColonnadeTable

/// An opened table or file.
package enum ReadTarget: Sendable {
  case table(Table)
  case file(FileReader)

  /// - Throws: what opening throws; where nothing has the name, the nearest name beside it is the
  ///   hint.
  package static func open(
    _ path: String, at version: TableVersion, in fileSystem: any FileSystem
  ) throws(ColonnadeError) -> ReadTarget {
    do throws(ColonnadeError) {
      if try !isFolder(path, in: fileSystem) {
        guard version == .latest else {
          throw ColonnadeError(
            .invalidArgument, "a single file has no versions", file: path,
            hint: "leave the version out, or name the table's folder")
        }
        return .file(try FileReader.open(path, in: fileSystem))
      }
      return .table(try Table.open(path, at: version, in: fileSystem))
    } catch {
      guard error.kind == .notFound, try !fileSystem.exists(path),
        let near = neighbour(of: path, in: fileSystem)
      else { throw error }
      throw error.withHint("did you mean '\(near)'?")
    }
  }

  /// Whether a path is a folder, or nothing has it, which is said by who looks for a table there.
  private static func isFolder(
    _ path: String, in fileSystem: any FileSystem
  ) throws(ColonnadeError) -> Bool {
    do {
      return try fileSystem.status(of: path).kind == .folder
    } catch {
      if error.kind == .notFound || error.errno == SystemFailure.notAFolder { return true }
      throw error
    }
  }

  /// The name in the same folder that is nearest to a path's last part.
  private static func neighbour(of path: String, in fileSystem: any FileSystem) -> String? {
    let folder = Path.parent(of: path)
    guard let entries = try? fileSystem.list(folder) else { return nil }
    let names = entries.map(\.name).filter { !$0.hasPrefix(".") }
    return SpellingSuggestion.nearest(to: Path.name(of: path), among: names).map {
      Path.join(folder, $0)
    }
  }

  /// All columns.
  package var schema: Schema { get throws(ColonnadeError) { try columns.wholeSchema } }

  /// The columns, looked up one by one.
  package var columns: any ColumnCatalog {
    switch self {
    case .table(let table): table.snapshot.columns
    case .file(let file): file
    }
  }

  package var path: String {
    switch self {
    case .table(let table): table.path
    case .file(let file): file.path
    }
  }

  package var rowCount: UInt64 {
    switch self {
    case .table(let table): table.snapshot.rowCount
    case .file(let file): UInt64(file.rowCount)
    }
  }

  /// Bytes of the data files.
  package var byteCount: UInt64 {
    switch self {
    case .table(let table): table.snapshot.byteCount
    case .file(let file): UInt64(file.byteCount)
    }
  }

  /// The version of a table, 0 of a file.
  package var version: UInt64 {
    switch self {
    case .table(let table): table.snapshot.version
    case .file: 0
    }
  }

  /// The rows, to be scanned as often as wanted; files that were opened stay open with it.
  /// - Parameter metrics: counts what reading them costs.
  package func source(
    in fileSystem: any FileSystem, metrics: ReadMetrics? = nil
  ) throws(ColonnadeError) -> any ScanSource {
    switch self {
    case .table(let table): return TableScanSource(table, readMetrics: metrics)
    case .file(let file):
      guard let metrics else { return FileScanSource(file) }
      return FileScanSource(try FileReader(file.path, in: fileSystem, metrics: metrics))
    }
  }
}
