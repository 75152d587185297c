// A set of small numbers that grows and never shrinks, shared by threads without locks.
// Invariant: who finds a bit set sees what its setter wrote before it set it.

import Glibc
package import Synchronization

/// Bits that threads set and ask for, none of them ever cleared. Seen through from other modules: each
/// read of a page asks.
@safe package struct AtomicBits: ~Copyable, @unchecked Sendable {
  @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt64>>
  @usableFromInline let wordCount: Int

  /// Room for `count` bits, none set.
  /// - Complexity: O(1) for what is never asked for: many bits stay untouched zero pages.
  package init(count: Int) {
    wordCount = (count + 63) / 64
    guard let zeros = unsafe calloc(max(1, wordCount), MemoryLayout<UInt64>.stride) else {
      preconditionFailure("no memory for \(wordCount) words")
    }
    // SAFETY: an atomic number lies in memory like the number, and zero is all zero bytes.
    unsafe words = zeros.bindMemory(to: Atomic<UInt64>.self, capacity: max(1, wordCount))
  }

  deinit { unsafe free(words) }

  /// The words, 64 bits each from the lowest on, for kernels that load them atomically; valid while this
  /// lives.
  package var unsafeWords: UnsafePointer<UInt64> {
    unsafe UnsafeRawPointer(words).assumingMemoryBound(to: UInt64.self)
  }

  @inlinable package func contains(_ bit: Int) -> Bool {
    precondition(bit >= 0 && bit >> 6 < wordCount)
    return unsafe words[bit >> 6].load(ordering: .acquiring) >> UInt64(bit & 63) & 1 == 1
  }

  /// The first bit of `range` that is not set; `nil` where the whole range is.
  /// - Complexity: a load for each word of the range that is set.
  @inlinable package func firstMissing(in range: Range<Int>) -> Int? {
    var bit = range.lowerBound
    while bit < range.upperBound {
      precondition(bit >= 0 && bit >> 6 < wordCount)
      let word = unsafe words[bit >> 6].load(ordering: .acquiring)
      // Set bits from here on, in this word.
      let known = (~(word >> UInt64(bit & 63))).trailingZeroBitCount
      if known == 0 { return bit }
      bit += min(known, 64 - bit & 63)
    }
    return nil
  }

  /// The first run of bits of `range` that are not set; `nil` where the whole range is.
  @inlinable package func firstMissingRun(in range: Range<Int>) -> Range<Int>? {
    guard let first = firstMissing(in: range) else { return nil }
    var end = first + 1
    while end < range.upperBound, !contains(end) { end += 1 }
    return first..<end
  }

  /// Sets a run of bits.
  package func insert(_ bits: Range<Int>) {
    precondition(bits.lowerBound >= 0 && (bits.upperBound + 63) >> 6 <= wordCount)
    var bit = bits.lowerBound
    while bit < bits.upperBound {
      let end = min(bits.upperBound, bit | 63 + 1)
      let mask = (UInt64.max >> UInt64(64 - (end - bit))) << UInt64(bit & 63)
      unsafe words[bit >> 6].bitwiseOr(mask, ordering: .acquiringAndReleasing)
      bit = end
    }
  }

  /// The 64 bits from `first` on, the lowest first; those beyond the last word are not set.
  @inlinable package func word(from first: Int) -> UInt64 {
    precondition(first >= 0 && first >> 6 < wordCount)
    let shift = UInt64(first & 63)
    let low = unsafe words[first >> 6].load(ordering: .acquiring) >> shift
    guard shift > 0, first >> 6 + 1 < wordCount else { return low }
    return unsafe low | words[first >> 6 + 1].load(ordering: .acquiring) << (64 - shift)
  }

  /// Sets those of the 64 bits from `first` on that are set in `word`.
  @inlinable package func insert(_ word: UInt64, from first: Int) {
    if word == 0 { return }
    precondition(first >= 0 && (first + 64 - word.leadingZeroBitCount + 63) >> 6 <= wordCount)
    let shift = UInt64(first & 63)
    unsafe words[first >> 6].bitwiseOr(word << shift, ordering: .acquiringAndReleasing)
    if shift > 0, word >> (64 - shift) != 0 {
      unsafe words[first >> 6 + 1].bitwiseOr(
        word >> (64 - shift), ordering: .acquiringAndReleasing)
    }
  }

  /// How many bits are set.
  package var count: Int {
    var total = 0
    for index in 0..<wordCount {
      total += unsafe words[index].load(ordering: .relaxed).nonzeroBitCount
    }
    return total
  }
}
