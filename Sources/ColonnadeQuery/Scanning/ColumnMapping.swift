// Which column of a file holds a column of the table: found by id, never by name.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// Columns of a schema in one file.
struct ColumnMapping: Sendable {
  /// For each column asked for its index in the file; an inner `nil` where the file has none.
  let fileColumns: [Int: Int?]

  /// - Parameter columns: indices in `catalog` of the columns that are needed.
  /// - Throws: `.schemaMismatch` where the file's column is of another type.
  /// - Complexity: O(columns asked for) where the file has them where the schema has them, or under
  ///   the same names.
  init(
    _ catalog: any ColumnCatalog, file: FileReader, columns: [Int]
  ) throws(ColonnadeError) {
    var found: [Int: Int?] = [:]
    let isFileItself = (catalog as? FileReader) === file
    for column in columns {
      if isFileItself {
        found[column] = .some(column)
        continue
      }
      let wanted = try catalog.column(at: column)
      var index: Int?
      if column < file.columnCount, try file.columnID(at: column) == wanted.id {
        index = column
      } else {
        index = try file.columnIndex(id: wanted.id, named: wanted.name)
      }
      if let index {
        let type = try file.field(column: index).type
        guard ColumnMapping.holds(type, wanted.type) else {
          throw ColonnadeError(
            .schemaMismatch,
            "column '\(wanted.name)' is \(type) in the file and \(wanted.type) in the table",
            file: file.path)
        }
      }
      found[column] = .some(index)
    }
    fileColumns = found
  }

  /// Whether values of type `stored` are values of `wanted`: all but the ids, the metadata and the
  /// nullability of nested fields agrees.
  private static func holds(_ stored: DataType, _ wanted: DataType) -> Bool {
    if stored == wanted { return true }
    let (own, other) = (stored.children, wanted.children)
    guard stored.code == wanted.code, stored.physical == wanted.physical, !own.isEmpty,
      own.count == other.count
    else { return false }
    return zip(own, other).allSatisfy { $0.name == $1.name && holds($0.type, $1.type) }
  }
}
