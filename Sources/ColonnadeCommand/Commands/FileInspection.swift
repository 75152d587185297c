// What `inspect` shows of files: sections, columns, chunks, pages.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery

/// The columns asked for of one file, with their chunks.
struct FileInspection {
  let file: FileReader
  /// Fields below the columns too, outermost first.
  let fields: [FieldInspection]
  /// The chunks of `fields`, by row group, then by field.
  let chunks: [ChunkInspection]

  /// - Parameters:
  ///   - columns: ids of the columns wanted.
  ///   - rowGroup: one row group; `nil` for all.
  init(_ file: FileReader, columns: Set<Int>, rowGroup: Int?) throws(ColonnadeError) {
    self.file = file
    if let rowGroup, !(0..<file.rowGroupCount).contains(rowGroup) {
      throw ColonnadeError(
        .notFound, "there is no row group \(rowGroup)", file: file.path,
        hint: "its row groups go from 0 to \(file.rowGroupCount - 1)")
    }
    var fields: [FieldInspection] = []
    for column in 0..<file.columnCount
    where columns.contains(try file.field(column: column).id) {
      fields += try file.inspect(column: column)
    }
    var chunks: [ChunkInspection] = []
    for group in rowGroup.map({ $0..<$0 + 1 }) ?? 0..<file.rowGroupCount {
      for field in fields {
        chunks.append(try file.inspect(field: field.index, rowGroup: group))
      }
    }
    self.fields = fields
    self.chunks = chunks
  }

  // MARK: for people

  static func showSections(
    of file: FileReader, _ output: ByteOutput, _ style: TableStyle
  ) throws(ColonnadeError) {
    let id = file.header.fileID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    var text = TextWidth.safe(file.path) + ": " + HumanText.plural(file.rowCount, "row") + " in "
    text += HumanText.plural(file.rowGroupCount, "row group") + ", "
    text += HumanText.bytes(file.byteCount) + "\n"
    text += "file id       \(id)\n"
    text +=
      "written by    \(TextWidth.safe(try file.writer)), format \(file.header.formatVersion)\n"
    text += "zones         of \(HumanText.plural(file.zoneRowCount, "row"))\n"
    text += "data area     \(HumanText.bytes(file.dataEnd))\n\n"
    try output.write(text)
    var report = ReportTable(["section", "entries>", "bytes>", "offset>"])
    for section in file.sections {
      report.append([
        section.kind?.name ?? "unknown \(section.kindCode)", HumanText.count(section.count),
        HumanText.count(section.byteCount), HumanText.count(section.offset),
      ])
    }
    try report.show(to: output, style: style)
    try output.write("\n")
  }

