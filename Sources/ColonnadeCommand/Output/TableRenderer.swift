// A table for people: names, types, aligned cells, a footer. Widths come from the first rows; later
// cells that are wider are cut with an ellipsis.
// Invariant: what a table holds cannot steer the terminal (TextWidth.safe).

import ColonnadeArrays
import ColonnadeBase

/// How tables look.
struct TableStyle {
  /// Lines around cells, or only spaces.
  var hasBox = true
  /// Whether the terminal takes more than ASCII.
  var isUnicode = true
  var hasColor = false
  /// Columns of the terminal; `nil` for any width.
  var width: Int?
  /// Rows shown at most; the footer tells how many there are.
  var rowLimit: Int?
  /// A report of the command's own: no types, no count of rows, nothing where a cell is null.
  var isReport = false
  /// Columns of a report that are aligned on the right.
  var rightAligned: Set<Int> = []

  var ellipsis: String { isUnicode ? "…" : "..." }
}

/// Renders aligned columns.
final class TableRenderer: Renderer {
  private struct Cell {
    var text: String
    var width: Int
    var isNull: Bool
  }

  private let style: TableStyle
  private var schema = Schema([])
  private var rows: [[Cell]] = []
  private var layout: TableLayout?
  private var shownCount = 0
  private var buffer = TextBuffer(capacity: 64 << 10)

  /// Rows looked at for widths.
  private static let sampleCount = 1_000

  init(style: TableStyle) { self.style = style }

  func begin(_ schema: Schema, to output: ByteOutput) throws(ColonnadeError) {
    self.schema = schema
  }

  func render(_ batch: Batch, to output: ByteOutput) throws(ColonnadeError) {
    for row in 0..<batch.rowCount {
      if let limit = style.rowLimit, shownCount >= limit { return }
      shownCount += 1
      rows.append(
        batch.columns.map { column in
          if column.isNull(at: row) {
            return style.isReport
              ? Cell(text: "", width: 0, isNull: true) : Cell(text: "NULL", width: 4, isNull: true)
          }
          let text = TextWidth.safe(column.text(at: row))
          return Cell(text: text, width: TextWidth.of(text), isNull: false)
        })
      if rows.count >= TableRenderer.sampleCount {
        appendRows()
        try output.flushIfLarge(&buffer)
        if output.isClosedByReader { return }
      }
    }
  }

  func end(rowCount: Int, to output: ByteOutput) throws(ColonnadeError) {
    appendRows()
    appendLine("└", "┴", "┘", "-")
    if !style.isReport { appendFooter(rowCount) }
    try output.flush(&buffer)
  }

  // MARK: parts

  private var isNumeric: [Bool] {
    schema.fields.enumerated().map { index, field in
      if style.rightAligned.contains(index) { return true }
      switch field.type {
      case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float16, .float32,
        .float64, .decimal:
        return true
      default: return false
      }
    }
  }

  /// Lays the table out when its first rows are known, then writes the rows held.
  private func appendRows() {
    if layout == nil {
      var natural: [Int] = []
      for (index, field) in schema.fields.enumerated() {
        // Type texts of nested columns can be long; they do not ask for more than this.
        var width = max(
          1, TextWidth.of(TextWidth.safe(field.name)),
          style.isReport ? 0 : min(20, "\(field.type)".utf8.count))
        for row in rows { width = max(width, row[index].width) }
        natural.append(style.width == nil ? min(width, 120) : width)
      }
      layout = TableLayout(
        natural: natural, available: style.width, separator: style.hasBox ? 3 : 2,
        edge: style.hasBox ? 4 : 0)
      appendHeader()
    }
    for row in rows { append(row) }
    rows.removeAll(keepingCapacity: true)
  }

  private func appendHeader() {
    appendLine("┌", "┬", "┐", nil)
    append(
      schema.fields.map { field in
        let name = TextWidth.safe(field.name)
        return Cell(text: name, width: TextWidth.of(name), isNull: false)
      }, code: "\u{1B}[1m")
    if !style.isReport {
      append(
        schema.fields.map { field in
          let type = TextWidth.safe("\(field.type)")
          return Cell(text: type, width: TextWidth.of(type), isNull: false)
        }, code: "\u{1B}[2m")
    }
    appendLine("├", "┼", "┤", "-")
  }

  private func append(_ cells: [Cell], code: String? = nil) {
    guard let layout else { return }
    let rightAligned = isNumeric
    let bar = style.isUnicode ? "│" : "|"
    if style.hasBox { buffer.append(bar + " ") }
    for (position, column) in layout.shown.enumerated() {
      let isLast = position == layout.shown.count - 1
      if position > 0 { buffer.append(style.hasBox ? " " + bar + " " : "  ") }
      guard let column else {
        buffer.append(style.isUnicode ? "…" : ".")
        continue
      }
      let cell = cells[column]
      let width = layout.widths[column]
      let fits = cell.width <= width
      let text =
        fits ? cell.text : TextWidth.elided(cell.text, to: width, ellipsis: style.ellipsis)
      let padding = width - (fits ? cell.width : TextWidth.of(text))
      if rightAligned[column] { buffer.append(repeating: UInt8(ascii: " "), count: padding) }
      let paint = style.hasColor ? (code ?? (cell.isNull ? "\u{1B}[2m" : nil)) : nil
      if let paint { buffer.append(paint) }
      buffer.append(text)
      if paint != nil { buffer.append("\u{1B}[0m") }
      if !rightAligned[column], style.hasBox || !isLast {
        buffer.append(repeating: UInt8(ascii: " "), count: padding)
      }
    }
    if style.hasBox { buffer.append(" " + bar) }
    buffer.append(byte: UInt8(ascii: "\n"))
  }

  /// A horizontal line; `plain` draws it without a box, `nil` leaves it out there.
  private func appendLine(_ left: String, _ middle: String, _ right: String, _ plain: String?) {
    guard let layout else { return }
    if !style.hasBox {
      guard plain != nil, left == "├" else { return }
      let parts = layout.shown.map { column in
        String(repeating: "-", count: column.map { layout.widths[$0] } ?? 1)
      }
      buffer.append(parts.joined(separator: "  ") + "\n")
      return
    }
    let stroke = style.isUnicode ? "─" : "-"
    let parts = layout.shown.map { column in
      String(repeating: stroke, count: (column.map { layout.widths[$0] } ?? 1) + 2)
    }
    let corner = style.isUnicode ? nil : "+"
    buffer.append(
      (corner ?? left) + parts.joined(separator: corner ?? middle) + (corner ?? right) + "\n")
  }

  private func appendFooter(_ rowCount: Int) {
    var text =
      rowCount == 1 ? "1 row" : HumanText.count(rowCount) + " rows"
    if shownCount < rowCount { text += " (first \(HumanText.count(shownCount)) shown)" }
    if let layout, layout.shown.contains(where: { $0 == nil }) {
      let count = layout.shown.count { $0 != nil }
      text += ", \(count) of \(schema.fields.count) columns shown"
    }
    buffer.append(style.hasColor ? "\u{1B}[2m\(text)\u{1B}[0m\n" : text + "\n")
  }
}
