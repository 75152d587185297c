// A flag that someone raises to end long work early, or that the work raises itself because someone
// it asks says so.
// Invariant: whoever is asked is asked on the thread that made the flag and on no other, by one
// caller at a time, and never again once `detach` returned.

import Glibc
import Synchronization

/// Shared by whoever may cancel and whoever does the work; work checks it once per batch, page or
/// block, and ends with the kind `cancelled`.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)
  private let poll: CancellationPoll?

  public init() { poll = nil }

  /// A flag that is raised once `poll` answers true, too.
  /// - Parameter poll: asked while work goes on, many times a second, on the thread that calls this
  ///   and on no other; for what only that thread may find out, such as signals that an interpreter
  ///   holds back.
  public init(poll: @escaping @Sendable () -> Bool) { self.poll = CancellationPoll(poll) }

  /// Raises the flag for good. Safe on any thread; does not wait for the work to end.
  public func cancel() { flag.store(true, ordering: .releasing) }

  public var isCancelled: Bool {
    if flag.load(ordering: .acquiring) { return true }
    guard let poll, poll.isAnsweredYes() else { return false }
    cancel()
    return true
  }

  /// - Throws: `cancelled` once the flag is up.
  public func check() throws(ColonnadeError) {
    if isCancelled { throw ColonnadeError(.cancelled, "the work was cancelled") }
  }

  /// Asks no more; the flag stays as it is. Waits for a question that another thread is asking.
  public func detach() { poll?.detach() }

  /// Whether waiting has to end now and then so that someone can be asked.
  var isPolled: Bool { poll?.isAttached ?? false }
}

/// Someone who is asked whether work shall end.
private final class CancellationPoll: Sendable {
  private enum State: UInt8, AtomicRepresentable {
    case idle, asking, detached
  }

  /// Nanoseconds between two questions, at least.
  private static let interval: UInt64 = 20_000_000

  private let ask: @Sendable () -> Bool
  private let thread = pthread_self()
  private let state = Atomic<State>(.idle)
  /// When the next question may be asked; only the thread looks at it.
  private let due = Atomic<UInt64>(0)

  init(_ ask: @escaping @Sendable () -> Bool) { self.ask = ask }

  private var isOnThread: Bool { pthread_equal(pthread_self(), thread) != 0 }

  var isAttached: Bool { state.load(ordering: .relaxed) != .detached }

  /// Asks where that is due, on the right thread only.
  func isAnsweredYes() -> Bool {
    guard isOnThread else { return false }
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    let now = UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    guard now >= due.load(ordering: .relaxed) else { return false }
    // A question out of which the question is asked again answers nothing.
    guard exchange(.idle, for: .asking) else { return false }
    let answer = ask()
    due.store(now &+ CancellationPoll.interval, ordering: .relaxed)
    // Detached meanwhile where the answer was to let go of the flag.
    _ = exchange(.asking, for: .idle)
    return answer
  }

  func detach() {
    if isOnThread {
      state.store(.detached, ordering: .sequentiallyConsistent)
      return
    }
    while !exchange(.idle, for: .detached) {
      if !isAttached { return }
      usleep(500)
    }
  }

  private func exchange(_ expected: State, for desired: State) -> Bool {
    state.compareExchange(
      expected: expected, desired: desired, ordering: .sequentiallyConsistent
    ).exchanged
  }
}
