// From fragments to units of work: files, row groups and zones that can match, in order.
// Invariant: units come in the order of their rows; a unit lies in one row group and starts at a
// zone or where the unit before it ended.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// A run of rows to test and hand out as one batch.
struct ScanUnit: Sendable {
  var file: FileReader
  var columns: ColumnMapping
  var rowGroup: Int
  /// Rows of the row group.
  var rows: Range<Int>
  /// True where statistics say that every row matches.
  var matchesWhole: Bool
}

/// Produces units lazily; called by one thread at a time.
final class ScanPlanner: @unchecked Sendable {
  private let source: any ScanSource
  private var fragments: ArraySlice<ScanFragment>
  private let predicate: BoundPredicate?
  private let projection: [Int]
  private let metrics: ScanMetrics
  private let rowLimit: Int

  private var fragmentMatchesWhole = false
  private var file: FileReader?
  private var mapping: ColumnMapping?
  private var rowGroups: Range<Int> = 0..<0
  /// Runs of rows left in the row group at hand, nearest last.
  private var runs: [(rows: Range<Int>, matchesWhole: Bool)] = []
  private var rowGroup = 0
  private var rowsPerBatch = Batch.maximumRowCount
  /// Rows still to be planned where no row is tested; cuts the last unit to a limit.
  private var rowsLeft: Int

  /// - Parameters:
  ///   - projection: columns of the source's schema whose bytes count for the size of a batch.
  ///   - rowLimit: the most rows wanted.
  init(
    source: any ScanSource, predicate: BoundPredicate?, projection: [Int], rowLimit: Int?,
    metrics: ScanMetrics
  ) throws(ColonnadeError) {
    self.source = source
    self.predicate = predicate
    self.projection = projection
    self.metrics = metrics
    self.rowLimit = rowLimit ?? .max
    rowsLeft = self.rowLimit
    fragments = try source.fragments(pruning: predicate, metrics: metrics)[...]
  }

  /// The next unit, `nil` at the end.
  func next() throws(ColonnadeError) -> ScanUnit? {
    guard rowsLeft > 0 else { return nil }
    while true {
      if let run = runs.popLast(), let file, let mapping {
        var rows = run.rows
        if rows.count > rowsPerBatch {
          runs.append((rows.lowerBound + rowsPerBatch..<rows.upperBound, run.matchesWhole))
          rows = rows.lowerBound..<rows.lowerBound + rowsPerBatch
        }
        if run.matchesWhole {
          rows = rows.lowerBound..<rows.lowerBound + min(rows.count, rowsLeft)
          rowsLeft -= rows.count
        }
        return ScanUnit(
          file: file, columns: mapping, rowGroup: rowGroup, rows: rows,
          matchesWhole: run.matchesWhole)
      }
      if let file, let mapping, !rowGroups.isEmpty {
        rowGroup = rowGroups.removeFirst()
        try plan(rowGroup, of: file, mapping)
        continue
      }
      guard let fragment = fragments.popFirst() else { return nil }
      fragmentMatchesWhole = fragment.matchesWhole || predicate == nil
      let opened = try source.open(fragment)
      let found = try ColumnMapping(
        schema: source.schema, file: opened,
        columns: Set(projection).union(predicate?.columns ?? []).sorted())
      file = opened
      mapping = found
      rowGroups = fragment.rowGroups ?? 0..<opened.rowGroupCount
      guard rowGroups.upperBound <= opened.rowGroupCount else {
        throw ColonnadeError(
          .corrupt, "row groups \(rowGroups) are named, the file has \(opened.rowGroupCount)",
          file: fragment.path)
      }
    }
  }

  /// Fills `runs` with the zones of a row group that can match.
  private func plan(
    _ group: Int, of file: FileReader, _ mapping: ColumnMapping
  ) throws(ColonnadeError) {
    let rowCount = try file.rowGroup(at: group).rowCount
    rowsPerBatch = try batchRowCount(group, rowCount, file, mapping)
    guard let predicate, !fragmentMatchesWhole else {
      metrics.record(.all, at: .rowGroup)
      metrics.record(
        .all, at: .zone, count: (rowCount + file.zoneRowCount - 1) / file.zoneRowCount)
      runs = [(0..<rowCount, true)]
      return
    }
    let verdict = try predicate.prune(
      FileStatistics(
        file: file, mapping: mapping, level: .rowGroup(group), rowCount: rowCount))
    metrics.record(verdict, at: .rowGroup)
    if case .none = verdict { return }
    let zoneCount = (rowCount + file.zoneRowCount - 1) / file.zoneRowCount
    if case .all = verdict {
      metrics.record(.all, at: .zone, count: zoneCount)
      runs = [(0..<rowCount, true)]
      return
    }
    var found: [(rows: Range<Int>, matchesWhole: Bool)] = []
    for zone in 0..<zoneCount {
      let rows = zone * file.zoneRowCount..<min((zone + 1) * file.zoneRowCount, rowCount)
      // One zone's statistics are the row group's: asking again would tell nothing new.
      let zoneVerdict: Pruning =
        zoneCount == 1
        ? verdict
        : try predicate.prune(
          FileStatistics(
            file: file, mapping: mapping, level: .zone(group, zone), rowCount: rows.count))
      metrics.record(zoneVerdict, at: .zone)
      let matchesWhole: Bool
      switch zoneVerdict {
      case .none: continue
      case .all: matchesWhole = true
      case .some: matchesWhole = false
      }
      if let last = found.last, last.rows.upperBound == rows.lowerBound,
        last.matchesWhole == matchesWhole
      {
        found[found.count - 1].rows = last.rows.lowerBound..<rows.upperBound
      } else {
        found.append((rows, matchesWhole))
      }
    }
    runs = found.reversed()
  }

  /// Rows of a batch: 65,536, fewer where so many would pass 64 MiB.
  private func batchRowCount(
    _ group: Int, _ rowCount: Int, _ file: FileReader, _ mapping: ColumnMapping
  ) throws(ColonnadeError) -> Int {
    var byteCount = 0
    for column in projection {
      guard let index = mapping.fileColumns[column] ?? nil else { continue }
      byteCount += Int(clamping: try file.rawByteCount(column: index, rowGroup: group))
    }
    let perRow = max(1, byteCount / max(rowCount, 1))
    return max(1, min(Batch.maximumRowCount, Batch.maximumByteCount / perRow))
  }
}
