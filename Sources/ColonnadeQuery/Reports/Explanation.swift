// What a question skips at each level, and why; and what it read, where it was run.

import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat

/// What is known of a scan, before it and after.
package struct Explanation: Sendable {
  /// What a scan did.
  package struct Actual: Sendable {
    package let report: ScanReport
    package let seconds: Double
    /// Bytes of the batches handed out.
    package let byteCount: Int
    package let read: ReadMetrics

    /// Runs a scan and drops its rows.
    /// - Parameter read: what the scan's files count in.
    init(_ scan: Scan, _ read: ReadMetrics) throws(ColonnadeError) {
      self.read = read
      let start = Process.seconds
      var bytes = 0
      while let batch = try scan.next() { bytes += batch.byteCount }
      seconds = Process.seconds - start
      byteCount = bytes
      report = scan.metrics.report
    }
  }

  package let target: ReadTarget
  /// The predicate as it was written; `nil` for every row.
  package let predicateText: String?
  package let columnCount: Int
  /// Names of columns, in the order of the schema.
  package let testedColumns: [String]
  package let readColumns: [String]
  package let plan: ScanReport
  package private(set) var actual: Actual?

  /// Plans a scan from metadata.
  /// - Parameter analyzing: runs it too, and drops the rows.
  /// - Throws: what binding, planning and reading throw.
  package init(
    _ target: ReadTarget, where predicate: Predicate?, select projection: Projection,
    options: ScanOptions = ScanOptions(), analyzing: Bool = false, in fileSystem: any FileSystem
  ) throws(ColonnadeError) {
    let source = try target.source(in: fileSystem)
    let catalog = source.columns
    let bound = try predicate?.bind(catalog)
    let columns = try ScanProjection(projection, columns: catalog)
    self.target = target
    predicateText = predicate.map { $0.text.isEmpty ? bound?.description ?? "" : $0.text }
    columnCount = catalog.columnCount
    testedColumns = try (bound?.columns ?? []).map { (column) throws(ColonnadeError) in
      try catalog.columnName(at: column)
    }
    readColumns = try columns.columns.map { (column) throws(ColonnadeError) in
      try catalog.columnName(at: column)
    }
    plan = try Scan.plan(source, projection: columns, predicate: bound, options: options)
    guard analyzing else { return }
    let metrics = ReadMetrics()
    actual = try Actual(
      try Scan(
        try target.source(in: fileSystem, metrics: metrics), projection: columns,
        predicate: bound, options: options), metrics)
  }

  /// As `colonnade explain --json` says it.
  package var json: JSONText {
    var parts: [(String, JSONText)] = [("table", .string(target.path))]
    if case .table = target { parts.append(("version", .count(target.version))) }
    parts += [
      ("where", .optional(predicateText)),
      ("testedColumns", .list(testedColumns.map { .string($0) })),
      ("readColumns", .list(readColumns.map { .string($0) })),
      ("plan", plan.json),
    ]
    if let actual {
      parts.append(("actual", actual.report.json))
      parts.append(("seconds", .number(actual.seconds)))
      parts.append(("bytesReturned", .count(actual.byteCount)))
      parts.append(("bytesRead", .count(actual.read.byteCount)))
      parts.append(("pagesRead", .count(actual.read.pageCount)))
      parts.append(("blocksVerified", .count(actual.read.verifiedBlockCount)))
    }
    return .object(parts)
  }
}

extension ScanLevelCounts {
  /// The reasons that skipped most, first.
  package var sortedReasons: [(reason: String, count: Int)] {
    reasons.map { (reason: $0.key, count: $0.value) }.sorted {
      ($1.count, $0.reason) < ($0.count, $1.reason)
    }
  }

  fileprivate func json(_ level: ScanLevel) -> JSONText {
    .object([
      ("level", .string(level.name)), ("considered", .count(considered)),
      ("skipped", .count(pruned)), ("whole", .count(matchedWhole)), ("left", .count(kept)),
      (
        "reasons",
        .list(
          sortedReasons.map {
            .object([("because", .string($0.reason)), ("count", .count($0.count))])
          })
      ),
    ])
  }
}

extension ScanReport {
  fileprivate var json: JSONText {
    .object([
      ("rows", .count(rowsTotal)), ("rowsRead", .count(rowsRead)),
      ("rowsReturned", .count(rowsReturned)), ("projectionsSkipped", .count(projectionsSkipped)),
      ("levels", .list(ScanLevel.allCases.map { self[$0].json($0) })),
    ])
  }
}
