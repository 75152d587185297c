// A table at one version as the source of a scan.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat
package import ColonnadeTable

/// All rows of one version of a table: commits in their order, in each its entries in theirs.
package final class TableScanSource: ScanSource {
  package let table: Table
  private let files: OpenFiles

  /// - Parameter readMetrics: counts what reading the files costs.
  package init(_ table: Table, readMetrics: ReadMetrics? = nil) {
    self.table = table
    files = OpenFiles(table.folder.fileSystem, metrics: readMetrics)
  }

  package var schema: Schema { table.snapshot.schema }
  package var rowCount: Int { Int(clamping: table.snapshot.rowCount) }

  package func fragments(
    pruning predicate: BoundPredicate?, metrics: ScanMetrics
  ) throws(ColonnadeError) -> [ScanFragment] {
    let snapshot = table.snapshot
    var whole = Set<EntryKey>()
    var reasons: [String: Int] = [:]
    let selection = try snapshot.entries { (part) throws(ColonnadeError) -> Bool in
      guard let predicate else { return true }
      let verdict = try predicate.prune(PartStatistics(part: part, schema: snapshot.schema))
      switch verdict {
      case .none(let reason):
        reasons[reason, default: 0] += 1
        return false
      case .all:
        if let entry = part as? TableEntry { whole.insert(EntryKey(entry)) }
        return true
      case .some: return true
      }
    }
    let fragments = selection.entries.map { entry in
      ScanFragment(
        path: entry.path, fileID: entry.fileID, label: entry.partitionText,
        rowGroups: entry.rowGroups, rowCount: entry.entryRowCount,
        matchesWhole: whole.contains(EntryKey(entry)))
    }
    let wholeCount = whole.count
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

  package func open(_ fragment: ScanFragment) throws(ColonnadeError) -> FileReader {
    try files.open(fragment.path, fileID: fragment.fileID)
  }
}

/// What the manifest says of an entry, of a zone of entries, or of a whole manifest.
private struct PartStatistics: PruningSource {
  let part: any PruningStatistics
  let schema: Schema

  func statistics(of field: BoundField) throws(ColonnadeError) -> Statistics? {
    guard field.path.isEmpty else { return nil }
    return try part.statistics(ofFieldID: schema.fields[field.column].id)
  }

  func mayContain(_ value: Value, in field: BoundField) throws(ColonnadeError) -> Bool {
    guard field.path.isEmpty else { return true }
    return try part.mayContain(value, fieldID: schema.fields[field.column].id)
  }
}

/// What tells the entries of a table apart.
private struct EntryKey: Hashable {
  let version: UInt64
  let ordinal: Int

  init(_ entry: TableEntry) {
    version = entry.addedVersion
    ordinal = entry.ordinal
  }
}
