// The engine's own threads. Work is offered as jobs made of steps; workers take steps between which
// they can be parked, and whoever offers a job takes steps too, so that work goes on even where no
// worker is free.
// Invariants: a thread waits only for steps that other threads are taking right now, never for a
// free worker, so nested work cannot deadlock. While the process forks, no thread is inside a step
// and the pool's lock is held by the forking thread; the child starts with no workers.
// Design: "Threads".

import CKernels
import Glibc
import Synchronization

/// Work made of steps. Subclasses state what a step is.
package class PoolJob: @unchecked Sendable {
  /// How many workers are taking steps. Guarded by the pool's lock.
  fileprivate var workerCount = 0
  /// Offered again while a worker found nothing to do. Guarded by the pool's lock.
  fileprivate var isFresh = false
  /// The most workers at once.
  let workerLimit: Int

  init(workerLimit: Int) { self.workerLimit = workerLimit }

  /// Takes one step.
  /// - Returns: false when there is nothing to do now.
  func step() -> Bool { false }
}

/// Threads that take steps of jobs.
package final class WorkerPool: @unchecked Sendable {
  /// The engine's pool, as many threads as processors.
  package static let shared: WorkerPool = {
    ForkHandlers.installed
    return WorkerPool(threadCount: Int(colonnade_processor_count()))
  }()

  private static let work = 0
  private static let change = 1
  /// How long a fork waits for steps to end. A step that blocks on input holds no lock.
  private static let forkPatience = 10

  private let monitor = Monitor(conditionCount: 2)
  // Guarded by the monitor.
  private var jobs: [PoolJob] = []
  private var startedCount = 0
  private var idleCount = 0
  /// Threads inside steps, callers included.
  private var runningCount = 0
  private let parking = Atomic<Bool>(false)
  private let limit: Atomic<Int>

  package init(threadCount: Int) {
    limit = Atomic(max(1, threadCount))
  }

  /// The most threads that work on one job, the caller included.
  package var threadCount: Int { limit.load(ordering: .relaxed) }

  /// Holds for jobs that start from now on.
  package func setThreadCount(_ count: Int) {
    limit.store(max(1, count), ordering: .relaxed)
  }

  /// Calls `body` once with each index below `count`, on several threads, in no order.
  ///
  /// The calling thread takes part. Once a call throws, no further calls start; the error of the
  /// lowest index among those that threw is thrown.
  /// - Parameters:
  ///   - limit: the most threads at once, the caller included; `nil` for the pool's own limit.
  ///   - cancellation: checked before each call.
  package func run(
    count: Int, limit: Int? = nil, cancellation: Cancellation? = nil,
    body: @escaping @Sendable (Int) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    let threads = min(limit ?? threadCount, threadCount, count)
    if threads <= 1 {
      for index in 0..<max(0, count) {
        try cancellation?.check()
        try body(index)
      }
      return
    }
    let job = ParallelJob(
      count: count, workerLimit: threads - 1, cancellation: cancellation, body: body)
    offer(job)
    enter()
    while job.step() {
      if parking.load(ordering: .relaxed) {
        // Only the outermost work can pause: what encloses the rest may hold locks.
        leave()
        enter()
      }
    }
    leave()
    withdraw(job)
    if let error = job.failure { throw error }
  }

  /// Counts the calling thread as inside a step; waits while the process forks.
  func enter() {
    let depth = unsafe colonnade_thread_depth()!
    unsafe depth.pointee += 1
    guard unsafe depth.pointee == 1 else { return }
    monitor.withLock {
      while parking.load(ordering: .relaxed) { monitor.wait(WorkerPool.change) }
      runningCount += 1
    }
  }

  func leave() {
    let depth = unsafe colonnade_thread_depth()!
    unsafe depth.pointee -= 1
    guard unsafe depth.pointee == 0 else { return }
    monitor.withLock {
      runningCount -= 1
      if parking.load(ordering: .relaxed) { monitor.broadcast(WorkerPool.change) }
    }
  }

  /// Tells the workers that `job` has steps to take.
  func offer(_ job: PoolJob) {
    monitor.withLock {
      job.isFresh = true
      if !jobs.contains(where: { $0 === job }) { jobs.append(job) }
      guard job.workerCount < min(job.workerLimit, threadCount) else { return }
      // Enough workers for this job; each wakes or starts the next.
      if idleCount > 0 { monitor.signal(WorkerPool.work) } else { startWorker() }
    }
  }

  /// Takes `job` off the list and waits until no worker is in a step of it.
  func withdraw(_ job: PoolJob) {
    monitor.withLock {
      jobs.removeAll { $0 === job }
      while job.workerCount > 0 { monitor.wait(WorkerPool.change) }
    }
  }

  /// The caller holds the lock.
  private func startWorker() {
    guard startedCount < threadCount else { return }
    startedCount += 1
    let started = DetachedThread.start(stackByteCount: 4 << 20) { [self] in workForever() }
    // No more threads to be had: those there are, and the callers, do the work.
    if !started { startedCount -= 1 }
  }

  /// The latest job with room for a worker: nested work is the most urgent. The caller holds the
  /// lock.
  private func nextJob() -> PoolJob? {
    if parking.load(ordering: .relaxed) { return nil }
    return jobs.last { $0.workerCount < min($0.workerLimit, threadCount) }
  }

  private func workForever() {
    let depth = unsafe colonnade_thread_depth()!
    monitor.lock()
    while true {
      guard let job = nextJob() else {
        idleCount += 1
        monitor.wait(WorkerPool.work)
        idleCount -= 1
        continue
      }
      job.workerCount += 1
      job.isFresh = false
      runningCount += 1
      unsafe depth.pointee = 1
      if nextJob() != nil {
        if idleCount > 0 { monitor.signal(WorkerPool.work) } else { startWorker() }
      }
      monitor.unlock()
      var found = true
      while found, !parking.load(ordering: .relaxed) { found = job.step() }
      monitor.lock()
      unsafe depth.pointee = 0
      runningCount -= 1
      job.workerCount -= 1
      if !found, !job.isFresh { jobs.removeAll { $0 === job } }
      if job.workerCount == 0 || parking.load(ordering: .relaxed) {
        monitor.broadcast(WorkerPool.change)
      }
    }
  }

  // MARK: fork

  func prepareFork() {
    let own = unsafe colonnade_thread_depth()!.pointee > 0 ? 1 : 0
    monitor.lock()
    parking.store(true, ordering: .relaxed)
    let deadline = Monitor.deadline(seconds: WorkerPool.forkPatience)
    while runningCount > own, monitor.wait(WorkerPool.change, until: deadline) {}
  }

  func resumeParent() {
    parking.store(false, ordering: .relaxed)
    monitor.broadcast(WorkerPool.work)
    monitor.broadcast(WorkerPool.change)
    monitor.unlock()
  }

  func startOverInChild() {
    let own = unsafe colonnade_thread_depth()!.pointee > 0 ? 1 : 0
    // Jobs of threads that do not exist here must not go on; the forking thread's own job is
    // finished by that thread.
    jobs = []
    startedCount = 0
    idleCount = 0
    runningCount = own
    parking.store(false, ordering: .relaxed)
    monitor.startOverInChild()
  }
}

/// A loop whose turns are claimed one by one.
private final class ParallelJob: PoolJob, @unchecked Sendable {
  private let count: Int
  private let body: @Sendable (Int) throws(ColonnadeError) -> Void
  private let cancellation: Cancellation?
  private let next = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let firstFailure = Lock<(index: Int, error: ColonnadeError)?>(nil)

  init(
    count: Int, workerLimit: Int, cancellation: Cancellation?,
    body: @escaping @Sendable (Int) throws(ColonnadeError) -> Void
  ) {
    self.count = count
    self.body = body
    self.cancellation = cancellation
    super.init(workerLimit: workerLimit)
  }

  var failure: ColonnadeError? { firstFailure.withLock { $0?.error } }

  override func step() -> Bool {
    if isStopped.load(ordering: .relaxed) { return false }
    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
    guard index < count else { return false }
    do {
      try cancellation?.check()
      try body(index)
      return true
    } catch {
      let failure = error
      firstFailure.withLock { first in
        if let known = first, known.index <= index { return }
        first = (index, failure)
      }
      isStopped.store(true, ordering: .relaxed)
      return false
    }
  }
}
