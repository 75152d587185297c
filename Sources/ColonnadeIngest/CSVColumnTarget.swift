// One column of a batch while its blocks of fields are parsed.
// Invariants: `validity` has a bit for every row so far, zero-padded; null slots are zero.

import CIngest
import ColonnadeArrays
import ColonnadeBase

/// Where the values of one column go.
final class CSVColumnTarget {
  let field: Field
  /// Position of the column in the input.
  let position: Int
  private let type: CellType
  private let values: MutableBuffer
  private let validity: MutableBuffer
  private let data: MutableBuffer?
  private let builder: ColumnBuilder?
  private let cells: CellParser?
  private let capacity: Int
  private let byteCount: Int
  private var rowCount = 0
  private var nullCount = 0

  /// - Parameters:
  ///   - capacity: rows to come, or a few more.
  ///   - byteCount: bytes of the input to come.
  init(_ field: Field, position: Int, capacity: Int, byteCount: Int) {
    self.field = field
    self.position = position
    self.capacity = capacity
    self.byteCount = byteCount
    type = CellType(field.type)
    let width: Int
    switch type {
    case .fixed(_, let byteCount): width = byteCount
    case .bool, .general: width = 0
    case .text: width = 16
    }
    values = MutableBuffer(capacity: width * capacity)
    validity = MutableBuffer(capacity: (capacity + 7) / 8 + 8)
    if case .text = type { data = MutableBuffer() } else { data = nil }
    if case .general = type {
      let builder = ColumnBuilder(field.type)
      self.builder = builder
      cells = CellParser(builder)
    } else {
      builder = nil
      cells = nil
    }
  }

  /// Parses this column of a block of rows.
  /// - Parameter cells: the block, its `fields` at the first column; counts are set here.
  /// - Returns: how many rows did not fit.
  func append(_ block: colonnade_cells, dialect: colonnade_csv_dialect) -> Int {
    var cells = unsafe block
    unsafe cells.fields += position
    unsafe cells.column = UInt32(truncatingIfNeeded: position)
    unsafe cells.isNullable = field.isNullable
    unsafe cells.firstRow = rowCount
    let rows = unsafe cells.rowCount
    let bitmapByteCount = (rowCount + rows + 7) / 8
    validity.appendZeros(bitmapByteCount - validity.byteCount)
    unsafe cells.validity = validity.pointer.assumingMemoryBound(to: UInt8.self)
    switch type {
    case .fixed(var kind, let byteCount):
      unsafe colonnade_cells_parse(&cells, &kind, values.extend(by: rows * byteCount))
    case .bool:
      values.appendZeros(bitmapByteCount - values.byteCount)
      unsafe colonnade_cells_parse_bool(
        &cells, values.pointer.assumingMemoryBound(to: UInt8.self))
    case .text:
      let views = unsafe values.extend(by: rows * 16)
      guard let data else { return 0 }
      let start = data.byteCount
      let byteCount = unsafe colonnade_cells_long_bytes(&cells)
      if start == 0, byteCount > 0 {
        // The rows to come are taken to be like these: growing would touch memory of many sizes.
        let share = Double(capacity) / Double(max(rowCount + rows, 1))
        data.reserve(min(Int(Double(byteCount) * share * 1.05), self.byteCount))
      }
      let bytes = unsafe data.extend(by: byteCount) - start
      let end = unsafe colonnade_cells_parse_text(
        &cells, dialect.quote, dialect.escape, views, bytes.assumingMemoryBound(to: UInt8.self),
        start)
      data.truncate(to: end)
    case .general:
      unsafe appendGeneral(&cells, dialect)
    }
    rowCount += rows
    unsafe nullCount += cells.nullCount + cells.badCount
    return unsafe cells.badCount
  }

  private func appendGeneral(_ cells: inout colonnade_cells, _ dialect: colonnade_csv_dialect) {
    guard let builder, let parser = self.cells, let text = unsafe cells.text else { return }
    var plain: [UInt8] = []
    for row in 0..<(unsafe cells.rowCount) {
      let cell = unsafe cells.fields[row * cells.stride]
      var isNull = false
      for index in 0..<(unsafe cells.nullTextCount) {
        let null = unsafe cells.nulls[index]
        if cell.length == (unsafe null.length) {
          let bytes = unsafe UnsafeRawBufferPointer(
            start: text + Int(cell.start), count: Int(cell.length))
          let other = unsafe UnsafeRawBufferPointer(start: null.text, count: Int(cell.length))
          if unsafe bytes.elementsEqual(other) { isNull = true }
        }
      }
      if isNull {
        builder.appendNull()
        if field.isNullable {
          unsafe cells.nullCount += 1
        } else {
          unsafe markBad(&cells, row)
        }
        continue
      }
      let count = Int(cell.length & COLONNADE_CSV_LENGTH)
      plain.removeAll(keepingCapacity: true)
      unsafe plain.append(
        contentsOf: unsafe UnsafeRawBufferPointer(start: text + Int(cell.start), count: count))
      if cell.length & COLONNADE_CSV_ESCAPED != 0 {
        let kept = unsafe plain.withUnsafeMutableBytes { target in
          unsafe colonnade_cells_unescape(
            text + Int(cell.start), count, dialect.quote, dialect.escape,
            target.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        plain.removeLast(count - kept)
      }
      let fits = unsafe plain.withUnsafeBytes { unsafe parser.append($0) }
      if !fits {
        builder.appendNull()
        unsafe markBad(&cells, row)
      }
    }
  }

  @unsafe private func markBad(_ cells: inout colonnade_cells, _ row: Int) {
    unsafe cells.badCount += 1
    if unsafe cells.badColumns[row] == 0 { unsafe cells.badColumns[row] = cells.column + 1 }
  }

  /// The column; misfits are null in it.
  func finish() -> Column {
    if let builder { return builder.finish() }
    return Column(
      unchecked: field.type, count: rowCount, nullCount: nullCount, validity: validity.freeze(),
      values: values.freeze(), data: data.map { [$0.freeze()] } ?? [])
  }
}
