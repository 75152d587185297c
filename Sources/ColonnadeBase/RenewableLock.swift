// A lock around what can be made again, for objects that threads share without knowing of each other: the
// child of a fork does not wait for threads that exist in its parent only.
// Invariant: in a child, the first to come after the fork looks whether the lock is held. If so, a thread
// that is not here was in the middle of a change: the state is made anew, the old one never touched.

package import Glibc
package import Synchronization

/// How often this process and its parents were forked off.
package enum ForkGeneration {
  @usableFromInline static let current = Atomic<Int>(0)
  /// Held while a lock is looked at.
  nonisolated(unsafe) private static let mutex: UnsafeMutablePointer<pthread_mutex_t> = {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
    return unsafe mutex
  }()

  /// The present one; forks are counted from now on at the latest.
  @usableFromInline static var present: Int {
    ForkHandlers.installed
    return current.load(ordering: .relaxed)
  }

  /// In a forked child, by the thread that forked.
  static func startOverInChild() {
    current.wrappingAdd(1, ordering: .relaxed)
    unsafe pthread_mutex_init(mutex, nil)
  }

  /// Runs `look` once in each generation of `seen`.
  @usableFromInline static func update(_ seen: borrowing Atomic<Int>, _ look: () -> Void) {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    let generation = current.load(ordering: .relaxed)
    if seen.load(ordering: .relaxed) == generation { return }
    look()
    seen.store(generation, ordering: .releasing)
  }
}

/// A value and the lock around it. Seen through from other modules, as `Lock` is.
@safe package final class RenewableLock<State: ~Copyable>: @unchecked Sendable {
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let state: UnsafeMutablePointer<State>
  @usableFromInline let make: @Sendable () -> State
  @usableFromInline let generation: Atomic<Int>

  /// - Parameter make: the state to begin with, and to begin anew with.
  @inlinable package init(_ make: @escaping @Sendable () -> State) {
    self.make = make
    generation = Atomic(ForkGeneration.present)
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: make())
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
    if generation.load(ordering: .acquiring) != ForkGeneration.current.load(ordering: .relaxed) {
      ForkGeneration.update(generation, look)
    }
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&state.pointee)
  }

  /// Begins anew.
  @inlinable package func renew() { withLock { $0 = make() } }

  @usableFromInline func look() {
    if unsafe pthread_mutex_trylock(mutex) == 0 {
      unsafe pthread_mutex_unlock(mutex)
    } else {
      unsafe mutex.initialize(to: pthread_mutex_t())
      unsafe pthread_mutex_init(mutex, nil)
      unsafe state.initialize(to: make())
    }
  }
}
