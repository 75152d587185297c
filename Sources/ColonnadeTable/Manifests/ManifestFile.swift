// A manifest being read: columns are decoded zone by zone, when someone asks, and kept.
// Invariants: every number from the file is checked before it becomes an entry; a name becomes a
// path only after it was checked to be one of the table's own.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// One manifest of a snapshot.
final class ManifestFile: Sendable {
  /// The statistics columns of one column of the table, for the entries of one zone.
  struct Measured<Part> {
    let minimum: Part
    let maximum: Part
    let nulls: Part
    /// `nil` where the type has no NaN.
    let nans: Part?
    let bounds: Part
  }

  private struct Place: Hashable {
    var zone: Int
    var columnID: Int
  }

  /// One of the columns that every manifest has, for the entries chosen.
  private enum FixedColumn {
    case constant(Value)
    case values(Column)

    func value(at index: Int) -> Value {
      switch self {
      case .constant(let value): value
      case .values(let column): column.value(at: index)
      }
    }
  }

  let partitioning: Partitioning
  /// The partitioning's fields and the types of their sources.
  let sources: [PartitionSource]
  private let reference: ManifestReference
  private let columns: TableColumns
  private let partTypes: [DataType]
  private let folder: TableFolder
  private let pages: ManifestPages
  private let measured = Lock<[Place: Measured<Column>?]>([:])

  init(
    _ reference: ManifestReference, partitioning: Partitioning, in access: ManifestAccess
  ) throws(ColonnadeError) {
    self.reference = reference
    self.partitioning = partitioning
    columns = access.columns
    folder = access.folder
    sources = try columns.sources(of: partitioning)
    partTypes = try partitioning.types(in: columns.catalog)
    pages = try ManifestPages(try access.file(reference))
  }

  /// Rows of all its entries.
  var rowCount: UInt64 { reference.rowCount }

  var zoneCount: Int { pages.zoneCount }

  /// Entries in a zone.
  func rowCount(zone: Int) -> Int { pages.rowCount(zone: zone) }

  /// A column of the manifest in a zone; `nil` where the manifest does not have it.
  func column(_ name: String, zone: Int) throws(ColonnadeError) -> Column? {
    try pages.column(name, zone: zone)
  }

  func statistics(_ name: String, zone: Int) throws(ColonnadeError) -> Statistics? {
    try pages.statistics(name, zone: zone)
  }

  /// What an entry states of a column of the table; `nil` where the manifest states nothing.
  func measured(_ id: Int, zone: Int, row: Int) throws(ColonnadeError) -> Measured<Value>? {
    if rowCount(zone: zone) == 1, let alone = try measuredAlone(id, zone: zone) { return alone }
    guard let measured = try measured(id, zone: zone) else { return nil }
    return Measured(
      minimum: measured.minimum.value(at: row), maximum: measured.maximum.value(at: row),
      nulls: measured.nulls.value(at: row), nans: measured.nans?.value(at: row),
      bounds: measured.bounds.value(at: row))
  }

  /// What the one entry of a zone states of a column of the table; `nil` where columns must be decoded
  /// to know.
  private func measuredAlone(_ id: Int, zone: Int) throws(ColonnadeError) -> Measured<Value>? {
    guard let type = try columns.type(ofColumn: id),
      var index = try pages.index(ManifestLayout.minimumName(id), near: -1),
      let minimum = try pages.constant(index, type, zone: zone)
    else { return nil }
    // The columns of one column stand beside each other.
    func next(_ name: String, _ type: DataType) throws(ColonnadeError) -> Value? {
      guard let found = try pages.index(name, near: index + 1) else { return nil }
      index = found
      return try pages.constant(found, type, zone: zone)
    }
    guard let maximum = try next(ManifestLayout.maximumName(id), type),
      let nulls = try next(ManifestLayout.nullsName(id), .int64)
    else { return nil }
    var nans: Value?
    switch type {
    case .float16, .float32, .float64:
      nans = try next(ManifestLayout.nansName(id), .int64)
      if nans == nil { return nil }
    default: break
    }
    guard let bounds = try next(ManifestLayout.boundsName(id), .uint8) else { return nil }
    return Measured(minimum: minimum, maximum: maximum, nulls: nulls, nans: nans, bounds: bounds)
  }

  /// The statistics of a column of the table; `nil` where the manifest has none.
  private func measured(_ id: Int, zone: Int) throws(ColonnadeError) -> Measured<Column>? {
    let place = Place(zone: zone, columnID: id)
    if let known = measured.withLock({ $0[place] }) { return known }
    var found: Measured<Column>?
    if let type = try columns.type(ofColumn: id),
      let bounds = try checked(ManifestLayout.boundsName(id), .uint8, zone),
      let minimum = try checked(ManifestLayout.minimumName(id), type, zone),
      let maximum = try checked(ManifestLayout.maximumName(id), type, zone),
      let nulls = try checked(ManifestLayout.nullsName(id), .int64, zone)
    {
      found = Measured(
        minimum: minimum, maximum: maximum, nulls: nulls,
        nans: try checked(ManifestLayout.nansName(id), .int64, zone), bounds: bounds)
    }
    measured.withLock { $0[place] = found }
    return found
  }

