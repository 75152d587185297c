// Pipelines: order, bounds, errors in their place, early ends, nesting.

import Glibc
import Synchronization
import Testing

@testable import ColonnadeBase

@Suite struct OrderedPipelineTests {
  /// 0, 1, 2, … below `count`; notices when two threads pull at once.
  final class Numbers: Sendable {
    let count: Int
    let next = Atomic<Int>(0)
    let inside = Atomic<Int>(0)
    let overlaps = Atomic<Int>(0)

    init(_ count: Int) { self.count = count }

    func pull() -> Int? {
      if inside.wrappingAdd(1, ordering: .relaxed).newValue != 1 {
        overlaps.wrappingAdd(1, ordering: .relaxed)
      }
      defer { inside.wrappingSubtract(1, ordering: .relaxed) }
      let number = next.load(ordering: .relaxed)
      guard number < count else { return nil }
      next.store(number + 1, ordering: .relaxed)
      return number
    }
  }

  @Test(arguments: [1, 2, 4], [1, 2, 3, 9]) func resultsComeInOrder(
    threads: Int, inFlight: Int
  ) throws {
    let pool = WorkerPool(threadCount: threads)
    for count in [0, 1, 2, 300] {
      let numbers = Numbers(count)
      let handedOut = Atomic<Int>(0)
      let tooMany = Atomic<Int>(0)
      let pipeline = OrderedPipeline<Int, Int>(
        pool: pool, inFlight: inFlight,
        source: { numbers.pull() },
        transform: { number in
          if number - handedOut.load(ordering: .relaxed) > inFlight {
            tooMany.wrappingAdd(1, ordering: .relaxed)
          }
          if number % 5 == 0 { usleep(200) }
          return number * 3
        })
      var results: [Int] = []
      while let result = try pipeline.next() {
        results.append(result)
        handedOut.wrappingAdd(1, ordering: .relaxed)
      }
      #expect(results == (0..<count).map { $0 * 3 })
      #expect(try pipeline.next() == nil)
      #expect(numbers.overlaps.load(ordering: .relaxed) == 0)
      #expect(tooMany.load(ordering: .relaxed) == 0)
    }
  }

  /// What is done sooner than a thread wakes is done by the thread that asks.
  @Test func aSmallFirstItemWakesNobody() throws {
    for count in [1, 2, 500] {
      let pool = WorkerPool(threadCount: 4)
      let numbers = Numbers(count)
      let asking = pthread_self()
      let byOthers = Atomic<Int>(0)
      let pipeline = OrderedPipeline<Int, Int>(
        pool: pool, isSmall: { $0 == 0 }, source: { numbers.pull() },
        transform: { number in
          if pthread_self() != asking { byOthers.wrappingAdd(1, ordering: .relaxed) }
          usleep(count > 2 ? 200 : 2_000)
          return number
        })
      #expect(try pipeline.next() == 0)
      usleep(2_000)
      // Nobody looked at what comes next.
      #expect(numbers.next.load(ordering: .relaxed) == 1)
      #expect(byOthers.load(ordering: .relaxed) == 0)
      for expected in 1..<count { #expect(try pipeline.next() == expected) }
      #expect(try pipeline.next() == nil)
      #expect((byOthers.load(ordering: .relaxed) > 0) == (count > 2), "\(count) items")
    }
  }

  @Test(arguments: [1, 4], [false, true]) func errorsComeInTheirPlace(
    threads: Int, inSource: Bool
  ) throws {
    let pool = WorkerPool(threadCount: threads)
    let numbers = Numbers(1000)
    let pipeline = OrderedPipeline<Int, Int>(
      pool: pool,
      source: { () throws(ColonnadeError) in
        let number = numbers.pull()
        if inSource, number == 40 { throw ColonnadeError(.corrupt, "here") }
        return number
      },
      transform: { (number) throws(ColonnadeError) in
        if !inSource, number == 40 { throw ColonnadeError(.corrupt, "here") }
        if number < 40 { usleep(50) }
        return number
      })
    for expected in 0..<40 { #expect(try pipeline.next() == expected) }
    for _ in 0..<2 {
      let error = try #require(throws: ColonnadeError.self) { _ = try pipeline.next() }
      #expect(error.message == "here")
    }
    #expect(numbers.next.load(ordering: .relaxed) < 200)
  }

  @Test(arguments: [1, 4]) func theConsumerMayStopEarly(threads: Int) throws {
    let pool = WorkerPool(threadCount: threads)
    for _ in 0..<30 {
      let numbers = Numbers(1_000_000)
      let pipeline = OrderedPipeline<Int, Int>(
        pool: pool, source: { numbers.pull() }, transform: { $0 })
      var seen = 0
      try pipeline.drain { (_) throws(ColonnadeError) in
        seen += 1
        return seen < 10
      }
      #expect(seen == 10)
      let pulled = numbers.next.load(ordering: .relaxed)
      usleep(500)
      #expect(numbers.next.load(ordering: .relaxed) == pulled, "a stopped pipeline went on")
      #expect(try pipeline.next() == nil)
    }
  }

  @Test func anAbandonedPipelineGoesAway() throws {
    let pool = WorkerPool(threadCount: 4)
    final class Token: Sendable {}
    weak var watched: Token?
    do {
      let token = Token()
      watched = token
      let numbers = Numbers(1_000_000)
      let pipeline = OrderedPipeline<Int, Int>(
        pool: pool, source: { numbers.pull() },
        transform: { number in
          withExtendedLifetime(token) {}
          return number
        })
      _ = try pipeline.next()
    }
    for _ in 0..<2000 where watched != nil { usleep(1000) }
    #expect(watched == nil)
  }

  @Test func cancellingEndsIt() throws {
    let cancellation = Cancellation()
    let numbers = Numbers(1_000_000)
    let pipeline = OrderedPipeline<Int, Int>(
      pool: WorkerPool(threadCount: 3), cancellation: cancellation,
      source: { numbers.pull() }, transform: { $0 })
    let error = try #require(throws: ColonnadeError.self) {
      while let number = try pipeline.next() {
        if number == 50 { cancellation.cancel() }
      }
    }
    #expect(error.kind == .cancelled)
  }

  @Test func pipelinesNestAndShareThePool() throws {
    let pool = WorkerPool(threadCount: 3)
    let wrong = Atomic<Int>(0)
    WorkerPoolTests.onThreads(4) { _ in
      let numbers = Numbers(40)
      let pipeline = OrderedPipeline<Int, Int>(
        pool: pool, source: { numbers.pull() },
        transform: { (number) throws(ColonnadeError) in
          let sum = Atomic<Int>(0)
          try pool.run(count: 10) { sum.wrappingAdd($0, ordering: .relaxed) }
          let inner = Numbers(5)
          let nested = OrderedPipeline<Int, Int>(
            pool: pool, source: { inner.pull() }, transform: { $0 })
          while let value = try nested.next() { sum.wrappingAdd(value, ordering: .relaxed) }
          return number + sum.load(ordering: .relaxed)
        })
      do {
        var expected = 55
        while let value = try pipeline.next() {
          if value != expected { wrong.wrappingAdd(1, ordering: .relaxed) }
          expected += 1
        }
        if expected != 95 { wrong.wrappingAdd(1, ordering: .relaxed) }
      } catch { wrong.wrappingAdd(1, ordering: .relaxed) }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }
}
