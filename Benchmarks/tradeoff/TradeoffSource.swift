// The table that is written again and again, in memory.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest

/// Row groups of an Arrow file.
struct TradeoffSource {
  /// Which columns a comparison is about.
  enum Columns { case all, texts }

  private static let rowGroupRowCount = 393_216
  private let whole: [Batch]

  init(_ path: String) throws(ColonnadeError) {
    let input = try ArrowStreamInput(path: path)
    let schema = input.schema.assigningIDs()
    var waiting: [Batch] = []
    var rowGroups: [Batch] = []
    func close() {
      let columns = schema.fields.indices.map { index in
        Column.concatenate(waiting.map { $0.columns[index] })
      }
      rowGroups.append(
        Batch(
          schema: schema, columns: columns, rowCount: waiting.reduce(0) { $0 + $1.rowCount }))
      waiting = []
    }
    while let batch = try input.next() {
      waiting.append(batch)
      if waiting.reduce(0, { $0 + $1.rowCount }) >= TradeoffSource.rowGroupRowCount { close() }
    }
    if !waiting.isEmpty { close() }
    guard !rowGroups.isEmpty else {
      throw ColonnadeError(.invalidArgument, "there are no rows", file: path)
    }
    whole = rowGroups
  }

  /// Nil where there are no such columns.
  func rowGroups(of columns: Columns) -> [Batch]? {
    guard case .texts = columns else { return whole }
    let fields = whole[0].schema.fields
    let chosen = fields.indices.filter { fields[$0].type == .string }
    if chosen.isEmpty { return nil }
    let schema = Schema(chosen.map { fields[$0] })
    return whole.map { batch in
      Batch(
        schema: schema, columns: chosen.map { batch.columns[$0] }, rowCount: batch.rowCount)
    }
  }
}
