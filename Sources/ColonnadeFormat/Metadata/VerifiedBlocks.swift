// Which blocks of a file were seen to hold their checksums.
// Invariant: a bit is set only after its block was compared with its checksum.

import Synchronization

/// A bit a block. Safe on any thread, without locks.
@safe final class VerifiedBlocks: @unchecked Sendable {
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  private let wordCount: Int

  /// - Complexity: O(count / 64).
  init(count: Int) {
    wordCount = (count + 63) / 64
    unsafe words = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: max(1, wordCount))
    for index in 0..<wordCount { unsafe (words + index).initialize(to: Atomic(0)) }
  }

  deinit {
    unsafe words.deinitialize(count: wordCount)
    unsafe words.deallocate()
  }

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
