// What is known of each column without reading a row.

import ColonnadeArrays
package import ColonnadeBase
import ColonnadeFormat
package import ColonnadeTable

/// Statistics of columns of a table's version or of a file.
package struct ColumnStatistics: Sendable {
  package let target: ReadTarget
  /// In the order asked for.
  package let summaries: [ColumnSummary]

  /// - Throws: `.notFound` for a column that is not there, and what reading metadata throws.
  /// - Complexity: O(columns × row groups); no row is read.
  package init(
    _ target: ReadTarget, select projection: Projection = .all, cancellation: Cancellation? = nil
  ) throws(ColonnadeError) {
    self.target = target
    let bound = try projection.bind(try target.schema)
    let all: [ColumnSummary]
    switch target {
    case .table(let table):
      all = try ColumnSummary.columns(of: table.snapshot, cancellation: cancellation)
    case .file(let file): all = try ColumnSummary.columns(of: file)
    }
    summaries = bound.map { all[$0.field.column] }
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
