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

  /// Whether reading it takes about as long as another thread takes to wake.
  func isSmall(columnCount: Int) -> Bool {
    rows.count <= 16_384 && rows.count * columnCount <= 1 << 18
  }
}

/// Produces units lazily; called by one thread at a time.
final class ScanPlanner: @unchecked Sendable {
  private let source: any ScanSource
  private var fragments: ArraySlice<ScanFragment>
  private let predicate: BoundPredicate?
  private let projection: [Int]
  private let metrics: ScanMetrics

  private var fragmentMatchesWhole = false
  private var file: FileReader?
  private var mapping: ColumnMapping?
  private var bounds: StoredBounds?
  /// Row groups left to plan, and the rows of the file that are wanted.
  private var rowGroups: Range<Int> = 0..<0
  private var wantedRows: Range<Int> = 0..<0
  /// Runs of rows left in the row group at hand, nearest last.
  private var runs: [(rows: Range<Int>, matchesWhole: Bool)] = []
  private var rowGroup = 0
  private var rowsPerBatch = Batch.maximumRowCount
  /// Rows still to be planned where no row is tested; cuts the last unit to a limit.
  private var rowsLeft: Int

  /// - Parameters:
  ///   - projection: columns of the source's schema whose bytes count for the size of a batch.
  ///   - rows: rows of the source, at most its row count; `nil` for all.
  ///   - rowLimit: the most rows wanted.
  convenience init(
    source: any ScanSource, predicate: BoundPredicate?, projection: [Int], rows: Range<Int>?,
    rowLimit: Int?, metrics: ScanMetrics
  ) throws(ColonnadeError) {
    self.init(
      source: source,
      fragments: try source.fragments(rows: rows, pruning: predicate, metrics: metrics),
      predicate: predicate, projection: projection, totalRowCount: rows?.count ?? source.rowCount,
      rowLimit: rowLimit, metrics: metrics)
  }

