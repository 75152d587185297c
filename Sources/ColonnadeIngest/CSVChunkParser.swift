// One chunk of separated text into batches. Blocks of rows small enough for the cache are taken
// apart, then parsed column by column.

import CIngest
import ColonnadeArrays
import ColonnadeBase

/// Parses chunks of one input; holds the scratch memory of one thread.
@safe final class CSVChunkParser {
  let plan: CSVPlan
  let chunk: TextChunk
  let text: UnsafePointer<CChar>
  var kernel: colonnade_csv_dialect
  var faults: [CSVFault] = []

  /// Fields of one block: what fits the second-level cache beside their text.
  static let fieldsPerBlock = 16_384
  static let badPerBlock = 256

  init(_ plan: CSVPlan, _ chunk: TextChunk) {
    self.plan = plan
    self.chunk = chunk
    kernel = plan.dialect.kernel
    unsafe text = chunk.text.unsafeAddress.assumingMemoryBound(to: CChar.self)
  }

  func parse() -> ParsedChunk {
    defer { extendLifetime(chunk) }
    var result = ParsedChunk(inputIndex: chunk.inputIndex, bytesRead: chunk.bytesRead)
    result.lineCount = unsafe colonnade_csv_count_lines(text, chunk.byteCount)
    let isUTF8 = unsafe colonnade_text_is_utf8(text, chunk.byteCount)
    let columnCount = plan.columnCount
    guard columnCount > 0 else { return result }
    var offset = chunk.isFirst && plan.hasHeader ? endOfHeader() : 0
    let rowsPerBlock = max(1, CSVChunkParser.fieldsPerBlock / columnCount)
    let fields = MutableBuffer(byteCount: (rowsPerBlock + 1) * columnCount * 8)
    let starts = MutableBuffer(byteCount: rowsPerBlock * 4)
    let bad = MutableBuffer(
      byteCount: CSVChunkParser.badPerBlock * MemoryLayout<colonnade_csv_bad_record>.stride)
    let badColumns = MutableBuffer(byteCount: rowsPerBlock * 4)
    var nulls = unsafe plan.nulls.kernel()
    var proof = plan.looks.isEmpty ? nil : CSVTypeProof(plan.looks)
    var targets: [CSVColumnTarget] = []
    var batchRows = 0
    var misfits: [UInt32] = []
    while offset < chunk.byteCount {
      if targets.isEmpty {
        let bytesLeft = chunk.byteCount - offset
        targets = makeTargets(
          capacity: min(
            result.lineCount + 1, bytesLeft / columnCount + 1, Batch.maximumRowCount),
          byteCount: bytesLeft)
      }
      let progress = unsafe colonnade_csv_tokenise(
        &kernel, text, chunk.byteCount, offset, UInt32(truncatingIfNeeded: columnCount),
        fields.pointer.assumingMemoryBound(to: colonnade_csv_field.self), 0, nil,
        starts.pointer.assumingMemoryBound(to: UInt32.self),
        min(rowsPerBlock, Batch.maximumRowCount - batchRows),
        bad.pointer.assumingMemoryBound(to: colonnade_csv_bad_record.self),
        CSVChunkParser.badPerBlock)
      offset = progress.offset
      result.recordCount += progress.badCount
      for index in 0..<progress.badCount {
        unsafe faults.append(
          structural(
            bad.pointer.assumingMemoryBound(to: colonnade_csv_bad_record.self)[index]))
      }
      let rows = progress.rowCount
      if rows > 0 {
        let marks = unsafe badColumns.pointer.assumingMemoryBound(to: UInt32.self)
        unsafe marks.update(repeating: 0, count: rows)
        var badCount = 0
        unsafe nulls.withUnsafeMutableBufferPointer { nulls in
          let block = unsafe colonnade_cells(
            text: text,
            fields: fields.pointer.assumingMemoryBound(to: colonnade_csv_field.self),
            stride: columnCount, rowCount: rows, nulls: nulls.baseAddress,
            nullTextCount: nulls.count, validity: nil, firstRow: 0, badColumns: marks, column: 0,
            isNullable: true, nullCount: 0, badCount: 0)
          for target in targets {
            unsafe badCount += target.append(block, dialect: kernel)
          }
          unsafe proof?.look(at: block)
        }
        if badCount > 0 || !isUTF8 {
          let starts = unsafe starts.pointer.assumingMemoryBound(to: UInt32.self)
          let cells = unsafe fields.pointer.assumingMemoryBound(to: colonnade_csv_field.self)
          for row in 0..<rows {
            let start = unsafe Int(starts[row])
            let mark = unsafe Int(marks[row])
            if !isUTF8 {
              // The end of its last field: a bad record may stand before the next row.
              let last = unsafe cells[(row + 1) * columnCount - 1]
              let end = Int(last.start) + Int(last.length & COLONNADE_CSV_LENGTH)
              if let fault = utf8Fault(start..<end) {
                faults.append(fault)
                misfits.append(UInt32(truncatingIfNeeded: batchRows + row))
                continue
              }
            }
            guard mark != 0 else { continue }
            misfits.append(UInt32(truncatingIfNeeded: batchRows + row))
            unsafe faults.append(
              misfit(
                position: mark - 1, rowStart: start, cell: cells[row * columnCount + mark - 1]))
          }
        }
        batchRows += rows
        result.recordCount += rows
      }
      if batchRows == Batch.maximumRowCount || (offset >= chunk.byteCount && batchRows > 0) {
        result.batches.append(makeBatch(targets, rows: batchRows, misfits: misfits))
        targets = []
        misfits = []
        batchRows = 0
      }
    }
    result.looks = proof?.found ?? []
    faults.sort { $0.start < $1.start }
    result.bad = badRecords()
    return result
  }

  private func makeTargets(capacity: Int, byteCount: Int) -> [CSVColumnTarget] {
    var targets: [CSVColumnTarget] = []
    for (field, position) in zip(plan.schema.fields, plan.positions) {
      guard let position else { continue }
      targets.append(
        CSVColumnTarget(field, position: position, capacity: capacity, byteCount: byteCount))
    }
    return targets
  }

  /// All columns of the schema, those the input lacks null, without the rows in `misfits`.
  private func makeBatch(_ targets: [CSVColumnTarget], rows: Int, misfits: [UInt32]) -> Batch {
    var next = 0
    let columns = zip(plan.schema.fields, plan.positions).map { field, position in
      if position != nil {
        defer { next += 1 }
        return targets[next].finish()
      }
      let builder = ColumnBuilder(field.type, capacity: rows)
      for _ in 0..<rows { builder.appendNull() }
      return builder.finish()
    }
    let batch = Batch(schema: plan.schema, columns: columns, rowCount: rows)
    return misfits.isEmpty ? batch : batch.without(misfits)
  }

  /// Where the records after the header start.
  private func endOfHeader() -> Int {
    let capacity = min(chunk.byteCount + 1, 1 << 20)
    let fields = MutableBuffer(byteCount: capacity * 8)
    var count: UInt32 = 0
    var start: UInt32 = 0
    var bad = colonnade_csv_bad_record()
    let progress = unsafe colonnade_csv_tokenise(
      &kernel, text, chunk.byteCount, 0, 0,
      fields.pointer.assumingMemoryBound(to: colonnade_csv_field.self), capacity, &count, &start,
      1, &bad, 1)
    return progress.offset
  }
}
