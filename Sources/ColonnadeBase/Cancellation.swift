// A flag that someone raises to end long work early.

import Synchronization

/// Shared by whoever may cancel and whoever does the work; work checks it once per batch, page or
/// block, and ends with the kind `cancelled`.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  public init() {}

  /// Raises the flag for good. Safe on any thread; does not wait for the work to end.
  public func cancel() { flag.store(true, ordering: .releasing) }

  public var isCancelled: Bool { flag.load(ordering: .acquiring) }

  /// - Throws: `cancelled` once the flag is up.
  public func check() throws(ColonnadeError) {
    if isCancelled { throw ColonnadeError(.cancelled, "the work was cancelled") }
  }
}
