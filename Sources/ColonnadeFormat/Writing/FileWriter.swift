// Writes one file: row groups as they come, then the metadata, then the tail.
// Invariant: nothing reads the file before `finish` returned; `abandon` leaves no file behind.
// Spec: spec/file.md.

package import ColonnadeArrays
package import ColonnadeBase

/// How a file is written.
package struct FileWriterOptions: Sendable {
  package var encoding = EncodingOptions()
  /// A zone is 2^zoneShift rows; 4 to 16.
  package var zoneShift: UInt8 = 13
  /// Columns to keep Bloom filters for, by name.
  package var bloomFilterColumns: Set<String> = []
  /// Which columns may refer to which, by index; nil chooses by sampling.
  package var references: [Int: ColumnReference]?
  /// Named in the file.
  package var writer = "colonnade"
  /// 16 bytes; `nil` draws them at random.
  package var fileID: [UInt8]?
  /// Whether `finish` makes the file durable.
  package var synchronizes = true

  package init() {}
}

/// What was written.
package struct FileSummary: Sendable {
  package let path: String
  package let fileID: [UInt8]
  package let byteCount: Int
  package let rowCount: Int
  package let rowGroupCount: Int
}

/// What one row group took.
package struct RowGroupSummary: Sendable {
  /// Index of the row group in the file.
  package let index: Int
  package let firstRow: Int
  package let rowCount: Int
  package let storedByteCount: Int
  /// Statistics of the columns, top level only, in order.
  package let statistics: [Statistics]
}

