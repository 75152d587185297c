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
    precondition(blocks.lowerBound >= 0 && (blocks.upperBound + 63) >> 6 <= wordCount)
    var block = blocks.lowerBound
    while block < blocks.upperBound {
      let end = min(blocks.upperBound, block | 63 + 1)
      let bits = (UInt64.max >> UInt64(64 - (end - block))) << UInt64(block & 63)
      unsafe words[block >> 6].bitwiseOr(bits, ordering: .acquiringAndReleasing)
      block = end
    }
  }

  /// Those of the 64 blocks from `first` on that were verified, a bit each.
  func bits(from first: Int) -> UInt64 {
    precondition(first >= 0 && first >> 6 < wordCount)
    let shift = UInt64(first & 63)
    let low = unsafe words[first >> 6].load(ordering: .acquiring) >> shift
    guard shift > 0, first >> 6 + 1 < wordCount else { return low }
    return unsafe low | words[first >> 6 + 1].load(ordering: .acquiring) << (64 - shift)
  }

  /// Adds those of the 64 blocks from `first` on whose bits are set.
  func insert(_ bits: UInt64, from first: Int) {
    precondition(first >= 0 && (first + 64 - bits.leadingZeroBitCount + 63) >> 6 <= wordCount)
    let shift = UInt64(first & 63)
    unsafe words[first >> 6].bitwiseOr(bits << shift, ordering: .acquiringAndReleasing)
    if shift > 0, bits >> (64 - shift) != 0 {
      unsafe words[first >> 6 + 1].bitwiseOr(
        bits >> (64 - shift), ordering: .acquiringAndReleasing)
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
