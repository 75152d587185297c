// From a unit of work to a batch: test rows, then decode what is left of them.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// Reads units; safe on any thread.
struct ScanUnitReader: Sendable {
  let source: any ColumnCatalog
  let projection: ScanProjection
  let metrics: ScanMetrics
  private let filter: ConditionFilter?
  /// How batches leave, where that is known, and the columns of text that need no views for it.
  private let layout: ArrowLayout?
  private let offsetTextColumns: Set<Int>

  init(
    source: any ColumnCatalog, projection: ScanProjection, predicate: BoundPredicate?,
    metrics: ScanMetrics, layout: ArrowLayout? = nil
  ) {
    self.source = source
    self.projection = projection
    self.metrics = metrics
    filter = predicate.map { ConditionFilter($0) }
    self.layout = layout
    offsetTextColumns = layout.map { projection.offsetTextColumns($0) } ?? []
  }

  /// The rows of a unit that match, `nil` where none does; ready for the layout, where one is known.
  func read(_ unit: ScanUnit) throws(ColonnadeError) -> Batch? {
    metrics.update { $0.rowsRead += unit.rows.count }
    defer { metrics.update { $0.rowsDone += unit.rows.count } }
    guard let filter, !unit.matchesWhole else { return try batch(unit, tested: [:], rows: nil) }
    let (rows, tested) = try select(filter, unit)
    if rows.count == 0 {
      metrics.update { $0.projectionsSkipped += 1 }
      return nil
    }
    return try batch(unit, tested: tested, rows: rows.count == unit.rows.count ? nil : rows)
  }

  /// How many rows of a unit match.
  func count(_ unit: ScanUnit) throws(ColonnadeError) -> Int {
    defer { metrics.update { $0.rowsDone += unit.rows.count } }
    guard let filter, !unit.matchesWhole else { return unit.rows.count }
    metrics.update { $0.rowsRead += unit.rows.count }
    return try select(filter, unit).rows.count
  }

  /// The rows of the unit that match, and the columns read to find them, at these rows.
  private func select(
    _ filter: ConditionFilter, _ unit: ScanUnit
  ) throws(ColonnadeError) -> (rows: SelectionVector, columns: [Int: Column]) {
    // Columns may be stored by others: those are decoded once for all that are tested together.
    let shared = DecodedColumns()
    return try filter.select(
      rowCount: unit.rows.count, keeping: projection.columns,
      test: { (column: Int, range: IntegerRange) throws(ColonnadeError) -> Buffer? in
        guard let fileColumn = unit.columns[column] else { return nil }
        return try unit.file.select(
          column: fileColumn, rowGroup: unit.rowGroup, rows: unit.rows, within: range)
      },
      read: { (column: Int, rows: SelectionVector?) throws(ColonnadeError) -> Column in
        try self.column(
          column, unit, selection: rows?.shifted(by: unit.rows.lowerBound), sharing: shared)
      })
  }

  /// - Parameters:
  ///   - tested: columns read already, at `rows`.
  ///   - rows: rows of the unit, ascending; `nil` for all.
  private func batch(
    _ unit: ScanUnit, tested: [Int: Column], rows: SelectionVector?
  ) throws(ColonnadeError) -> Batch {
    let inGroup = rows.map { $0.shifted(by: unit.rows.lowerBound) }
    let columns = projection.columns
    var decoded: [Column?] = []
    decoded.reserveCapacity(columns.count)
    let shared = DecodedColumns(columnCount: columns.count)
    for (column, values) in tested {
      guard let index = unit.columns[column] else { continue }
      shared.keep(
        values, at: index, rowGroup: unit.rowGroup, rows: unit.rows, selection: inGroup)
    }
    var texts: [Int: OffsetText] = [:]
    for (place, column) in columns.enumerated() {
      if let values = tested[column] {
        decoded.append(values)
      } else if rows == nil, let text = try offsetText(column, unit) {
        texts[place] = text
        decoded.append(nil)
      } else {
        decoded.append(try self.column(column, unit, selection: inGroup, sharing: shared))
      }
    }
    let rowCount = rows?.count ?? unit.rows.count
    guard let layout else { return projection.batch(from: decoded, rowCount: rowCount) }
    if texts.isEmpty {
      return projection.batch(from: decoded, rowCount: rowCount).ready(for: layout)
    }
    return try projection.batch(
      from: decoded, texts: texts, rowCount: rowCount, layout: layout)
  }

  /// A column of text as it leaves, all rows of the unit; nil where it must be read with views.
  private func offsetText(
    _ column: Int, _ unit: ScanUnit
  ) throws(ColonnadeError) -> OffsetText? {
    guard offsetTextColumns.contains(column),
      let fileColumn = unit.columns[column]
    else { return nil }
    return try unit.file.readOffsetText(
      column: fileColumn, rowGroup: unit.rowGroup, rows: unit.rows)
  }

  /// - Parameters:
  ///   - selection: rows of the row group, ascending; `nil` for the unit's rows.
  ///   - shared: columns decoded at the same rows.
  func column(
    _ column: Int, _ unit: ScanUnit, selection: SelectionVector?,
    sharing shared: DecodedColumns? = nil
  ) throws(ColonnadeError) -> Column {
    guard let fileColumn = unit.columns[column] else {
      // The file was written before the column was added: every row is null.
      let builder = ColumnBuilder(try source.column(at: column).type)
      for _ in 0..<(selection?.count ?? unit.rows.count) { builder.appendNull() }
      return builder.finish()
    }
    if let selection {
      return try unit.file.read(
        column: fileColumn, rowGroup: unit.rowGroup, selection: selection, sharing: shared)
    }
    return try unit.file.read(
      column: fileColumn, rowGroup: unit.rowGroup, rows: unit.rows, sharing: shared)
  }
}
