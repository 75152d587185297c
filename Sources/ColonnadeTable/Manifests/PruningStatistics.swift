// What is asked of parts of a table, and what the answer is: entries, runs and zones of them, whole
// manifests.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat

/// What is known of the rows of a part of a table without reading them.
package protocol PruningStatistics {
  /// The most rows there can be.
  var rowCount: UInt64 { get }

  /// Entries of manifests in the part.
  var entryCount: Int { get }

  /// - Returns: `nil` where nothing is known of the column.
  func statistics(ofFieldID id: Int) throws(ColonnadeError) -> Statistics?

  /// Whether a row whose column equals `value` can be there; says more than bounds where the
  /// table is partitioned by `bucket`.
  func mayContain(_ value: Value, fieldID: Int) throws(ColonnadeError) -> Bool
}

/// What a question makes of a part.
package enum PartVerdict: Sendable {
  /// No row can matter.
  case skipped
  /// Rows may matter.
  case kept
  /// Every row matters.
  case whole
}

/// A question put to parts of a table.
package struct EntryFilter {
  /// Ids of the columns it depends on; runs of partition values are only tried for these.
  let columnIDs: Set<Int>
  let verdict: (any PruningStatistics) throws(ColonnadeError) -> PartVerdict

  /// - Parameter verdict: of a part by what is known of its rows. What it says of a part has to hold
  ///   for all that is in it.
  package init(
    columnIDs: Set<Int>,
    verdict: @escaping (any PruningStatistics) throws(ColonnadeError) -> PartVerdict
  ) {
    self.columnIDs = columnIDs
    self.verdict = verdict
  }
}
