// One file as the source of a scan.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat

/// All rows of one file.
package struct FileScanSource: ScanSource {
  package let file: FileReader

  package init(_ file: FileReader) { self.file = file }

  package var columns: any ColumnCatalog { file }
  package var rowCount: Int { file.rowCount }

  private var whole: ScanFragment {
    ScanFragment(
      path: file.path, fileID: nil, rowGroups: nil, rowCount: file.rowCount,
      rows: 0..<file.rowCount, matchesWhole: false)
  }

  package func layout() throws(ColonnadeError) -> ScanLayout {
    try ScanLayout([whole], rowCount: rowCount)
  }

  package func fragments(
    rows: Range<Int>?, pruning predicate: BoundPredicate?, metrics: ScanMetrics
  ) throws(ColonnadeError) -> [ScanFragment] {
    var verdict = Pruning.some
    if let predicate {
      let mapping = try ColumnMapping(file, file: file, columns: predicate.columns)
      verdict = try predicate.prune(
        FileStatistics(file: file, mapping: mapping, level: .file, rowCount: file.rowCount))
    }
    metrics.record(verdict, at: .file)
    if case .none = verdict { return [] }
    if let rows, rows.isEmpty { return [] }
    var fragment = whole
    if let rows { fragment.rows = rows }
    if case .all = verdict { fragment.matchesWhole = true }
    return [fragment]
  }

  package func statistics(
    of field: BoundField, in fragment: ScanFragment
  ) throws(ColonnadeError) -> Statistics? {
    try file.statistics(column: field.column, path: field.path, level: .file)
  }

  package func open(_ fragment: ScanFragment) throws(ColonnadeError) -> FileReader { file }
}

/// What a file's statistics say at one level.
struct FileStatistics: PruningSource {
  let file: FileReader
  let mapping: ColumnMapping
  let level: StatisticsLevel
  let rowCount: Int

  func statistics(of field: BoundField) throws(ColonnadeError) -> Statistics? {
    guard let column = mapping[field.column] else {
      // A file that has no such column: every row is null.
      return mapping.isMissing(field.column)
        ? Statistics(count: UInt64(rowCount), nullCount: UInt64(rowCount), nanCount: 0) : nil
    }
    return try file.statistics(column: column, path: field.path, level: level)
  }

  func mayContain(_ value: Value, in field: BoundField) throws(ColonnadeError) -> Bool {
    guard case .rowGroup(let group) = level, field.path.isEmpty,
      let column = mapping[field.column]
    else { return true }
    return try file.mayContain(value, column: column, rowGroup: group)
  }
}
