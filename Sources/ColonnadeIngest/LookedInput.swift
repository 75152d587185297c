// One input after the first look: its dialect, its columns, and what they hold.

import ColonnadeArrays
import ColonnadeBase

/// What is known of one input before the scan.
struct LookedInput {
  let input: IngestInput
  let dialect: CSVDialect
  let hasHeader: Bool
  let names: [String]
  /// What each column holds; empty where a schema was given.
  let looks: [ColumnLooks]
  /// What was read of a stream to look at it, and the rest of the stream.
  let stream: (any ByteSource)?

  /// Bytes read to settle the dialect of an input that can be read again.
  static let sampleByteCount = 1 << 20

  init(
    _ input: IngestInput, _ options: IngestOptions, _ cancellation: Cancellation?
  ) throws(ColonnadeError) {
    self.input = input
    let source = try input.openSource()
    let wanted = input.canReopen ? LookedInput.sampleByteCount : options.prefixByteCount
    let prefix = MutableBuffer(byteCount: wanted + TextChunk.padding)
    let count = try unsafe source.fill(
      UnsafeMutableRawBufferPointer(start: prefix.pointer, count: wanted))
    unsafe (prefix.pointer + count).initializeMemory(
      as: UInt8.self, repeating: 0, count: TextChunk.padding)
    let isWhole = count < wanted
    let text = prefix.freeze().slice(from: 0, byteCount: count)
    stream = input.canReopen ? nil : PrefixedSource(prefix: text, source)

    let start = LookedInput.skip(options.skippedLines, in: text)
    let body = text.slice(from: start, byteCount: count - start)
    dialect = CSVSniffer.dialect(body, isWhole: isWhole, options)
    try dialect.validate()
    let sample = CSVSample(body, dialect, isWhole: isWhole)
    if sample.records.isEmpty && sample.faultCount == 0 && !isWhole {
      throw ColonnadeError(
        .limitExceeded, "no record ends within the first \(count) bytes", file: input.name,
        hint: "perhaps a quote is never closed, or the quote is another one")
    }
    hasHeader = LookedInput.hasHeader(sample, options)
    names = try LookedInput.names(sample, hasHeader, options, file: input.name)

    guard options.schema == nil, !names.isEmpty else {
      looks = []
      return
    }
    let nulls = NullTexts(options.nullTexts)
    if input.canReopen && !isWhole {
      looks = try LookedInput.lookAtAll(
        input, dialect, names.count, hasHeader, nulls, options, cancellation)
    } else {
      // The record at the end of a prefix may be cut: only whole ones are looked at.
      let end =
        isWhole ? body.byteCount : unsafe RecordBoundary.csv(dialect).last(in: body.unsafeBytes)
      let chunk = TextChunk(
        text: body.slice(from: 0, byteCount: end), inputIndex: 0, isFirst: true, bytesRead: 0)
      looks = CSVTypeScan.looks(
        chunk, dialect: dialect, columnCount: names.count, hasHeader: hasHeader, nulls: nulls)
    }
  }

  /// Looks at every field of an input, on all threads.
  private static func lookAtAll(
    _ input: IngestInput, _ dialect: CSVDialect, _ columnCount: Int, _ hasHeader: Bool,
    _ nulls: NullTexts, _ options: IngestOptions, _ cancellation: Cancellation?
  ) throws(ColonnadeError) -> [ColumnLooks] {
    let reader = SharedReader(
      ChunkReader(
        try input.openSource(), inputIndex: 0, boundary: .csv(dialect),
        chunkByteCount: options.chunkByteCount, skippedLines: options.skippedLines))
    let pipeline = OrderedPipeline<TextChunk, [ColumnLooks]>(
      inFlight: 8, cancellation: cancellation
    ) { () throws(ColonnadeError) in
      try reader.value.next()
    } transform: { chunk in
      CSVTypeScan.looks(
        chunk, dialect: dialect, columnCount: columnCount, hasHeader: hasHeader, nulls: nulls)
    }
    defer { pipeline.stop() }
    var looks = [ColumnLooks](repeating: ColumnLooks(), count: columnCount)
    while let next = try pipeline.next() {
      for column in 0..<columnCount { looks[column].formUnion(next[column]) }
    }
    return looks
  }

  /// Offset after `lines` line ends.
  private static func skip(_ lines: Int, in text: Buffer) -> Int {
    var left = lines
    var offset = 0
    let bytes = unsafe text.unsafeBytes
    while left > 0, offset < text.byteCount {
      let byte = unsafe bytes[offset]
      offset += 1
      guard byte == 10 || byte == 13 else { continue }
      if byte == 13, offset < text.byteCount, unsafe bytes[offset] == 10 { offset += 1 }
      left -= 1
    }
    return offset
  }

  private static func hasHeader(_ sample: CSVSample, _ options: IngestOptions) -> Bool {
    if let hasHeader = options.hasHeader { return hasHeader }
    if let schema = options.schema, let first = sample.records.first {
      // With a schema a header is what names its columns, and nothing else.
      let known = Set(schema.fields.map { Array($0.name.utf8) })
      return !first.isEmpty && first.allSatisfy { known.contains($0) }
    }
    return CSVSniffer.hasHeader(sample, nulls: options.nullTexts)
  }

  private static func names(
    _ sample: CSVSample, _ hasHeader: Bool, _ options: IngestOptions, file: String
  ) throws(ColonnadeError) -> [String] {
    guard let first = sample.records.first else { return [] }
    if !hasHeader, let schema = options.schema { return schema.fields.map(\.name) }
    if hasHeader {
      for name in first where String(validating: name, as: UTF8.self) == nil {
        throw ColonnadeError(
          .schemaMismatch, "the header is not UTF-8", file: file,
          location: .line(1, column: nil, field: nil),
          hint: "say which encoding it is with --encoding")
      }
    }
    return CSVSniffer.names(hasHeader ? first : nil, count: first.count)
  }

  /// How the records of this input become rows of `schema`.
  /// - Throws: `.schemaMismatch` where a given schema and the header do not name the same columns.
  func plan(_ schema: Schema, _ options: IngestOptions) throws(ColonnadeError) -> CSVPlan {
    let positions = schema.fields.map { field in
      names.firstIndex { $0.utf8.elementsEqual(field.name.utf8) }
    }
    if options.schema != nil && !names.isEmpty {
      for (field, position) in zip(schema.fields, positions) where position == nil {
        throw ColonnadeError(
          .schemaMismatch, "the header lacks column '\(field.name)' of the schema",
          file: input.name, hint: "its columns are \(names.joined(separator: ", "))")
      }
      for name in names where schema.index(of: name) == nil {
        throw ColonnadeError(
          .schemaMismatch, "column '\(name)' of the header is not in the schema",
          file: input.name, hint: "add it to the schema, or leave it out of the input")
      }
    }
    return CSVPlan(
      name: input.name, dialect: dialect, hasHeader: hasHeader, names: names, schema: schema,
      positions: positions, nulls: NullTexts(options.nullTexts))
  }

  /// The input from its first byte.
  func source() throws(ColonnadeError) -> any ByteSource {
    if let stream { return stream }
    return try input.openSource()
  }
}

/// Hands a value that one thread at a time uses to closures that may run on any.
final class SharedReader<Value>: @unchecked Sendable {
  // The pipeline calls its source from one thread at a time, with a lock between calls.
  var value: Value
  init(_ value: Value) { self.value = value }
}
