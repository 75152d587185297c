// One input after the first look: its format and what its columns hold.

import ColonnadeArrays
import ColonnadeBase

/// What is known of one input before the scan.
struct LookedInput {
  enum Content {
    case csv(CSVLook)
    case json(JSONLook)
    /// Columns are what the stream says; nothing is looked at.
    case arrow(ArrowBatchSource)
  }

  let input: IngestInput
  let content: Content
  /// True where types come from the start of a file that goes on: they have to be proved.
  let isSettledByStart: Bool
  private let encoding: IngestEncoding
  /// What was read of a stream to look at it, and the rest of the stream.
  private let stream: (any ByteSource)?

  /// Bytes read to settle the dialect of an input that can be read again.
  static let sampleByteCount = 1 << 20
  /// Bytes read to settle the types of a file of which only the start is looked at.
  static let startByteCount = 4 << 20

  init(
    _ input: IngestInput, _ options: IngestOptions, _ cancellation: Cancellation?
  ) throws(ColonnadeError) {
    self.input = input
    encoding = options.encoding
    var unpacked = try TextDecoding.unpack(try input.openSource())
    if try LookedInput.isArrow(input.name, &unpacked, options) {
      content = .arrow(try ArrowBatchSource(input, unpacked))
      isSettledByStart = false
      stream = nil
      return
    }
    let source = try TextDecoding.decode(unpacked, options.encoding)
    let looksTwice = input.canReopen && !options.looksAtStartOnly
    let wanted =
      looksTwice
      ? LookedInput.sampleByteCount
      : min(options.prefixByteCount, input.canReopen ? LookedInput.startByteCount : .max)
    let prefix = MutableBuffer(byteCount: wanted + TextChunk.padding)
    let count = try unsafe source.fill(
      UnsafeMutableRawBufferPointer(start: prefix.pointer, count: wanted))
    unsafe (prefix.pointer + count).initializeMemory(
      as: UInt8.self, repeating: 0, count: TextChunk.padding)
    let text = prefix.freeze().slice(from: 0, byteCount: count)
    stream = input.canReopen ? nil : PrefixedSource(prefix: text, source)

    let start = LookedInput.skip(options.skippedLines, in: text)
    let body = text.slice(from: start, byteCount: count - start)
    let sample = InputSample(
      input: input, text: body, isWhole: count < wanted, options: options,
      cancellation: cancellation)
    if LookedInput.format(of: input.name, body, options) == .jsonl {
      isSettledByStart = false
      content = .json(try JSONLook(sample))
    } else {
      isSettledByStart = input.canReopen && !looksTwice && !sample.isWhole && options.schema == nil
      content = .csv(try CSVLook(sample))
    }
  }

  /// Whether the input is asked for as Arrow, or called so, or begins so. Streams from before
  /// version 0.15 begin with nothing that tells.
  private static func isArrow(
    _ name: String, _ source: inout any ByteSource, _ options: IngestOptions
  ) throws(ColonnadeError) -> Bool {
    if let format = options.format { return format == .arrow }
    let name = nameWithoutPacking(name)
    for suffix in [".arrow", ".arrows", ".ipc", ".feather"] where name.hasSuffix(suffix) {
      return true
    }
    if textFormat(ofName: name) != nil { return false }
    let head = try TextDecoding.peek(&source, 8)
    return head.starts(with: IPCStreamSource.fileMagic) || head.starts(with: [255, 255, 255, 255])
  }

  private static func nameWithoutPacking(_ name: String) -> String {
    var name = name.lowercased()
    for suffix in [".gz", ".zst", ".zstd"] where name.hasSuffix(suffix) {
      name.removeLast(suffix.count)
    }
    return name
  }

  private static func textFormat(ofName name: String) -> IngestFormat? {
    for suffix in [".jsonl", ".ndjson", ".json"] where name.hasSuffix(suffix) { return .jsonl }
    for suffix in [".csv", ".tsv", ".txt", ".tab"] where name.hasSuffix(suffix) { return .csv }
    return nil
  }

