// From row numbers to the row groups that hold them, batch by batch.
// Invariant: the parts of a plan ascend and are disjoint; every row named lies in one of them.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// One batch of rows that are taken.
struct TakePlan: Sendable {
  /// Rows of one row group.
  struct Part: Sendable {
    /// From the first to the last row that is wanted.
    var unit: ScanUnit
    /// Rows of the row group, ascending and distinct; `nil` for all of the unit's.
    var selection: SelectionVector?
  }

  var parts: [Part]
  /// Places of the columns among those that are taken, those of the most bytes first: what is short
  /// comes last, so that all threads end together.
  var heaviestFirst: [Int] = []
  /// Rows of the batch, and how many different ones.
  var rowCount: Int
  var distinctCount: Int
  /// For each row of the batch its place among the rows of the parts; `nil` where they are the same.
  var order: SelectionVector?
}

/// Produces plans lazily; called by one thread at a time.
final class TakePlanner: @unchecked Sendable {
  private let source: any ScanSource
  private let layout: ScanLayout
  private let rows: [UInt64]
  /// Columns of the source's schema.
  private let columns: [Int]
  private var nextRow = 0
  /// Rows of a batch: 65,536, fewer where so many would pass 64 MiB.
  private var batchRowCount = Batch.maximumRowCount

  /// - Parameter rows: each below the source's row count.
  init(source: any ScanSource, layout: ScanLayout, rows: [UInt64], columns: [Int]) {
    self.source = source
    self.layout = layout
    self.rows = rows
    self.columns = columns
  }

  /// The next plan, `nil` at the end.
  func next() throws(ColonnadeError) -> TakePlan? {
    guard nextRow < rows.count else { return nil }
    while true {
      let count = min(batchRowCount, rows.count - nextRow)
      let (plan, byteCount) = try plan(rows[nextRow..<nextRow + count])
      if byteCount <= Batch.maximumByteCount || count == 1 {
        nextRow += count
        return plan
      }
      let fitting = Double(count) * Double(Batch.maximumByteCount) / Double(byteCount)
      batchRowCount = max(1, min(count - 1, Int(fitting)))
    }
  }

  /// - Returns: the plan, and about how many bytes its rows take.
  private func plan(
    _ wanted: ArraySlice<UInt64>
  ) throws(ColonnadeError) -> (plan: TakePlan, byteCount: Int) {
    let (sorted, order) = TakePlanner.sorted(wanted)
    var plan = TakePlan(
      parts: [], rowCount: wanted.count, distinctCount: sorted.count, order: order)
    var byteCounts = [Double](repeating: 0, count: columns.count)
    var mapped: (fragment: Int, file: FileReader, columns: ColumnMapping, delta: Int)?
    var start = 0
    while start < sorted.count {
      let fragment = layout.index(containing: sorted[start])
      if mapped?.fragment != fragment {
        let file = try source.open(layout.fragments[fragment])
        let first = try layout.fragments[fragment].rowGroups(in: file).rows.lowerBound
        mapped = (
          fragment, file,
          try ColumnMapping(source.columns, file: file, columns: columns),
          first - layout.starts[fragment]
        )
      }
      guard let (_, file, mapping, delta) = mapped else { break }
      let group = try file.rowGroupIndex(containing: sorted[start] + delta)
      let entry = try file.rowGroup(at: group)
      let first = Int(clamping: entry.firstRow) - delta
      // A row group of another entry may follow in the same file.
      let end = min(first + entry.rowCount, layout.starts[fragment + 1])
      var next = start
      while next < sorted.count, sorted[next] < end { next += 1 }
      guard next > start else {
        throw ColonnadeError(
          .corrupt, "row group \(group) does not hold the rows it should", file: file.path)
      }
      let rows = sorted[start] - first..<sorted[next - 1] - first + 1
      let isWhole = rows.count == next - start
      let selection =
        isWhole
        ? nil : SelectionVector(sorted[start..<next].map { UInt32(truncatingIfNeeded: $0 - first) })
      plan.parts.append(
        TakePlan.Part(
          unit: ScanUnit(
            file: file, columns: mapping, rowGroup: group, rows: rows, matchesWhole: true),
          selection: selection))
      let share = Double(next - start) / Double(max(1, entry.rowCount))
      for (place, column) in columns.enumerated() {
        guard let index = mapping[column] else { continue }
        byteCounts[place] += share * Double(try file.rawByteCount(column: index, rowGroup: group))
      }
      start = next
    }
    plan.heaviestFirst = columns.indices.sorted {
      (byteCounts[$1], $0) < (byteCounts[$0], $1)
    }
    // Rows that come again take their bytes again.
    let repeats = Double(wanted.count) / Double(max(1, sorted.count))
    let byteCount = byteCounts.reduce(0, +) * repeats
    return (plan, Int(clamping: Int64(min(byteCount, 0x1p62))))
  }

  /// The different rows, ascending, and the place of each row asked for among them.
  private static func sorted(
    _ wanted: ArraySlice<UInt64>
  ) -> (rows: [Int], order: SelectionVector?) {
    var isAscending = true
    for index in wanted.indices.dropFirst() where wanted[index - 1] >= wanted[index] {
      isAscending = false
      break
    }
    if isAscending { return (wanted.map { Int(truncatingIfNeeded: $0) }, nil) }
    // Row and place in one word: rows are below 2^47, as all files together are.
    let first = wanted.startIndex
    var keys = wanted.indices.map { wanted[$0] << 16 | UInt64($0 - first) }
    keys.sort()
    var rows: [Int] = []
    rows.reserveCapacity(keys.count)
    var places = [UInt32](repeating: 0, count: keys.count)
    for key in keys {
      let row = Int(truncatingIfNeeded: key >> 16)
      if rows.last != row { rows.append(row) }
      places[Int(key & 0xFFFF)] = UInt32(rows.count - 1)
    }
    return (rows, SelectionVector(places))
  }
}

/// Parts of columns that many threads put down, each in its own place.
final class ColumnTable: Sendable {
  private struct State: ~Copyable {
    var parts: [Column?]
    /// Of each row.
    var missingCounts: [Int]
  }

  private let columnCount: Int
  private let state: Lock<State>

  init(rowCount: Int, columnCount: Int) {
    self.columnCount = columnCount
    state = Lock(
      State(
        parts: Array(repeating: nil, count: rowCount * columnCount),
        missingCounts: Array(repeating: columnCount, count: rowCount)))
  }

  /// Puts down a part of a row; each is put down once.
  /// - Returns: all of the row's, in order, where this was the last; nil before.
  func put(_ part: Column, row: Int, column: Int) -> [Column]? {
    state.withLock { state in
      state.parts[row * columnCount + column] = part
      state.missingCounts[row] -= 1
      guard state.missingCounts[row] == 0 else { return nil }
      return state.parts[row * columnCount..<(row + 1) * columnCount].compactMap { $0 }
    }
  }
}