  /// - Parameters:
  ///   - fragments: what is left to plan.
  ///   - totalRowCount: rows in question, those of other fragments included.
  init(
    source: any ScanSource, fragments wanted: [ScanFragment], predicate: BoundPredicate?,
    projection: [Int], totalRowCount total: Int, rowLimit: Int? = nil, metrics: ScanMetrics
  ) {
    self.source = source
    self.predicate = predicate
    self.projection = projection
    self.metrics = metrics
    rowsLeft = rowLimit ?? .max
    fragments = wanted[...]
    let skipped = total - wanted.reduce(0) { $0 + $1.rows.count }
    metrics.update { report in
      report.rowsTotal = total
      report.rowsDone += max(0, skipped)
    }
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
        if try passRuledOut(of: file) { continue }
        rowGroup = rowGroups.removeFirst()
        try plan(rowGroup, of: file, mapping)
        // A row group that is skipped costs no look at the sizes of its columns.
        if !runs.isEmpty { rowsPerBatch = try batchRowCount(rowGroup, file, mapping) }
        continue
      }
      guard let fragment = fragments.popFirst() else { return nil }
      fragmentMatchesWhole = fragment.matchesWhole || predicate == nil
      let opened = try source.open(fragment)
      file = opened
      mapping = try ColumnMapping(
        source.columns, file: opened,
        columns: projection.merged(with: predicate?.columns ?? []))
      (wantedRows, rowGroups) = try fragment.rowGroups(in: opened)
      bounds =
        if let predicate, let mapping { StoredBounds(predicate, opened, mapping) } else { nil }
    }
  }

  /// Passes over the row groups next in line that bounds rule out.
  /// - Returns: whether there were some.
  private func passRuledOut(of file: FileReader) throws(ColonnadeError) -> Bool {
    guard let bounds, !fragmentMatchesWhole else { return false }
    var tally = bounds.tally
    let before = rowGroups.count
    while let group = rowGroups.first, let condition = bounds.condition(rulingOut: group) {
      let entry = try file.rowGroup(at: group)
      let firstRow = Int(clamping: entry.firstRow)
      let wanted = wantedRows.clamped(to: firstRow..<firstRow + entry.rowCount)
      if !wanted.isEmpty { tally.add(condition, rowCount: wanted.count) }
      rowGroups.removeFirst()
    }
    metrics.record(tally, of: bounds, at: .rowGroup)
    return rowGroups.count < before
  }

  /// Fills `runs` with the zones of a row group that can match.
  private func plan(
    _ group: Int, of file: FileReader, _ mapping: ColumnMapping
  ) throws(ColonnadeError) {
    let entry = try file.rowGroup(at: group)
    let rowCount = entry.rowCount
    let firstRow = Int(clamping: entry.firstRow)
    let wanted =
      wantedRows.clamped(to: firstRow..<firstRow + rowCount).shifted(by: -firstRow)
    if wanted.isEmpty { return }
    let zones = wanted.zones(of: file.zoneRowCount)
    guard let predicate, !fragmentMatchesWhole else {
      metrics.record(.all, at: .rowGroup)
      metrics.record(.all, at: .zone, count: zones.count)
      runs = [(wanted, true)]
      return
    }
    let verdict = try predicate.prune(
      FileStatistics(
        file: file, mapping: mapping, level: .rowGroup(group), rowCount: rowCount))
    metrics.record(verdict, at: .rowGroup)
    if case .none = verdict {
      metrics.update { $0.rowsDone += wanted.count }
      return
    }
    if case .all = verdict {
      metrics.record(.all, at: .zone, count: zones.count)
      runs = [(wanted, true)]
      return
    }
    var found: [(rows: Range<Int>, matchesWhole: Bool)] = []
    var tally = bounds?.tally
    var mixedCount = 0
    let zoneBounds = bounds?.zones(of: group, rowCount: rowCount)
    for zone in zones {
      let zoneRows = zone * file.zoneRowCount..<min((zone + 1) * file.zoneRowCount, rowCount)
      let rows = zoneRows.clamped(to: wanted)
      // One zone's statistics are the row group's: asking again would tell nothing new.
      let isWhole = zoneRows.count == rowCount
      var byBounds = StoredBounds.Verdict.open
      if !isWhole, let bounds, let zoneBounds {
        byBounds = bounds.verdict(zone: zone, in: zoneBounds)
      }
      let zoneVerdict: Pruning
      switch byBounds {
      case .ruledOut(let condition):
        tally?.add(condition, rowCount: rows.count)
        continue
      case .some: zoneVerdict = .some
      case .open:
        zoneVerdict =
          isWhole
          ? verdict
          : try predicate.prune(
            FileStatistics(
              file: file, mapping: mapping, level: .zone(group, zone), rowCount: zoneRows.count))
      }
      let matchesWhole: Bool
      switch zoneVerdict {
      case .none:
        metrics.record(zoneVerdict, at: .zone)
        metrics.update { $0.rowsDone += rows.count }
        continue
      case .all:
        metrics.record(zoneVerdict, at: .zone)
        matchesWhole = true
      case .some:
        mixedCount += 1
        matchesWhole = false
      }
      if let last = found.last, last.rows.upperBound == rows.lowerBound,
        last.matchesWhole == matchesWhole
      {
        found[found.count - 1].rows = last.rows.lowerBound..<rows.upperBound
      } else {
        found.append((rows, matchesWhole))
      }
    }
    if mixedCount > 0 { metrics.record(.some, at: .zone, count: mixedCount) }
    if let bounds, let tally { metrics.record(tally, of: bounds, at: .zone) }
    runs = found.reversed()
  }

  /// Rows of a batch: 65,536, fewer where so many would pass 64 MiB.
  private func batchRowCount(
    _ group: Int, _ file: FileReader, _ mapping: ColumnMapping
  ) throws(ColonnadeError) -> Int {
    let entry = try file.rowGroup(at: group)
    let rowCount = UInt64(entry.rowCount)
    // Where all columns of the longest run make a batch, their sizes are not asked for one by one.
    let longest = runs.reduce(1) { max($0, $1.rows.count) }
    if entry.rawByteCount / rowCount < Batch.maximumByteCount / longest {
      return Batch.maximumRowCount
    }
    // Nobody has checked these sizes.
    var byteCount: UInt64 = 0
    for column in projection {
      guard let index = mapping[column] else { continue }
      let size = try file.rawByteCount(column: index, rowGroup: group)
      byteCount = byteCount.addingReportingOverflow(size).overflow ? .max : byteCount + size
    }
    let perRow = max(1, Int(clamping: byteCount / rowCount))
    return max(1, min(Batch.maximumRowCount, Batch.maximumByteCount / perRow))
  }
}

extension ScanFragment {
  /// The rows of the file that are wanted, and the row groups that hold them.
  /// - Throws: `.corrupt` where the file has other row groups than the fragment names.
  func rowGroups(
    in file: FileReader
  ) throws(ColonnadeError) -> (rows: Range<Int>, groups: Range<Int>) {
    let groups = rowGroups ?? 0..<file.rowGroupCount
    guard groups.upperBound <= file.rowGroupCount else {
      throw ColonnadeError(
        .corrupt, "row groups \(groups) are named, the file has \(file.rowGroupCount)",
        file: path)
    }
    guard !groups.isEmpty, !rows.isEmpty else { return (0..<0, 0..<0) }
    let last = try file.rowGroup(at: groups.upperBound - 1)
    let first = Int(clamping: try file.rowGroup(at: groups.lowerBound).firstRow)
    guard Int(clamping: last.firstRow) - first + last.rowCount == rowCount else {
      throw ColonnadeError(
        .corrupt, "row groups \(groups) hold another number of rows than \(rowCount)", file: path)
    }
    let wanted = rows.shifted(by: first)
    if rows.count == rowCount { return (wanted, groups) }
    let held =
      try file.rowGroupIndex(containing: wanted.lowerBound)..<file.rowGroupIndex(
        containing: wanted.upperBound - 1) + 1
    return (wanted, held.clamped(to: groups))
  }
}

extension Range<Int> {
  func shifted(by delta: Int) -> Range<Int> { lowerBound + delta..<upperBound + delta }

  /// The zones that hold these rows.
  fileprivate func zones(of zoneRowCount: Int) -> Range<Int> {
    isEmpty ? 0..<0 : lowerBound / zoneRowCount..<(upperBound - 1) / zoneRowCount + 1
  }
}
