// Batches in from Arrow IPC: a stream, or a file, whatever pipe or packing it comes through.
// Invariant: batches are decoded only out of checked messages; what comes from outside ends in an
// error that names the byte, never in a trap.

public import ColonnadeArrays
public import ColonnadeBase

/// Reads batches of Arrow IPC, one after the other. Not safe to share between threads.
public final class ArrowStreamInput {
  /// Names, types, nullability and metadata as the stream has them.
  public let schema: Schema
  /// The path, or `-`; for messages.
  public let name: String
  /// Rows of the batches handed out.
  public private(set) var rowCount = 0

  private let reader: ArrowBatchSource
  private var waiting: [Batch] = []

  /// Opens a file or a stream; both may be packed by gzip or zstd.
  /// - Parameter path: `-` is standard input.
  /// - Throws: `.corrupt` or `.truncated` naming the byte, `.unsupportedFeature` naming column and
  ///   type, `.notFound`, `.io`.
  public convenience init(path: String) throws(ColonnadeError) {
    try self.init(try IngestInput(path: path, fileSystem: PosixFileSystem.shared))
  }

  /// Reads bytes in memory.
  public convenience init(bytes: [UInt8]) throws(ColonnadeError) {
    try self.init(IngestInput(bytes: bytes))
  }

  package init(_ input: IngestInput) throws(ColonnadeError) {
    reader = try ArrowBatchSource(input)
    schema = reader.schema
    name = input.name
  }

  /// The next rows, at most 65,536; `nil` at the end.
  public func next() throws(ColonnadeError) -> Batch? {
    while waiting.isEmpty {
      guard let encoded = try reader.next() else { return nil }
      waiting = try encoded.batches()
    }
    let batch = waiting.removeFirst()
    rowCount += batch.rowCount
    return batch
  }
}

/// The batches of one input, still encoded. Used by one thread at a time.
final class ArrowBatchSource {
  /// What all batches have in common.
  final class Form: Sendable {
    let name: String
    let columns: [IPCField]
    let fields: [ArrowField]
    let schema: Schema

    init(_ name: String, _ message: IPCMessage) throws(ColonnadeError) {
      self.name = name
      columns = try IPCField.columns(of: message)
      fields = try columns.map { column throws(ColonnadeError) in
        do throws(ColonnadeError) { return try column.decoded } catch {
          throw ColonnadeError(
            error.kind, "column '\(column.name)': \(error.message)", hint: error.hint)
        }
      }
      schema = try ArrowBatchReader(
        fields: fields, metadata: try message.schemaMetadata, malformed: .corrupt
      ).schema
    }
  }

  let form: Form
  private let source: any IPCMessageSource
  private var dictionaries: IPCDictionaries

  var schema: Schema { form.schema }
  var bytesRead: Int { source.bytesRead }

  /// - Parameter unpacked: the input's bytes where they were opened already.
  init(
    _ input: IngestInput, _ unpacked: (any ByteSource)? = nil
  ) throws(ColonnadeError) {
    do throws(ColonnadeError) {
      let source = try ArrowBatchSource.open(input, unpacked)
      guard let first = try source.next() else {
        throw ColonnadeError(.truncated, "the Arrow stream is empty", location: .byte(0))
      }
      if source is IPCStreamSource, try first.message.kind != .schema {
        throw first.message.corrupt("the Arrow stream does not begin with a schema")
      }
      form = try Form(input.name, first.message)
      dictionaries = try IPCDictionaries(
        form.columns, refusesReplacement: source is IPCFileSource)
      self.source = source
    } catch { throw error.inFile(input.name) }
  }

  private static func open(
    _ input: IngestInput, _ unpacked: (any ByteSource)?
  ) throws(ColonnadeError) -> any IPCMessageSource {
    if let handle = try input.openHandle?(), let file = try IPCFileSource.open(handle) {
      return file
    }
    if let unpacked { return IPCStreamSource(unpacked) }
    return IPCStreamSource(try TextDecoding.unpack(try input.openSource()))
  }

  /// The next batch; `nil` at the end. Dictionaries on the way are taken in.
  func next() throws(ColonnadeError) -> ArrowEncodedBatch? {
    do throws(ColonnadeError) {
      while let frame = try source.next() {
        switch try frame.message.kind {
        case .schema: throw frame.message.corrupt("the Arrow stream changes its schema")
        case .dictionary:
          try located(frame) { () throws(ColonnadeError) in
            try dictionaries.add(frame)
          }
        case .batch:
          return ArrowEncodedBatch(
            form: form, frame: frame, dictionaries: dictionaries, bytesRead: source.bytesRead)
        }
      }
      return nil
    } catch { throw error.inFile(form.name) }
  }
}

/// Names the byte of the message in errors that know none.
private func located<Result>(
  _ frame: IPCFrame, _ body: () throws(ColonnadeError) -> Result
) throws(ColonnadeError) -> Result {
  do throws(ColonnadeError) { return try body() } catch {
    guard error.location == nil else { throw error }
    throw ColonnadeError(
      error.kind, error.message, location: .byte(UInt64(frame.message.offset)), hint: error.hint)
  }
}

/// One batch as it stands in the stream, with the dictionaries of its moment. Any thread may decode
/// it.
struct ArrowEncodedBatch: Sendable {
  let form: ArrowBatchSource.Form
  let frame: IPCFrame
  let dictionaries: IPCDictionaries
  /// Bytes taken from the input when the batch was read.
  let bytesRead: Int

  /// The rows, in batches of at most 65,536; none where there are no rows.
  func batches() throws(ColonnadeError) -> [Batch] {
    do throws(ColonnadeError) {
      let columns = try located(frame, decode)
      guard let rowCount = Int(exactly: frame.message.rowCount), rowCount >= 0,
        rowCount <= Int(Int32.max)
      else {
        throw frame.message.corrupt("an Arrow batch claims \(frame.message.rowCount) rows")
      }
      let whole = Batch(schema: form.schema, columns: columns, rowCount: rowCount)
      var batches: [Batch] = []
      for start in stride(from: 0, to: rowCount, by: Batch.maximumRowCount) {
        batches.append(whole.slice(start..<min(start + Batch.maximumRowCount, rowCount)))
      }
      return batches
    } catch { throw error.inFile(form.name) }
  }

  private func decode() throws(ColonnadeError) -> [Column] {
    let nodes = try IPCBatchReader.nodes(of: frame, form.columns, dictionaries)
    let reader = ArrowColumnReader(malformed: .corrupt)
    do throws(ColonnadeError) {
      var columns: [Column] = []
      var byteCount = 0
      for (node, field) in zip(nodes, form.fields) {
        columns.append(try reader.column(node, as: field))
        byteCount += columns[columns.count - 1].ownByteCount
        // Runs and dictionaries are spelt out; a small message must not fill memory with them.
        guard byteCount <= max(1 << 30, 64 * frame.body.byteCount) else {
          throw ColonnadeError(
            .limitExceeded,
            "an Arrow batch of \(frame.body.byteCount) bytes takes more than "
              + "\(byteCount >> 20) MiB in memory", hint: "write smaller batches")
        }
      }
      return columns
    } catch {
      guard error.kind == .corrupt, dictionaries.lacksOne else { throw error }
      throw error.withHint(
        "a dictionary comes after the batch that needs it: name the file instead of piping it")
    }
  }
}

extension Column {
  /// Bytes of values, without those that views share.
  fileprivate var ownByteCount: Int {
    children.reduce(values.byteCount + (validity?.byteCount ?? 0)) { $0 + $1.ownByteCount }
  }
}
