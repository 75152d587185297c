// Where column memory comes from. Page faults cost more than decoding on the machines we know, so
// memory comes in 2 MiB blocks, advised huge and kept for reuse up to a limit; what is smaller is
// carved from such blocks, and what is smaller still comes from the C allocator.
// Invariant: free blocks kept never exceed `retainLimit` bytes; those beyond `residentLimit` are the
// kernel's to take where memory is short.

import CKernels
import Glibc

/// One allocation; gives its memory back when the last buffer on it goes.
@safe public final class Allocation: MemoryOwner, @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  let byteCount: Int
  fileprivate let origin: Origin

  fileprivate enum Origin {
    /// So many bytes behind the address that the C allocator gave.
    case heap(Int)
    case piece(Slab, Memory)
    case blocks(Memory)
  }

  fileprivate init(pointer: UnsafeMutableRawPointer, byteCount: Int, _ origin: Origin) {
    unsafe self.pointer = pointer
    self.byteCount = byteCount
    self.origin = origin
  }

  deinit {
    switch origin {
    case .heap(let skipped): unsafe free(pointer - skipped)
    case .piece(let slab, let memory): unsafe memory.giveBack(pointer, to: slab)
    case .blocks(let memory): unsafe memory.giveBack(pointer, byteCount: byteCount)
    }
  }
}

/// The allocator of column memory.
public final class Memory: @unchecked Sendable {
  public static let shared: Memory = {
    ForkHandlers.installed
    return Memory()
  }()

  /// What buffers hold that nothing was asked for yet: an address of their alignment, no bytes.
  static let nothing = Memory.fromHeap(0)

  /// Allocations beyond this are whole blocks.
  static let pieceLimit = 1 << 20
  static let blockByteCount = 2 << 20

  @safe private struct FreeBlock: @unchecked Sendable {
    var pointer: UnsafeMutableRawPointer
    var byteCount: Int
  }

  private struct State {
    /// Free runs of blocks; single blocks, which slabs are made of, for themselves.
    var free: [FreeBlock] = []
    var single: [FreeBlock] = []
    var retained = 0
    var retainLimit = Memory.defaultRetainLimit
    /// Slabs that have a piece left, by the number of their size.
    var slabs: [[Slab]] = []
    /// Bytes mapped. The first few are not advised huge: a short question touches little of them.
    var mapped = 0
  }

  // A Monitor, because it can be held across a fork.
  private let monitor = Monitor(conditionCount: 0)
  private var guarded = State()

  private func withState<Result>(_ body: (inout State) -> Result) -> Result {
    monitor.withLock { body(&guarded) }
  }

  /// Free memory beyond this stays mapped, but the kernel may take it.
  static let residentLimit = 256 << 20

  /// A sixteenth of the machine's memory, so that results of a size that suits it come from memory
  /// that was touched before.
  private static let defaultRetainLimit = max(
    residentLimit, Int(sysconf(Int32(_SC_PHYS_PAGES))) / 16 * Int(sysconf(Int32(_SC_PAGESIZE))))

  /// The most bytes of free memory kept for reuse.
  public func setRetainLimit(byteCount: Int) {
    withState { $0.retainLimit = max(0, byteCount) }
    trim(to: max(0, byteCount))
  }

  /// Returns retained free memory to the system until at most `byteCount` bytes are kept.
  public func trim(to byteCount: Int = 0) {
    withState { state in
      while state.retained > byteCount, let block = state.free.popLast() ?? state.single.popLast() {
        state.retained -= block.byteCount
        state.mapped -= block.byteCount
        unsafe munmap(block.pointer, block.byteCount)
      }
    }
  }

  /// Bytes of free blocks kept.
  var retainedByteCount: Int { withState { $0.retained } }

  /// Bytes of all blocks, free or in use.
  var mappedByteCount: Int { withState { $0.mapped } }

  deinit { trim() }

  /// - Returns: at least `byteCount` bytes, 64-byte aligned, contents undefined.
  public func allocate(byteCount: Int) -> Allocation {
    if byteCount < Slab.leastByteCount || colonnade_watches_allocations != 0 {
      let size = max(64, (byteCount + 63) & ~63)
      return Memory.fromHeap(size)
    }
    if byteCount <= Memory.pieceLimit { return piece(Slab.size(for: byteCount)) }
    let size = (byteCount + Memory.blockByteCount - 1) & ~(Memory.blockByteCount - 1)
    return withState { state in
      let block = Memory.block(size, &state)
      return unsafe Allocation(pointer: block.pointer, byteCount: block.byteCount, .blocks(self))
    }
  }

