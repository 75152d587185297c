// What comes out: CSV that reads back, JSON that parses, tables that fit.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery
import ColonnadeTable
import Testing

@testable import ColonnadeCommand

/// A batch from rows of values.
func makeBatch(_ fields: [Field], _ rows: [[Value]]) throws -> Batch {
  let builders = fields.map { ColumnBuilder($0.type) }
  for row in rows {
    for (builder, value) in zip(builders, row) { try builder.append(value: value) }
  }
  return Batch(
    schema: Schema(fields), columns: builders.map { $0.finish() }, rowCount: rows.count)
}

/// What a renderer makes of a batch.
func render(_ batch: Batch, with renderer: any Renderer) throws -> String {
  let fileSystem = PosixFileSystem()
  let path = "/tmp/colonnade-render-\(fileSystem.randomName())"
  let output = try ByteOutput(path: path, in: fileSystem)
  try renderer.begin(batch.schema, to: output)
  try renderer.render(batch, to: output)
  try renderer.end(rowCount: batch.rowCount, to: output)
  try output.finish()
  defer { try? fileSystem.remove(path) }
  return String(decoding: try fileSystem.readAll(path, limit: 1 << 30).array, as: UTF8.self)
}

@Suite struct RendererTests {
  let mixed: [Field] = [
    Field("id", .int64), Field("name", .string), Field("x", .float64), Field("day", .date),
    Field("tags", .list(Field("element", .string))),
  ]
  let rows: [[Value]] = [
    [.integer(1), .string("plain"), .float(1.5), .date(0), .list([.string("a"), .string("b,c")])],
    [.null, .string(""), .float(.nan), .null, .null],
    [.integer(9_007_199_254_740_993), .null, .float(.infinity), .date(15_706), .list([])],
    [.integer(-3), .string("say \"hi\", then\nleave and go on"), .null, .null, .list([.null])],
  ]

