// A table at one version as the source of a scan.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat
package import ColonnadeTable

/// All rows of one version of a table: commits in their order, in each its entries in theirs.
package final class TableScanSource: ScanSource {
  package let table: Table
  private let files: OpenFiles
  private let known = Lock<Listing?>(nil)

  /// - Parameter readMetrics: counts what reading the files costs.
  package init(_ table: Table, readMetrics: ReadMetrics? = nil) {
    self.table = table
    files = OpenFiles(table.folder.fileSystem, metrics: readMetrics)
  }

  package var columns: any ColumnCatalog { table.snapshot.columns }
  package var rowCount: Int { Int(clamping: table.snapshot.rowCount) }

  /// All entries and where their rows stand; listed once, where someone asks for rows by number.
  private struct Listing: Sendable {
    let entries: [TableEntry]
    let layout: ScanLayout
  }

  private func listing() throws(ColonnadeError) -> Listing {
    if let known = known.withLock({ $0 }) { return known }
    let entries = try table.snapshot.entries().entries
    let listing = Listing(
      entries: entries,
      layout: try ScanLayout(entries.map { ScanFragment($0) }, rowCount: rowCount))
    known.withLock { $0 = listing }
    return listing
  }

  package func layout() throws(ColonnadeError) -> ScanLayout { try listing().layout }

  package func fragments(
    rows: Range<Int>?, pruning predicate: BoundPredicate?, metrics: ScanMetrics
  ) throws(ColonnadeError) -> [ScanFragment] {
    if let rows { return try fragments(among: rows, predicate, metrics) }
    let snapshot = table.snapshot
    var reasons: [String: Int] = [:]
    let selection: EntrySelection
    if let predicate {
      selection = try snapshot.entries(
        EntryFilter(columnIDs: predicate.columnIDs) { (part) throws(ColonnadeError) in
          switch try predicate.prune(PartStatistics(part: part)) {
          case .none(let reason):
            reasons[reason, default: 0] += part.entryCount
            return .skipped
          case .all: return .whole
          case .some: return .kept
          }
        })
    } else {
      selection = try snapshot.entries()
    }
    let fragments = selection.entries.map { ScanFragment($0) }
    let wholeCount = fragments.count(where: \.matchesWhole)
    metrics.update { report in
      report[.partition].considered += Int(clamping: selection.entryCount)
      report[.partition].pruned += Int(clamping: selection.prunedEntryCount)
      report[.partition].matchedWhole += wholeCount
      report[.partition].reasons.merge(reasons, uniquingKeysWith: +)
      report[.file].considered += Int(clamping: snapshot.fileCount)
      report[.file].pruned +=
        Int(clamping: snapshot.fileCount) - Set(fragments.map(\.path)).count
    }
    return fragments
  }

  /// The entries that hold some of `rows` and are not ruled out.
  private func fragments(
    among rows: Range<Int>, _ predicate: BoundPredicate?, _ metrics: ScanMetrics
  ) throws(ColonnadeError) -> [ScanFragment] {
    let listing = try listing()
    var fragments: [ScanFragment] = []
    var paths = Set<String>()
    for part in listing.layout.parts(of: rows) {
      var fragment = listing.layout.fragments[part.index]
      fragment.rows = part.rows
      var verdict = Pruning.some
      if let predicate {
        verdict = try predicate.prune(PartStatistics(part: listing.entries[part.index]))
      }
      metrics.record(verdict, at: .partition)
      paths.insert(fragment.path)
      if case .none = verdict { continue }
      if case .all = verdict { fragment.matchesWhole = true }
      fragments.append(fragment)
    }
    let (considered, kept) = (paths.count, Set(fragments.map(\.path)).count)
    metrics.update { report in
      report[.file].considered += considered
      report[.file].pruned += considered - kept
    }
    return fragments
  }

  package func statistics(
    of field: BoundField, in fragment: ScanFragment
  ) throws(ColonnadeError) -> Statistics? {
    guard field.path.isEmpty else { return nil }
    return try fragment.entry?.statistics(ofFieldID: field.columnID)
  }

  package func open(_ fragment: ScanFragment) throws(ColonnadeError) -> FileReader {
    try files.open(fragment.path, fileID: fragment.fileID)
  }
}

extension ScanFragment {
  /// All rows of an entry.
  fileprivate init(_ entry: TableEntry) {
    self.init(
      path: entry.path, fileID: entry.fileID, rowGroups: entry.rowGroups,
      rowCount: entry.entryRowCount, rows: 0..<entry.entryRowCount,
      matchesWhole: entry.matchesWhole, entry: entry)
  }
}

/// What the manifest says of an entry, of a zone of entries, or of a whole manifest.
private struct PartStatistics: PruningSource {
  let part: any PruningStatistics

  func statistics(of field: BoundField) throws(ColonnadeError) -> Statistics? {
    guard field.path.isEmpty else { return nil }
    return try part.statistics(ofFieldID: field.columnID)
  }

  func mayContain(_ value: Value, in field: BoundField) throws(ColonnadeError) -> Bool {
    guard field.path.isEmpty else { return true }
    return try part.mayContain(value, fieldID: field.columnID)
  }
}
