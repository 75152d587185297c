// Which column of a file holds a column of the table: found by id, never by name.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// Columns of a schema in one file.
struct ColumnMapping: Sendable {
  /// Those asked for, ascending, and the index of each in the file, -1 where the file has none.
  private let columns: [Int]
  private let places: [Int]

  /// - Parameter wanted: indices in `catalog` of the columns that are needed, ascending.
  /// - Throws: `.schemaMismatch` where the file's column is of another type.
  /// - Complexity: O(columns asked for) where the file has them where the schema has them, or under
  ///   the same names.
  init(
    _ catalog: any ColumnCatalog, file: FileReader, columns wanted: [Int]
  ) throws(ColonnadeError) {
    columns = wanted
    if (catalog as? FileReader) === file {
      places = wanted
      return
    }
    var places: [Int] = []
    places.reserveCapacity(wanted.count)
    for column in wanted {
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
      places.append(index ?? -1)
    }
    self.places = places
  }

  /// Index in the file of a column that was asked for; `nil` where the file has none.
  subscript(column: Int) -> Int? {
    guard let place = place(of: column), places[place] >= 0 else { return nil }
    return places[place]
  }

  /// Whether a column was asked for, and the file does not have it.
  func isMissing(_ column: Int) -> Bool { place(of: column).map { places[$0] < 0 } ?? false }

  /// - Complexity: O(1) where all columns up to it were asked for, else O(log columns).
  private func place(of column: Int) -> Int? {
    if column < columns.count, columns[column] == column { return column }
    var (low, high) = (0, columns.count)
    while low < high {
      let middle = (low + high) / 2
      if columns[middle] < column { low = middle + 1 } else { high = middle }
    }
    return low < columns.count && columns[low] == column ? low : nil
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
