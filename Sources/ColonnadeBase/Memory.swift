// Where column memory comes from. Page faults cost more than decoding on the machines we know,
// so large allocations are 2 MiB aligned, advised huge, and kept for reuse up to a limit; small
// ones come from the C allocator.
// Invariant: retained free bytes never exceed `retainLimit`.

import CKernels
import Glibc

/// One allocation; gives its memory back when the last buffer on it goes.
@safe public final class Allocation: MemoryOwner, @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  let byteCount: Int
  private let isLarge: Bool

  init(pointer: UnsafeMutableRawPointer, byteCount: Int, isLarge: Bool) {
    unsafe self.pointer = pointer
    self.byteCount = byteCount
    self.isLarge = isLarge
  }

  deinit {
    if isLarge {
      unsafe Memory.shared.giveBack(pointer, byteCount: byteCount)
    } else {
      unsafe free(pointer)
    }
  }
}

/// The allocator of column memory.
public final class Memory: @unchecked Sendable {
  public static let shared: Memory = {
    ForkHandlers.installed
    return Memory()
  }()

  /// Allocations from here on are whole huge pages.
  static let largeThreshold = 1 << 20
  static let hugePage = 2 << 20

  @safe private struct FreeBlock: @unchecked Sendable {
    var pointer: UnsafeMutableRawPointer
    var byteCount: Int
  }

  private struct State {
    var free: [FreeBlock] = []
    var retained = 0
    var retainLimit = 256 << 20
  }

  // A Monitor, because it can be held across a fork.
  private let monitor = Monitor(conditionCount: 0)
  private var guarded = State()

  private func withState<Result>(_ body: (inout State) -> Result) -> Result {
    monitor.withLock { body(&guarded) }
  }

  /// The most bytes of free memory kept for reuse.
  public func setRetainLimit(byteCount: Int) {
    withState { $0.retainLimit = max(0, byteCount) }
    trim(to: max(0, byteCount))
  }

  /// Returns retained free memory to the system until at most `byteCount` bytes are kept.
  public func trim(to byteCount: Int = 0) {
    withState { state in
      while state.retained > byteCount, let block = state.free.popLast() {
        state.retained -= block.byteCount
        unsafe free(block.pointer)
      }
    }
  }

  /// - Returns: at least `byteCount` bytes, 64-byte aligned, contents undefined.
  public func allocate(byteCount: Int) -> Allocation {
    if byteCount < Memory.largeThreshold {
      let size = max(64, (byteCount + 63) & ~63)
      return unsafe Allocation(
        pointer: Memory.aligned(size, to: 64), byteCount: size, isLarge: false)
    }
    let size = (byteCount + Memory.hugePage - 1) & ~(Memory.hugePage - 1)
    let reused: FreeBlock? = withState { state in
      // Best fit, but never a block more than twice the size asked for.
      var best: Int?
      for (index, block) in state.free.enumerated()
      where block.byteCount >= size && block.byteCount <= 2 * size {
        if best == nil || block.byteCount < state.free[best!].byteCount { best = index }
      }
      guard let best else { return nil }
      let block = state.free.remove(at: best)
      state.retained -= block.byteCount
      return block
    }
    if let reused {
      return unsafe Allocation(
        pointer: reused.pointer, byteCount: reused.byteCount, isLarge: true)
    }
    let pointer = unsafe Memory.aligned(size, to: Memory.hugePage)
    // A hint only: where huge pages are off, small pages serve.
    _ = unsafe madvise(pointer, size, MADV_HUGEPAGE)
    return unsafe Allocation(pointer: pointer, byteCount: size, isLarge: true)
  }

  fileprivate func giveBack(_ pointer: UnsafeMutableRawPointer, byteCount: Int) {
    let block = unsafe FreeBlock(pointer: pointer, byteCount: byteCount)
    let kept = withState { state in
      guard state.retained + byteCount <= state.retainLimit else { return false }
      state.free.append(block)
      state.retained += byteCount
      return true
    }
    if !kept { unsafe free(pointer) }
  }

  // MARK: fork

  func prepareFork() { monitor.lock() }
  func resumeParent() { monitor.unlock() }
  func startOverInChild() { monitor.startOverInChild() }

  private static func aligned(_ size: Int, to alignment: Int) -> UnsafeMutableRawPointer {
    var pointer: UnsafeMutableRawPointer?
    let status = unsafe posix_memalign(&pointer, alignment, size)
    guard status == 0, let pointer = unsafe pointer else {
      // Callers bound every size they take from outside; what is left is a machine out of memory.
      fatalError("out of memory: \(size) bytes")
    }
    return unsafe pointer
  }
}
