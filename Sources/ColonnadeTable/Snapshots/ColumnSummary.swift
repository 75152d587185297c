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

  /// Columns of a version of a table.
  /// - Complexity: O(columns asked for × row groups); opens every data file, reads metadata only.
  package static func columns(
    _ fields: [Field], of snapshot: Snapshot, cancellation: Cancellation? = nil
  ) throws(ColonnadeError) -> [ColumnSummary] {
    var summaries = fields.map { ColumnSummary($0) }
    var open: (path: String, file: FileReader, columns: [Int?])?
    for entry in try snapshot.entries().entries {
      try cancellation?.check()
      if open?.path != entry.path {
        let file = try FileReader.open(entry.path, in: snapshot.folder.fileSystem)
        guard file.header.fileID == entry.fileID else {
          throw ColonnadeError(
            .corrupt, "the file is not the one the table's manifest names", file: entry.path)
        }
        var columns: [Int?] = []
        for field in fields {
          columns.append(try file.columnIndex(id: field.id, named: field.name))
        }
        open = (entry.path, file, columns)
      }
      guard let open else { continue }
      for index in summaries.indices {
        let column = open.columns[index]
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

  /// Columns of a file, by index.
  package static func columns(
    _ indices: [Int], of file: FileReader
  ) throws(ColonnadeError) -> [ColumnSummary] {
    var summaries: [ColumnSummary] = []
    for index in indices {
      var summary = ColumnSummary(try file.field(column: index))
      for rowGroup in 0..<file.rowGroupCount { try summary.add(file, index, rowGroup) }
      summaries.append(summary)
    }
    return summaries
  }

  private mutating func add(
    _ file: FileReader, _ column: Int, _ rowGroup: Int
  ) throws(ColonnadeError) {
    storedByteCount &+= try file.storedByteCount(column: column, rowGroup: rowGroup)
    rawByteCount &+= try file.rawByteCount(column: column, rowGroup: rowGroup)
    add(try file.statistics(column: column, level: .rowGroup(rowGroup)))
  }

  /// Replaces bounds by values that were found by reading.
  package mutating func settle(minimum: Value, maximum: Value) {
    var settled = statistics ?? Statistics(count: 0)
    settled.minimum = minimum.isNull ? nil : .init(minimum, isExact: true)
    settled.maximum = maximum.isNull ? nil : .init(maximum, isExact: true)
    statistics = settled
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
