// `colonnade inspect --why`: what each way to store a column would take, beside what is stored.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery

/// The first values of a row group of one leaf, stored in every way that suits them.
struct EncodingComparison {
  let path: String
  let type: DataType
  let rowGroup: Int
  let valueCount: Int
  /// How the file stores the pages of the row group.
  let stored: String
  let trials: [EncodingTrial]

  /// Rows that are stored again: enough for several pages.
  static let rowCount = 1 << 16
  private static let leafCount = 1 << 20

  /// Of the leaves of the columns asked for.
  static func all(
    of inspection: FileInspection, profile: EncodingProfile
  ) throws(ColonnadeError) -> [EncodingComparison] {
    var comparisons: [EncodingComparison] = []
    let file = inspection.file
    let columns = try (0..<file.columnCount).map { index throws(ColonnadeError) in
      try file.field(column: index).name
    }
    guard let rowGroup = inspection.chunks.first?.rowGroup else { return [] }
    let rows = 0..<min(EncodingComparison.rowCount, try file.rowGroup(at: rowGroup).rowCount)
    for (column, name) in columns.enumerated() {
      guard let index = inspection.fields.firstIndex(where: { $0.path == name }) else { continue }
      try Process.cancellation.check()
      if inspection.fields[index].isEncrypted { continue }
      let values = try file.read(column: column, rowGroup: rowGroup, rows: rows)
      try add(
        values, inspection.fields[index], inspection, rowGroup, profile, to: &comparisons)
    }
    return comparisons
  }

  private static func add(
    _ values: Column, _ field: FieldInspection, _ inspection: FileInspection, _ rowGroup: Int,
    _ profile: EncodingProfile, to comparisons: inout [EncodingComparison]
  ) throws(ColonnadeError) {
    guard values.children.isEmpty else {
      for (child, index) in zip(values.children, field.children) {
        guard let below = inspection.fields.first(where: { $0.index == index }) else { continue }
        try add(child, below, inspection, rowGroup, profile, to: &comparisons)
      }
      return
    }
    let some = values.count > leafCount ? values.slice(0..<leafCount) : values
    let chunk = inspection.chunks.first { $0.field == field.index && $0.rowGroup == rowGroup }
    comparisons.append(
      EncodingComparison(
        path: field.path, type: field.field.type, rowGroup: rowGroup, valueCount: some.count,
        stored: chunk.map { $0.encodings.map(\.name).joined(separator: " · ") } ?? "",
        trials: try EncodingTrial.all(of: some, profile: profile)))
  }

  func show(
    _ output: ByteOutput, _ style: TableStyle, profile: EncodingProfile
  ) throws(ColonnadeError) {
    var text = "\n" + TextWidth.safe(path) + " \(type): "
    text += HumanText.plural(valueCount, "value") + " of row group \(rowGroup), "
    text += "profile \(profile.rawValue); stored as \(stored)\n"
    try output.write(text)
    guard !trials.isEmpty else {
      try output.write("nothing to choose between: every value is null\n")
      return
    }
    var report = ReportTable([
      "encoding", "bytes>", "bits a value>", "decode ns>", "price>", "choice",
    ])
    for trial in trials {
      report.append([
        trial.name, HumanText.bytes(trial.byteCount), HumanText.fixed(bits(trial), places: 2),
        HumanText.fixed(trial.nanoseconds, places: 2), HumanText.bytes(Int(trial.price)),
        trial.isChosen ? "← chosen" : nil,
      ])
    }
    try report.show(to: output, style: style)
  }

  var json: JSONText {
    .object([
      ("column", .string(path)), ("type", .string("\(type)")), ("rowGroup", .count(rowGroup)),
      ("values", .count(valueCount)), ("stored", .string(stored)),
      (
        "encodings",
        .list(
          trials.map { trial in
            .object([
              ("encoding", .string(trial.name)), ("bytes", .count(trial.byteCount)),
              ("decodeNanoseconds", .number(trial.nanoseconds)), ("price", .number(trial.price)),
              ("chosen", .bool(trial.isChosen)),
            ])
          })
      ),
    ])
  }

  private func bits(_ trial: EncodingTrial) -> Double {
    Double(trial.byteCount) * 8 / Double(valueCount)
  }
}
