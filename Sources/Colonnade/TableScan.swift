// The answer to a question, batch by batch. Invariant: each iteration is a pass of its own over the
// same rows.

/// Batches of the rows that match; an `AsyncSequence` that can be iterated again and again.
public struct TableScan: AsyncSequence, Sendable {
  public typealias Element = Batch
  public typealias Failure = ColonnadeError

  /// The columns of the batches.
  public let schema: Schema
  fileprivate let start: @Sendable () throws(ColonnadeError) -> any BatchStream

  /// - Parameter start: begins a pass over the batches.
  init(
    schema: Schema, start: @escaping @Sendable () throws(ColonnadeError) -> any BatchStream
  ) {
    self.schema = schema
    self.start = start
  }

  public func makeAsyncIterator() -> Iterator { Iterator(self) }

  /// All matching rows at once; for results that fit in memory.
  /// - Throws: what reading throws.
  public func collect() throws(ColonnadeError) -> [Batch] {
    let scan = try start()
    var batches: [Batch] = []
    while let batch = try scan.next() { batches.append(batch) }
    return batches
  }

  /// One pass over the batches; the rows ahead are decoded on the engine's own threads meanwhile.
  public struct Iterator: AsyncIteratorProtocol {
    private let question: TableScan
    private var scan: (any BatchStream)?

    init(_ question: TableScan) { self.question = question }

    /// What has been skipped and read so far; `nil` before the first batch.
    public var report: ScanReport? { scan?.metrics.report }

    /// The next batch, `nil` after the last.
    /// - Throws: what reading throws; `.cancelled` where the task was cancelled.
    public mutating func next() async throws(ColonnadeError) -> Batch? {
      try await next(isolation: nil)
    }

    /// The next batch, `nil` after the last. The calling thread decodes too while it would wait.
    /// - Throws: what reading throws; `.cancelled` where the task was cancelled.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(ColonnadeError) -> Batch? {
      if Task.isCancelled {
        scan?.stop()
        throw ColonnadeError(.cancelled, "the task was cancelled")
      }
      if let scan { return try scan.next() }
      let scan = try question.start()
      self.scan = scan
      return try scan.next()
    }
  }
}
