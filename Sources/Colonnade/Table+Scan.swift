// Questions put to a table.

extension Table {
  /// The rows and columns asked for, in batches, in the order the rows were added.
  ///
  /// Nothing is read before the first batch is asked for. Partitions, files, row groups and zones
  /// that cannot hold a matching row are never read.
  /// - Parameters:
  ///   - columns: names of columns, exactly as the table has them; `nil` for all.
  ///   - predicate: SQL text such as `carrier = 'UA' AND dep_delay > 60`; `nil` for every row.
  ///   - limit: the most rows.
  /// - Throws: `.invalidArgument` where the predicate cannot be read, `.notFound` where a column is
  ///   not there, `.schemaMismatch` where types do not fit.
  public func scan(
    select columns: [String]? = nil, where predicate: String? = nil, limit: Int? = nil
  ) throws(ColonnadeError) -> TableScan {
    var parsed: Predicate?
    if let predicate { parsed = try Predicate(predicate) }
    return try scan(
      columns.map { Projection(columns: $0) } ?? .all, where: parsed, limit: limit)
  }

  /// The rows and columns asked for, the question built in Swift.
  ///
  ///     try table.scan(where: Predicate(column("dep_delay") > .value(.integer(60))))
  /// - Throws: `.notFound` where a column is not there, `.schemaMismatch` where types do not fit.
  public func scan(
    _ projection: Projection = .all, where predicate: Predicate?, limit: Int? = nil
  ) throws(ColonnadeError) -> TableScan {
    try TableScan(self, projection: projection, predicate: predicate, limit: limit)
  }

  /// The number of rows that match; rows are read only where statistics do not tell.
  /// - Throws: what `scan` throws, and what reading throws.
  /// - Complexity: O(1) without a predicate.
  public func count(where predicate: String? = nil) throws(ColonnadeError) -> Int {
    let source = TableScanSource(self)
    guard let predicate else { return source.rowCount }
    return try Scan.count(source, predicate: try Predicate(predicate).bind(source.schema))
  }
}
