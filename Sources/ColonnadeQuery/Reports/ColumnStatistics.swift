// What is known of each column without reading a row.

import ColonnadeArrays
package import ColonnadeBase
import ColonnadeFormat
package import ColonnadeTable

/// Statistics of columns of a table's version or of a file.
package struct ColumnStatistics: Sendable {
  package let target: ReadTarget
  /// In the order asked for.
  package private(set) var summaries: [ColumnSummary]

  /// - Throws: `.notFound` for a column that is not there, and what reading metadata throws.
  /// - Complexity: O(columns asked for × row groups); no row is read.
  package init(
    _ target: ReadTarget, select projection: Projection = .all, cancellation: Cancellation? = nil
  ) throws(ColonnadeError) {
    self.target = target
    let bound = try projection.bind(target.columns)
    switch target {
    case .table(let table):
      let columns = target.columns
      let fields = try bound.map { (item) throws(ColonnadeError) in
        try columns.column(at: item.field.column)
      }
      summaries = try ColumnSummary.columns(
        fields, of: table.snapshot, cancellation: cancellation)
    case .file(let file): summaries = try ColumnSummary.columns(bound.map(\.field.column), of: file)
    }
  }

  /// Reads what metadata does not tell exactly: bounds of long text.
  /// - Throws: what reading throws.
  package mutating func settle(
    in fileSystem: any FileSystem, cancellation: Cancellation? = nil
  ) throws(ColonnadeError) {
    let source = try target.source(in: fileSystem)
    for index in summaries.indices {
      let (field, statistics) = (summaries[index].field, summaries[index].statistics)
      if field.type.isNested || field.type == .null { continue }
      if let statistics, statistics.minimum?.isExact ?? false, statistics.maximum?.isExact ?? false
      {
        continue
      }
      let bound = try Projection(columns: [field.name]).bind(source.columns)[0].field
      let found = try Scan.extremes(
        of: bound, in: source, options: ScanOptions(cancellation: cancellation))
      summaries[index].settle(minimum: found.minimum, maximum: found.maximum)
    }
  }

  /// As `colonnade stats --json` says it.
  package var json: JSONText {
    .object([
      ("table", .string(target.path)), ("rows", .count(target.rowCount)),
      ("columns", .list(summaries.map(\.json))),
    ])
  }
}

extension ColumnSummary {
  fileprivate var json: JSONText {
    // Of lists and maps, bounds are of their length.
    let type = field.type.isNested ? DataType.int64 : field.type
    func json(_ bound: Statistics.Bound?) -> JSONText {
      bound.map { .value($0.value, as: type) } ?? .null
    }
    return .object([
      ("name", .string(field.name)), ("type", .string("\(field.type)")),
      ("minimum", json(statistics?.minimum)), ("maximum", json(statistics?.maximum)),
      ("minimumIsExact", .bool(statistics?.minimum?.isExact ?? false)),
      ("maximumIsExact", .bool(statistics?.maximum?.isExact ?? false)),
      ("nulls", .optional(statistics?.nullCount)), ("nans", .optional(statistics?.nanCount)),
      ("storedBytes", .count(storedByteCount)), ("rawBytes", .count(rawByteCount)),
    ])
  }
}