  private func checked(
    _ name: String, _ type: DataType, _ zone: Int, _ rows: [Int]? = nil
  ) throws(ColonnadeError) -> Column? {
    guard let column = try pages.column(name, zone: zone, rows: rows) else { return nil }
    guard column.type.physical == type.physical, !column.type.isNested else {
      throw corrupt("column '\(name)' has type \(column.type) instead of \(type)")
    }
    return column
  }

  private func needed(
    _ name: String, _ type: DataType, _ zone: Int, _ rows: [Int]? = nil
  ) throws(ColonnadeError) -> Column {
    guard let column = try checked(name, type, zone, rows) else {
      throw corrupt("the manifest has no column '\(name)'")
    }
    return column
  }

  private func corrupt(_ message: String) -> ColonnadeError {
    ColonnadeError(.corrupt, message, file: pages.path)
  }

  /// The version that added an entry.
  func addedVersion(zone: Int, row: Int) throws(ColonnadeError) -> UInt64 {
    let column = try needed(ManifestLayout.addedVersionName, .int64, zone)
    return try addedVersion(column.value(at: row))
  }

  private func addedVersion(_ stored: Value) throws(ColonnadeError) -> UInt64 {
    guard case .integer(let version) = stored else { return reference.addedVersion }
    guard version >= 1, version <= Int128(reference.addedVersion) else {
      throw corrupt("an entry was added by version \(version)")
    }
    return UInt64(version)
  }

  /// The parts of the partition values of a zone's entries.
  func partitionColumns(zone: Int) throws(ColonnadeError) -> [Column] {
    try partitionColumns(zone, nil)
  }

  private func partitionColumns(
    _ zone: Int, _ rows: [Int]?
  ) throws(ColonnadeError) -> [Column] {
    var parts: [Column] = []
    for (source, type) in zip(sources, partTypes) {
      parts.append(try needed(ManifestLayout.partitionName(source.field.id), type, zone, rows))
    }
    return parts
  }

  /// Rows of an entry.
  func entryRowCount(zone: Int, row: Int) throws(ColonnadeError) -> UInt64 {
    let name = ManifestLayout.rowCountName
    var value: Value?
    if rowCount(zone: zone) == 1,
      let column = try pages.index(name, near: ManifestLayout.rowCountIndex)
    {
      value = try pages.constant(column, .int64, zone: zone)
    }
    let stored = if let value { value } else { try needed(name, .int64, zone).value(at: row) }
    return UInt64(try number(stored, least: 1, name, zone, row))
  }

  private func number(
    _ value: Value, least: Int128, _ name: String, _ zone: Int, _ row: Int
  ) throws(ColonnadeError) -> Int {
    guard case .integer(let value) = value, value >= least, value < 1 << 62 else {
      throw corrupt("entry \(row) of zone \(zone) has no '\(name)' that could be")
    }
    return Int(value)
  }

  /// Entries of a zone.
  /// - Parameter chosen: their rows in the zone, ascending, and what the question said of them.
  func entries(
    zone: Int, _ chosen: [(row: Int, matchesWhole: Bool)]
  ) throws(ColonnadeError) -> [TableEntry] {
    guard !chosen.isEmpty else { return [] }
    let rows: [Int]? = chosen.count == rowCount(zone: zone) ? nil : chosen.map(\.row)
    var fixed: [FixedColumn] = []
    fixed.reserveCapacity(ManifestLayout.fixed.count)
    for (index, (name, type)) in ManifestLayout.fixed.enumerated() {
      if let column = try pages.index(name, near: index),
        let value = try pages.constant(column, type, zone: zone)
      {
        fixed.append(.constant(value))
      } else {
        fixed.append(.values(try needed(name, type, zone, rows)))
      }
    }
    let parts = try partitionColumns(zone, rows)
    var entries: [TableEntry] = []
    entries.reserveCapacity(chosen.count)
    for (index, (row, matchesWhole)) in chosen.enumerated() {
      func number(_ column: Int, least: Int128) throws(ColonnadeError) -> Int {
        try self.number(
          fixed[column].value(at: index), least: least, ManifestLayout.fixed[column].name, zone, row
        )
      }
      guard case .string(let name) = fixed[0].value(at: index),
        case .binary(let fileID) = fixed[2].value(at: index)
      else { throw corrupt("entry \(row) of zone \(zone) names no file") }
      let firstGroup = try number(3, least: 0)
      let groupCount = try number(4, least: 1)
      entries.append(
        TableEntry(
          partition: parts.map { $0.value(at: index) }, fileName: name,
          path: try folder.dataPath(name), fileByteCount: try number(1, least: 1),
          fileID: fileID, rowGroups: firstGroup..<firstGroup + groupCount,
          firstRow: try number(5, least: 0), entryRowCount: try number(6, least: 1),
          byteCount: try number(7, least: 0),
          addedVersion: try addedVersion(fixed[8].value(at: index)),
          ordinal: try number(9, least: 0), matchesWhole: matchesWhole, manifest: self, zone: zone,
          row: row))
    }
    return entries
  }
}
