// Batches of all inputs in their order, parsed on many threads.

package import ColonnadeArrays
package import ColonnadeBase

/// A running ingest. Used by one thread at a time.
///
/// When it ends, `rowsRead` = rows handed out + `rowsRejected`.
package final class IngestSource {
  package let schema: Schema
  /// Records seen, good and bad.
  package private(set) var rowsRead = 0
  package private(set) var rowsRejected = 0
  /// True after `next` threw because a type found at the start of a file did not hold: an ingest
  /// whose options look at files whole will find types that do.
  package private(set) var needsWholeLook = false
  /// True where types were found at the start of a file, of which the rest may say otherwise.
  package var hasUnprovedTypes: Bool { inputs.contains { $0.isSettledByStart } }
  /// Bytes taken from the inputs, as packed as they are.
  package private(set) var bytesRead = 0
  /// Size of all inputs in bytes, as packed as they are; `nil` where one is a stream.
  package let byteCount: Int?

  private let pipeline: OrderedPipeline<IngestChunk, ParsedChunk>
  private let inputs: [LookedInput]
  private let plans: [InputPlan]
  private let skippedLines: Int
  private let rejects: ((BadRecord) throws(ColonnadeError) -> Void)?
  private var waiting: [Batch] = []
  /// What the columns looked like so far, where types found at the start have to be proved.
  private var looks: [ColumnLooks] = []
  private var inputIndex = -1
  /// Lines of the current input before the next chunk.
  private var lines = 0
  private var bytesOfEarlierInputs = 0
  private var bytesOfInput = 0

  /// Bytes of text that may be pulled and not handed out.
  private static let inFlightByteCount = 32 << 20
  /// Chunks a thread, within that: while one thread ends what all of them encoded, the others parse ahead.
  private static let chunksPerThread = 3
  /// Batches of Arrow, each of whatever size its writer chose, that may be.
  private static let inFlightBatchCount = 4

  init(
    schema: Schema, inputs: [LookedInput], plans: [InputPlan], options: IngestOptions,
    cancellation: Cancellation?, rejects: ((BadRecord) throws(ColonnadeError) -> Void)?
  ) {
    self.schema = schema
    self.inputs = inputs
    self.plans = plans
    self.rejects = rejects
    skippedLines = options.skippedLines
    var total: Int? = 0
    for input in inputs {
      total = total.flatMap { sum in input.input.byteCount.map { sum + $0 } }
    }
    byteCount = total
    let chunks = SharedReader(ChunkSequence(inputs, plans, options))
    let chunkByteCount = max(options.chunkByteCount, 1)
    let hasArrow = plans.contains { plan in
      if case .arrow = plan { true } else { false }
    }
    pipeline = OrderedPipeline(
      inFlight: hasArrow
        ? IngestSource.inFlightBatchCount
        : min(
          IngestSource.chunksPerThread * WorkerPool.shared.threadCount,
          max(2, IngestSource.inFlightByteCount / chunkByteCount)),
      cancellation: cancellation
    ) { () throws(ColonnadeError) in
      try chunks.value.next()
    } transform: { (chunk) throws(ColonnadeError) in
      try plans[chunk.inputIndex].parse(chunk)
    }
  }

  deinit { pipeline.stop() }

  /// The next batch, `nil` at the end. Batches are not empty.
  /// - Throws: the first bad record where nobody takes rejects, and what reading threw.
  package func next() throws(ColonnadeError) -> Batch? {
    while waiting.isEmpty {
      guard let chunk = try pipeline.next() else { return nil }
      try deliver(chunk)
    }
    return waiting.removeFirst()
  }

  private func deliver(_ chunk: ParsedChunk) throws(ColonnadeError) {
    if chunk.inputIndex != inputIndex {
      inputIndex = chunk.inputIndex
      lines = skippedLines
      bytesOfEarlierInputs += bytesOfInput
    }
    bytesOfInput = chunk.bytesRead
    bytesRead = bytesOfEarlierInputs + bytesOfInput
    rowsRead += chunk.recordCount
    for var bad in chunk.bad {
      bad.line += lines
      if bad.isOfType && inputs[chunk.inputIndex].isSettledByStart {
        // Not the record's fault, so it is not a reject either.
        needsWholeLook = true
        throw bad.error
      }
      guard let rejects else { throw bad.error }
      try rejects(bad)
      rowsRejected += 1
    }
    try proveTypes(chunk)
    lines += chunk.lineCount
    waiting = chunk.batches.filter { $0.rowCount > 0 }
  }

  /// - Throws: `.schemaMismatch` where a type found at the start would be another one by now.
  private func proveTypes(_ chunk: ParsedChunk) throws(ColonnadeError) {
    guard !chunk.looks.isEmpty else { return }
    if looks.isEmpty, case .csv(let plan) = plans[chunk.inputIndex] { looks = plan.looks }
    for (column, found) in chunk.looks.enumerated() {
      let type = looks[column].type
      looks[column].formUnion(found)
      if looks[column].type == type { continue }
      needsWholeLook = true
      throw ColonnadeError(
        .schemaMismatch, "types found at the start of the input do not hold for all of it",
        file: inputs[chunk.inputIndex].input.name)
    }
  }

  /// Stops reading; what was parsed ahead is dropped.
  package func stop() { pipeline.stop() }
}

/// A piece of an input that is decoded alone.
enum IngestChunk: Sendable {
  case text(TextChunk)
  case batch(ArrowEncodedBatch, inputIndex: Int)

  /// Position of the input among all inputs.
  var inputIndex: Int {
    switch self {
    case .text(let chunk): chunk.inputIndex
    case .batch(_, let inputIndex): inputIndex
    }
  }
}

/// The chunks of all inputs, one input after the other.
final class ChunkSequence {
  private let inputs: [LookedInput]
  private let plans: [InputPlan]
  private let options: IngestOptions
  private var nextIndex = 0
  private var reader: (() throws(ColonnadeError) -> IngestChunk?)?

  init(_ inputs: [LookedInput], _ plans: [InputPlan], _ options: IngestOptions) {
    self.inputs = inputs
    self.plans = plans
    self.options = options
  }

  func next() throws(ColonnadeError) -> IngestChunk? {
    while true {
      if let chunk = try reader?() { return chunk }
      guard nextIndex < inputs.count else { return nil }
      let index = nextIndex
      nextIndex += 1
      if case .arrow(let source) = inputs[index].content {
        reader = { () throws(ColonnadeError) in
          try source.next().map { .batch($0, inputIndex: index) }
        }
        continue
      }
      let chunks = ChunkReader(
        try inputs[index].source(), inputIndex: index, boundary: plans[index].boundary,
        chunkByteCount: options.chunkByteCount, skippedLines: options.skippedLines)
      reader = { () throws(ColonnadeError) in try chunks.next().map { .text($0) } }
    }
  }
}
