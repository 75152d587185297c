// Comma-separated values as RFC 4180 has them: a header, CRLF-free lines, quotes where needed.
// NULL is an empty field and an empty text is "", so that both read back; nested values are JSON.

import ColonnadeArrays
import ColonnadeBase

/// Renders CSV straight from column buffers.
final class CSVRenderer: Renderer {
  private var buffer = TextBuffer(capacity: ByteOutput.flushByteCount + (64 << 10))

  func begin(_ schema: Schema, to output: ByteOutput) throws(ColonnadeError) {
    for (index, field) in schema.fields.enumerated() {
      if index > 0 { buffer.append(byte: UInt8(ascii: ",")) }
      var name = field.name
      name.withUTF8 { bytes in
        unsafe CSVRenderer.append(text: UnsafeRawBufferPointer(bytes), to: &buffer)
      }
    }
    buffer.append(byte: UInt8(ascii: "\n"))
  }

  func render(_ batch: Batch, to output: ByteOutput) throws(ColonnadeError) {
    let readers = batch.columns.map { CellReader($0) }
    defer {
      for reader in readers { reader.release() }
      extendLifetime(batch)
    }
    var row = 0
    while row < batch.rowCount, !output.isClosedByReader {
      // A chunk of rows between two looks at the buffer.
      let end = min(row + 256, batch.rowCount)
      unsafe readers.withUnsafeBufferPointer { readers in
        unsafe CSVRenderer.append(rows: row..<end, readers, batch, to: &buffer)
      }
      try output.flushIfLarge(&buffer)
      row = end
    }
  }

  func end(rowCount: Int, to output: ByteOutput) throws(ColonnadeError) {
    try output.flush(&buffer)
  }

  /// The hot loop; the buffer is borrowed once for all its cells.
  private static func append(
    rows: Range<Int>, _ readers: UnsafeBufferPointer<CellReader>, _ batch: Batch,
    to buffer: inout TextBuffer
  ) {
    for row in rows {
      for index in 0..<readers.count {
        if index > 0 { buffer.append(byte: UInt8(ascii: ",")) }
        let reader = unsafe readers[index]
        if reader.isNull(row) { continue }
        switch reader.kind {
        case .text: unsafe append(text: reader.bytes(row), to: &buffer)
        case .other: append(other: batch.columns[index], row, to: &buffer)
        default: reader.append(row, to: &buffer)
        }
      }
      buffer.append(byte: UInt8(ascii: "\n"))
    }
  }

  private static func append(other column: Column, _ row: Int, to buffer: inout TextBuffer) {
    if column.type.isNested {
      var cell = TextBuffer()
      cell.append(cell: column, at: row)
      unsafe cell.withUnsafeBytes { unsafe append(text: $0, to: &buffer) }
    } else {
      buffer.append(cell: column, at: row)
    }
  }

  /// Appends text, in quotes where it is empty or holds a comma, a quote or a line end.
  static func append(text bytes: UnsafeRawBufferPointer, to buffer: inout TextBuffer) {
    guard unsafe needsQuotes(bytes) else {
      unsafe buffer.append(bytes: bytes)
      return
    }
    buffer.append(byte: UInt8(ascii: "\""))
    var start = 0
    for index in 0..<bytes.count where unsafe bytes[index] == UInt8(ascii: "\"") {
      unsafe buffer.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[start...index]))
      start = index
    }
    unsafe buffer.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[start...]))
    buffer.append(byte: UInt8(ascii: "\""))
  }

  @unsafe @inline(__always)
  private static func needsQuotes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let count = bytes.count
    if count == 0 { return true }
    var index = 0
    while index + 8 <= count {
      let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      if mayNeedQuotes(word) { break }
      index += 8
    }
    while index < count {
      switch unsafe bytes[index] {
      case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        return true
      default: index += 1
      }
    }
    return false
  }

  /// False where none of the eight bytes is special; true where one may be.
  @inline(__always) private static func mayNeedQuotes(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let comma = word ^ (ones &* 0x2C)
    let line = word ^ (ones &* 0x0A)
    let carriage = word ^ (ones &* 0x0D)
    let found =
      ((quote &- ones) & ~quote) | ((comma &- ones) & ~comma) | ((line &- ones) & ~line)
      | ((carriage &- ones) & ~carriage)
    return found & 0x8080_8080_8080_8080 != 0
  }
}
