// A scan: which columns of which rows, in the order of the table's entries, then of their rows.
// Predicate columns are decoded first; the projection only where rows are left, and only those rows.

package import ColonnadeArrays
package import ColonnadeBase
import ColonnadeFormat

/// What a scan returns.
package struct ScanOptions: Sendable {
  /// The most rows to return.
  package var limit: Int?
  /// Only these rows of the source, counted in its order before any is ruled out; what lies behind
  /// its last row is not there. `nil` for all.
  package var rows: Range<Int>?
  /// The most rows of a batch, 1 at least; a batch never has more than `Batch.maximumRowCount`.
  package var batchRowCount: Int
  package var cancellation: Cancellation?
  /// The layout in which the batches leave, if it is known.
  package var layout: ArrowLayout?

  package init(
    limit: Int? = nil, rows: Range<Int>? = nil, batchRowCount: Int = Batch.maximumRowCount,
    cancellation: Cancellation? = nil
  ) {
    self.limit = limit
    self.rows = rows
    self.batchRowCount = batchRowCount
    self.cancellation = cancellation
  }
}

/// Batches that come one by one, each of one schema. One consumer at a time.
package protocol BatchStream: AnyObject, Sendable {
  /// The columns of the batches.
  var schema: Schema { get }
  var metrics: ScanMetrics { get }
  /// The next batch that holds rows, `nil` after the last.
  func next() throws(ColonnadeError) -> Batch?
  /// Ends early; nothing is decoded any more when this returns.
  func stop()
}

/// A running scan. One consumer; batches come in order, decoded ahead on all cores.
package final class Scan: BatchStream, @unchecked Sendable {
  package let schema: Schema
  package let metrics = ScanMetrics()
  private let pipeline: OrderedPipeline<ScanUnit, Batch?>
  private let limit: Int
  private var returned = 0
  private var cutter: BatchCutter

  /// - Parameter predicate: bound to `source.columns`; `nil` for all rows.
  package init(
    _ source: any ScanSource, projection: ScanProjection, predicate: BoundPredicate?,
    options: ScanOptions = ScanOptions()
  ) throws(ColonnadeError) {
    schema = projection.schema
    limit = options.limit ?? .max
    cutter = BatchCutter(rowCount: options.batchRowCount)
    let planner = try ScanPlanner(
      source: source, predicate: predicate, projection: projection.columns,
      rows: options.rows.map(source.existing), rowLimit: options.limit, metrics: metrics)
    // Batches that are cut would be made ready in vain.
    let isCut = options.limit != nil || options.batchRowCount < Batch.maximumRowCount
    let layout = isCut ? nil : options.layout
    let reader = ScanUnitReader(
      source: source.columns, projection: projection, predicate: predicate, metrics: metrics,
      layout: layout)
    let columnCount = max(projection.columns.count, predicate?.columns.count ?? 0)
    pipeline = OrderedPipeline(
      cancellation: options.cancellation, isSmall: { $0.isSmall(columnCount: columnCount) },
      source: { () throws(ColonnadeError) in try planner.next() },
      transform: { (unit: ScanUnit) throws(ColonnadeError) in try reader.read(unit) })
  }

  /// The next batch that holds rows, `nil` after the last. One thread at a time.
  package func next() throws(ColonnadeError) -> Batch? {
    while returned < limit {
      guard let batch = cutter.next() else {
        guard let result = try pipeline.next() else { break }
        if let batch = result { cutter.add(batch) }
        continue
      }
      let kept = batch.rowCount > limit - returned ? batch.slice(0..<limit - returned) : batch
      returned += kept.rowCount
      metrics.update { $0.rowsReturned += kept.rowCount }
      return kept
    }
    pipeline.stop()
    metrics.update { $0.rowsDone = $0.rowsTotal }
    return nil
  }

  package func stop() { pipeline.stop() }

  deinit { pipeline.stop() }

  /// The number of rows that match; rows are read only where statistics do not tell.
  package static func count(
    _ source: any ScanSource, predicate: BoundPredicate?, options: ScanOptions = ScanOptions(),
    metrics: ScanMetrics = ScanMetrics()
  ) throws(ColonnadeError) -> Int {
    let limit = options.limit ?? .max
    let rows = options.rows.map(source.existing)
    guard let predicate else {
      let count = rows?.count ?? source.rowCount
      metrics.update { report in
        report.rowsTotal = count
        report.rowsDone = count
      }
      return min(count, limit)
    }
    let fragments = try source.fragments(rows: rows, pruning: predicate, metrics: metrics)
    // What matches whole is counted without opening its file.
    var total = fragments.reduce(0) { $0 + ($1.matchesWhole ? $1.rows.count : 0) }
    let planner = ScanPlanner(
      source: source, fragments: fragments.filter { !$0.matchesWhole }, predicate: predicate,
      projection: predicate.columns, totalRowCount: rows?.count ?? source.rowCount,
      rowLimit: options.limit.map { max(0, $0 - total) }, metrics: metrics)
    let reader = ScanUnitReader(
      source: source.columns, projection: ScanProjection.nothing,
      predicate: predicate, metrics: metrics)
    let columnCount = predicate.columns.count
    let pipeline = OrderedPipeline<ScanUnit, Int>(
      cancellation: options.cancellation, isSmall: { $0.isSmall(columnCount: columnCount) },
      source: { () throws(ColonnadeError) in try planner.next() },
      transform: { (unit: ScanUnit) throws(ColonnadeError) in try reader.count(unit) })
    defer { pipeline.stop() }
    while total < limit, let count = try pipeline.next() { total += count }
    total = min(total, limit)
    metrics.update { report in
      report.rowsReturned = total
      report.rowsDone = report.rowsTotal
    }
    return total
  }

  /// Plans the whole scan without reading rows; `metrics` then say what is skipped and why.
  package static func plan(
    _ source: any ScanSource, projection: ScanProjection, predicate: BoundPredicate?,
    options: ScanOptions = ScanOptions(), metrics: ScanMetrics = ScanMetrics()
  ) throws(ColonnadeError) -> ScanReport {
    let planner = try ScanPlanner(
      source: source, predicate: predicate, projection: projection.columns,
      rows: options.rows.map(source.existing), rowLimit: options.limit, metrics: metrics)
    while let unit = try planner.next() {
      try options.cancellation?.check()
      metrics.update { $0.rowsRead += unit.rows.count }
    }
    return metrics.report
  }
}

/// Cuts batches into runs of no more rows than were asked for.
struct BatchCutter {
  private let rowCount: Int
  private var batch: Batch?
  private var first = 0

  init(rowCount: Int) { self.rowCount = max(1, rowCount) }

  /// The one before has to be handed out whole.
  mutating func add(_ batch: Batch) {
    self.batch = batch.rowCount > 0 ? batch : nil
    first = 0
  }

  /// The next run, `nil` where another batch is needed.
  mutating func next() -> Batch? {
    guard let batch else { return nil }
    let end = min(batch.rowCount, first + min(rowCount, batch.rowCount - first))
    let cut = first == 0 && end == batch.rowCount ? batch : batch.slice(first..<end)
    first = end
    if end == batch.rowCount { self.batch = nil }
    return cut
  }
}
