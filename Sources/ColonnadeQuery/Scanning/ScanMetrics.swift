// What a scan considered, skipped and read, level by level. Safe to add to from many threads.

import ColonnadeBase

/// The levels at which a scan skips, outermost first.
public enum ScanLevel: Int, Sendable, CaseIterable {
  case partition, file, rowGroup, zone

  /// The level's name in `explain`.
  public var name: String {
    switch self {
    case .partition: "partitions"
    case .file: "files"
    case .rowGroup: "row groups"
    case .zone: "zones"
    }
  }
}

/// Counts of one level.
public struct ScanLevelCounts: Sendable, Equatable {
  public var considered = 0
  /// Skipped: no row can match.
  public var pruned = 0
  /// Kept without testing rows: every row matches.
  public var matchedWhole = 0
  /// Why items were skipped: the part of the predicate, and how many it skipped.
  public var reasons: [String: Int] = [:]

  public var kept: Int { considered - pruned }
}

/// A snapshot of what a scan did.
public struct ScanReport: Sendable {
  public var levels = [ScanLevelCounts](repeating: ScanLevelCounts(), count: 4)
  /// Rows in question: of the table version or file, or of the range that was asked for.
  public var rowsTotal = 0
  /// Rows of these that are skipped, tested or handed out so far; grows to `rowsTotal`.
  public var rowsDone = 0
  /// Rows whose predicate columns were decoded, or that were handed out without a test.
  public var rowsRead = 0
  public var rowsReturned = 0
  /// Batches of rows whose projection was never decoded, because no row matched.
  public var projectionsSkipped = 0

  public subscript(level: ScanLevel) -> ScanLevelCounts {
    get { levels[level.rawValue] }
    set { levels[level.rawValue] = newValue }
  }
}

/// Collects a `ScanReport`.
package final class ScanMetrics: Sendable {
  private let state = Lock(ScanReport())

  package init() {}

  package var report: ScanReport { state.withLock { $0 } }

  func update(_ body: (inout ScanReport) -> Void) { state.withLock { body(&$0) } }

  /// Records the verdict over one item of a level.
  func record(_ verdict: Pruning, at level: ScanLevel, count: Int = 1) {
    update { report in
      report[level].considered += count
      switch verdict {
      case .none(let reason):
        report[level].pruned += count
        report[level].reasons[reason, default: 0] += count
      case .all: report[level].matchedWhole += count
      case .some: break
      }
    }
  }

  /// Records what stored bounds ruled out at a level.
  func record(_ tally: StoredBounds.Tally, of bounds: StoredBounds, at level: ScanLevel) {
    for (condition, count) in tally.counts.enumerated() where count > 0 {
      record(.none(reason: bounds.reason(condition)), at: level, count: count)
    }
    if tally.rowCount > 0 { update { $0.rowsDone += tally.rowCount } }
  }
}
