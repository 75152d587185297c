// What stored statistics say of whole columns, of a file or of a version of a table.
// Invariant: one part of which something is unknown makes it unknown of the whole.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat

/// One column over many row groups.
package struct ColumnSummary: Sendable {
  package let field: Field
  /// `nil` where some row group holds none.
  package private(set) var statistics: Statistics?
  /// Bytes stored and bytes of the values decoded.
  package private(set) var storedByteCount: UInt64 = 0
  package private(set) var rawByteCount: UInt64 = 0

  private init(_ field: Field) {
    self.field = field
    statistics = Statistics(count: 0, nullCount: 0, nanCount: 0)
  }

  /// The columns of `schema` in a version of a table.
  /// - Complexity: O(columns × row groups); opens every data file, reads metadata only.
  package static func columns(
    of snapshot: Snapshot, cancellation: Cancellation? = nil
  ) throws(ColonnadeError) -> [ColumnSummary] {
    var summaries = snapshot.schema.fields.map { ColumnSummary($0) }
    var open: (path: String, file: FileReader, columns: [Int: Int])?
    for entry in try snapshot.entries().entries {
      try cancellation?.check()
      if open?.path != entry.path {
        let file = try FileReader(entry.path, in: snapshot.folder.fileSystem)
        guard file.header.fileID == entry.fileID else {
          throw ColonnadeError(
            .corrupt, "the file is not the one the table's manifest names", file: entry.path)
        }
        open = (entry.path, file, try columnsByID(file))
      }
      guard let open else { continue }
      for index in summaries.indices {
        let column = open.columns[summaries[index].field.id]
        for rowGroup in entry.rowGroups {
          if let column {
            try summaries[index].add(open.file, column, rowGroup)
          } else {
            // A column that came later: every row is null.
            let count = UInt64(try open.file.rowGroup(at: rowGroup).rowCount)
            summaries[index].add(Statistics(count: count, nullCount: count, nanCount: 0))
          }
        }
      }
    }
    return summaries
  }

  /// The columns of a file.
  package static func columns(of file: FileReader) throws(ColonnadeError) -> [ColumnSummary] {
    var summaries = try file.schema.fields.map { ColumnSummary($0) }
    for index in summaries.indices {
      for rowGroup in 0..<file.rowGroupCount { try summaries[index].add(file, index, rowGroup) }
    }
    return summaries
  }

  private static func columnsByID(_ file: FileReader) throws(ColonnadeError) -> [Int: Int] {
    var columns: [Int: Int] = [:]
    for (index, field) in try file.schema.fields.enumerated() { columns[field.id] = index }
    return columns
  }

  private mutating func add(
    _ file: FileReader, _ column: Int, _ rowGroup: Int
  ) throws(ColonnadeError) {
    storedByteCount &+= try file.storedByteCount(column: column, rowGroup: rowGroup)
    rawByteCount &+= try file.rawByteCount(column: column, rowGroup: rowGroup)
    add(try file.statistics(column: column, level: .rowGroup(rowGroup)))
  }

  private mutating func add(_ part: Statistics?) {
    guard let part, var whole = statistics else {
      statistics = nil
      return
    }
    whole.merge(part)
    statistics = whole
  }
}
