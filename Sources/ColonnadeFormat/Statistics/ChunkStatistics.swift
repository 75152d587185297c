// Statistics of one field of a row group: a chunk's, and its zones' where there are several.

import ColonnadeArrays
import ColonnadeBase

/// What sections 8 and 9 will say of a chunk.
package struct ChunkStatistics: Sendable {
  package let chunk: StatisticsEntry
  /// Empty where the row group has one zone.
  package let zones: [StatisticsEntry]
  package let isWide: Bool
  let order: BoundOrder

  /// - Complexity: O(slots).
  init(_ slots: FieldSlots, rowCount: Int, zoneShift: UInt8) {
    let type = slots.column.type
    isWide = type.hasWideStatistics
    order = BoundOrder(type)
    let zoneRowCount = 1 << Int(zoneShift)
    let zoneCount = (rowCount + zoneRowCount - 1) / zoneRowCount
    var zones: [StatisticsEntry] = []
    zones.reserveCapacity(zoneCount)
    let scanner = BoundScanner(slots.column, tracksOrder: !slots.isBelowList)
    for zone in 0..<zoneCount {
      let rows = zone * zoneRowCount..<min((zone + 1) * zoneRowCount, rowCount)
      zones.append(scanner.statistics(of: slots.layout.slots(of: rows)))
    }
    if zoneCount == 1 {
      chunk = zones[0]
      self.zones = []
      return
    }
    var whole = zones[0]
    for zone in zones.dropFirst() { whole = whole.merged(with: zone, order: order) }
    if !slots.isBelowList {
      whole.flags.formUnion(scanner.orderFlags(of: 0..<slots.column.count, zones: zones))
    }
    chunk = whole
    self.zones = zones
  }
}

extension RowLayout {
  /// The slots that rows `rows` of the row group have.
  func slots(of rows: Range<Int>) -> Range<Int> {
    switch self {
    case .uniform(let slotsPerRow):
      return rows.lowerBound * slotsPerRow..<rows.upperBound * slotsPerRow
    case .offsets(let offsets):
      let values = unsafe offsets.unsafeValues(UInt32.self)
      return unsafe Int(values[rows.lowerBound])..<Int(values[rows.upperBound])
    }
  }
}
