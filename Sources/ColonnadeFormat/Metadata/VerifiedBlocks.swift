// Which blocks of a file were seen to hold their checksums.
// Invariant: a bit is set only after its block was compared with its checksum.

import Glibc
import Synchronization

/// A bit a block. Safe on any thread, without locks.
@safe final class VerifiedBlocks: @unchecked Sendable {
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  private let wordCount: Int

  /// - Complexity: O(1) for what is never asked for: a large file's bits stay untouched zero pages.
  init(count: Int) {
    wordCount = (count + 63) / 64
    guard let zeros = unsafe calloc(max(1, wordCount), MemoryLayout<UInt64>.stride) else {
      preconditionFailure("no memory for \(wordCount) words")
    }
    // SAFETY: an atomic number lies in memory like the number, and zero is all zero bytes.
    unsafe words = zeros.bindMemory(to: Atomic<UInt64>.self, capacity: max(1, wordCount))
  }

  deinit { unsafe free(words) }

  func contains(_ block: Int) -> Bool {
    precondition(block >= 0 && block >> 6 < wordCount)
    return unsafe words[block >> 6].load(ordering: .acquiring) >> UInt64(block & 63) & 1 == 1
  }

  /// The first block of `range` that was not verified.
  func firstMissing(in range: Range<Int>) -> Int? {
    var block = range.lowerBound
    while block < range.upperBound {
      precondition(block >= 0 && block >> 6 < wordCount)
      let word = unsafe words[block >> 6].load(ordering: .acquiring)
      let known = (~(word >> UInt64(block & 63))).trailingZeroBitCount
      if known == 0 { return block }
      block += min(known, 64 - block & 63)
    }
    return nil
  }

  func insert(_ blocks: Range<Int>) {
    for block in blocks {
      precondition(block >= 0 && block >> 6 < wordCount)
      unsafe words[block >> 6].bitwiseOr(
        1 << UInt64(block & 63), ordering: .acquiringAndReleasing)
    }
  }

  /// How many blocks were verified.
  var count: Int {
    var total = 0
    for index in 0..<wordCount {
      total += unsafe words[index].load(ordering: .relaxed).nonzeroBitCount
    }
    return total
  }
}
