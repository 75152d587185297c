// How commands that show metadata write it: tables for people, JSON for programs.

import ArgumentParser
import ColonnadeArrays
import ColonnadeBase

/// Options of commands that show metadata.
struct MetadataOptions: ParsableArguments {
  @Flag(help: "Write JSON.")
  var json = false
}

/// A small table of texts and numbers, put together row by row and shown like any other rows.
struct ReportTable {
  private var fields: [Field]
  private var rows: [[Value]] = []
  private let rightAligned: Set<Int>

  /// - Parameter columns: names; those that end in `>` are aligned on the right, without it.
  init(_ columns: [String]) {
    rightAligned = Set(columns.indices.filter { columns[$0].hasSuffix(">") })
    fields = columns.map { Field($0.hasSuffix(">") ? String($0.dropLast()) : $0, .string) }
  }

  /// Texts of one row; `nil` leaves a cell empty.
  mutating func append(_ row: [String?]) {
    rows.append(row.map { $0.map { .string($0) } ?? .null })
  }

  var isEmpty: Bool { rows.isEmpty }

  func batch() throws(ColonnadeError) -> Batch {
    let builders = fields.map { ColumnBuilder($0.type, capacity: rows.count) }
    for row in rows {
      for (builder, value) in zip(builders, row) { try builder.append(value: value) }
    }
    return Batch(
      schema: Schema(fields), columns: builders.map { $0.finish() }, rowCount: rows.count)
  }

  /// Shows the rows as a table for people: no types, no count of rows.
  func show(to output: ByteOutput, style: TableStyle) throws(ColonnadeError) {
    var style = style
    style.isReport = true
    style.rightAligned = rightAligned
    style.rowLimit = nil
    let batch = try batch()
    let renderer = TableRenderer(style: style)
    try renderer.begin(batch.schema, to: output)
    try renderer.render(batch, to: output)
    try renderer.end(rowCount: batch.rowCount, to: output)
  }
}
