// What a verification looked at and what it found.

package import ColonnadeBase

/// Counts of what was checked, and the problems.
package struct FileVerification: Sendable {
  package var metadataBlockCount = 0
  package var dataBlockCount = 0
  package var fieldCount = 0
  package var rowGroupCount = 0
  package var chunkCount = 0
  package var pageCount = 0
  /// Slots decoded, of all fields.
  package var slotCount = 0
  /// Entries of statistics held against the values.
  package var statisticsCount = 0
  package var bloomFilterCount = 0
  /// Columns that this version cannot read, with the reason.
  package var unreadable: [String] = []
  /// In the order of the file, at most `problemLimit`; each names the file.
  package var problems: [ColonnadeError] = []

  package static let problemLimit = 100

  package init() {}

  package var isSound: Bool { problems.isEmpty }

  mutating func add(_ other: FileVerification) {
    chunkCount += other.chunkCount
    pageCount += other.pageCount
    slotCount += other.slotCount
    statisticsCount += other.statisticsCount
    bloomFilterCount += other.bloomFilterCount
    for reason in other.unreadable where !unreadable.contains(reason) { unreadable.append(reason) }
    for problem in other.problems { report(problem) }
  }

  mutating func report(_ problem: ColonnadeError) {
    if problems.count < FileVerification.problemLimit { problems.append(problem) }
  }

  /// Runs one check; what it throws is a problem, unless it says that the work should end or that
  /// the disk failed.
  mutating func check(
    _ body: (inout FileVerification) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    do {
      try body(&self)
    } catch {
      if error.kind == .cancelled || error.kind == .io { throw error }
      report(error)
    }
  }
}
