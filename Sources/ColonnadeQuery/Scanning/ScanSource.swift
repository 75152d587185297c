// Where a scan's rows come from: the files of a table version, or one file, in a stated order.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat

/// A run of row groups of one file.
package struct ScanFragment: Sendable {
  /// Path of the file.
  package var path: String
  /// The id the file must have; `nil` where none is known.
  package var fileID: [UInt8]?
  /// What the fragment is, as `explain` names it: its partition value, or nothing.
  package var label: String
  /// Row groups of the file that belong to it; `nil` for all.
  package var rowGroups: Range<Int>?
  package var rowCount: Int
  /// True where it is known before the file is opened that every row matches.
  package var matchesWhole: Bool
}

/// Lists fragments in the order their rows are returned, and opens them.
package protocol ScanSource: Sendable {
  /// The schema by which columns are named.
  var schema: Schema { get }
  var rowCount: Int { get }

  /// The fragments that are not ruled out; what was ruled out is reported to `metrics`.
  func fragments(
    pruning predicate: BoundPredicate?, metrics: ScanMetrics
  ) throws(ColonnadeError) -> [ScanFragment]

  /// Opens a fragment's file, or hands out one that is open.
  func open(_ fragment: ScanFragment) throws(ColonnadeError) -> FileReader
}