  /// Columns over all files.
  static func showColumns(
    of files: [FileInspection], _ output: ByteOutput, _ style: TableStyle
  ) throws(ColonnadeError) {
    struct Sum {
      var type: DataType
      var pageCount = 0
      var stored: UInt64 = 0
      var raw: UInt64 = 0
      var dictionaryCount = 0
      var encodings: [String: Int] = [:]
    }
    var order: [String] = []
    var sums: [String: Sum] = [:]
    for file in files {
      let byIndex = Dictionary(
        file.fields.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
      for field in file.fields where sums[field.path] == nil {
        sums[field.path] = Sum(type: field.field.type)
        order.append(field.path)
      }
      for chunk in file.chunks {
        guard let path = byIndex[chunk.field]?.path else { continue }
        sums[path]?.pageCount += chunk.pages.count
        sums[path]?.stored += chunk.entry.storedByteCount
        sums[path]?.raw += chunk.entry.rawByteCount
        sums[path]?.dictionaryCount += chunk.dictionary == nil ? 0 : 1
        for encoding in chunk.encodings {
          sums[path]?.encodings[encoding.name, default: 0] += encoding.pageCount
        }
      }
    }
    var report = ReportTable(["column", "type", "stored>", "raw>", "pages>", "encodings"])
    for path in order {
      guard let sum = sums[path] else { continue }
      report.append([
        path, "\(sum.type)", HumanText.bytes(sum.stored), HumanText.bytes(sum.raw),
        HumanText.count(sum.pageCount), text(sum.encodings),
      ])
    }
    try report.show(to: output, style: style)
  }

  /// Encodings by the number of their pages.
  private static func text(_ encodings: [String: Int]) -> String {
    encodings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { $0.value == 1 ? $0.key : "\($0.key) ×\($0.value)" }.joined(separator: " · ")
  }

  func showChunks(
    _ output: ByteOutput, _ style: TableStyle, withPages: Bool
  ) throws(ColonnadeError) {
    let byIndex = Dictionary(
      fields.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
    try output.write("\n" + TextWidth.safe(file.path) + "\n")
    var report = ReportTable(
      withPages
        ? [
          "row group>", "column", "page>", "rows>", "nulls>", "encoding", "bits>", "frames of>",
          "bytes>", "offset>",
        ]
        : [
          "row group>", "column", "values>", "pages>", "rows a page>", "encodings", "stored>",
          "raw>", "dictionary>", "Bloom filter>", "least", "greatest",
        ])
    for chunk in chunks {
      guard let field = byIndex[chunk.field] else { continue }
      if withPages {
        try appendPages(chunk, field, to: &report)
      } else {
        try append(chunk, field, to: &report)
      }
    }
    try report.show(to: output, style: style)
  }

  private func append(
    _ chunk: ChunkInspection, _ field: FieldInspection, to report: inout ReportTable
  ) throws(ColonnadeError) {
    // Statistics are asked for by column; fields below have their own line without bounds.
    var statistics: Statistics?
    if field.path == field.field.name, let column = try file.columnIndex(named: field.field.name) {
      statistics = try file.statistics(column: column, level: .rowGroup(chunk.rowGroup))
    }
    report.append([
      "\(chunk.rowGroup)", field.path, HumanText.count(chunk.entry.slotCount),
      HumanText.count(chunk.pages.count), HumanText.count(1 << Int(chunk.entry.pageShift)),
      FileInspection.text(
        Dictionary(chunk.encodings.map { ($0.name, $0.pageCount) }, uniquingKeysWith: +)),
      HumanText.bytes(chunk.entry.storedByteCount), HumanText.bytes(chunk.entry.rawByteCount),
      chunk.dictionary.map { _ in HumanText.count(chunk.entry.dictionaryCount) },
      chunk.bloomFilter.map { HumanText.bytes($0.byteCount) },
      StatsCommand.bound(statistics?.minimum, "≥ ", field.field.type),
      StatsCommand.bound(statistics?.maximum, "≤ ", field.field.type),
    ])
  }

  private func appendPages(
    _ chunk: ChunkInspection, _ field: FieldInspection, to report: inout ReportTable
  ) throws(ColonnadeError) {
    let rowCount = try file.rowGroup(at: chunk.rowGroup).rowCount
    let pageRowCount = 1 << Int(chunk.entry.pageShift)
    let dictionary = chunk.dictionary.map { [(index: "dictionary", page: $0, rows: 0)] } ?? []
    let pages = chunk.pages.enumerated().map { index, page in
      (
        index: "\(index)", page: page,
        rows: min(pageRowCount, rowCount - index * pageRowCount)
      )
    }
    for (index, page, rows) in dictionary + pages {
      report.append([
        "\(chunk.rowGroup)", field.path, index, rows == 0 ? nil : HumanText.count(rows),
        HumanText.count(page.nullCount), FileInspection.encoding(page, of: chunk),
        page.bitWidth == 0 ? nil : "\(page.bitWidth)",
        page.frameShift == PageEntry.unframed
          ? nil : HumanText.count(1 << Int(min(page.frameShift, 62))),
        HumanText.count(page.byteCount), HumanText.count(page.offset),
      ])
    }
  }

  private static func encoding(_ page: PageEntry, of chunk: ChunkInspection) -> String {
    var text = chunk.encoding(of: page)
    switch Codec(rawValue: page.codecCode) {
    case .some(.none): break
    case .zstd:
      text += ", zstd"
      if page.compressionDictionary != PageEntry.noDictionary {
        text += " with dictionary \(page.compressionDictionary)"
      }
    case nil: text += ", unknown codec \(page.codecCode)"
    }
    return text
  }

  // MARK: for programs

  func json(withPages: Bool) throws(ColonnadeError) -> JSONText {
    let byIndex = Dictionary(
      fields.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
    return .object([
      ("file", .string(file.path)), ("rows", .count(file.rowCount)),
      ("bytes", .count(file.byteCount)), ("rowGroups", .count(file.rowGroupCount)),
      ("zoneRows", .count(file.zoneRowCount)), ("writer", .string(try file.writer)),
      (
        "sections",
        .list(
          file.sections.map { section in
            .object([
              ("kind", .string(section.kind?.name ?? "unknown \(section.kindCode)")),
              ("entries", .count(section.count)), ("bytes", .count(section.byteCount)),
              ("offset", .count(section.offset)),
            ])
          })
      ),
      (
        "chunks",
        .list(
          chunks.map { chunk in
            var parts: [(String, JSONText)] = [
              ("rowGroup", .count(chunk.rowGroup)),
              ("column", .string(byIndex[chunk.field]?.path ?? "")),
              ("type", .string(byIndex[chunk.field].map { "\($0.field.type)" } ?? "")),
              ("values", .count(chunk.entry.slotCount)),
              ("storedBytes", .count(chunk.entry.storedByteCount)),
              ("rawBytes", .count(chunk.entry.rawByteCount)),
              ("pageRows", .count(1 << Int(chunk.entry.pageShift))),
              ("dictionaryEntries", .count(chunk.entry.dictionaryCount)),
              ("bloomFilterBytes", .count(chunk.bloomFilter?.byteCount ?? 0)),
              (
                "encodings",
                .list(
                  chunk.encodings.map {
                    .object([
                      ("encoding", .string($0.name)), ("pages", .count($0.pageCount)),
                      ("bytes", .count($0.byteCount)),
                    ])
                  })
              ),
            ]
            if withPages {
              parts.append(("pages", .list(chunk.pages.map { FileInspection.json($0, of: chunk) })))
            }
            return .object(parts)
          })
      ),
    ])
  }

  private static func json(_ page: PageEntry, of chunk: ChunkInspection) -> JSONText {
    .object([
      ("encoding", .string(encoding(page, of: chunk))), ("offset", .count(page.offset)),
      ("bytes", .count(page.byteCount)), ("firstSlot", .count(page.firstSlot)),
      ("nulls", .count(page.nullCount)), ("bitWidth", .count(page.bitWidth)),
    ])
  }
}
