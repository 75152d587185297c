// A comparison with a number, held against the bounds that a file stores of one column: row groups
// and zones without such values are passed over, with nothing made of what is said of them.
// Invariant: what is unusual here, or damaged, rules nothing out; who asks for the statistics then is
// told what is wrong with them.

package import ColonnadeArrays
import ColonnadeBase

/// A range of numbers in question, and where the bounds of a column stand.
package final class BoundFilter: Sendable {
  private let range: BoundRange
  private let column: Int
  private let fieldCount: Int
  private let zoneShift: Int
  private let chunks: SectionReader
  private let statistics: SectionReader

  /// - Parameters:
  ///   - value: of the column's type.
  ///   - holds: whether values below (−1), equal to (0) and above (1) `value` are in question.
  /// - Returns: `nil` where bounds of such a column are no numbers, or are not there.
  package init?(_ file: FileReader, column: Int, _ value: Value, holds: (Int) -> Bool) {
    guard let field = try? file.reference(column: column), !field.isEncrypted,
      let range = BoundRange(field.field.type, value, holds: holds),
      let statistics = try? file.metadata.section(.narrowStatistics)
    else { return nil }
    self.range = range
    self.column = field.index
    chunks = file.metadata.chunks
    self.statistics = statistics
    fieldCount = Int(file.metadata.summary.fieldCount)
    zoneShift = Int(file.header.zoneShift)
  }

  /// True only where no row of a row group holds a value in question.
  package func rulesOut(rowGroup: Int) -> Bool {
    guard let chunk = chunk(rowGroup) else { return false }
    return position(Int(chunk.statistics), count: chunk.slotCount) == .outside
  }

  /// Where the bounds of a row group's zones stand; `nil` where they are not there.
  /// - Parameter rowCount: of the row group.
  package func zones(of rowGroup: Int, rowCount: Int) -> Zones? {
    guard rowCount > 1 << zoneShift, let chunk = chunk(rowGroup) else { return nil }
    return Zones(first: Int(chunk.statistics) + 1, rowCount: rowCount)
  }

  /// The zones of one row group.
  package struct Zones: Sendable {
    /// The statistics of its first zone.
    fileprivate let first: Int
    fileprivate let rowCount: Int
  }

  /// How the values of a zone lie to those in question; `nil` where bounds alone do not tell.
  package func position(zone: Int, in zones: Zones) -> BoundPosition? {
    let first = zone << zoneShift
    guard first < zones.rowCount else { return nil }
    return position(zones.first + zone, count: UInt64(min(1 << zoneShift, zones.rowCount - first)))
  }

  /// Where statistics of numbers are named.
  private func chunk(_ rowGroup: Int) -> ChunkEntry? {
    guard let bytes = try? chunks.entry(at: rowGroup * fieldCount + column),
      let chunk = try? ChunkEntry(reading: bytes), chunk.statistics != FormatLimits.none,
      !chunk.hasWideStatistics
    else { return nil }
    return chunk
  }

  private func position(_ index: Int, count: UInt64) -> BoundPosition? {
    guard let entry = try? statistics.entry(at: index) else { return nil }
    let flags = StatisticsEntry.Flags(rawValue: entry.u16(22))
    let nulls = flags.contains(.nullCountKnown) ? entry.u48(16) : 0
    let nans = flags.contains(.nanCountKnown) ? entry.u48(24) : 0
    guard flags.contains([.hasMinimum, .hasMaximum]), nulls + nans <= count,
      !range.holdsNaN || (flags.contains(.nanCountKnown) && nans == 0),
      let position = range.position(minimum: entry.u64(0), maximum: entry.u64(8))
    else { return nil }
    // Rows without a value are in no range; bounds of no value at all are odd.
    return position == .outside || nulls + nans < count ? position : nil
  }
}
