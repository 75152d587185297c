// What a reading command reads: a version of a table, or a .cln file on its own.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery
import ColonnadeTable

/// An opened table or file.
enum ReadTarget {
  case table(Table)
  case file(FileReader)

  /// - Throws: what opening throws; where nothing has the name, the nearest name beside it is the
  ///   hint.
  static func open(
    _ path: String, at version: TableVersion, in fileSystem: any FileSystem
  ) throws(ColonnadeError) -> ReadTarget {
    do throws(ColonnadeError) {
      if try fileSystem.exists(path), try fileSystem.status(of: path).kind != .folder {
        guard version == .latest else {
          throw ColonnadeError(
            .invalidArgument, "a single file has no versions", file: path,
            hint: "leave --at out, or name the table's folder")
        }
        return .file(try FileReader(path, in: fileSystem))
      }
      return .table(try Table.open(path, at: version, in: fileSystem))
    } catch {
      guard error.kind == .notFound, try !fileSystem.exists(path),
        let near = neighbour(of: path, in: fileSystem)
      else { throw error }
      throw error.withHint("did you mean '\(near)'?")
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

  var schema: Schema {
    get throws(ColonnadeError) {
      switch self {
      case .table(let table): table.snapshot.schema
      case .file(let file): try file.schema
      }
    }
  }

  var path: String {
    switch self {
    case .table(let table): table.path
    case .file(let file): file.path
    }
  }

  var rowCount: UInt64 {
    switch self {
    case .table(let table): table.snapshot.rowCount
    case .file(let file): UInt64(file.rowCount)
    }
  }
}
