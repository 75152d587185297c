// A lock that the child of a fork does not find held by a thread of its parent.

import CKernels
import Glibc
import Synchronization
import Testing

@testable import ColonnadeBase

@Suite struct RenewableLockTests {
  @Test func itGuardsItsState() async {
    let lock = RenewableLock { 0 }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<10_000 { lock.withLock { $0 += 1 } } }
      }
    }
    #expect(lock.withLock { $0 } == 80_000)
    lock.renew()
    #expect(lock.withLock { $0 } == 0)
  }

  private static let shared = RenewableLock { [Int]() }

  /// The child's part: what was put in, or nothing where it was held.
  private static func count(within seconds: UInt32) -> Int32 {
    unsafe colonnade_run_in_child(
      { _ in Int32(clamping: RenewableLockTests.shared.withLock { $0.count }) }, nil, seconds)
  }

  @Test func aChildFindsItFreeAndEmptyWhereAnotherThreadHeldIt() async {
    await #expect(processExitsWith: .exitCode(0)) {
      RenewableLockTests.shared.withLock { $0 = [1, 2, 3] }
      guard RenewableLockTests.count(within: 20) == 3 else { exit(1) }
      let isHeld = Atomic<Bool>(false)
      let isOver = Atomic<Bool>(false)
      let found = Atomic<Int>(-1)
      WorkerPoolTests.onThreads(2) { index in
        if index == 0 {
          RenewableLockTests.shared.withLock { state in
            state.append(4)
            isHeld.store(true, ordering: .releasing)
            while !isOver.load(ordering: .acquiring) { usleep(1000) }
            state.append(5)
          }
        } else {
          while !isHeld.load(ordering: .acquiring) { usleep(1000) }
          found.store(Int(RenewableLockTests.count(within: 20)), ordering: .relaxed)
          isOver.store(true, ordering: .releasing)
        }
      }
      // Nobody who was there held it: it was made anew.
      guard found.load(ordering: .relaxed) == 0 else { exit(2) }
      // The parent's is as it was left.
      exit(RenewableLockTests.shared.withLock { $0 } == [1, 2, 3, 4, 5] ? 0 : 3)
    }
  }
}