  private func piece(_ size: (byteCount: Int, index: Int)) -> Allocation {
    withState { state in
      while state.slabs.count <= size.index { state.slabs.append([]) }
      let slab: Slab
      if let known = state.slabs[size.index].last {
        slab = known
      } else {
        let block = Memory.block(Memory.blockByteCount, &state)
        slab = unsafe Slab(
          block: block.pointer, byteCount: block.byteCount, pieceByteCount: size.byteCount)
        slab.place = 0
        state.slabs[size.index].append(slab)
      }
      let piece = unsafe slab.take()
      if !slab.hasPieces {
        slab.place = nil
        state.slabs[size.index].removeLast()
      }
      return unsafe Allocation(pointer: piece, byteCount: size.byteCount, .piece(slab, self))
    }
  }

  fileprivate func giveBack(_ pointer: UnsafeMutableRawPointer, to slab: Slab) {
    withState { state in
      unsafe slab.giveBack(pointer)
      let index = Slab.size(for: slab.pieceByteCount).index
      if slab.isUnused {
        if let place = slab.place, let last = state.slabs[index].popLast(), last !== slab {
          state.slabs[index][place] = last
          last.place = place
        }
        slab.place = nil
        unsafe Memory.keep(
          FreeBlock(pointer: slab.block, byteCount: Memory.blockByteCount), &state)
      } else if slab.place == nil {
        slab.place = state.slabs[index].count
        state.slabs[index].append(slab)
      }
    }
  }

  fileprivate func giveBack(_ pointer: UnsafeMutableRawPointer, byteCount: Int) {
    withState { state in
      unsafe Memory.keep(FreeBlock(pointer: pointer, byteCount: byteCount), &state)
    }
  }

  // MARK: blocks

  /// A run of blocks, one that is free where one fits.
  private static func block(_ byteCount: Int, _ state: inout State) -> FreeBlock {
    if byteCount == blockByteCount, let block = state.single.popLast() {
      state.retained -= block.byteCount
      return block
    }
    // Best fit, but never a run more than twice the size asked for.
    var best: Int?
    if byteCount > blockByteCount {
      for (index, block) in state.free.enumerated()
      where block.byteCount >= byteCount && block.byteCount <= 2 * byteCount {
        if best == nil || block.byteCount < state.free[best!].byteCount { best = index }
      }
    }
    if let best {
      let block = state.free.remove(at: best)
      state.retained -= block.byteCount
      return block
    }
    let pointer = unsafe mapped(byteCount)
    state.mapped += byteCount
    if state.mapped > 2 * blockByteCount {
      // A hint only: where huge pages are off, small pages serve.
      _ = unsafe madvise(pointer, byteCount, MADV_HUGEPAGE)
    }
    return unsafe FreeBlock(pointer: pointer, byteCount: byteCount)
  }

  private static func keep(_ block: FreeBlock, _ state: inout State) {
    guard state.retained + block.byteCount <= state.retainLimit else {
      state.mapped -= block.byteCount
      unsafe munmap(block.pointer, block.byteCount)
      return
    }
    state.retained += block.byteCount
    if state.retained > residentLimit {
      // Reused before memory is short it costs no fault.
      _ = unsafe madvise(block.pointer, block.byteCount, colonnade_madv_free)
    }
    if block.byteCount == blockByteCount {
      state.single.append(block)
    } else {
      state.free.append(block)
    }
  }

  /// New memory from the system, at a multiple of the size of a block.
  private static func mapped(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let (whole, overflow) = byteCount.addingReportingOverflow(blockByteCount)
    guard !overflow,
      let start = unsafe mmap(
        nil, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      unsafe start != MAP_FAILED
    else {
      // Callers bound every size they take from outside; what is left is a machine out of memory.
      fatalError("out of memory: \(byteCount) bytes")
    }
    let before = (0 &- Int(bitPattern: start)) & (blockByteCount - 1)
    if before > 0 { unsafe munmap(start, before) }
    unsafe munmap(start + before + byteCount, blockByteCount - before)
    return unsafe start + before
  }

  // MARK: fork

  func prepareFork() { monitor.lock() }
  func resumeParent() { monitor.unlock() }
  func startOverInChild() { monitor.startOverInChild() }

  /// Aligned by hand: the C allocator keeps small pieces at hand for `malloc` alone. Where allocations
  /// are watched, they end where what was asked for ends.
  private static func fromHeap(_ size: Int) -> Allocation {
    if colonnade_watches_allocations != 0 {
      guard let pointer = unsafe aligned_alloc(64, max(64, size)) else { noMemory(size) }
      return unsafe Allocation(pointer: pointer, byteCount: size, .heap(0))
    }
    guard let pointer = unsafe malloc(size + 63) else { noMemory(size) }
    let skipped = -Int(bitPattern: pointer) & 63
    return unsafe Allocation(pointer: pointer + skipped, byteCount: size, .heap(skipped))
  }

  private static func noMemory(_ size: Int) -> Never {
    fatalError("out of memory: \(size) bytes")
  }
}
