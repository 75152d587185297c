// Where column memory comes from: sizes, pieces of blocks, reuse and its limit.

import TestSupport
import Testing

@testable import ColonnadeBase

/// In an instance of its own, so that tests beside these change nothing.
@Suite struct MemoryTests {
  @Test func buffersThatNothingWasAskedForHaveNoMemory() {
    let (one, other) = (MutableBuffer(), MutableBuffer())
    #expect(one.capacity == 0)
    #expect(unsafe one.pointer == other.pointer)
    #expect(unsafe Int(bitPattern: one.pointer) % 64 == 0)
    one.append(7 as UInt8)
    #expect(one.freeze().array == [7] && other.freeze().array == [])
    #expect(unsafe one.pointer != other.pointer)
  }

  @Test func sizesOfPiecesCoverWhatIsAskedForAndLoseLittle() {
    var before = (byteCount: 0, index: -1)
    for byteCount in stride(from: 1, through: Memory.pieceLimit, by: 997) {
      let size = Slab.size(for: byteCount)
      #expect(size.byteCount >= byteCount)
      #expect(size.byteCount % 64 == 0)
      if byteCount >= Slab.leastByteCount {
        #expect(size.byteCount - byteCount <= byteCount / 8)
      }
      #expect(
        size.index == before.index
          || (size.index == before.index + 1 && size.byteCount > before.byteCount))
      #expect((size.index == before.index) == (size.byteCount == before.byteCount))
      before = size
    }
  }

  /// Pieces overlap nobody's, come and go in any order, and leave nothing behind.
  @Test(arguments: [UInt64(1), 2, 3])
  func nobodyGetsWhatAnotherHolds(seed: UInt64) throws {
    var draw = SeededGenerator(seed: seed)
    let memory = Memory()
    var held: [(allocation: Allocation, mark: UInt8)] = []
    func check(_ one: (allocation: Allocation, mark: UInt8)) {
      let bytes = unsafe UnsafeRawBufferPointer(
        start: one.allocation.pointer, count: one.allocation.byteCount)
      #expect(
        unsafe bytes.first == one.mark && bytes.last == one.mark
          && bytes[bytes.count / 2] == one.mark, "seed \(seed)")
    }
    for step in 0..<3_000 {
      if held.count > 60 || (!held.isEmpty && draw.next() % 3 == 0) {
        let index = Int(draw.next() % UInt64(held.count))
        check(held[index])
        held.swapAt(index, held.count - 1)
        held.removeLast()
      } else {
        let wanted = 1 << Int(draw.next() % 23) + Int(draw.next() % 1_000)
        let allocation = memory.allocate(byteCount: wanted)
        #expect(allocation.byteCount >= wanted)
        #expect(UInt(bitPattern: unsafe allocation.pointer) % 64 == 0)
        let mark = UInt8(truncatingIfNeeded: step)
        unsafe allocation.pointer.initializeMemory(
          as: UInt8.self, repeating: mark, count: allocation.byteCount)
        held.append((allocation, mark))
      }
    }
    for one in held { check(one) }
    held = []
    memory.trim()
    #expect(memory.retainedByteCount == 0)
    #expect(memory.mappedByteCount == 0, "a block was lost, seed \(seed)")
  }

  @Test func whatComesBackIsGivenOutAgain() {
    let memory = Memory()
    for byteCount in [100 << 10, 5 << 20] {
      var address = unsafe memory.allocate(byteCount: byteCount).pointer
      for _ in 0..<10 {
        let again = memory.allocate(byteCount: byteCount)
        #expect(unsafe again.pointer == address)
        unsafe address = again.pointer
      }
    }
    #expect(memory.mappedByteCount == (2 << 20) + (6 << 20))
  }

  @Test func whatIsKeptHasALimit() {
    let memory = Memory()
    memory.setRetainLimit(byteCount: 8 << 20)
    var held = (0..<10).map { _ in memory.allocate(byteCount: 2 << 20) }
    #expect(memory.retainedByteCount == 0)
    held = []
    #expect(held.isEmpty && memory.retainedByteCount == 8 << 20)
    memory.trim(to: 2 << 20)
    #expect(memory.retainedByteCount == 2 << 20)
    memory.setRetainLimit(byteCount: 0)
    #expect(memory.retainedByteCount == 0 && memory.mappedByteCount == 0)
  }
}
