// Memory of open files that could be made again from their bytes: counted, so that files which are only
// kept give it back before it is much.

import Synchronization

/// What one file holds, a share of what all hold. Safe on any thread.
package final class HeldMemory: Sendable {
  private static let limit = 64 << 20
  private static let total = Atomic<Int>(0)
  private let own = Atomic<Int>(0)

  package init() {}

  deinit { clear() }

  /// Whether all files together hold so much that those which nobody uses are to rest.
  static var isMuch: Bool { total.load(ordering: .relaxed) > limit }

  /// Counts about so many bytes more, or fewer where that is negative; where all files together hold much
  /// then, those that are kept and that nobody uses rest.
  package func add(_ byteCount: Int) {
    own.wrappingAdd(byteCount, ordering: .relaxed)
    HeldMemory.total.wrappingAdd(byteCount, ordering: .relaxed)
    if byteCount > 0, HeldMemory.isMuch { FileCache.shared.restAll() }
  }

  /// All of it is let go.
  package func clear() {
    HeldMemory.total.wrappingSubtract(own.exchange(0, ordering: .relaxed), ordering: .relaxed)
  }

  /// Bytes of this file.
  package var byteCount: Int { own.load(ordering: .relaxed) }
}