/// Writes one file. `encode` may run on many threads; everything else belongs to one at a time.
package final class FileWriter: @unchecked Sendable {
  package let schema: Schema
  package let path: String
  package let header: FileHeader
  let options: FileWriterOptions
  let tree: FieldTree
  let compression: [ColumnCompression]
  let bloomFilterFields: Set<Int>
  private let fileSystem: any FileSystem
  private let file: FileHandle
  let area: DataAreaWriter
  var assembly: MetadataAssembly
  private var isOpen = true

  /// Creates the file, which must not exist.
  /// - Parameter schema: valid, every field with an id.
  package init(
    _ path: String, in fileSystem: any FileSystem, schema: Schema,
    options: FileWriterOptions = FileWriterOptions()
  ) throws(ColonnadeError) {
    try schema.validate()
    guard FormatLimits.zoneShifts.contains(Int(options.zoneShift)) else {
      throw ColonnadeError(
        .invalidArgument, "a zone of 2^\(options.zoneShift) rows", hint: "4 to 16 are allowed")
    }
    var fileID = options.fileID ?? [UInt8](repeating: 0, count: 16)
    if options.fileID == nil {
      unsafe fileID.withUnsafeMutableBytes { unsafe fileSystem.fillRandom($0) }
    }
    guard fileID.count == 16 else {
      throw ColonnadeError(.invalidArgument, "a file id of \(fileID.count) bytes, not 16")
    }
    self.schema = schema
    self.path = path
    self.options = options
    self.fileSystem = fileSystem
    header = FileHeader(fileID: fileID, zoneShift: options.zoneShift)
    tree = FieldTree(schema)
    compression = tree.nodes.map { _ in ColumnCompression() }
    bloomFilterFields = Set(
      schema.fields.indices.filter { options.bloomFilterColumns.contains(schema.fields[$0].name) })
    assembly = MetadataAssembly(
      sections: try SchemaSections(schema, tree: tree, writer: options.writer),
      fieldCount: tree.nodes.count)
    file = try fileSystem.createExclusively(path)
    area = DataAreaWriter(file, header: header)
  }

  /// Rows of a zone.
  package var zoneRowCount: Int { 1 << Int(options.zoneShift) }
  package var rowCount: Int { assembly.rowCount }
  package var rowGroupCount: Int { assembly.rowGroups.count }
  /// Bytes of the data area so far.
  package var byteCount: Int { area.offset }

  /// Encodes a row group; computes only, on any thread. The same row groups encoded one after the
  /// other give the same bytes; of those encoded at the same time, the first large enough trains the
  /// dictionaries that text is compressed with.
  /// - Parameter batch: 1 to 2^20 rows of this file's columns.
  /// - Throws: `.schemaMismatch` for other columns or a null where none is allowed.
  package func encode(rowGroup batch: Batch) throws(ColonnadeError) -> EncodedRowGroup {
    guard (1...FormatLimits.rowGroupRowCount).contains(batch.rowCount) else {
      throw ColonnadeError(
        .invalidArgument, "a row group of \(batch.rowCount) rows", hint: "1 to 2^20 are allowed")
    }
    guard batch.columns.count == schema.fields.count
    else {
      throw ColonnadeError(
        .schemaMismatch,
        "the rows have \(batch.columns.count) columns, the file has \(schema.fields.count)")
    }
    for (column, field) in zip(batch.columns, schema.fields) where !column.suits(field) {
      throw ColonnadeError(
        .schemaMismatch, "column '\(field.name)' holds \(column.type), the file \(field.type)")
    }
    let slots = try tree.slots(of: batch.columns, rowCount: batch.rowCount)
    let references: [Int: ColumnReference]
    if let given = options.references {
      references = given
    } else {
      references = try ReferenceChooser(options.encoding).references(among: batch.columns)
    }
    // The largest first, so that none of them is begun when all others are done.
    let sizes = slots.map { slots in
      slots.column.data.reduce(slots.column.values.byteCount) { $0 + $1.byteCount }
    }
    let order = slots.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
    let results = ParallelResults<EncodedField>(count: slots.count)
    try WorkerPool.shared.run(count: slots.count) { (place) throws(ColonnadeError) in
      let index = order[place]
      let reference = references[index].map { how in
        ChunkReference(column: batch.columns[index + Int(how.distance)], how: how)
      }
      results.set(
        index,
        try self.encode(
          slots[index], field: index, rowCount: batch.rowCount, reference: reference))
    }
    return EncodedRowGroup(rowCount: batch.rowCount, fields: results.takeAll())
  }

  private func encode(
    _ slots: FieldSlots, field: Int, rowCount: Int, reference: ChunkReference?
  ) throws(ColonnadeError) -> EncodedField {
    let chunk: EncodedChunk
    let largeValues = LargeValueStage()
    do {
      chunk = try ChunkEncoder.encode(
        column: slots.column, layout: slots.layout, rowCount: rowCount, options: options.encoding,
        compression: compression[field], largeValues: largeValues, reference: reference)
    } catch {
      let name = tree.nodes[field].field.name
      throw ColonnadeError(
        error.kind, "column '\(name)': \(error.message)", file: error.file, hint: error.hint,
        errno: error.errno)
    }
    return EncodedField(
      chunk: chunk, largeValues: largeValues.finish(), slotCount: slots.column.count,
      statistics: ChunkStatistics(slots, rowCount: rowCount, zoneShift: options.zoneShift),
      bloomFilter: bloomFilterFields.contains(field) ? BloomFilter(of: slots.column) : nil)
  }

  /// Appends a row group that this writer encoded.
  package func append(_ group: EncodedRowGroup) throws(ColonnadeError) -> RowGroupSummary {
    precondition(isOpen && group.fields.count == tree.nodes.count)
    guard rowGroupCount < FormatLimits.rowGroupCount else {
      throw ColonnadeError(.limitExceeded, "a file holds at most 2^24 row groups")
    }
    let before = area.offset
    let firstRow = assembly.rowCount
    for (field, encoded) in group.fields.enumerated() {
      try assembly.add(encoded, field: field, compression: compression[field], area: area)
    }
    let stored = area.offset - before
    assembly.endRowGroup(
      rowCount: group.rowCount, storedByteCount: stored, rawByteCount: group.rawByteCount)
    var statistics: [Statistics] = []
    for (field, encoded) in zip(schema.fields, group.fields) {
      statistics.append(
        try encoded.statistics.chunk.statistics(type: field.type, count: UInt64(group.rowCount)))
    }
    return RowGroupSummary(
      index: rowGroupCount - 1, firstRow: firstRow, rowCount: group.rowCount,
      storedByteCount: stored, statistics: statistics)
  }

  /// Encodes and appends a row group.
  @discardableResult
  package func write(rowGroup batch: Batch) throws(ColonnadeError) -> RowGroupSummary {
    try append(try encode(rowGroup: batch))
  }

  /// Writes metadata and tail, and makes the file durable where the options say so.
  package func finish() throws(ColonnadeError) -> FileSummary {
    precondition(isOpen)
    let (end, checksums) = try area.finish()
    let bytes = assembly.finish(
      header: header, dataEnd: end, checksums: checksums)
    try file.write(bytes.freeze())
    if options.synchronizes { try file.synchronize() }
    // A file whose closing failed may not be whole: it can still be abandoned.
    try file.close()
    isOpen = false
    return FileSummary(
      path: path, fileID: header.fileID, byteCount: Int(end) + bytes.byteCount,
      rowCount: rowCount, rowGroupCount: rowGroupCount)
  }

  /// Closes and removes the file.
  package func abandon() {
    guard isOpen else { return }
    isOpen = false
    file.closeQuietly()
    // The file is a leftover either way; who abandons has an error of its own to tell.
    try? fileSystem.remove(path)
  }

  deinit { abandon() }
}
