// One chunk of JSON records into batches.

import CIngest
import ColonnadeArrays
import ColonnadeBase

/// How one input's records become rows of the schema.
struct JSONPlan: Sendable {
  let name: String
  let layout: JSONLayout
  let schema: Schema
}

enum JSONChunkParser {
  static func parse(_ plan: JSONPlan, _ chunk: TextChunk) throws(ColonnadeError) -> ParsedChunk {
    defer { extendLifetime(chunk) }
    var result = ParsedChunk(inputIndex: chunk.inputIndex, bytesRead: chunk.bytesRead)
    result.lineCount = unsafe colonnade_csv_count_feeds(
      chunk.text.unsafeAddress.assumingMemoryBound(to: CChar.self), chunk.byteCount)
    let records = try JSONRecords(chunk, plan.layout)
    let names = JSONNames(plan.schema.fields)
    var writers: [JSONColumnWriter] = []
    var rowCount = 0
    var misfits: [UInt32] = []
    func finish() {
      let batch = Batch(
        schema: plan.schema, columns: writers.map { $0.builder.finish() }, rowCount: rowCount)
      result.batches.append(misfits.isEmpty ? batch : batch.without(misfits))
      rowCount = 0
      misfits = []
    }
    while let record = records.next() {
      result.recordCount += 1
      guard let index = record.index else {
        result.bad.append(bad(plan, chunk, record, path: [], message: record.message))
        continue
      }
      if rowCount == 0 {
        let capacity = min(result.lineCount + 1, Batch.maximumRowCount)
        writers = plan.schema.fields.map { JSONColumnWriter($0, capacity: capacity) }
      }
      var misfit: JSONMisfit?
      JSONColumnWriter.appendMembers(records.parser.tape, index, writers, names, &misfit)
      if let misfit {
        misfits.append(UInt32(truncatingIfNeeded: rowCount))
        result.bad.append(bad(plan, chunk, record, path: misfit.path, message: misfit.message))
      }
      rowCount += 1
      if rowCount == Batch.maximumRowCount { finish() }
    }
    if rowCount > 0 { finish() }
    return result
  }

  private static func bad(
    _ plan: JSONPlan, _ chunk: TextChunk, _ record: JSONRecord, path: [String], message: String
  ) -> BadRecord {
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: chunk.text.unsafeBytes[record.range])
    let column: Int
    if path.isEmpty {
      column = 1
    } else {
      column = unsafe JSONPlace.column(of: path[0], in: bytes)
    }
    return unsafe BadRecord(
      file: plan.name, line: record.line, column: column,
      field: path.isEmpty ? nil : path.joined(separator: "."), message: message,
      hint: path.isEmpty
        ? "every line is one JSON object"
        : "settle types with --schema, or set such records aside with --rejects",
      isOfType: !path.isEmpty,
      record: Array(bytes))
  }
}

/// Looks at the types of all records of one chunk.
enum JSONTypeScan {
  struct Looks: Sendable {
    var shape = JSONShape()
    /// Records, objects or not.
    var recordCount = 0
    var lineCount = 0
  }

  static func looks(_ chunk: TextChunk, _ layout: JSONLayout) throws(ColonnadeError) -> Looks {
    defer { extendLifetime(chunk) }
    var looks = Looks()
    looks.lineCount = unsafe colonnade_csv_count_feeds(
      chunk.text.unsafeAddress.assumingMemoryBound(to: CChar.self), chunk.byteCount)
    let records = try JSONRecords(chunk, layout)
    while let record = records.next() {
      looks.recordCount += 1
      guard let index = record.index else { continue }
      looks.shape.add(records.parser.tape, index, line: record.line)
    }
    return looks
  }
}

/// Finding a key in the text of a record that is known to be JSON.
enum JSONPlace {
  /// Character, counted from 1, of the value of the record's member `name`; 1 where it is missing.
  static func column(of name: String, in record: UnsafeRawBufferPointer) -> Int {
    let wanted = Array(name.utf8)
    var depth = 0
    var index = 0
    while index < record.count {
      let byte = unsafe record[index]
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        let start = index + 1
        index = start
        while index < record.count, unsafe record[index] != UInt8(ascii: "\"") {
          index += unsafe record[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        if depth == 1, index <= record.count,
          unsafe record[start..<min(index, record.count)].elementsEqual(wanted)
        {
          var next = index + 1
          while next < record.count, unsafe record[next] <= 32 { next += 1 }
          if next < record.count, unsafe record[next] == UInt8(ascii: ":") {
            next += 1
            while next < record.count, unsafe record[next] <= 32 { next += 1 }
            return unsafe record[..<next].count { $0 & 0xC0 != 0x80 } + 1
          }
        }
      default: break
      }
      index += 1
    }
    return 1
  }
}
