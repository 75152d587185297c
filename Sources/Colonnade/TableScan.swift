// The answer to a question, batch by batch. Invariant: each iteration is a scan of its own over the
// same version of the table.

/// Batches of the rows that match; an `AsyncSequence` that can be iterated again and again.
public struct TableScan: AsyncSequence, Sendable {
  public typealias Element = Batch
  public typealias Failure = ColonnadeError

  /// The columns of the batches.
  public let schema: Schema
  private let source: TableScanSource
  private let projection: ScanProjection
  private let predicate: BoundPredicate?
  private let limit: Int?

  init(
    _ table: Table, projection: Projection, predicate: Predicate?, limit: Int?
  ) throws(ColonnadeError) {
    if let limit, limit < 0 {
      throw ColonnadeError(.invalidArgument, "a limit of \(limit) rows")
    }
    source = TableScanSource(table)
    self.projection = try ScanProjection(projection, schema: source.schema)
    self.predicate = try predicate?.bind(source.schema)
    self.limit = limit
    schema = self.projection.schema
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

  fileprivate func start() throws(ColonnadeError) -> Scan {
    try Scan(
      source, projection: projection, predicate: predicate, options: ScanOptions(limit: limit))
  }

  /// One pass over the batches; the rows ahead are decoded on the engine's own threads meanwhile.
  public struct Iterator: AsyncIteratorProtocol {
    private let question: TableScan
    private var scan: Scan?

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
