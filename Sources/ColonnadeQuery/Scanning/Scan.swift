// A scan: which columns of which rows, in the order of the table's entries, then of their rows.
// Predicate columns are decoded first; the projection only where rows are left, and only those rows.

package import ColonnadeArrays
package import ColonnadeBase
import ColonnadeFormat

/// What a scan returns.
package struct ScanOptions: Sendable {
  /// The most rows to return.
  package var limit: Int?
  package var cancellation: Cancellation?

  package init(limit: Int? = nil, cancellation: Cancellation? = nil) {
    self.limit = limit
    self.cancellation = cancellation
  }
}

/// A running scan. One consumer; batches come in order, decoded ahead on all cores.
package final class Scan: @unchecked Sendable {
  /// The columns of the batches.
  package let schema: Schema
  package let metrics = ScanMetrics()
  private let pipeline: OrderedPipeline<ScanUnit, Batch?>
  private let limit: Int
  private var returned = 0

  /// - Parameter predicate: bound to `source.schema`; `nil` for all rows.
  package init(
    _ source: any ScanSource, projection: ScanProjection, predicate: BoundPredicate?,
    options: ScanOptions = ScanOptions()
  ) throws(ColonnadeError) {
    schema = projection.schema
    limit = options.limit ?? .max
    metrics.update { $0.rowsTotal = source.rowCount }
    let planner = try ScanPlanner(
      source: source, predicate: predicate, projection: projection.columns,
      rowLimit: options.limit, metrics: metrics)
    let reader = ScanUnitReader(
      source: source.schema, projection: projection, predicate: predicate, metrics: metrics)
    pipeline = OrderedPipeline(
      cancellation: options.cancellation,
      source: { () throws(ColonnadeError) in try planner.next() },
      transform: { (unit: ScanUnit) throws(ColonnadeError) in try reader.read(unit) })
  }

  /// The next batch that holds rows, `nil` after the last. One thread at a time.
  package func next() throws(ColonnadeError) -> Batch? {
    while returned < limit, let result = try pipeline.next() {
      guard let batch = result, batch.rowCount > 0 else { continue }
      let kept = batch.rowCount > limit - returned ? batch.slice(0..<limit - returned) : batch
      returned += kept.rowCount
      metrics.update { $0.rowsReturned += kept.rowCount }
      return kept
    }
    pipeline.stop()
    return nil
  }

  /// Ends the scan early; nothing is decoded any more when this returns.
  package func stop() { pipeline.stop() }

  deinit { pipeline.stop() }

  /// The number of rows that match; rows are read only where statistics do not tell.
  package static func count(
    _ source: any ScanSource, predicate: BoundPredicate?, cancellation: Cancellation? = nil,
    metrics: ScanMetrics = ScanMetrics()
  ) throws(ColonnadeError) -> Int {
    metrics.update { $0.rowsTotal = source.rowCount }
    guard let predicate else { return source.rowCount }
    let planner = try ScanPlanner(
      source: source, predicate: predicate, projection: predicate.columns, rowLimit: nil,
      metrics: metrics)
    let reader = ScanUnitReader(
      source: source.schema, projection: ScanProjection(nothingOf: source.schema),
      predicate: predicate, metrics: metrics)
    let pipeline = OrderedPipeline<ScanUnit, Int>(
      cancellation: cancellation,
      source: { () throws(ColonnadeError) in try planner.next() },
      transform: { (unit: ScanUnit) throws(ColonnadeError) in try reader.count(unit) })
    defer { pipeline.stop() }
    var total = 0
    while let count = try pipeline.next() { total += count }
    metrics.update { $0.rowsReturned = total }
    return total
  }

  /// Plans the whole scan without reading rows; `metrics` then say what is skipped and why.
  package static func plan(
    _ source: any ScanSource, projection: ScanProjection, predicate: BoundPredicate?,
    metrics: ScanMetrics = ScanMetrics()
  ) throws(ColonnadeError) -> ScanReport {
    metrics.update { $0.rowsTotal = source.rowCount }
    let planner = try ScanPlanner(
      source: source, predicate: predicate, projection: projection.columns, rowLimit: nil,
      metrics: metrics)
    while let unit = try planner.next() {
      metrics.update { $0.rowsRead += unit.rows.count }
    }
    return metrics.report
  }
}