  /// The format that is asked for, or the name says, or the first byte.
  private static func format(
    of name: String, _ text: Buffer, _ options: IngestOptions
  ) -> IngestFormat {
    if let format = options.format { return format }
    if let format = textFormat(ofName: nameWithoutPacking(name)) { return format }
    let first = unsafe text.unsafeBytes.first { $0 > 32 }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? .jsonl : .csv
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

  /// How the records of this input become rows of `schema`.
  /// - Throws: `.schemaMismatch` where a given schema and a header do not name the same columns.
  func plan(_ schema: Schema, _ options: IngestOptions) throws(ColonnadeError) -> InputPlan {
    switch content {
    case .csv(let look):
      .csv(try look.plan(schema, options, name: input.name, provesTypes: isSettledByStart))
    case .json(let look):
      .json(JSONPlan(name: input.name, layout: look.layout, schema: schema))
    case .arrow(let source):
      .arrow(try ArrowPlan(name: input.name, source.schema, as: schema))
    }
  }

  /// The text from its first byte.
  func source() throws(ColonnadeError) -> any ByteSource {
    if let stream { return stream }
    return try TextDecoding.open(try input.openSource(), encoding)
  }
}

/// How one input is read: settled once, then shared by all threads.
enum InputPlan: Sendable {
  case csv(CSVPlan)
  case json(JSONPlan)
  case arrow(ArrowPlan)

  var boundary: RecordBoundary {
    switch self {
    case .csv(let plan): .csv(plan.dialect)
    case .json(let plan): plan.layout == .array ? .whole : .lines
    // Arrow has no text to cut.
    case .arrow: .whole
    }
  }

  func parse(_ chunk: IngestChunk) throws(ColonnadeError) -> ParsedChunk {
    switch (self, chunk) {
    case (.csv(let plan), .text(let text)): return CSVChunkParser(plan, text).parse()
    case (.json(let plan), .text(let text)): return try JSONChunkParser.parse(plan, text)
    case (.arrow(let plan), .batch(let encoded, let inputIndex)):
      return try plan.decode(encoded, inputIndex: inputIndex)
    default: preconditionFailure("a chunk goes to the plan of its input")
    }
  }
}

/// The start of an input, and how to see the rest of it.
struct InputSample {
  let input: IngestInput
  /// Starts a record; `TextChunk.padding` readable bytes lie behind.
  let text: Buffer
  /// True where the text is all there is.
  let isWhole: Bool
  let options: IngestOptions
  let cancellation: Cancellation?

  /// Looks at all chunks of the input, on all threads, or at the sample where the input is a
  /// stream, whose last record may be cut and is left out then.
  /// - Parameters:
  ///   - startOnly: true to look at the sample of a file too.
  ///   - join: gets what `look` found, in order.
  func lookAtAll<Look: Sendable>(
    _ boundary: RecordBoundary, startOnly: Bool = false,
    _ look: @escaping @Sendable (TextChunk) throws(ColonnadeError) -> Look,
    join: (Look) -> Void
  ) throws(ColonnadeError) {
    if isWhole || !input.canReopen || startOnly {
      let end = isWhole ? text.byteCount : unsafe boundary.last(in: text.unsafeBytes)
      join(
        try look(
          TextChunk(
            text: text.slice(from: 0, byteCount: end), inputIndex: 0, isFirst: true, bytesRead: 0)))
      return
    }
    let reader = SharedReader(
      ChunkReader(
        try TextDecoding.open(try input.openSource(), options.encoding), inputIndex: 0,
        boundary: boundary, chunkByteCount: options.chunkByteCount,
        skippedLines: options.skippedLines))
    let pipeline = OrderedPipeline<TextChunk, Look>(inFlight: 8, cancellation: cancellation) {
      () throws(ColonnadeError) in
      try reader.value.next()
    } transform: { (chunk) throws(ColonnadeError) in
      try look(chunk)
    }
    defer { pipeline.stop() }
    while let found = try pipeline.next() { join(found) }
  }
}

/// Hands a value that one thread at a time uses to closures that may run on any.
final class SharedReader<Value>: @unchecked Sendable {
  // The pipeline calls its source from one thread at a time, with a lock between calls.
  var value: Value
  init(_ value: Value) { self.value = value }
}
