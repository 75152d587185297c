// The pool: every turn once, errors, nesting, many users at once, and life across a fork.

import CKernels
import Glibc
import Synchronization
import Testing

@testable import ColonnadeBase

@Suite struct WorkerPoolTests {
  /// Counts calls per index.
  ///
  /// Under a Monitor, because the thread sanitizer does not see the standard library's Mutex.
  final class Tally: @unchecked Sendable {
    private let monitor = Monitor()
    private var counts: [Int]
    init(_ count: Int) { counts = Array(repeating: 0, count: count) }
    func add(_ index: Int) { monitor.withLock { counts[index] += 1 } }
    var isOnceEach: Bool { monitor.withLock { counts.allSatisfy { $0 == 1 } } }
  }

  @Test(arguments: [1, 2, 3, 8], [0, 1, 2, 7, 1000])
  func everyTurnRunsOnce(threads: Int, count: Int) throws {
    let pool = WorkerPool(threadCount: threads)
    for _ in 0..<20 {
      let tally = Tally(count)
      try pool.run(count: count) { index in tally.add(index) }
      #expect(tally.isOnceEach)
    }
  }

  @Test func severalThreadsTakePart() throws {
    let pool = WorkerPool(threadCount: 4)
    let inside = Atomic<Int>(0)
    // Each turn waits until three others are inside, which one thread alone never reaches.
    try pool.run(count: 4) { _ in
      inside.wrappingAdd(1, ordering: .relaxed)
      while inside.load(ordering: .relaxed) < 4 { sched_yield() }
    }
    #expect(inside.load(ordering: .relaxed) == 4)
  }

  @Test func limitsHold() throws {
    let pool = WorkerPool(threadCount: 6)
    let inside = Atomic<Int>(0)
    let most = Atomic<Int>(0)
    try pool.run(count: 200, limit: 2) { _ in
      let now = inside.wrappingAdd(1, ordering: .relaxed).newValue
      most.max(now, ordering: .relaxed)
      usleep(100)
      inside.wrappingSubtract(1, ordering: .relaxed)
    }
    #expect(most.load(ordering: .relaxed) <= 2)
  }

  @Test(arguments: [1, 4]) func anErrorStopsTheRest(threads: Int) throws {
    let pool = WorkerPool(threadCount: threads)
    let calls = Atomic<Int>(0)
    let error = try #require(throws: ColonnadeError.self) {
      try pool.run(count: 100_000) { (index) throws(ColonnadeError) in
        calls.wrappingAdd(1, ordering: .relaxed)
        if index == 17 { throw ColonnadeError(.corrupt, "turn 17") }
        usleep(10)
      }
    }
    #expect(error.kind == .corrupt && error.message == "turn 17")
    #expect(calls.load(ordering: .relaxed) < 100_000)
  }

  @Test(arguments: [1, 4]) func cancellingStopsTheRest(threads: Int) throws {
    let pool = WorkerPool(threadCount: threads)
    let cancellation = Cancellation()
    let error = try #require(throws: ColonnadeError.self) {
      try pool.run(count: 1_000_000, cancellation: cancellation) { index in
        if index == 100 { cancellation.cancel() }
      }
    }
    #expect(error.kind == .cancelled)
  }

  @Test func nestedWorkGoesOn() throws {
    let pool = WorkerPool(threadCount: 3)
    for _ in 0..<10 {
      let tally = Tally(6 * 6 * 6)
      try pool.run(count: 6) { (a) throws(ColonnadeError) in
        try pool.run(count: 6) { (b) throws(ColonnadeError) in
          try pool.run(count: 6) { c in tally.add(a * 36 + b * 6 + c) }
        }
      }
      #expect(tally.isOnceEach)
    }
  }

  /// Starts `count` threads that are not the pool's and waits for them.
  static func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    final class Box: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var threads: [pthread_t] = []
    for index in 0..<count {
      var thread = pthread_t()
      let box = unsafe Unmanaged.passRetained(Box { body(index) })
      let status = unsafe pthread_create(
        &thread, nil,
        { context in
          unsafe Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
          return nil
        }, box.toOpaque())
      if status == 0 { threads.append(thread) }
    }
    for thread in threads { pthread_join(thread, nil) }
  }

  @Test func manyCallersAtOnce() {
    let pool = WorkerPool(threadCount: 4)
    let wrong = Atomic<Int>(0)
    Self.onThreads(6) { caller in
      for round in 0..<60 {
        let tally = Tally(50)
        do {
          try pool.run(count: 50) { (index) throws(ColonnadeError) in
            if index % 10 == 0 {
              try pool.run(count: 3) { _ in }
            }
            tally.add(index)
            if caller == 0, round % 2 == 0, index == 49 {
              throw ColonnadeError(.io, "on purpose")
            }
          }
        } catch {
          if caller != 0 { wrong.wrappingAdd(1, ordering: .relaxed) }
        }
        if !tally.isOnceEach { wrong.wrappingAdd(1, ordering: .relaxed) }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  /// Sums through the shared pool, in parallel and in a pipeline; 0 when that gives what it should.
  static func useSharedPool() -> Int32 {
    let sum = Atomic<Int>(0)
    do {
      try WorkerPool.shared.run(count: 1000) { index in
        sum.wrappingAdd(index, ordering: .relaxed)
      }
      let next = Atomic<Int>(0)
      let pipeline = OrderedPipeline<Int, Int>(
        source: {
          let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
          return number < 500 ? number : nil
        },
        transform: { $0 * 2 })
      var expected = 0
      while let value = try pipeline.next() {
        if value != expected { return 2 }
        expected += 2
      }
      if expected != 1000 { return 3 }
    } catch { return 4 }
    return sum.load(ordering: .relaxed) == 499_500 ? 0 : 1
  }

  @Test func aForkedChildMakesItsOwnPool() async {
    await #expect(processExitsWith: .exitCode(0)) {
      WorkerPool.shared.setThreadCount(4)
      guard WorkerPoolTests.useSharedPool() == 0 else { exit(11) }
      let stop = Atomic<Bool>(false)
      let failed = Atomic<Int>(0)
      // Two threads keep the pool busy while a third forks again and again.
      WorkerPoolTests.onThreads(3) { index in
        if index < 2 {
          while !stop.load(ordering: .relaxed) {
            if WorkerPoolTests.useSharedPool() != 0 {
              failed.wrappingAdd(1, ordering: .relaxed)
            }
          }
          return
        }
        for _ in 0..<40 {
          let status = unsafe colonnade_run_in_child(
            { _ in WorkerPoolTests.useSharedPool() }, nil, 20)
          if status != 0 { failed.wrappingAdd(1, ordering: .relaxed) }
        }
        stop.store(true, ordering: .relaxed)
      }
      guard failed.load(ordering: .relaxed) == 0 else { exit(12) }
      // The parent's pool still works.
      exit(WorkerPoolTests.useSharedPool())
    }
  }

  @Test func forkingInsideATurnWorks() async {
    await #expect(processExitsWith: .exitCode(0)) {
      WorkerPool.shared.setThreadCount(3)
      let wrong = Atomic<Int>(0)
      do {
        try WorkerPool.shared.run(count: 30) { index in
          guard index % 7 == 3 else { return }
          let status = unsafe colonnade_run_in_child(
            { _ in WorkerPoolTests.useSharedPool() }, nil, 20)
          if status != 0 { wrong.wrappingAdd(1, ordering: .relaxed) }
        }
      } catch { exit(1) }
      exit(wrong.load(ordering: .relaxed) == 0 ? 0 : 2)
    }
  }
}
