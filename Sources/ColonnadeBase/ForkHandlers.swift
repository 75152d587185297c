// What happens around fork: the pool's threads are parked and the allocator's lock is taken first,
// so that the child finds both whole.
// Invariant: the order is pool, then allocator; threads between steps may still hold the latter.

import CKernels

/// The engine's handlers of fork, installed once.
enum ForkHandlers {
  /// Touched by everything the handlers look after, before it exists.
  static let installed: Void = {
    // SAFETY: the handlers refer to statics only. A failure means there is no memory for three
    // pointers; forking is then as unsafe as without them.
    _ = colonnade_at_fork(
      {
        WorkerPool.shared.prepareFork()
        Memory.shared.prepareFork()
      },
      {
        Memory.shared.resumeParent()
        WorkerPool.shared.resumeParent()
      },
      {
        Memory.shared.startOverInChild()
        WorkerPool.shared.startOverInChild()
      })
  }()
}
