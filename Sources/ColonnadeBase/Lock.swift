// State that several threads change in turn. Over pthreads and not the standard library's Mutex, whose
// waiting the thread sanitizer does not see: every state it guards would be reported as a race.
// Invariant: the state is touched by one thread at a time, inside `withLock` only.

package import Glibc

/// A value and the lock around it. Seen through from other modules: a lock of a dictionary that does
/// not know at compile time that it is one asks the runtime for its type each time.
@safe package final class Lock<State: ~Copyable>: @unchecked Sendable {
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let state: UnsafeMutablePointer<State>

  @inlinable package init(_ state: consuming State) {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe self.state = .allocate(capacity: 1)
    unsafe self.state.initialize(to: state)
  }

  @inlinable deinit {
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Runs `body` with the state while no other thread has it. Not to be called from within `body`.
  /// - Throws: what `body` throws.
  @inlinable package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&state.pointee)
  }

  /// The same where no other thread has the state: nil, and nothing run, where one does. For what can be done
  /// without, in a forked child too, for which a thread that is not there may have it for ever.
  @inlinable package func withLockIfFree<Result>(_ body: (inout State) -> Result) -> Result? {
    guard unsafe pthread_mutex_trylock(mutex) == 0 else { return nil }
    defer { unsafe pthread_mutex_unlock(mutex) }
    return unsafe body(&state.pointee)
  }
}
