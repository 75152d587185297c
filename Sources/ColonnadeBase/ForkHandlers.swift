// What happens around fork: the pool's threads are parked and the locks of kept files and of the
// allocator are taken first, so that the child finds all of them whole.
// Invariant: the order is pool, then kept files, then allocator; threads inside steps may wait for the
// second, and those between steps may still hold the last. Locks that threads hold outside of steps are
// `RenewableLock`s.

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
        FileCache.shared.prepareFork()
        Memory.shared.prepareFork()
      },
      {
        Memory.shared.resumeParent()
        FileCache.shared.resumeParent()
        WorkerPool.shared.resumeParent()
      },
      {
        Memory.shared.startOverInChild()
        ForkGeneration.startOverInChild()
        FileCache.shared.startOverInChild()
        WorkerPool.shared.startOverInChild()
      })
  }()
}
