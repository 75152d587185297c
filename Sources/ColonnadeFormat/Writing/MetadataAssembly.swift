// What a file's metadata will say, collected while row groups are appended.
// Spec: spec/file.md "Chunks", "Pages", spec/statistics.md.

import ColonnadeArrays
import ColonnadeBase

/// Collects chunks, pages and statistics; writes all sections at the end.
struct MetadataAssembly {
  var sections: SchemaSections
  let fieldCount: Int
  private(set) var rowGroups: [RowGroupEntry] = []
  private(set) var rowCount = 0
  private let chunks = SectionWriter(.chunks)
  private let pages = SectionWriter(.pages)
  private let narrow = SectionWriter(.narrowStatistics)
  private let wide = SectionWriter(.wideStatistics)
  private let dictionaries = SectionWriter(.compressionDictionaries)
  private let filters = SectionWriter(.bloomFilters)
  /// For each field, the index in section 11 of those of its dictionaries that are stored.
  private var dictionaryIndices: [[Int: UInt16]]
  /// For each field its totals over the file.
  private var totals: [ChunkEntry]
  private var totalStatistics: [StatisticsEntry?]

  init(sections: SchemaSections, fieldCount: Int) {
    self.sections = sections
    self.fieldCount = fieldCount
    dictionaryIndices = Array(repeating: [:], count: fieldCount)
    totals = Array(repeating: ChunkEntry(), count: fieldCount)
    totalStatistics = Array(repeating: nil, count: fieldCount)
  }

  /// Places one chunk in the data area and records it.
  mutating func add(
    _ field: EncodedField, field index: Int, compression: ColumnCompression, area: DataAreaWriter
  ) throws(ColonnadeError) {
    // Those its pages name and no others: more may be trained while row groups are appended.
    let trained = compression.dictionaries
    let named = trained.isEmpty ? [] : Set(field.chunk.pages.lazy.map(\.compressionDictionary))
    for (generation, dictionary) in trained.enumerated()
    where named.contains(UInt16(generation)) && dictionaryIndices[index][generation] == nil {
      let offset = try unsafe area.append(dictionary.unsafeBytes, alignment: 8)
      guard dictionaries.count < Int(PageEntry.noDictionary) else {
        throw ColonnadeError(.limitExceeded, "a file holds at most 65,535 compression dictionaries")
      }
      dictionaryIndices[index][generation] = UInt16(dictionaries.count)
      RegionEntry(
        offset: offset, byteCount: UInt32(dictionary.byteCount), field: UInt32(index)
      ).write(to: dictionaries.sink)
    }
    var chunk = field.chunk
    let offset = try area.append(chunk.parts, alignment: 64)
    chunk.relocate(by: offset, dictionaryIndices: dictionaryIndices[index])

    var entry = ChunkEntry()
    if field.largeValues.byteCount > 0 {
      entry.largeValueOffset = try unsafe area.append(
        field.largeValues.unsafeBytes, alignment: 8)
    }
    entry.firstPage = UInt32(pages.count)
    entry.pageShift = chunk.pageShift
    entry.reference = chunk.reference
    entry.slotCount = UInt64(field.slotCount)
    for page in chunk.pages { page.write(to: pages.content) }
    if let dictionaryPage = chunk.dictionaryPage {
      entry.dictionaryCount = UInt32(chunk.dictionaryCount)
      entry.dictionaryPage = UInt32(pages.count)
      dictionaryPage.write(to: pages.content)
    }
    guard pages.count < Int(FormatLimits.none) else {
      throw ColonnadeError(.limitExceeded, "a file holds at most 2^32 - 1 pages")
    }
    entry.hasWideStatistics = field.statistics.isWide
    entry.statistics = write(field.statistics.chunk, isWide: field.statistics.isWide)
    for zone in field.statistics.zones { _ = write(zone, isWide: field.statistics.isWide) }
    if let filter = field.bloomFilter {
      let offset = try unsafe area.append(filter.bytes.unsafeBytes, alignment: 64)
      entry.bloomFilter = UInt32(filters.count)
      RegionEntry(offset: offset, byteCount: UInt32(filter.bytes.byteCount)).write(to: filters.sink)
    }
    entry.validityOffset = chunk.validityOffset ?? 0
    entry.rawByteCount = UInt64(chunk.rawByteCount)
    entry.storedByteCount = UInt64(chunk.storedByteCount)
    entry.write(to: chunks.sink)

    totals[index].slotCount += entry.slotCount
    totals[index].rawByteCount += entry.rawByteCount
    totals[index].storedByteCount += entry.storedByteCount
    totals[index].hasWideStatistics = entry.hasWideStatistics
    totalStatistics[index] =
      totalStatistics[index].map {
        $0.merged(with: field.statistics.chunk, order: field.statistics.order)
      }
      ?? field.statistics.chunk
  }

