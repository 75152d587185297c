// What a reading command reads: a version of a table, or a .cln file on its own.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeTable

/// An opened table.
enum ReadTarget {
  case table(Table)

  /// - Throws: what opening throws; where nothing has the name, the nearest name beside it is the
  ///   hint.
  static func open(
    _ path: String, at version: TableVersion, in fileSystem: any FileSystem
  ) throws(ColonnadeError) -> ReadTarget {
    do {
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
    return Suggestion.nearest(to: Path.name(of: path), among: names).map { Path.join(folder, $0) }
  }

  var schema: Schema {
    switch self {
    case .table(let table): table.snapshot.schema
    }
  }
}
