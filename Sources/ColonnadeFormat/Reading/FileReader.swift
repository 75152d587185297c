// An open file. Opening reads the header, the tail, the section table and the summary; everything
// else is read where it is asked for. Spec: spec/file.md.

package import ColonnadeArrays
package import ColonnadeBase

/// Which run of rows statistics speak of.
package enum StatisticsLevel: Hashable, Sendable {
  case file
  case rowGroup(Int)
  /// A zone of a row group, both by index.
  case zone(Int, Int)
}

/// Reads one file; safe on any thread.
package final class FileReader: Kept {
  package let path: String
  package let header: FileHeader
  let metadata: FileMetadata
  let map: MappedFile
  let schemaReader: SchemaReader
  let data: FileData
  /// The same for decoders, of which each row group has one a column.
  let source: any DataSource
  let cache: DecompressionCache
  private let memory = HeldMemory()
  private let known: RenewableLock<Known>

  private struct Known: ~Copyable {
    var schema: Schema?
    var columns: ColumnPages<FieldReference>
    /// Columns by id.
    var ids: [Int: Int]?
  }

  /// - Parameters:
  ///   - fileID: the id the file must have, from a manifest.
  ///   - metrics: counts what reading costs.
  /// - Throws: `.notFound`, `.io`, `.truncated`, `.corrupt` or `.unsupportedFeature`, naming the
  ///   file.
  /// - Complexity: O(1) in columns, rows and row groups.
  package convenience init(
    _ path: String, in fileSystem: any FileSystem, fileID: [UInt8]? = nil,
    metrics: ReadMetrics? = nil
  ) throws(ColonnadeError) {
    let map: MappedFile
    do { map = try fileSystem.map(path) } catch { throw error.inFile(path) }
    try self.init(map, metrics: metrics)
    if let fileID, fileID != header.fileID {
      throw ColonnadeError(
        .corrupt, "this is another file than the one that was written under its name", file: path,
        location: .byte(16))
    }
  }

  /// Reads a file that stands in memory, or is mapped already.
  package init(_ map: MappedFile, metrics: ReadMetrics? = nil) throws(ColonnadeError) {
    path = map.path
    self.map = map
    cache = DecompressionCache(memory: memory)
    do throws(ColonnadeError) {
      metadata = try FileMetadata(map, metrics: metrics)
      header = metadata.header
      schemaReader = try SchemaReader(metadata)
      data = try FileData(metadata, map: map, metrics: metrics)
      source = data
    } catch {
      throw error.inFile(map.path)
    }
    let columnCount = schemaReader.topLevelCount
    known = RenewableLock { Known(columns: ColumnPages(count: columnCount)) }
    metrics?.countFile()
  }

  /// About what knowing a column takes.
  private static let columnByteCount = 512

  /// Bytes of memory that could be made again.
  var heldByteCount: Int { memory.byteCount }

  package func rest() {
    if memory.byteCount == 0 { return }
    // First of all: what comes in from now on is counted.
    memory.clear()
    known.renew()
    cache.clear()
  }

  /// What the system said of the file when it was opened; `nil` of one that stands in memory.
  package var status: FileStatus? { map.status }
  /// How many names the file had when it was opened.
  package var linkCount: UInt64 { map.status?.linkCount ?? 0 }

  package var rowCount: Int { Int(metadata.summary.rowCount) }
  package var rowGroupCount: Int { Int(metadata.summary.rowGroupCount) }
  package var columnCount: Int { schemaReader.topLevelCount }
  /// Rows of a zone; the last of a row group may have fewer.
  package var zoneRowCount: Int { 1 << Int(header.zoneShift) }
  package var byteCount: Int { Int(metadata.tail.fileByteCount) }

  /// All columns.
  /// - Complexity: O(fields) the first time.
  package var schema: Schema {
    get throws(ColonnadeError) {
      if let schema = known.withLock({ $0.schema }) { return schema }
      let read: (schema: Schema, columns: [FieldReference])
      do { read = try schemaReader.schema() } catch { throw error.inFile(path) }
      let isNew = known.withLock { known in
        let isNew = known.schema == nil
        known.schema = read.schema
        for (index, column) in read.columns.enumerated() { known.columns[index] = column }
        return isNew
      }
      if isNew { memory.add(columnCount * FileReader.columnByteCount) }
      return read.schema
    }
  }

  /// One column, without the others.
  package func field(column: Int) throws(ColonnadeError) -> Field {
    try reference(column: column).field
  }

  /// Columns by id, for files whose ids do not ascend.
  func columnsByID() throws(ColonnadeError) -> [Int: Int] {
    if let ids = known.withLock({ $0.ids }) { return ids }
    var ids: [Int: Int] = [:]
    for column in 0..<columnCount { ids[try schemaReader.id(at: column)] = column }
    let found = ids
    known.withLock { $0.ids = found }
    return found
  }

  /// The row group that holds a row of the file.
  /// - Complexity: O(log row groups).
  package func rowGroupIndex(containing row: Int) throws(ColonnadeError) -> Int {
    guard row >= 0, row < rowCount else {
      throw ColonnadeError(
        .invalidArgument, "row \(row) of a file of \(rowCount) rows", file: path)
    }
    var low = 0
    var high = rowGroupCount - 1
    while low < high {
      let middle = low + (high - low + 1) / 2
      if try rowGroup(at: middle).firstRow <= UInt64(row) {
        low = middle
      } else {
        high = middle - 1
      }
    }
    return low
  }

  /// Index of the column with exactly this name.
  /// - Complexity: O(1) expected.
  package func columnIndex(named name: String) throws(ColonnadeError) -> Int? {
    do { return try schemaReader.column(named: name) } catch { throw error.inFile(path) }
  }

  /// A row group, checked against the one behind it.
  /// - Complexity: O(1).
  package func rowGroup(at index: Int) throws(ColonnadeError) -> RowGroupEntry {
    do throws(ColonnadeError) {
      let section = metadata.rowGroups
      guard index >= 0, index < section.count else {
        throw ColonnadeError(
          .invalidArgument, "row group \(index) of a file of \(section.count) row groups")
      }
      let entry = try unsafe RowGroupEntry(reading: section.borrowedEntry(at: index))
      let end =
        index + 1 < section.count
        ? try unsafe RowGroupEntry(reading: section.borrowedEntry(at: index + 1)).firstRow
        : metadata.summary.rowCount
      guard entry.firstRow + UInt64(entry.rowCount) == end, index > 0 || entry.firstRow == 0 else {
        throw ColonnadeError(
          .corrupt, "row group \(index) does not end where the next one starts",
          location: .byte(section.entry.offset))
      }
      return entry
    } catch { throw error.inFile(path) }
  }

  /// Bytes of a column's values, decoded.
  package func rawByteCount(column: Int, rowGroup: Int) throws(ColonnadeError) -> UInt64 {
    do throws(ColonnadeError) {
      var total: UInt64 = 0
      var pending = [try reference(column: column)]
      while let field = pending.popLast() {
        total &+= try chunk(field: field.index, rowGroup: rowGroup).rawByteCount
        pending += field.children
      }
      return total
    } catch { throw error.inFile(path) }
  }

  func reference(column: Int) throws(ColonnadeError) -> FieldReference {
    guard column >= 0, column < columnCount else {
      throw ColonnadeError(
        .invalidArgument, "column \(column) of a file of \(columnCount) columns", file: path)
    }
    if let reference = known.withLock({ $0.columns[column] }) { return reference }
    let reference: FieldReference
    do { reference = try schemaReader.reference(at: column) } catch { throw error.inFile(path) }
    let isNew = known.withLock { known in
      let isNew = known.columns[column] == nil
      known.columns[column] = reference
      return isNew
    }
    if isNew { memory.add(FileReader.columnByteCount) }
    return reference
  }

  func chunk(field: Int, rowGroup: Int) throws(ColonnadeError) -> ChunkEntry {
    let fieldCount = Int(metadata.summary.fieldCount)
    guard rowGroup >= 0, field >= 0, field < fieldCount else {
      throw ColonnadeError(.invalidArgument, "field \(field) of row group \(rowGroup)")
    }
    return try unsafe ChunkEntry(
      reading: metadata.chunks.borrowedEntry(at: rowGroup * fieldCount + field))
  }

  /// Statistics of a column, or of a field below it.
  /// - Parameter path: indices of children below the column; empty for the column itself.
  /// - Returns: `nil` where the file holds none.
  package func statistics(
    column: Int, path children: [Int] = [], level: StatisticsLevel
  ) throws(ColonnadeError) -> Statistics? {
    do throws(ColonnadeError) {
      var field = try reference(column: column)
      for child in children {
        guard child >= 0, child < field.children.count else { return nil }
        field = field.children[child]
      }
      if field.isEncrypted { return nil }
      return try statistics(field, level)
    } catch { throw error.inFile(path) }
  }

  private func statistics(
    _ field: FieldReference, _ level: StatisticsLevel
  ) throws(ColonnadeError) -> Statistics? {
    guard rowGroupCount > 0 else { return nil }
    let group: Int
    var zone: Int?
    switch level {
    case .file: group = rowGroupCount == 1 ? 0 : rowGroupCount
    case .rowGroup(let index): group = index
    case .zone(let index, let zoneIndex):
      group = index
      zone = zoneIndex
    }
    let rowCount = level == .file ? 0 : try rowGroup(at: group).rowCount
    let chunk = try chunk(field: field.index, rowGroup: group)
    guard chunk.statistics != FormatLimits.none else { return nil }
    var index = Int(chunk.statistics)
    var count = chunk.slotCount
    if let zone {
      let zoneCount = (rowCount + zoneRowCount - 1) / zoneRowCount
      guard zone >= 0, zone < zoneCount else {
        throw ColonnadeError(.invalidArgument, "zone \(zone) of a row group of \(zoneCount) zones")
      }
      if zoneCount > 1 {
        index += 1 + zone
        let rows = UInt64(min(zoneRowCount, rowCount - zone * zoneRowCount))
        // Elements of lists are not counted by zone: at most all of the chunk's.
        if let perRow = field.slotsPerRow { count = rows * UInt64(perRow) }
      }
    }
    guard chunk.hasWideStatistics == field.field.type.hasWideStatistics else {
      throw ColonnadeError(.corrupt, "column '\(field.field.name)' has bounds of another width")
    }
    let section = try metadata.section(
      chunk.hasWideStatistics ? .wideStatistics : .narrowStatistics)
    let entry = try StatisticsEntry(
      reading: try section.entry(at: index), isWide: chunk.hasWideStatistics)
    return try entry.statistics(type: field.field.type, count: count)
  }

  /// False only where a Bloom filter rules `value` out of a column's row group.
  package func mayContain(
    _ value: Value, column: Int, rowGroup: Int
  ) throws(ColonnadeError) -> Bool {
    do throws(ColonnadeError) {
      let field = try reference(column: column)
      let chunk = try chunk(field: field.index, rowGroup: rowGroup)
      guard chunk.bloomFilter != FormatLimits.none, !field.isEncrypted else { return true }
      let entry = RegionEntry(
        reading: try metadata.section(.bloomFilters).entry(at: Int(chunk.bloomFilter)))
      guard entry.byteCount > 0, entry.byteCount % 32 == 0, entry.byteCount <= 64 << 20 else {
        throw ColonnadeError(.corrupt, "a Bloom filter of \(entry.byteCount) bytes")
      }
      return try BloomFilter.mayContain(
        value, type: field.field.type, blockCount: Int(entry.byteCount) / 32
      ) { block throws(ColonnadeError) in
        let (offset, overflow) = entry.offset.addingReportingOverflow(UInt64(block) * 32)
        guard !overflow else { throw ColonnadeError(.corrupt, "a Bloom filter at 2^64") }
        return try data.data(offset: offset, byteCount: 32)
      }
    } catch { throw error.inFile(path) }
  }
}
