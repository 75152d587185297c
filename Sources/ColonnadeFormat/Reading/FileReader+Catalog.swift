// The columns of a file one by one, and the sections of those who keep more than rows in a file.

package import ColonnadeArrays
package import ColonnadeBase

extension FileReader: ColumnCatalog {
  package func column(at index: Int) throws(ColonnadeError) -> Field { try field(column: index) }

  /// Index of the column with this id.
  /// - Complexity: O(log columns) where ids ascend, as they do unless columns were moved, and a few
  ///   steps where no id was left out; else O(columns) the first time.
  package func columnIndex(id: Int) throws(ColonnadeError) -> Int? {
    do throws(ColonnadeError) {
      if metadata.summary.idsAscend { return try schemaReader.ascendingColumn(id: id) }
      return try columnsByID()[id]
    } catch { throw error.inFile(path) }
  }

  /// Index of the column with this id.
  /// - Parameter name: what it is probably called.
  /// - Complexity: O(1) where no id below it was left out or the name is right, else that of
  ///   `columnIndex(id:)`.
  package func columnIndex(id: Int, named name: String) throws(ColonnadeError) -> Int? {
    do throws(ColonnadeError) {
      // Ids are unique: the entry that has it is the one, and nothing else needs to be looked at.
      if id > 0, id <= columnCount, try schemaReader.id(at: id - 1) == id { return id - 1 }
      if let column = try schemaReader.column(named: name), try schemaReader.id(at: column) == id {
        return column
      }
    } catch { throw error.inFile(path) }
    return try columnIndex(id: id)
  }

  /// Index of the column with exactly this name.
  /// - Parameter index: where it probably stands.
  package func columnIndex(named name: String, near index: Int) throws(ColonnadeError) -> Int? {
    do {
      return try schemaReader.isColumn(index, named: name)
        ? index : try schemaReader.column(named: name)
    } catch { throw error.inFile(path) }
  }

  /// The id of a column, without the rest of it.
  package func columnID(at index: Int) throws(ColonnadeError) -> Int {
    do { return try schemaReader.id(at: index) } catch { throw error.inFile(path) }
  }

  package func columnName(at index: Int) throws(ColonnadeError) -> String {
    do {
      return try schemaReader.name(of: try schemaReader.entry(at: index))
    } catch { throw error.inFile(path) }
  }

  package var schemaMetadata: [MetadataEntry] {
    get throws(ColonnadeError) {
      do { return try schemaReader.schemaMetadata() } catch { throw error.inFile(path) }
    }
  }

  package var wholeSchema: Schema { get throws(ColonnadeError) { try schema } }

  // MARK: sections of others

  /// The bytes of a section that its writer added; `nil` where there is none.
  /// - Parameter kind: 32 to 63.
  package func content(ofSection kind: UInt16) throws(ColonnadeError) -> Buffer? {
    do { return try metadata.contentSection(kind)?.content() } catch { throw error.inFile(path) }
  }
}
