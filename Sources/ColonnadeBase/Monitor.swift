// A lock with conditions to wait for, over pthreads: unlike the standard library's Mutex it can be
// waited on, and it survives a fork.

import CKernels
import Glibc

/// A mutex and a few condition variables.
@safe final class Monitor: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let conditions: UnsafeMutablePointer<pthread_cond_t>
  private let conditionCount: Int

  init(conditionCount: Int = 1) {
    self.conditionCount = conditionCount
    unsafe mutex = .allocate(capacity: 1)
    unsafe conditions = .allocate(capacity: conditionCount)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
    for index in 0..<conditionCount {
      unsafe (conditions + index).initialize(to: pthread_cond_t())
    }
    makeConditions()
  }

  deinit {
    for index in 0..<conditionCount { unsafe pthread_cond_destroy(conditions + index) }
    unsafe pthread_mutex_destroy(mutex)
    unsafe conditions.deallocate()
    unsafe mutex.deallocate()
  }

  private func makeConditions() {
    for index in 0..<conditionCount { unsafe pthread_cond_init(conditions + index, nil) }
  }

  func lock() { unsafe pthread_mutex_lock(mutex) }
  func unlock() { unsafe pthread_mutex_unlock(mutex) }

  func withLock<Result>(_ body: () -> Result) -> Result {
    lock()
    defer { unlock() }
    return body()
  }

  /// Waits for a condition; the caller holds the lock. May wake for no reason.
  func wait(_ index: Int = 0) { unsafe pthread_cond_wait(conditions + index, mutex) }

  /// Waits no longer than until `deadline`, by a clock that nobody sets.
  /// - Returns: false when the time is up.
  func wait(_ index: Int = 0, until deadline: timespec) -> Bool {
    unsafe colonnade_wait_until(
      conditions + index, mutex, Int64(deadline.tv_sec), Int64(deadline.tv_nsec)) != ETIMEDOUT
  }

  static func deadline(seconds: Int) -> timespec { deadline(milliseconds: seconds * 1000) }

  static func deadline(milliseconds: Int) -> timespec {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    let nanoseconds = time.tv_nsec + milliseconds % 1000 * 1_000_000
    time.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
    time.tv_nsec = nanoseconds % 1_000_000_000
    return time
  }

  func signal(_ index: Int = 0) { unsafe pthread_cond_signal(conditions + index) }
  func broadcast(_ index: Int = 0) { unsafe pthread_cond_broadcast(conditions + index) }

  /// In a forked child, by the thread that forked and holds the lock: the waiters of the parent do
  /// not exist here.
  func startOverInChild() {
    makeConditions()
    unlock()
  }
}
