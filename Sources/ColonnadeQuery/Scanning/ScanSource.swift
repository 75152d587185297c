// Where a scan's rows come from: the files of a table version, or one file, in a stated order.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat
package import ColonnadeTable

/// A run of row groups of one file.
package struct ScanFragment: Sendable {
  /// Path of the file.
  package var path: String
  /// The id the file must have; `nil` where none is known.
  package var fileID: [UInt8]?
  /// Row groups of the file that belong to it; `nil` for all.
  package var rowGroups: Range<Int>?
  package var rowCount: Int
  /// Those of its rows that are wanted, counted from its first.
  package var rows: Range<Int>
  /// True where it is known before the file is opened that every row matches.
  package var matchesWhole: Bool
  /// The entry of the table; `nil` of a file on its own.
  package var entry: TableEntry?
}

/// Lists fragments in the order their rows are returned, and opens them.
package protocol ScanSource: Sendable {
  /// The columns by which questions name them.
  var columns: any ColumnCatalog { get }
  var rowCount: Int { get }

  /// The fragments that are not ruled out; what was ruled out is reported to `metrics`.
  /// - Parameter rows: rows of the source, at most its row count; `nil` for all. Fragments that hold
  ///   none of them are not considered.
  func fragments(
    rows: Range<Int>?, pruning predicate: BoundPredicate?, metrics: ScanMetrics
  ) throws(ColonnadeError) -> [ScanFragment]

  /// All fragments with the rows they start at.
  /// - Complexity: O(fragments) the first time.
  func layout() throws(ColonnadeError) -> ScanLayout

  /// What is stored of a column in all rows of a fragment; `nil` where nothing is, or where finding
  /// it would take more than metadata of the fragment as a whole.
  func statistics(
    of field: BoundField, in fragment: ScanFragment
  ) throws(ColonnadeError) -> Statistics?

  /// Opens a fragment's file, or hands out one that is open.
  func open(_ fragment: ScanFragment) throws(ColonnadeError) -> FileReader
}

extension ScanSource {
  /// What of `rows` the source has.
  func existing(_ rows: Range<Int>) -> Range<Int> { rows.clamped(to: 0..<rowCount) }
}

/// Every fragment of a source, in order, and where its rows stand.
package struct ScanLayout: Sendable {
  package let fragments: [ScanFragment]
  /// Row of the source that each fragment starts with, and behind the last the row count.
  package let starts: [Int]

  /// - Parameter rowCount: what the source says it has.
  /// - Throws: `.corrupt` where the fragments hold another number of rows.
  init(_ fragments: [ScanFragment], rowCount: Int) throws(ColonnadeError) {
    var starts = [0]
    starts.reserveCapacity(fragments.count + 1)
    var next = 0
    for fragment in fragments {
      let (sum, overflow) = next.addingReportingOverflow(fragment.rowCount)
      guard fragment.rowCount >= 0, !overflow, sum <= rowCount else {
        throw ColonnadeError(
          .corrupt, "more rows are listed than the \(rowCount) there are", file: fragment.path)
      }
      starts.append(sum)
      next = sum
    }
    guard next == rowCount else {
      throw ColonnadeError(
        .corrupt, "\(next) rows are listed of the \(rowCount) there are",
        file: fragments.first?.path)
    }
    self.fragments = fragments
    self.starts = starts
  }

  /// The fragment that holds a row.
  /// - Precondition: there is such a row.
  /// - Complexity: O(log fragments).
  package func index(containing row: Int) -> Int {
    precondition(row >= 0 && row < (starts.last ?? 0))
    var (low, high) = (0, fragments.count - 1)
    while low < high {
      let middle = low + (high - low + 1) / 2
      if starts[middle] <= row { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// The fragments that hold some of `rows`, and which of theirs those are.
  func parts(of rows: Range<Int>) -> [(index: Int, rows: Range<Int>)] {
    guard !rows.isEmpty else { return [] }
    var parts: [(index: Int, rows: Range<Int>)] = []
    for index in index(containing: rows.lowerBound)...index(containing: rows.upperBound - 1) {
      let own = rows.clamped(to: starts[index]..<starts[index + 1])
      if own.isEmpty { continue }
      parts.append(
        (index, own.lowerBound - starts[index]..<own.upperBound - starts[index]))
    }
    return parts
  }
}
