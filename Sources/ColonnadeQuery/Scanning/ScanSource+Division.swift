// Rows cut into runs for as many workers, from metadata alone.
// Invariant: boundaries lie no further from an even cut than an eighth of a run, so they ascend and
// no run is much longer than another.

package import ColonnadeBase
import ColonnadeFormat

extension ScanSource {
  /// Row numbers that cut the rows into `count` runs of about equal size: 0, ascending, the row
  /// count. They lie where row groups begin, else where zones do, where one is near enough.
  /// - Throws: `.invalidArgument` for no run, `.limitExceeded` for more than 2^20.
  /// - Complexity: O(fragments + count × log row groups); opens `count` files at most.
  package func divide(into count: Int) throws(ColonnadeError) -> [Int] {
    guard count > 0 else {
      throw ColonnadeError(.invalidArgument, "rows are divided into one run at least")
    }
    guard count <= 1 << 20 else {
      throw ColonnadeError(.limitExceeded, "rows are divided into \(1 << 20) runs at most")
    }
    let layout = try layout()
    let tolerance = rowCount / count / 8
    var boundaries = [0]
    for index in 1..<count {
      let even = Int(Int128(rowCount) * Int128(index) / Int128(count))
      boundaries.append(try boundary(near: even, tolerance, layout))
    }
    boundaries.append(rowCount)
    return boundaries
  }

  /// Where a row group or a zone begins near `row`; `row` itself where none is near enough.
  private func boundary(
    near row: Int, _ tolerance: Int, _ layout: ScanLayout
  ) throws(ColonnadeError) -> Int {
    guard row > 0, row < rowCount else { return row }
    let index = layout.index(containing: row)
    let start = layout.starts[index]
    if let found = nearest(to: row, [start, layout.starts[index + 1]], tolerance) { return found }
    let file = try open(layout.fragments[index])
    let (rows, groups) = try layout.fragments[index].rowGroups(in: file)
    let delta = start - rows.lowerBound
    let group = try file.rowGroupIndex(containing: row - delta)
    guard groups.contains(group) else { return row }
    let entry = try file.rowGroup(at: group)
    let first = Int(clamping: entry.firstRow) + delta
    if let found = nearest(to: row, [first, first + entry.rowCount], tolerance) { return found }
    let zone = first + (row - first) / file.zoneRowCount * file.zoneRowCount
    return nearest(to: row, [zone, zone + file.zoneRowCount], tolerance) ?? row
  }

  private func nearest(to row: Int, _ candidates: [Int], _ tolerance: Int) -> Int? {
    candidates.filter { abs($0 - row) <= tolerance }.min { abs($0 - row) < abs($1 - row) }
  }
}
