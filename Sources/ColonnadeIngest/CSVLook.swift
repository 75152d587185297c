// Separated text after the first look: its dialect, its columns, and what they hold.

import ColonnadeArrays
import ColonnadeBase

struct CSVLook {
  let dialect: CSVDialect
  let hasHeader: Bool
  let names: [String]
  /// What each column holds; empty where a schema was given.
  let looks: [ColumnLooks]

  init(_ sample: InputSample) throws(ColonnadeError) {
    let options = sample.options
    let dialect = CSVSniffer.dialect(sample.text, isWhole: sample.isWhole, options)
    try dialect.validate()
    let records = CSVSample(sample.text, dialect, isWhole: sample.isWhole)
    if records.records.isEmpty && records.faultCount == 0 && !sample.isWhole {
      throw ColonnadeError(
        .limitExceeded, "no record ends within the first \(sample.text.byteCount) bytes",
        file: sample.input.name,
        hint: "perhaps a quote is never closed, or the quote is another one")
    }
    if records.startsWithFault {
      throw ColonnadeError(
        .schemaMismatch,
        "the first record has a quoted field that is broken or never closed",
        file: sample.input.name,
        location: .line(options.skippedLines + 1, column: nil, field: nil),
        hint: "perhaps the quote is another one: --quote, or --quote none")
    }
    let hasHeader = CSVLook.hasHeader(records, options)
    let names = try CSVLook.names(records, hasHeader, options, file: sample.input.name)
    self.dialect = dialect
    self.hasHeader = hasHeader
    self.names = names
    guard options.schema == nil, !names.isEmpty else {
      looks = []
      return
    }
    let nulls = NullTexts(options.nullTexts)
    var looks = [ColumnLooks](repeating: ColumnLooks(), count: names.count)
    try sample.lookAtAll(.csv(dialect), startOnly: options.looksAtStartOnly) { chunk in
      CSVTypeScan.looks(
        chunk, dialect: dialect, columnCount: names.count, hasHeader: hasHeader, nulls: nulls)
    } join: { found in
      for column in 0..<names.count { looks[column].formUnion(found[column]) }
    }
    self.looks = looks
  }

  private static func hasHeader(_ sample: CSVSample, _ options: IngestOptions) -> Bool {
    if let hasHeader = options.hasHeader { return hasHeader }
    if let schema = options.schema, let first = sample.records.first {
      // What names the columns is a header. What merely looks like one is taken as one too, so
      // that other names end in an error that shows them and never become a row of text.
      let known = Set(schema.fields.map { Array($0.name.utf8) })
      if !first.isEmpty && first.allSatisfy({ known.contains($0) }) { return true }
    }
    return CSVSniffer.hasHeader(sample, nulls: options.nullTexts)
  }

  private static func names(
    _ sample: CSVSample, _ hasHeader: Bool, _ options: IngestOptions, file: String
  ) throws(ColonnadeError) -> [String] {
    if !hasHeader, let schema = options.schema { return schema.fields.map(\.name) }
    guard let first = sample.records.first else { return [] }
    if hasHeader {
      for name in first where String(validating: name, as: UTF8.self) == nil {
        throw ColonnadeError(
          .schemaMismatch, "the header is not UTF-8", file: file,
          location: .line(options.skippedLines + 1, column: nil, field: nil),
          hint: "say which encoding it is with --encoding")
      }
    }
    return CSVSniffer.names(hasHeader ? first : nil, count: first.count)
  }

  /// - Parameter provesTypes: whether every value has to be looked at, because types were found at
  ///   the start.
  /// - Throws: `.schemaMismatch` where a given schema and the header do not name the same columns.
  func plan(
    _ schema: Schema, _ options: IngestOptions, name file: String, provesTypes: Bool
  ) throws(ColonnadeError) -> CSVPlan {
    let positions = schema.fields.map { field in
      names.firstIndex { $0.utf8.elementsEqual(field.name.utf8) }
    }
    if options.schema != nil && !names.isEmpty {
      for (field, position) in zip(schema.fields, positions) where position == nil {
        throw ColonnadeError(
          .schemaMismatch, "the header lacks column '\(field.name)' of the schema", file: file,
          hint: "its columns are \(names.joined(separator: ", ")); "
            + "where that line is a row, say --no-header")
      }
      for name in names where schema.index(of: name) == nil {
        throw ColonnadeError(
          .schemaMismatch, "column '\(name)' of the header is not in the schema", file: file,
          hint: "add it to the schema, or leave it out of the input; "
            + "where that line is a row, say --no-header")
      }
    }
    return CSVPlan(
      name: file, dialect: dialect, hasHeader: hasHeader, names: names, schema: schema,
      positions: positions, nulls: NullTexts(options.nullTexts), looks: provesTypes ? looks : [])
  }
}