  @Test func csv() throws {
    let text = try render(makeBatch(mixed, rows), with: CSVRenderer())
    #expect(
      text == """
        id,name,x,day,tags
        1,plain,1.5,1970-01-01,"[""a"",""b,c""]"
        ,"",nan,,
        9007199254740993,,inf,2013-01-01,[]
        -3,"say ""hi"", then
        leave and go on",,,[null]

        """)
  }

  @Test func csvQuotesNamesAndEdges() throws {
    let fields = [Field("a,b", .string), Field("c", .bool)]
    let batch = try makeBatch(
      fields,
      [
        [.string("12345678,"), .bool(true)], [.string("\r"), .bool(false)],
        [.string("\""), .null], [.string("seven77\n"), .null],
      ])
    let text = try render(batch, with: CSVRenderer())
    #expect(
      text
        == "\"a,b\",c\n\"12345678,\",true\n\"\r\",false\n\"\"\"\",\n\"seven77\n\",\n")
  }

  @Test func jsonLines() throws {
    let batch = try makeBatch(mixed, rows)
    let text = try render(batch, with: JSONLinesRenderer(nonFinite: .null))
    #expect(
      text == #"""
        {"id":1,"name":"plain","x":1.5,"day":"1970-01-01","tags":["a","b,c"]}
        {"id":null,"name":"","x":null,"day":null,"tags":null}
        {"id":9007199254740993,"name":null,"x":null,"day":"2013-01-01","tags":[]}
        {"id":-3,"name":"say \"hi\", then\nleave and go on","x":null,"day":null,"tags":[null]}

        """#)
    let named = try render(batch, with: JSONLinesRenderer(nonFinite: .string))
    #expect(named.contains(#""x":"nan""#) && named.contains(#""x":"inf""#))
    #expect(throws: ColonnadeError.self) {
      try render(batch, with: JSONLinesRenderer(nonFinite: .error))
    }
  }

  @Test func noColumns() throws {
    let batch = Batch(schema: Schema([]), columns: [], rowCount: 2)
    #expect(try render(batch, with: JSONLinesRenderer(nonFinite: .null)) == "{}\n{}\n")
  }

  @Test func tableWithBox() throws {
    let fields = [Field("n", .int32), Field("text", .string)]
    let batch = try makeBatch(
      fields,
      [
        [.integer(7), .string("日本語")], [.null, .string("a\u{1B}[31m\tb")],
        [.integer(12_345), .null],
      ])
    let text = try render(batch, with: TableRenderer(style: TableStyle()))
    #expect(
      text == #"""
        ┌───────┬────────────────┐
        │     n │ text           │
        │ int32 │ string         │
        ├───────┼────────────────┤
        │     7 │ 日本語         │
        │  NULL │ a\u{1b}[31m\tb │
        │ 12345 │ NULL           │
        └───────┴────────────────┘
        3 rows

        """#)
  }

  @Test func plainTable() throws {
    let fields = [Field("n", .int32), Field("text", .string)]
    let batch = try makeBatch(
      fields, [[.integer(7), .string("x")], [.integer(12_345), .string("yy")]])
    let style = TableStyle(hasBox: false, isUnicode: false)
    #expect(
      try render(batch, with: TableRenderer(style: style)) == """
            n  text
        int32  string
        -----  ------
            7  x
        12345  yy
        2 rows

        """)
  }

  @Test(arguments: [8, 20, 37, 60, 80, 120, 200])
  func tablesFit(width: Int) throws {
    let fields = (0..<12).map { Field("column_number_\($0)", .string) }
    let row = (0..<12).map { Value.string(String(repeating: "wide 漢字 ", count: $0)) }
    let batch = try makeBatch(fields, [row, row])
    for hasBox in [true, false] {
      let style = TableStyle(hasBox: hasBox, width: width)
      let text = try render(batch, with: TableRenderer(style: style))
      for line in text.split(separator: "\n").dropLast() {
        let shown = TextWidth.of(String(line))
        #expect(shown <= max(width, 9), "\(shown) columns in \(width): \(line)")
      }
    }
  }

  @Test func rowLimit() throws {
    let batch = try makeBatch([Field("n", .int32)], (0..<50).map { [.integer(Int128($0))] })
    var style = TableStyle()
    style.rowLimit = 3
    let text = try render(batch, with: TableRenderer(style: style))
    #expect(text.hasSuffix("50 rows (first 3 shown)\n"))
    #expect(text.split(separator: "\n").count == 4 + 3 + 1 + 1)
  }

  @Test func outputIsWholeOrAbsent() throws {
    let fileSystem = PosixFileSystem()
    let folder = "/tmp/colonnade-output-\(fileSystem.randomName())"
    try fileSystem.makeFolder(folder)
    let path = Path.join(folder, "out.csv")
    do {
      let output = try ByteOutput(path: path, in: fileSystem)
      try output.write("half")
      #expect(try !fileSystem.exists(path))
    }
    #expect(try fileSystem.list(folder).isEmpty)
    let output = try ByteOutput(path: path, in: fileSystem)
    try output.write("whole")
    try output.finish()
    #expect(try fileSystem.list(folder).map(\.name) == ["out.csv"])
    #expect(throws: ColonnadeError.self) { _ = try ByteOutput(path: folder, in: fileSystem) }
    try fileSystem.remove(path)
    try fileSystem.removeFolder(folder)
  }
}

@Suite struct MessageTests {
  @Test func humanNumbers() {
    #expect(HumanText.count(336_776) == "336,776")
    #expect(HumanText.count(-1_000) == "-1,000")
    #expect(HumanText.count(0) == "0")
    #expect(HumanText.bytes(999) == "999 B")
    #expect(HumanText.bytes(12_345_678) == "12.3 MB")
    #expect(HumanText.fixed(0.05, places: 1) == "0.1")
    #expect(HumanText.fixed(-0.001, places: 1) == "0.0")
    #expect(HumanText.fixed(2.996, places: 2) == "3.00")
    #expect(HumanText.percent(1, of: 8) == "13 %")
    #expect(HumanText.percent(0, of: 0) == "0 %")
    #expect(HumanText.percent(336_401, of: 336_776) == "99.9 %")
    #expect(HumanText.percent(1, of: 336_776) == "0.1 %")
    #expect(HumanText.percent(5, of: 5) == "100 %")
    #expect(HumanText.seconds(245) == "4 min 5 s")
    #expect(HumanText.plural(1, "file") == "1 file")
    #expect(HumanText.plural(2_000, "entry", "entries") == "2,000 entries")
  }

  @Test func suggestions() {
    let names = ["dep_delay", "arr_delay", "carrier", "Tail"]
    #expect(SpellingSuggestion.nearest(to: "dep_dely", among: names) == "dep_delay")
    #expect(SpellingSuggestion.nearest(to: "tail", among: names) == "Tail")
    #expect(SpellingSuggestion.nearest(to: "carreir", among: names) == "carrier")
    #expect(SpellingSuggestion.nearest(to: "zzz", among: names) == nil)
  }

  @Test func caret() {
    let error = ColonnadeError(
      .invalidArgument, "unexpected ')'", location: .line(1, column: 9, field: nil))
    let shown = ArgumentTextError(error: error, option: "--where", text: "é = 日 AND)").detail
    #expect(shown[0] == "  é = 日 AND)")
    #expect(shown[1] == "           ^")
  }
}

@Suite struct OptionTextTests {
  @Test func columnLists() throws {
    #expect(
      try ColumnList.parse("a, \"b, \"\"c\", d e ", option: "--select") == ["a", "b, \"c", "d e"])
    for text in ["", "a,,b", "a,", "\"a", "\"a\" b"] {
      #expect(throws: ColonnadeError.self) { _ = try ColumnList.parse(text, option: "--select") }
    }
    for name in ["a", "b c", "q\"", "9", "日"] {
      #expect(try ColumnList.parse(ColumnList.quoted(name), option: "x") == [name])
    }
  }

  @Test func sizes() {
    #expect(SizeText.parse("512") == 512)
    #expect(SizeText.parse("2k") == 2_000)
    #expect(SizeText.parse("2GiB") == 2 << 30)
    #expect(SizeText.parse("1MB") == 1_000_000)
    for text in ["", "x", "1x", "1i", "-1", "99999999999T"] { #expect(SizeText.parse(text) == nil) }
  }
}

@Suite struct ProgressTests {
  @Test func line() {
    #expect(
      Progress.line(
        noun: "rows", share: 0.25, rowCount: 2_000_000, byteCount: 100_000_000, seconds: 2)
        == "25 % · 2,000,000 rows · 1,000,000 rows/s · 50 MB/s · 6.00 s left")
    #expect(
      Progress.line(noun: "rows", share: nil, rowCount: 5, byteCount: 0, seconds: 0) == "5 rows")
  }

  @Test func layoutGivesWideColumnsAway() {
    let layout = TableLayout(natural: [4, 80, 6], available: 40, separator: 3, edge: 4)
    #expect(layout.shown == [0, 1, 2])
    #expect(layout.widths == [4, 20, 6])
    let many = TableLayout(
      natural: Array(repeating: 12, count: 20), available: 60, separator: 3, edge: 4)
    #expect(many.shown.contains(nil) && many.shown.first == 0 && many.shown.last == 19)
  }
}
