// Items pulled from a source one at a time, transformed on many threads, handed out in the order
// they came.
// Invariants: the source is never called by two threads at once; at most `inFlight` items are
// pulled and not yet handed out; no worker waits (one that finds nothing to do goes away and is
// called back), so an abandoned pipeline blocks nobody.

/// A source, a transformation, and results in order.
package final class OrderedPipeline<Input: Sendable, Output: Sendable>: PoolJob,
  @unchecked Sendable
{
  private let pool: WorkerPool
  private let inFlight: Int
  private let isSmall: @Sendable (Input) -> Bool
  private let source: @Sendable () throws(ColonnadeError) -> Input?
  private let transform: @Sendable (Input) throws(ColonnadeError) -> Output
  private let cancellation: Cancellation?

  private let monitor = Monitor()
  // Guarded by the monitor.
  private var results: [Result<Output, ColonnadeError>?]
  /// The number of the next item to pull.
  private var pulled = 0
  /// The number of the next item to hand out.
  private var handedOut = 0
  private var isPulling = false
  private var isExhausted = false
  private var isStopped = false
  /// The first item is done sooner than another thread wakes.
  private var isFirstSmall = false
  private var failure: ColonnadeError?

  /// - Parameters:
  ///   - inFlight: the most items pulled and not yet handed out; `nil` for twice the threads.
  ///   - workerLimit: the most pool threads beside the consumer; `nil` for the pool's own limit.
  ///   - isSmall: whether an item is done sooner than another thread wakes. Where the first one is, no
  ///     thread is woken before a second one is asked for.
  ///   - source: the next item, `nil` at the end; called by one thread at a time.
  ///   - transform: called by several threads at once.
  package init(
    pool: WorkerPool = .shared, inFlight: Int? = nil, workerLimit: Int? = nil,
    cancellation: Cancellation? = nil,
    isSmall: @escaping @Sendable (Input) -> Bool = { _ in false },
    source: @escaping @Sendable () throws(ColonnadeError) -> Input?,
    transform: @escaping @Sendable (Input) throws(ColonnadeError) -> Output
  ) {
    let workers = max(0, min(workerLimit ?? pool.threadCount, pool.threadCount))
    self.pool = pool
    self.inFlight = max(1, inFlight ?? 2 * (workers + 1))
    self.isSmall = isSmall
    self.source = source
    self.transform = transform
    self.cancellation = cancellation
    results = Array(repeating: nil, count: self.inFlight)
    super.init(workerLimit: workers)
  }

  /// The next result in order, `nil` after the last or after `stop()`. Called by one thread at a
  /// time; that thread works while it has to wait.
  /// - Throws: what the source or the transformation threw for this item, `.cancelled` as soon as
  ///   the work was cancelled; again on every later call.
  package func next() throws(ColonnadeError) -> Output? {
    while true {
      try endWhereCancelled()
      monitor.lock()
      if let failure {
        monitor.unlock()
        throw failure
      }
      let slot = handedOut % inFlight
      if isStopped {
        monitor.unlock()
        return nil
      }
      if let result = results[slot] {
        results[slot] = nil
        handedOut += 1
        let hasMore = !isExhausted && !(isFirstSmall && handedOut == 1)
        if case .failure(let error) = result {
          failure = error
          isStopped = true
        }
        monitor.unlock()
        switch result {
        case .success(let output):
          if hasMore { callWorkers() }
          return output
        case .failure(let error):
          pool.withdraw(self)
          throw error
        }
      }
      if isExhausted, handedOut == pulled {
        monitor.unlock()
        return nil
      }
      let canStep = canPull
      if !canStep { wait() }
      monitor.unlock()
      if canStep {
        pool.enter()
        _ = step()
        pool.leave()
      }
    }
  }

  /// Waits for others; a while only where someone has to be asked meanwhile. The caller holds the
  /// lock.
  private func wait() {
    if cancellation?.isPolled ?? false {
      _ = monitor.wait(until: Monitor.deadline(milliseconds: 50))
    } else {
      monitor.wait()
    }
  }

  private func endWhereCancelled() throws(ColonnadeError) {
    guard let cancellation, cancellation.isCancelled else { return }
    monitor.lock()
    // After the end there is nothing to cancel.
    let isOver = isStopped || (isExhausted && handedOut == pulled)
    monitor.unlock()
    if isOver { return }
    do {
      try cancellation.check()
    } catch {
      monitor.withLock {
        isStopped = true
        failure = error
      }
      pool.withdraw(self)
      throw error
    }
  }

  /// Hands every result to `consume`, in order, until it answers false or something throws.
  package func drain(
    _ consume: (Output) throws(ColonnadeError) -> Bool
  ) throws(ColonnadeError) {
    defer { stop() }
    while let output = try next() {
      if try !consume(output) { return }
    }
  }

  /// Pulls no further item, waits for those being transformed, and drops their results.
  package func stop() {
    monitor.withLock { isStopped = true }
    pool.withdraw(self)
    monitor.withLock { results = Array(repeating: nil, count: inFlight) }
  }

  /// The caller holds the lock.
  private var canPull: Bool {
    !isStopped && !isExhausted && !isPulling && pulled - handedOut < inFlight
  }

  private func callWorkers() {
    if workerLimit > 0 { pool.offer(self) }
  }

  override func step() -> Bool {
    guard monitor.withLock({ claimSource() }) else { return false }
    var input: Input?
    var error: ColonnadeError?
    do {
      try cancellation?.check()
      input = try source()
    } catch let caught {
      error = caught
    }
    monitor.lock()
    isPulling = false
    let number = pulled
    if let error {
      // Handed out in its place, after what came before it.
      results[number % inFlight] = .failure(error)
      pulled += 1
    } else if input != nil {
      pulled += 1
    }
    if input == nil { isExhausted = true }
    if number == 0, let input { isFirstSmall = isSmall(input) }
    let othersCanPull = canPull && !(number == 0 && isFirstSmall)
    monitor.broadcast()
    monitor.unlock()
    guard let input else { return false }
    if othersCanPull { callWorkers() }

    let result: Result<Output, ColonnadeError>
    do {
      result = .success(try transform(input))
    } catch {
      result = .failure(error)
    }
    monitor.withLock {
      if isStopped { return }
      results[number % inFlight] = result
      // Nothing after a failed item is ever handed out.
      if case .failure = result { isExhausted = true }
      if number == handedOut { monitor.broadcast() }
    }
    return true
  }

  private func claimSource() -> Bool {
    guard canPull else { return false }
    isPulling = true
    return true
  }
}
