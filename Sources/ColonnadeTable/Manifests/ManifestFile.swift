// A manifest being read: columns are decoded zone by zone, when someone asks, and kept.
// Invariants: every number from the file is checked before it becomes an entry; a name becomes a
// path only after it was checked to be one of the table's own.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// The columns of a snapshot by id.
final class TableColumns: Sendable {
  let schema: Schema
  private let types: [Int: DataType]

  init(_ schema: Schema) {
    self.schema = schema
    types = Dictionary(
      schema.fields.map { ($0.id, $0.type) }, uniquingKeysWith: { first, _ in first })
  }

  func type(ofColumn id: Int) -> DataType? { types[id] }
}

/// One manifest of a snapshot.
final class ManifestFile: Sendable {
  /// The statistics columns of one column of the table, for the entries of one zone.
  struct Measured {
    let minimum: Column
    let maximum: Column
    let nulls: Column
    /// `nil` where the type has no NaN.
    let nans: Column?
    let bounds: Column
  }

  private struct Place: Hashable {
    var zone: Int
    var columnID: Int
  }

  let partitioning: Partitioning
  private let reference: ManifestReference
  private let columns: TableColumns
  private let partTypes: [DataType]
  private let folder: TableFolder
  private let pages: ManifestPages
  private let measured = Lock<[Place: Measured?]>([:])

  init(
    _ reference: ManifestReference, partitioning: Partitioning, columns: TableColumns,
    folder: TableFolder
  ) throws(ColonnadeError) {
    self.reference = reference
    self.partitioning = partitioning
    self.columns = columns
    self.folder = folder
    partTypes = try partitioning.types(in: columns.schema)
    pages = try ManifestPages(
      try folder.manifestPath(reference.name), reference, in: folder.fileSystem)
  }

  /// Rows of all its entries.
  var rowCount: UInt64 { reference.rowCount }

  var zoneCount: Int { pages.zoneCount }

  /// Entries in a zone.
  func rowCount(zone: Int) -> Int { pages.rowCount(zone: zone) }

  func type(ofColumn id: Int) -> DataType? { columns.type(ofColumn: id) }

  /// A column of the manifest in a zone; `nil` where the manifest does not have it.
  func column(_ name: String, zone: Int) throws(ColonnadeError) -> Column? {
    try pages.column(name, zone: zone)
  }

  func statistics(_ name: String, zone: Int) throws(ColonnadeError) -> Statistics? {
    try pages.statistics(name, zone: zone)
  }

  /// The statistics of a column of the table; `nil` where the manifest has none.
  func measured(_ id: Int, zone: Int) throws(ColonnadeError) -> Measured? {
    let place = Place(zone: zone, columnID: id)
    if let known = measured.withLock({ $0[place] }) { return known }
    var found: Measured?
    if let type = type(ofColumn: id),
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
    _ name: String, _ type: DataType, _ zone: Int
  ) throws(ColonnadeError) -> Column? {
    guard let column = try pages.column(name, zone: zone) else { return nil }
    guard column.type.physical == type.physical, !column.type.isNested else {
      throw corrupt("column '\(name)' has type \(column.type) instead of \(type)")
    }
    return column
  }

  private func needed(
    _ name: String, _ type: DataType, _ zone: Int
  ) throws(ColonnadeError) -> Column {
    guard let column = try checked(name, type, zone) else {
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
    guard case .integer(let version) = column.value(at: row) else { return reference.addedVersion }
    guard version >= 1, version <= Int128(reference.addedVersion) else {
      throw corrupt("an entry was added by version \(version)")
    }
    return UInt64(version)
  }

  /// The entries of a zone.
  func entries(zone: Int) throws(ColonnadeError) -> [TableEntry] {
    let count = rowCount(zone: zone)
    let fixed = try ManifestLayout.fixed.map { (name, type) throws(ColonnadeError) in
      try needed(name, type, zone)
    }
    var parts: [Column] = []
    for (field, type) in zip(partitioning.fields, partTypes) {
      parts.append(try needed(ManifestLayout.partitionName(field.id), type, zone))
    }
    func number(_ column: Int, _ row: Int, least: Int128) throws(ColonnadeError) -> Int {
      guard case .integer(let value) = fixed[column].value(at: row), value >= least,
        value < 1 << 62
      else {
        throw corrupt(
          "entry \(row) of zone \(zone) has no '\(ManifestLayout.fixed[column].name)' that could be"
        )
      }
      return Int(value)
    }
    var entries: [TableEntry] = []
    entries.reserveCapacity(count)
    for row in 0..<count {
      guard case .string(let name) = fixed[0].value(at: row),
        case .binary(let fileID) = fixed[2].value(at: row)
      else { throw corrupt("entry \(row) of zone \(zone) names no file") }
      let firstGroup = try number(3, row, least: 0)
      let groupCount = try number(4, row, least: 1)
      entries.append(
        TableEntry(
          partition: parts.map { $0.value(at: row) }, fileName: name,
          path: try folder.dataPath(name), fileByteCount: try number(1, row, least: 1),
          fileID: fileID, rowGroups: firstGroup..<firstGroup + groupCount,
          firstRow: try number(5, row, least: 0), entryRowCount: try number(6, row, least: 1),
          byteCount: try number(7, row, least: 0),
          addedVersion: try addedVersion(zone: zone, row: row),
          ordinal: try number(9, row, least: 0), manifest: self, zone: zone, row: row))
    }
    return entries
  }
}
