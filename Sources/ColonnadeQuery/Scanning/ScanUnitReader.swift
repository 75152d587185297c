// From a unit of work to a batch: test rows, then decode what is left of them.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// Reads units; safe on any thread.
struct ScanUnitReader: Sendable {
  let source: Schema
  let projection: ScanProjection
  let predicate: BoundPredicate?
  let metrics: ScanMetrics

  /// The rows of a unit that match, `nil` where none does.
  func read(_ unit: ScanUnit) throws(ColonnadeError) -> Batch? {
    metrics.update { $0.rowsRead += unit.rows.count }
    guard let predicate, !unit.matchesWhole else {
      return try batch(unit, tested: [:], selection: nil)
    }
    let (tested, selection) = try test(predicate, unit)
    if selection.count == 0 {
      metrics.update { $0.projectionsSkipped += 1 }
      return nil
    }
    return try batch(
      unit, tested: tested, selection: selection.count == unit.rows.count ? nil : selection)
  }

  /// How many rows of a unit match.
  func count(_ unit: ScanUnit) throws(ColonnadeError) -> Int {
    guard let predicate, !unit.matchesWhole else { return unit.rows.count }
    metrics.update { $0.rowsRead += unit.rows.count }
    return try test(predicate, unit).selection.count
  }

  /// Decodes the predicate's columns and tests every row.
  private func test(
    _ predicate: BoundPredicate, _ unit: ScanUnit
  ) throws(ColonnadeError) -> (tested: [Int: Column], selection: SelectionVector) {
    var tested: [Int: Column] = [:]
    for column in predicate.columns {
      tested[column] = try self.column(column, unit, selection: nil)
    }
    let selection = try Evaluator(columns: tested, rowCount: unit.rows.count).select(predicate)
    return (tested, selection)
  }

  /// - Parameter selection: rows of the unit, ascending; `nil` for all.
  private func batch(
    _ unit: ScanUnit, tested: [Int: Column], selection: SelectionVector?
  ) throws(ColonnadeError) -> Batch {
    let inGroup = selection.map { $0.shifted(by: unit.rows.lowerBound) }
    var decoded: [Int: Column] = [:]
    for column in projection.columns {
      if let known = tested[column] {
        decoded[column] = selection.map(known.take) ?? known
      } else {
        decoded[column] = try self.column(column, unit, selection: inGroup)
      }
    }
    return projection.batch(from: decoded, rowCount: selection?.count ?? unit.rows.count)
  }

  /// - Parameter selection: rows of the row group, ascending; `nil` for the unit's rows.
  private func column(
    _ column: Int, _ unit: ScanUnit, selection: SelectionVector?
  ) throws(ColonnadeError) -> Column {
    let type = source.fields[column].type
    guard let fileColumn = unit.columns.fileColumns[column] ?? nil else {
      // The file was written before the column was added: every row is null.
      let builder = ColumnBuilder(type)
      for _ in 0..<(selection?.count ?? unit.rows.count) { builder.appendNull() }
      return builder.finish()
    }
    if let selection {
      return try unit.file.read(
        column: fileColumn, rowGroup: unit.rowGroup, selection: selection)
    }
    return try unit.file.read(column: fileColumn, rowGroup: unit.rowGroup, rows: unit.rows)
  }
}
