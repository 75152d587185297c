// Rows by their numbers, in the order they are named: rows are sorted, each row group is asked once
// for all of its rows, and what comes back is brought into the order that was asked for.
// Invariants: within a batch no page is read twice, and a page that holds none of its rows is not
// read at all; a batch depends on nothing but the rows named and the files.

package import ColonnadeArrays
package import ColonnadeBase
import ColonnadeFormat

/// How rows are taken.
package struct TakeOptions: Sendable {
  /// The most rows of a batch, 1 at least; a batch never has more than `Batch.maximumRowCount`.
  package var batchRowCount: Int
  package var cancellation: Cancellation?

  package init(
    batchRowCount: Int = Batch.maximumRowCount, cancellation: Cancellation? = nil
  ) {
    self.batchRowCount = batchRowCount
    self.cancellation = cancellation
  }
}

/// Rows on their way out. One consumer; batches come in order, decoded ahead on all cores.
package final class Take: BatchStream, @unchecked Sendable {
  package let schema: Schema
  package let metrics = ScanMetrics()
  private let pipeline: OrderedPipeline<TakePlan, Batch>
  private var cutter: BatchCutter

  /// - Parameter rows: numbers in the source's order, from 0; a number may come again.
  /// - Throws: `.invalidArgument` for a number that no row has, naming it and the row count.
  /// - Complexity: O(rows), and O(fragments) the first time for a source; nothing is read yet.
  package init(
    _ source: any ScanSource, rows: [UInt64], projection: ScanProjection,
    options: TakeOptions = TakeOptions()
  ) throws(ColonnadeError) {
    let rowCount = source.rowCount
    guard rowCount < 1 << 47 else {
      throw ColonnadeError(.limitExceeded, "rows are taken of \(1 << 47) at most")
    }
    if let place = rows.firstIndex(where: { $0 >= UInt64(rowCount) }) {
      throw ColonnadeError(
        .invalidArgument,
        "row \(rows[place]), number \(place + 1) of those asked for, is not there: there are "
          + "\(rowCount) rows",
        hint: rowCount == 0 ? nil : "rows are numbered from 0 to \(rowCount - 1)")
    }
    schema = projection.schema
    cutter = BatchCutter(rowCount: options.batchRowCount)
    metrics.update { $0.rowsTotal = rows.count }
    let planner = TakePlanner(
      source: source, layout: try source.layout(), rows: rows, columns: projection.columns)
    let reader = TakeReader(
      units: ScanUnitReader(
        source: source.columns, projection: projection, predicate: nil, metrics: metrics),
      projection: projection)
    let metrics = self.metrics
    // A batch is decoded on all cores by itself: more than two at a time would only take memory.
    pipeline = OrderedPipeline(
      inFlight: 2, cancellation: options.cancellation,
      source: { () throws(ColonnadeError) in try planner.next() },
      transform: { (plan: TakePlan) throws(ColonnadeError) in
        let batch = try reader.read(plan, cancellation: options.cancellation)
        metrics.update { report in
          report.rowsRead += plan.distinctCount
          report.rowsDone += batch.rowCount
        }
        return batch
      })
  }

  package func next() throws(ColonnadeError) -> Batch? {
    while true {
      if let batch = cutter.next() {
        metrics.update { $0.rowsReturned += batch.rowCount }
        return batch
      }
      guard let batch = try pipeline.next() else {
        pipeline.stop()
        return nil
      }
      cutter.add(batch)
    }
  }

  package func stop() { pipeline.stop() }

  deinit { pipeline.stop() }
}

/// Reads what a plan names; safe on any thread.
private struct TakeReader: Sendable {
  let units: ScanUnitReader
  let projection: ScanProjection

  /// So few values are read sooner than another thread wakes.
  private static let fewValues = 256

  func read(
    _ plan: TakePlan, cancellation: Cancellation?
  ) throws(ColonnadeError) -> Batch {
    let columns = projection.columns
    let parts = plan.parts
    let isSmall = plan.distinctCount * columns.count <= TakeReader.fewValues
    let read = ColumnTable(rowCount: columns.count, columnCount: parts.count)
    let shared = parts.map { _ in DecodedColumns(columnCount: columns.count) }
    let whole = ParallelResults<Column>(count: columns.count)
    try WorkerPool.shared.run(
      count: columns.count * parts.count, limit: isSmall ? 1 : nil, cancellation: cancellation
    ) { (index) throws(ColonnadeError) in
      let (column, part) = (plan.heaviestFirst[index / parts.count], index % parts.count)
      let values = try units.column(
        columns[column], parts[part].unit, selection: parts[part].selection,
        sharing: shared[part])
      // Whoever reads a column's last part puts it together, while others read.
      guard let all = read.put(values, row: column, column: part) else { return }
      let found = Column.concatenate(all)
      whole.set(column, plan.order.map { found.take($0) } ?? found)
    }
    let decoded = whole.takeAll()
    precondition(decoded.count == columns.count)
    return projection.batch(from: decoded, rowCount: plan.rowCount)
  }
}
