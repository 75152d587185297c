// The file below a manifest: its columns and their statistics, by name and zone, wherever row groups
// end.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// Columns and statistics of a manifest's file.
final class ManifestPages: Sendable {
  private struct Zone {
    var rowGroup: Int
    /// Index of the zone in the row group.
    var index: Int
    var rows: Range<Int>
  }

  private struct Place: Hashable {
    var name: String
    var zone: Int
  }

  private let reader: FileReader
  private let zones: [Zone]
  private let columns = Lock<[Place: Column]>([:])

  init(_ reader: FileReader) throws(ColonnadeError) {
    self.reader = reader
    var zones: [Zone] = []
    for group in 0..<reader.rowGroupCount {
      let rowCount = try reader.rowGroup(at: group).rowCount
      var start = 0
      var index = 0
      while start < rowCount {
        let end = min(rowCount, start + reader.zoneRowCount)
        zones.append(Zone(rowGroup: group, index: index, rows: start..<end))
        start = end
        index += 1
      }
    }
    self.zones = zones
  }

  var path: String { reader.path }

  var zoneCount: Int { zones.count }

  /// Entries in a zone.
  func rowCount(zone: Int) -> Int { zones[zone].rows.count }

  /// A column in a zone, kept once it was read; `nil` where the manifest does not have it.
  /// - Parameter rows: only these rows of the zone, ascending; they are not kept.
  func column(
    _ name: String, zone: Int, rows: [Int]? = nil
  ) throws(ColonnadeError) -> Column? {
    if let rows {
      guard let index = try reader.columnIndex(named: name) else { return nil }
      let first = zones[zone].rows.lowerBound
      return try reader.read(
        column: index, rowGroup: zones[zone].rowGroup,
        selection: SelectionVector(rows.map { UInt32(first + $0) }))
    }
    let place = Place(name: name, zone: zone)
    if let known = columns.withLock({ $0[place] }) { return known }
    guard let index = try reader.columnIndex(named: name) else { return nil }
    let column = try reader.read(
      column: index, rowGroup: zones[zone].rowGroup, rows: zones[zone].rows)
    columns.withLock { $0[place] = column }
    return column
  }

  /// The index of a column.
  /// - Parameter index: where it probably stands.
  func index(_ name: String, near index: Int) throws(ColonnadeError) -> Int? {
    try reader.columnIndex(named: name, near: index)
  }

  /// The value that all rows of a zone share, where metadata says so of its row group; `nil` where the
  /// column must be read.
  func constant(
    _ column: Int, _ type: DataType, zone: Int
  ) throws(ColonnadeError) -> Value? {
    try reader.constant(column: column, type: type, rowGroup: zones[zone].rowGroup)
  }

  /// - Returns: `nil` where the manifest does not have the column or nothing is known of it.
  func statistics(_ name: String, zone: Int) throws(ColonnadeError) -> Statistics? {
    guard let index = try reader.columnIndex(named: name) else { return nil }
    return try reader.statistics(
      column: index, level: .zone(zones[zone].rowGroup, zones[zone].index))
  }
}
