// The entries of the summary, row groups, chunks, compression dictionaries and Bloom filters.
// Spec: spec/file.md.

import ColonnadeBase

struct SummaryEntry: Hashable, Sendable {
  var fieldCount: UInt32 = 0
  var topLevelCount: UInt32 = 0
  var rowGroupCount: UInt32 = 0
  var firstMetadata: UInt32 = 0
  var metadataCount: UInt32 = 0
  var writerPosition: UInt32 = 0
  var writerByteCount: UInt16 = 0
  /// False where a column stands behind one with a greater id.
  var idsAscend = true
  var dataEnd: UInt64 = 0
  var rowCount: UInt64 = 0

  private static let idsDoNotAscendFlag: UInt16 = 1

  init() {}

  init(reading entry: EntryBytes) {
    fieldCount = entry.u32(0)
    topLevelCount = entry.u32(4)
    rowGroupCount = entry.u32(8)
    firstMetadata = entry.u32(12)
    metadataCount = entry.u32(16)
    writerPosition = entry.u32(20)
    writerByteCount = entry.u16(24)
    idsAscend = entry.u16(26) & SummaryEntry.idsDoNotAscendFlag == 0
    dataEnd = entry.u64(32)
    rowCount = entry.u64(40)
  }

  func write(to sink: ByteSink) {
    sink.writeU32(fieldCount)
    sink.writeU32(topLevelCount)
    sink.writeU32(rowGroupCount)
    sink.writeU32(firstMetadata)
    sink.writeU32(metadataCount)
    sink.writeU32(writerPosition)
    sink.writeU16(writerByteCount)
    sink.writeU16(idsAscend ? 0 : SummaryEntry.idsDoNotAscendFlag)
    sink.writeU32(0)
    sink.writeU64(dataEnd)
    sink.writeU64(rowCount)
    sink.writeU64(0)
    sink.writeU64(0)
  }
}

/// A run of rows of one partition value.
package struct RowGroupEntry: Hashable, Sendable {
  /// First row in the file.
  package var firstRow: UInt64
  package var rowCount: Int
  package var storedByteCount: UInt64
  package var rawByteCount: UInt64

  init(firstRow: UInt64, rowCount: Int, storedByteCount: UInt64, rawByteCount: UInt64) {
    self.firstRow = firstRow
    self.rowCount = rowCount
    self.storedByteCount = storedByteCount
    self.rawByteCount = rawByteCount
  }

  init(reading entry: EntryBytes) throws(ColonnadeError) {
    firstRow = entry.u64(0)
    rowCount = Int(entry.u32(8))
    storedByteCount = entry.u64(16)
    rawByteCount = entry.u64(24)
    guard (1...FormatLimits.rowGroupRowCount).contains(rowCount), firstRow < 1 << 48 else {
      throw ColonnadeError(.corrupt, "a row group of \(rowCount) rows from row \(firstRow)")
    }
  }

  func write(to sink: ByteSink) {
    sink.writeU64(firstRow)
    sink.writeU32(UInt32(rowCount))
    sink.writeU32(0)
    sink.writeU64(storedByteCount)
    sink.writeU64(rawByteCount)
  }
}

/// One field in one row group, or its totals over the file.
package struct ChunkEntry: Hashable, Sendable {
  static let wideStatisticsFlag: UInt8 = 1

  package var firstPage: UInt32 = FormatLimits.none
  package var pageShift: UInt8 = 0
  package var hasWideStatistics = false
  /// From this field's index to that of the field it refers to; 0 where it refers to none.
  package var reference: Int16 = 0
  package var slotCount: UInt64 = 0
  package var dictionaryCount: UInt32 = 0
  package var dictionaryPage: UInt32 = FormatLimits.none
  package var statistics: UInt32 = FormatLimits.none
  package var bloomFilter: UInt32 = FormatLimits.none
  package var validityOffset: UInt64 = 0
  package var rawByteCount: UInt64 = 0
  package var storedByteCount: UInt64 = 0
  /// Where its values out of line start; 0 without any.
  package var largeValueOffset: UInt64 = 0

  init() {}

  init(reading entry: EntryBytes) throws(ColonnadeError) {
    firstPage = entry.u32(0)
    pageShift = entry.u8(4)
    hasWideStatistics = entry.u8(5) & ChunkEntry.wideStatisticsFlag != 0
    reference = Int16(bitPattern: entry.u16(6))
    slotCount = entry.u64(8)
    dictionaryCount = entry.u32(16)
    dictionaryPage = entry.u32(20)
    statistics = entry.u32(24)
    bloomFilter = entry.u32(28)
    validityOffset = entry.u64(32)
    rawByteCount = entry.u64(40)
    storedByteCount = entry.u64(48)
    largeValueOffset = entry.u64(56)
    guard pageShift <= 20, dictionaryCount <= 1 << 20, slotCount < 1 << 48 else {
      throw ColonnadeError(
        .corrupt,
        "a chunk of \(slotCount) slots, page shift \(pageShift), \(dictionaryCount) dictionary "
          + "entries")
    }
  }

  func write(to sink: ByteSink) {
    sink.writeU32(firstPage)
    sink.writeU8(pageShift)
    sink.writeU8(hasWideStatistics ? ChunkEntry.wideStatisticsFlag : 0)
    sink.writeU16(UInt16(bitPattern: reference))
    sink.writeU64(slotCount)
    sink.writeU32(dictionaryCount)
    sink.writeU32(dictionaryPage)
    sink.writeU32(statistics)
    sink.writeU32(bloomFilter)
    sink.writeU64(validityOffset)
    sink.writeU64(rawByteCount)
    sink.writeU64(storedByteCount)
    sink.writeU64(largeValueOffset)
  }

  /// Pages the chunk has in a row group of `rowCount` rows.
  package func pageCount(rowCount: Int) -> Int {
    (rowCount + (1 << Int(pageShift)) - 1) >> Int(pageShift)
  }
}

/// A region of the data area: a compression dictionary or a Bloom filter.
package struct RegionEntry: Hashable, Sendable {
  package var offset: UInt64
  package var byteCount: UInt32
  /// The field a compression dictionary was made for; 0 otherwise.
  package var field: UInt32

  init(offset: UInt64, byteCount: UInt32, field: UInt32 = 0) {
    self.offset = offset
    self.byteCount = byteCount
    self.field = field
  }

  init(reading entry: EntryBytes) {
    offset = entry.u64(0)
    byteCount = entry.u32(8)
    field = entry.u32(12)
  }

  func write(to sink: ByteSink) {
    sink.writeU64(offset)
    sink.writeU32(byteCount)
    sink.writeU32(field)
  }
}