  private func write(_ statistics: StatisticsEntry, isWide: Bool) -> UInt32 {
    let section = isWide ? wide : narrow
    defer { statistics.write(to: section.sink, isWide: isWide) }
    return UInt32(section.count)
  }

  mutating func endRowGroup(rowCount: Int, storedByteCount: Int, rawByteCount: Int) {
    rowGroups.append(
      RowGroupEntry(
        firstRow: UInt64(self.rowCount), rowCount: rowCount,
        storedByteCount: UInt64(storedByteCount), rawByteCount: UInt64(rawByteCount)))
    self.rowCount += rowCount
  }

  /// All bytes behind the data area.
  /// - Parameter contents: further sections, in the order of their kinds.
  mutating func finish(
    header: FileHeader, dataEnd: UInt64, checksums: SectionWriter, contents: [SectionContent] = []
  ) -> MutableBuffer {
    if rowGroups.count > 1 {
      for index in 0..<fieldCount {
        var entry = totals[index]
        if let statistics = totalStatistics[index] {
          entry.statistics = write(statistics, isWide: entry.hasWideStatistics)
        }
        entry.write(to: chunks.sink)
      }
    }
    let groups = SectionWriter(.rowGroups)
    for group in rowGroups { group.write(to: groups.sink) }
    let summaries = SectionWriter(.summary)
    sections.summary.rowGroupCount = UInt32(rowGroups.count)
    sections.summary.dataEnd = dataEnd
    sections.summary.rowCount = UInt64(rowCount)
    sections.summary.write(to: summaries.sink)

    let seed = Checksum.Seed(fileIdentifier: header.fileID)
    let target = MutableBuffer(capacity: 1 << 16)
    // Sections start at multiples of 8 of the file, whatever the data area's end.
    target.appendZeros(Int((8 - dataEnd % 8) % 8))
    let aligned = dataEnd + UInt64(target.byteCount)
    let body = MutableBuffer(capacity: 1 << 16)
    var table: [SectionEntry] = []
    for section in [summaries, sections.fields, sections.nameSlots] {
      table.append(section.finish(into: body, base: aligned, seed: seed))
    }
    table.append(sections.heap.finish(into: body, base: aligned, seed: seed))
    for section in [groups, chunks, pages, narrow, wide, checksums] {
      table.append(section.finish(into: body, base: aligned, seed: seed))
    }
    for section in [dictionaries, sections.keyValues, filters] where section.count > 0 {
      table.append(section.finish(into: body, base: aligned, seed: seed))
    }
    for section in contents {
      table.append(section.finish(into: body, base: aligned, seed: seed))
    }
    body.pad(to: 8)
    let tableStart = body.byteCount
    let tableOffset = aligned + UInt64(tableStart)
    for entry in table { entry.write(to: ByteSink(body)) }
    let crc = unsafe Checksum.crc32c(
      UnsafeRawBufferPointer(
        start: body.pointer + tableStart, count: body.byteCount - tableStart),
      continuing: seed.at(position: tableOffset))
    unsafe target.append(body.unsafeBytes)
    FileTail(
      sectionTableOffset: tableOffset, sectionCount: UInt32(table.count),
      sectionTableChecksum: crc,
      fileByteCount: dataEnd + UInt64(target.byteCount) + UInt64(FormatLimits.tailByteCount),
      rowCount: UInt64(rowCount), fileID: header.fileID
    ).write(to: target)
    return target
  }
}
