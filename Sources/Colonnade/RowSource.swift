// Questions put to rows, wherever they lie: a table, one file, or either kept open.

/// Where rows can be asked for.
public protocol RowSource: Sendable {
  /// Opens the rows for as many questions as wanted. What a question opened stays open for the
  /// next: worth keeping where small questions follow each other.
  /// - Throws: what opening throws.
  func openRows() throws(ColonnadeError) -> OpenRows
}

/// Rows whose files stay open from question to question. Safe on any thread.
public struct OpenRows: RowSource {
  let source: any ScanSource

  public func openRows() -> OpenRows { self }

  /// All columns.
  /// - Throws: what reading them throws.
  /// - Complexity: O(columns) the first time.
  public var schema: Schema { get throws(ColonnadeError) { try source.columns.wholeSchema } }
  public var rowCount: Int { source.rowCount }
}

extension Table: RowSource {
  public func openRows() -> OpenRows { OpenRows(source: TableScanSource(self)) }
}

extension RowSource {
  /// The rows and columns asked for, in batches, in the order the rows were added.
  ///
  /// Nothing is read before the first batch is asked for. Partitions, files, row groups and zones
  /// that cannot hold a matching row are never read.
  /// - Parameters:
  ///   - columns: names of columns, exactly as the table has them; `nil` for all.
  ///   - predicate: SQL text such as `carrier = 'UA' AND dep_delay > 60`, or with parameters such as
  ///     `carrier = ? AND dep_delay > ?`; `nil` for every row.
  ///   - parameters: the values of `?` or `$1` in order, or of `$name` by name.
  ///   - rows: only these, counted in this order over all rows, whether they match or not; `nil`
  ///     for all. What lies behind the last row is not there.
  ///   - limit: the most rows.
  /// - Throws: `.invalidArgument` where the predicate cannot be read, `.notFound` where a column is
  ///   not there, `.schemaMismatch` where types do not fit.
  public func scan(
    select columns: [String]? = nil, where predicate: String? = nil,
    parameters: [PredicateParameter] = [], rows: Range<Int>? = nil, limit: Int? = nil
  ) throws(ColonnadeError) -> TableScan {
    try scan(
      columns.map { Projection(columns: $0) } ?? .all,
      where: try Predicate.optional(predicate, parameters), rows: rows, limit: limit)
  }

  /// The rows and columns asked for, the question built in Swift.
  ///
  ///     try table.scan(where: Predicate(column("dep_delay") > .value(.integer(60))))
  /// - Throws: `.notFound` where a column is not there, `.schemaMismatch` where types do not fit.
  public func scan(
    _ projection: Projection = .all, where predicate: Predicate?, rows: Range<Int>? = nil,
    limit: Int? = nil
  ) throws(ColonnadeError) -> TableScan {
    if let limit, limit < 0 {
      throw ColonnadeError(.invalidArgument, "a limit of \(limit) rows")
    }
    let source = try openRows().source
    let bound = try predicate?.bind(source.columns)
    let columns = try ScanProjection(projection, columns: source.columns)
    let options = ScanOptions(limit: limit, rows: rows)
    return TableScan(schema: columns.schema) { () throws(ColonnadeError) in
      try Scan(source, projection: columns, predicate: bound, options: options)
    }
  }

  /// The number of rows that match; rows are read only where statistics do not tell.
  /// - Throws: what `scan` throws, and what reading throws.
  /// - Complexity: O(1) without a predicate.
  public func count(
    where predicate: String? = nil, parameters: [PredicateParameter] = [], rows: Range<Int>? = nil
  ) throws(ColonnadeError) -> Int {
    let parsed = try Predicate.optional(predicate, parameters)
    let source = try openRows().source
    return try Scan.count(
      source, predicate: try parsed?.bind(source.columns), options: ScanOptions(rows: rows))
  }

  /// The least and the greatest value of a column among the rows that match; NULL where no row has
  /// one. NaN is the greatest, NULL is no value, text compares by bytes.
  ///
  /// No row is read where metadata tells: of parts whose every row matches and whose stored bounds are
  /// exact, as those of all but long text are.
  /// - Throws: `.notFound` where the column is not there, `.schemaMismatch` where its values have no
  ///   order, what `scan` throws, and what reading throws.
  public func extremes(
    of column: String, where predicate: String? = nil, parameters: [PredicateParameter] = [],
    rows: Range<Int>? = nil
  ) throws(ColonnadeError) -> (minimum: Value, maximum: Value) {
    let parsed = try Predicate.optional(predicate, parameters)
    let source = try openRows().source
    let field = try Projection(columns: [column]).bind(source.columns)[0].field
    let found = try Scan.extremes(
      of: field, in: source, predicate: try parsed?.bind(source.columns),
      options: ScanOptions(rows: rows))
    return (found.minimum, found.maximum)
  }

  /// Rows by their numbers in the order of a scan, from 0, in the order they are named; a number
  /// may come again. Only what holds them is read.
  /// - Parameter columns: names of columns; `nil` for all.
  /// - Throws: `.invalidArgument` for a number that no row has, `.notFound` where a column is not
  ///   there.
  public func take(
    _ rows: [Int], select columns: [String]? = nil
  ) throws(ColonnadeError) -> TableScan {
    let source = try openRows().source
    let projection = try ScanProjection(
      columns.map { Projection(columns: $0) } ?? .all, columns: source.columns)
    if let row = rows.first(where: { $0 < 0 || $0 >= source.rowCount }) {
      throw ColonnadeError(
        .invalidArgument, "row \(row) is not there: there are \(source.rowCount) rows")
    }
    let numbers = rows.map { UInt64($0) }
    return TableScan(schema: projection.schema) { () throws(ColonnadeError) in
      try Take(source, rows: numbers, projection: projection)
    }
  }

  /// What a scan would skip at each level, and why; no row is read.
  /// - Throws: what `scan` throws, and what reading metadata throws.
  public func explain(
    select columns: [String]? = nil, where predicate: String? = nil,
    parameters: [PredicateParameter] = [], rows: Range<Int>? = nil
  ) throws(ColonnadeError) -> ScanReport {
    let parsed = try Predicate.optional(predicate, parameters)
    let source = try openRows().source
    return try Scan.plan(
      source,
      projection: try ScanProjection(
        columns.map { Projection(columns: $0) } ?? .all, columns: source.columns),
      predicate: try parsed?.bind(source.columns), options: ScanOptions(rows: rows))
  }

  /// Runs of rows of about equal size for as many workers, each to be scanned with `rows`.
  /// - Throws: `.invalidArgument` for no run, `.limitExceeded` for more than 2^20, and what reading
  ///   metadata throws.
  public func divide(into count: Int) throws(ColonnadeError) -> [Range<Int>] {
    let boundaries = try openRows().source.divide(into: count)
    return zip(boundaries, boundaries.dropFirst()).map { $0..<$1 }
  }
}

extension Predicate {
  /// - Throws: `.invalidArgument` for parameters without a text as well.
  fileprivate static func optional(
    _ text: String?, _ parameters: [PredicateParameter]
  ) throws(ColonnadeError) -> Predicate? {
    if let text { return try Predicate(text, parameters: parameters) }
    if parameters.isEmpty { return nil }
    throw ColonnadeError(.invalidArgument, "there are parameters, but no predicate takes them")
  }
}
