// Columns looked up one by one: a question that names two columns of a hundred thousand reads what is
// said of two. Invariant: a column's index is its position; what is read is checked when it is read.

package import ColonnadeBase

/// The columns of a schema, a file or a version of a table.
package protocol ColumnCatalog: Sendable {
  var columnCount: Int { get }

  /// - Throws: `.corrupt` and the like where the column is no column.
  func column(at index: Int) throws(ColonnadeError) -> Field

  /// Index of the column with exactly this name, compared byte for byte.
  func columnIndex(named name: String) throws(ColonnadeError) -> Int?

  /// Index of the column with this id.
  func columnIndex(id: Int) throws(ColonnadeError) -> Int?

  /// The name of a column, without the rest of it.
  func columnName(at index: Int) throws(ColonnadeError) -> String

  /// Key-value metadata of all columns together.
  var schemaMetadata: [MetadataEntry] { get throws(ColonnadeError) }

  /// All columns, checked as a whole.
  /// - Complexity: O(fields).
  var wholeSchema: Schema { get throws(ColonnadeError) }
}

extension ColumnCatalog {
  /// The names of all columns, for messages and for names that are spelt in another case.
  /// - Complexity: O(columns).
  package var columnNames: [String] {
    get throws(ColonnadeError) {
      var names: [String] = []
      names.reserveCapacity(columnCount)
      for index in 0..<columnCount { names.append(try columnName(at: index)) }
      return names
    }
  }

  /// The column with this id.
  package func column(id: Int) throws(ColonnadeError) -> Field? {
    guard let index = try columnIndex(id: id) else { return nil }
    return try column(at: index)
  }
}

extension Schema: ColumnCatalog {
  package var columnCount: Int { fields.count }
  package func column(at index: Int) -> Field { fields[index] }
  package func columnIndex(named name: String) -> Int? { index(of: name) }
  package func columnIndex(id: Int) -> Int? { fields.firstIndex { $0.id == id } }
  package func columnName(at index: Int) -> String { fields[index].name }
  package var schemaMetadata: [MetadataEntry] { metadata }
  package var wholeSchema: Schema { self }
}
