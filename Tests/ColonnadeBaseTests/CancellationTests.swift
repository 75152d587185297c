// Flags that ask someone: on which thread, how often, and how asking ends.

import Glibc
import Synchronization
import Testing

@testable import ColonnadeBase

@Suite struct CancellationTests {
  /// Runs `body` on a thread of its own and waits for it.
  private static func onAnotherThread(_ body: @escaping @Sendable () -> Void) {
    WorkerPoolTests.onThreads(1) { _ in body() }
  }

  @Test func isAskedOnItsOwnThreadOnlyAndNotAlways() {
    let asked = Atomic<Int>(0)
    let answer = Atomic<Bool>(false)
    let cancellation = Cancellation {
      asked.wrappingAdd(1, ordering: .relaxed)
      return answer.load(ordering: .relaxed)
    }
    for _ in 0..<10_000 { #expect(!cancellation.isCancelled) }
    let first = asked.load(ordering: .relaxed)
    #expect(first >= 1 && first < 1_000)
    answer.store(true, ordering: .relaxed)
    CancellationTests.onAnotherThread {
      usleep(40_000)
      #expect(!cancellation.isCancelled)
    }
    #expect(asked.load(ordering: .relaxed) == first)
    #expect(cancellation.isCancelled)
    #expect(asked.load(ordering: .relaxed) == first + 1)
    // Raised for good, for everybody, and nobody is asked any more.
    answer.store(false, ordering: .relaxed)
    usleep(25_000)
    #expect(cancellation.isCancelled)
    CancellationTests.onAnotherThread { #expect(cancellation.isCancelled) }
    #expect(asked.load(ordering: .relaxed) == first + 1)
    #expect(throws: ColonnadeError.self) { try cancellation.check() }
  }

  @Test func isNotAskedOnceDetached() {
    let asked = Atomic<Int>(0)
    let cancellation = Cancellation {
      asked.wrappingAdd(1, ordering: .relaxed)
      return true
    }
    CancellationTests.onAnotherThread { cancellation.detach() }
    #expect(!cancellation.isCancelled)
    #expect(asked.load(ordering: .relaxed) == 0)
    cancellation.cancel()
    #expect(cancellation.isCancelled)
  }

  @Test func detachingWaitsForAQuestionOnAnotherThread() {
    let isAsking = Atomic<Bool>(false)
    let isAnswered = Atomic<Bool>(false)
    let holder = Mutex<Cancellation?>(nil)
    WorkerPoolTests.onThreads(2) { thread in
      if thread == 0 {
        let cancellation = Cancellation {
          isAsking.store(true, ordering: .sequentiallyConsistent)
          usleep(50_000)
          isAnswered.store(true, ordering: .sequentiallyConsistent)
          return false
        }
        holder.withLock { $0 = cancellation }
        _ = cancellation.isCancelled
        return
      }
      while !isAsking.load(ordering: .sequentiallyConsistent) { usleep(100) }
      holder.withLock { $0 }?.detach()
      let wasAnswered = isAnswered.load(ordering: .sequentiallyConsistent)
      #expect(wasAnswered)
    }
  }

  @Test func askingMayDetachAndAskAgain() {
    let holder = Mutex<Cancellation?>(nil)
    let asked = Atomic<Int>(0)
    let cancellation = Cancellation {
      asked.wrappingAdd(1, ordering: .relaxed)
      let own = holder.withLock { $0 }
      #expect(own?.isCancelled == false)
      own?.detach()
      return false
    }
    holder.withLock { $0 = cancellation }
    #expect(!cancellation.isCancelled)
    usleep(25_000)
    #expect(!cancellation.isCancelled)
    #expect(asked.load(ordering: .relaxed) == 1)
    holder.withLock { $0 = nil }
  }

  /// The consumer waits for a worker, and who is asked says that it shall end.
  @Test func aConsumerThatWaitsIsCancelled() throws {
    let start = Process.seconds
    let cancellation = Cancellation { Process.seconds > start + 0.2 }
    let consumer = UInt64(pthread_self())
    let isTaken = Atomic<Bool>(false)
    let numbers = OrderedPipelineTests.Numbers(2)
    let pipeline = OrderedPipeline<Int, Bool>(
      pool: WorkerPool(threadCount: 2), cancellation: cancellation,
      source: { numbers.pull() },
      transform: { number in
        // The first item comes at once and calls the workers; the other is a worker's.
        if number == 0 { return true }
        if UInt64(pthread_self()) == consumer { return false }
        isTaken.store(true, ordering: .relaxed)
        while !cancellation.isCancelled, Process.seconds < start + 20 { usleep(1_000) }
        return true
      })
    _ = try pipeline.next()
    // Leave the other item to a worker.
    while !isTaken.load(ordering: .relaxed), Process.seconds < start + 10 { usleep(1_000) }
    let wasTaken = isTaken.load(ordering: .relaxed)
    try #require(wasTaken)
    let error = #expect(throws: ColonnadeError.self) { _ = try pipeline.next() }
    #expect(error?.kind == .cancelled)
    #expect(Process.seconds < start + 10)
    #expect(throws: ColonnadeError.self) { _ = try pipeline.next() }
  }
}
