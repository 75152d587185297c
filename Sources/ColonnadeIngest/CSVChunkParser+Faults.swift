// What a bad record says: which field, why, and where it stands in its line.

import CIngest
import ColonnadeArrays
import ColonnadeBase

/// A record of a chunk that is not a row; offsets in bytes from the chunk's start.
struct CSVFault {
  var start: Int
  var end: Int
  /// Where it went wrong.
  var offset: Int
  var field: String?
  var message: String
  var hint: String?
  /// True where another type could have taken the field.
  var isOfType = false
}

extension CSVChunkParser {
  /// The fault of a record that cannot be taken apart.
  func structural(_ bad: colonnade_csv_bad_record) -> CSVFault {
    let index = Int(bad.field)
    var fault = CSVFault(
      start: Int(bad.start), end: Int(bad.end), offset: Int(bad.offset),
      field: index < plan.names.count ? plan.names[index] : nil, message: "", hint: nil)
    switch Int(bad.fault) {
    case Int(COLONNADE_CSV_AFTER_QUOTE.rawValue):
      fault.message = "text follows the closing quote of a field"
      fault.hint =
        "a quote inside a quoted field is written twice; where quotes are plain text,"
        + " say --quote none"
    case Int(COLONNADE_CSV_OPEN_QUOTE.rawValue):
      fault.message = "a quoted field is never closed"
      fault.hint = "where quotes are plain text, say --quote none"
    default:
      fault.field = nil
      fault.offset = fault.start
      let found = bad.fieldCount == 1 ? "1 field" : "\(bad.fieldCount) fields"
      fault.message = "the record has \(found) where \(plan.columnCount) are expected"
      if fault.start == 0 || plan.columnCount == 1 {
        fault.hint =
          "lines before the table are left out with --skip, another delimiter is"
          + " named with --delimiter"
      }
    }
    return fault
  }

  /// The fault of a field that does not fit its column's type.
  func misfit(position: Int, rowStart: Int, cell: colonnade_csv_field) -> CSVFault {
    let length = Int(cell.length & COLONNADE_CSV_LENGTH)
    let bytes = unsafe UnsafeRawBufferPointer(
      start: UnsafeRawPointer(text) + Int(cell.start), count: min(length, 60))
    let shown = unsafe String(decoding: bytes, as: UTF8.self) + (length > 60 ? "…" : "")
    var fault = CSVFault(
      start: rowStart, end: endOfRecord(rowStart), offset: Int(cell.start), message: "", hint: nil)
    fault.field = plan.names[position]
    fault.isOfType = true
    let column = plan.positions.firstIndex(of: position)
    let type = column.map { "\(plan.schema.fields[$0].type)" } ?? "?"
    if cell.length == 0, let column, !plan.schema.fields[column].isNullable {
      fault.message = "a value is missing in a column that takes no nulls"
    } else {
      fault.message = "'\(shown)' is not a value of type \(type)"
      fault.hint =
        "give the column another type with --schema, or set such records aside"
        + " with --rejects"
    }
    return fault
  }

  /// The fault of a record whose bytes are not UTF-8; `nil` where they are.
  func utf8Fault(_ record: Range<Int>) -> CSVFault? {
    if unsafe colonnade_text_is_utf8(text + record.lowerBound, record.count) { return nil }
    let offset =
      record.lowerBound
      + (unsafe colonnade_text_utf8_fault(text + record.lowerBound, record.count))
    let byte = unsafe UInt8(bitPattern: text[min(offset, chunk.byteCount - 1)])
    let hexadecimal = String(byte, radix: 16, uppercase: true)
    return CSVFault(
      start: record.lowerBound, end: endOfRecord(record.lowerBound), offset: offset,
      message: "byte 0x\(hexadecimal) is not UTF-8",
      hint: "say which encoding it is with --encoding")
  }

  /// The faults as records, lines counted from the chunk's first, 1. `faults` is in order.
  func badRecords() -> [BadRecord] {
    var line = 1
    var offset = 0
    return faults.map { record(of: $0, line: &line, from: &offset) }
  }

  private func record(
    of fault: CSVFault, line: inout Int, from lineOffset: inout Int
  ) -> BadRecord {
    // Faults come in the order of their records, but the place inside one may lie further on.
    let start = max(fault.start, lineOffset)
    line += unsafe colonnade_csv_count_lines(text + lineOffset, start - lineOffset)
    lineOffset = start
    let inside = max(fault.offset, start)
    let faultLine = unsafe line + colonnade_csv_count_lines(text + start, inside - start)
    var lineStart = inside
    while lineStart > 0, unsafe text[lineStart - 1] != 10, unsafe text[lineStart - 1] != 13 {
      lineStart -= 1
    }
    let column = unsafe colonnade_text_count_points(text + lineStart, inside - lineStart) + 1
    let bytes = unsafe UnsafeRawBufferPointer(
      start: UnsafeRawPointer(text) + fault.start, count: fault.end - fault.start)
    return unsafe BadRecord(
      file: plan.name, line: faultLine, column: column, field: fault.field,
      message: fault.message, hint: fault.hint, isOfType: fault.isOfType,
      record: Array(bytes))
  }

  /// The end of the record that starts at `start`, its line end left out.
  private func endOfRecord(_ start: Int) -> Int {
    var fields = colonnade_csv_field()
    var rowStart: UInt32 = 0
    var bad = colonnade_csv_bad_record()
    // Either a row of one field, or a bad record that tells its end.
    let progress = unsafe colonnade_csv_tokenise(
      &kernel, text, chunk.byteCount, start, 1, &fields, 0, nil, &rowStart, 1, &bad, 1)
    if progress.badCount == 1 { return Int(bad.end) }
    var end = progress.offset
    while end > start, unsafe text[end - 1] == 10 || text[end - 1] == 13 { end -= 1 }
    return end
  }
}
