// The least and the greatest value of a column, from what is stored of entries, files and zones where
// that is exact, and by reading the rest where it could matter.
// Invariant: a part is left unread only where its statistics tell its bounds exactly, or show that it
// holds nothing below the least and nothing above the greatest value found elsewhere. Statistics of rows
// speak of all rows there were: where rows are deleted one day, they are bounds that are not exact.

package import ColonnadeArrays
package import ColonnadeBase
import ColonnadeFormat

/// The least and the greatest value of a column among some rows; NaN is the greatest, NULL is no value.
package struct Extremes: Sendable {
  private var least: Value?
  private var greatest: Value?
  private var hasNaN = false

  /// NULL where no row has a value.
  package var minimum: Value { least ?? (hasNaN ? .float(.nan) : .null) }
  package var maximum: Value { hasNaN ? .float(.nan) : greatest ?? .null }

  /// One row of both, `minimum` and `maximum`.
  package func batch(as type: DataType) throws(ColonnadeError) -> Batch {
    var columns: [Column] = []
    for value in [minimum, maximum] {
      let builder = ColumnBuilder(type, capacity: 1)
      try builder.append(value: value)
      columns.append(builder.finish())
    }
    return Batch(
      schema: Schema([Field("minimum", type), Field("maximum", type)]), columns: columns,
      rowCount: 1)
  }

  /// Adds values of which statistics tell the bounds.
  /// - Returns: false where they do not; nothing was added then.
  fileprivate mutating func add(_ statistics: Statistics?) -> Bool {
    guard let statistics, let nans = statistics.nanCount else { return false }
    let isEmpty = statistics.nullCount.map { $0 + nans >= statistics.count } ?? false
    if !isEmpty {
      guard let minimum = statistics.minimum, let maximum = statistics.maximum, minimum.isExact,
        maximum.isExact
      else { return false }
      if least.map({ Extremes.isBelow(minimum.value, $0) }) ?? true {
        least = Extremes.plain(minimum.value)
      }
      if greatest.map({ Extremes.isBelow($0, maximum.value) }) ?? true {
        greatest = Extremes.plain(maximum.value)
      }
    }
    hasNaN = hasNaN || nans > 0
    return true
  }

  /// Whether values with these statistics can change anything.
  fileprivate func canChange(by statistics: Statistics?) -> Bool {
    guard let statistics, let least, let greatest, let minimum = statistics.minimum?.value,
      let maximum = statistics.maximum?.value
    else { return true }
    return Extremes.isBelow(minimum, least) || Extremes.isBelow(greatest, maximum)
      || (!hasNaN && statistics.nanCount != 0)
  }

  private static func isBelow(_ value: Value, _ other: Value) -> Bool {
    (value.order(other) ?? 0) < 0
  }

  /// Statistics tell of zero with either sign.
  private static func plain(_ value: Value) -> Value {
    if case .float(0) = value { .float(0) } else { value }
  }
}

extension Scan {
  /// The least and the greatest value of a column among the rows that match.
  /// - Parameters:
  ///   - field: bound to `source.columns`.
  ///   - options: its rows and its cancellation; a limit has no meaning here.
  /// - Throws: `.schemaMismatch` for a column whose values have no order, and what reading throws.
  /// - Complexity: O(entries kept + zones that statistics do not settle); no page is read of parts
  ///   whose every row matches and whose bounds are exact.
  package static func extremes(
    of field: BoundField, in source: any ScanSource, predicate: BoundPredicate? = nil,
    options: ScanOptions = ScanOptions(), metrics: ScanMetrics = ScanMetrics()
  ) throws(ColonnadeError) -> Extremes {
    guard !field.type.isNested, field.type != .null else {
      throw ColonnadeError(
        .schemaMismatch,
        "the values of column '\(field.name)' have no order: its type is \(field.type)")
    }
    let rows = options.rows.map(source.existing)
    let fragments = try source.fragments(rows: rows, pruning: predicate, metrics: metrics)
    var found = Extremes()
    var rest: [ScanFragment] = []
    for fragment in fragments {
      let isWhole =
        (predicate == nil || fragment.matchesWhole) && fragment.rows.count == fragment.rowCount
      if isWhole, found.add(try source.statistics(of: field, in: fragment)) { continue }
      rest.append(fragment)
    }
    let columns = Set([field.column]).union(predicate?.columns ?? []).sorted()
    let planner = ScanPlanner(
      source: source, fragments: rest, predicate: predicate, projection: columns,
      totalRowCount: rows?.count ?? source.rowCount, metrics: metrics)
    var unread: [(unit: ScanUnit, statistics: Statistics?)] = []
    while let unit = try planner.next() {
      try options.cancellation?.check()
      for (part, statistics) in try parts(of: unit, field) {
        if part.matchesWhole, found.add(statistics) { continue }
        unread.append((part, statistics))
      }
    }
    let reader = ExtremesReader(
      field: field,
      units: ScanUnitReader(
        source: source.columns, projection: ScanProjection(field), predicate: predicate,
        metrics: metrics))
    let state = Lock(found)
    let work = unread
    try WorkerPool.shared.run(count: work.count, cancellation: options.cancellation) {
      (index) throws(ColonnadeError) in
      let (unit, statistics) = work[index]
      guard state.withLock({ $0.canChange(by: statistics) }) else { return }
      let read = try reader.statistics(unit)
      state.withLock { _ = $0.add(read) }
    }
    metrics.update { $0.rowsDone = $0.rowsTotal }
    return state.withLock { $0 }
  }

  /// A unit zone by zone, with what is stored of each zone.
  private static func parts(
    of unit: ScanUnit, _ field: BoundField
  ) throws(ColonnadeError) -> [(unit: ScanUnit, statistics: Statistics?)] {
    let groupRowCount = try unit.file.rowGroup(at: unit.rowGroup).rowCount
    let zoneRowCount = unit.file.zoneRowCount
    var parts: [(unit: ScanUnit, statistics: Statistics?)] = []
    var first = unit.rows.lowerBound
    while first < unit.rows.upperBound {
      let zone = first / zoneRowCount
      let zoneRows = zone * zoneRowCount..<min((zone + 1) * zoneRowCount, groupRowCount)
      var part = unit
      part.rows = first..<min(zoneRows.upperBound, unit.rows.upperBound)
      // What holds of a whole zone bounds a part of it, but tells no value of that part.
      part.matchesWhole = unit.matchesWhole && part.rows == zoneRows
      let statistics = try FileStatistics(
        file: unit.file, mapping: unit.columns, level: .zone(unit.rowGroup, zone),
        rowCount: zoneRows.count
      ).statistics(of: field)
      parts.append((part, statistics))
      first = part.rows.upperBound
    }
    return parts
  }
}

/// Reads parts that statistics do not settle; safe on any thread.
private struct ExtremesReader: Sendable {
  let field: BoundField
  let units: ScanUnitReader

  /// - Returns: exact statistics of the part's rows that match.
  func statistics(_ unit: ScanUnit) throws(ColonnadeError) -> Statistics {
    guard let batch = try units.read(unit) else {
      return Statistics(count: 0, nullCount: 0, nanCount: 0)
    }
    return try Statistics(exactlyOf: batch.columns[0])
  }
}
