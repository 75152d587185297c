// JSON Lines: one object a line, valid JSON whatever the data. Integers and decimals keep all
// their digits, dates and times are ISO 8601 strings, binary is base64, NaN and infinities follow a
// policy.

import ColonnadeArrays
import ColonnadeBase

/// Renders JSON Lines straight from column buffers.
final class JSONLinesRenderer: Renderer {
  private let nonFinite: NonFinitePolicy
  private var buffer = TextBuffer(capacity: ByteOutput.flushByteCount + (64 << 10))
  /// `{"name":` of the first column, `,"name":` of the others.
  private var keys: [Buffer] = []

  init(nonFinite: NonFinitePolicy) { self.nonFinite = nonFinite }

  func begin(_ schema: Schema, to output: ByteOutput) throws(ColonnadeError) {
    for (index, field) in schema.fields.enumerated() {
      var key = TextBuffer()
      key.append(byte: index == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
      key.append(jsonString: field.name)
      key.append(byte: UInt8(ascii: ":"))
      keys.append(unsafe key.withUnsafeBytes { unsafe Buffer(copying: $0) })
    }
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
      try JSONLinesRenderer.append(
        rows: row..<end, readers, keys, batch, nonFinite, to: &buffer)
      try output.flushIfLarge(&buffer)
      row = end
    }
  }

  /// The hot loop; the buffer is borrowed once for all its cells.
  private static func append(
    rows: Range<Int>, _ readers: [CellReader], _ keys: [Buffer], _ batch: Batch,
    _ nonFinite: NonFinitePolicy, to buffer: inout TextBuffer
  ) throws(ColonnadeError) {
    for row in rows {
      if readers.isEmpty { buffer.append(byte: UInt8(ascii: "{")) }
      for index in 0..<readers.count {
        unsafe buffer.append(bytes: keys[index].unsafeBytes)
        let reader = readers[index]
        if reader.isNull(row) {
          buffer.append("null")
          continue
        }
        switch reader.kind {
        case .text: unsafe buffer.append(jsonString: reader.bytes(row))
        case .float64:
          let value = reader.load(Double.self, row)
          if value.isFinite {
            buffer.append(value)
          } else {
            try append(value, batch, index, nonFinite, to: &buffer)
          }
        case .float32:
          let value = reader.load(Float.self, row)
          if value.isFinite {
            buffer.append(value)
          } else {
            try append(Double(value), batch, index, nonFinite, to: &buffer)
          }
        case .date, .timestamp:
          buffer.append(byte: UInt8(ascii: "\""))
          reader.append(row, to: &buffer)
          buffer.append(byte: UInt8(ascii: "\""))
        case .other:
          do {
            try buffer.append(json: batch.columns[index], at: row, nonFinite: nonFinite)
          } catch {
            throw named(error, batch, index)
          }
        default: reader.append(row, to: &buffer)
        }
      }
      buffer.append("}\n")
    }
  }

  func end(rowCount: Int, to output: ByteOutput) throws(ColonnadeError) {
    try output.flush(&buffer)
  }

  private static func append(
    _ value: Double, _ batch: Batch, _ index: Int, _ nonFinite: NonFinitePolicy,
    to buffer: inout TextBuffer
  ) throws(ColonnadeError) {
    do {
      try buffer.append(nonFinite: value, nonFinite)
    } catch {
      throw named(error, batch, index)
    }
  }

  private static func named(_ error: ColonnadeError, _ batch: Batch, _ index: Int) -> ColonnadeError
  {
    ColonnadeError(
      error.kind, "column '\(batch.schema.fields[index].name)': \(error.message)",
      hint: "use --nan null or --nan string")
  }
}
