// The file below a manifest: its columns and their statistics, by name and zone, wherever row groups
// end. Invariant: the file is the one the root names, by its id and size.

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

  let path: String
  private let reader: FileReader
  private let zones: [Zone]
  private let columns = Lock<[Place: Column]>([:])

  /// - Throws: `.corrupt` where the file is another one than the root names.
  init(
    _ path: String, _ reference: ManifestReference, in fileSystem: any FileSystem
  ) throws(ColonnadeError) {
    self.path = path
    reader = try FileReader(path, in: fileSystem)
    guard reader.header.fileID == reference.fileID,
      UInt64(reader.byteCount) == reference.fileByteCount,
      UInt64(reader.rowCount) == reference.entryCount
    else {
      throw ColonnadeError(
        .corrupt, "the file is not the manifest that the table's root names", file: path)
    }
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

  var zoneCount: Int { zones.count }

  /// Entries in a zone.
  func rowCount(zone: Int) -> Int { zones[zone].rows.count }

  /// A column in a zone, kept once it was read; `nil` where the manifest does not have it.
  func column(_ name: String, zone: Int) throws(ColonnadeError) -> Column? {
    let place = Place(name: name, zone: zone)
    if let known = columns.withLock({ $0[place] }) { return known }
    guard let index = try reader.columnIndex(named: name) else { return nil }
    let column = try reader.read(
      column: index, rowGroup: zones[zone].rowGroup, rows: zones[zone].rows)
    columns.withLock { $0[place] = column }
    return column
  }

  /// - Returns: `nil` where the manifest does not have the column or nothing is known of it.
  func statistics(_ name: String, zone: Int) throws(ColonnadeError) -> Statistics? {
    guard let index = try reader.columnIndex(named: name) else { return nil }
    return try reader.statistics(
      column: index, level: .zone(zones[zone].rowGroup, zones[zone].index))
  }
}
