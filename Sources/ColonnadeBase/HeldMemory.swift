// Memory of open files that could be made again from their bytes: counted, so that files which are only
// kept give it back before it is much.

import Synchronization

/// What one file holds, a share of what all hold. Safe on any thread.
package final class HeldMemory: Sendable {
  /// Bytes that all files hold before those that nobody uses are asked to let go.
  private static let limit = 64 << 20
  private static let total = Atomic<Int>(0)
  private let own = Atomic<Int>(0)

  package init() {}

  deinit { clear() }

  /// About how many bytes more are held.
  package func add(_ byteCount: Int) {
    own.wrappingAdd(byteCount, ordering: .relaxed)
    let total = HeldMemory.total.wrappingAdd(byteCount, ordering: .relaxed).newValue
    if total > HeldMemory.limit { FileCache.shared.restAll() }
  }

  /// All of it was let go.
  package func clear() {
    HeldMemory.total.wrappingSubtract(own.exchange(0, ordering: .relaxed), ordering: .relaxed)
  }

  /// Bytes of this file.
  package var byteCount: Int { own.load(ordering: .relaxed) }
}
