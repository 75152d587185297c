// Finding the slots of a page whose integers lie in a range, without writing the integers anywhere.
// Spec: spec/encodings.md.

import CKernels
import ColonnadeBase

extension PageDecoder {
  /// Which packed integers of the page lie in `range`; nil where the slots must be decoded to tell.
  func packedRange(_ range: IntegerRange) -> IntegerRange.Packed? {
    guard case .integer(let width, _) = kind else { return nil }
    switch encoding {
    case .none: return IntegerRange.Packed.none
    case .packed:
      let bitWidth = Int(entry.bitWidth)
      guard !entry.isFramed, bitWidth <= min(32, width * 8) else { return nil }
      let packed = range.packed(base: entry.base, bitWidth: bitWidth, width: width)
      return packed == .divided ? nil : packed
    default: return nil
    }
  }

  /// A value of the page's type, from its low bits.
  private func integer(_ bits: UInt64) -> Int128 {
    guard case .integer(let width, true) = kind else { return Int128(bits) }
    let unused = UInt64(64 - width * 8)
    return Int128(Int64(bitPattern: bits << unused) >> Int64(unused))
  }

  /// Sets the bits from `position` on of slots `part` that are not null and lie in `range`, of which
  /// `packed` says what it is among the page's integers.
  /// - Parameter bits: zero there before.
  func select(
    _ part: Range<Int>, _ packed: IntegerRange.Packed, of range: IntegerRange,
    into bits: UnsafeMutablePointer<UInt8>, at position: Int
  ) throws(ColonnadeError) {
    guard encoding == .packed else { return }
    let (content, first) = try unframedContent(of: part)
    let offset = part.lowerBound - first
    // Blocks are tested whole: what lies before the part is left out when bits are copied.
    let start = offset / DeltaEncoding.blockCount * DeltaEncoding.blockCount
    let some = offset - start + part.count
    let words = unsafe context.scratch.integers.room((some + 63) / 64 * 8)
      .assumingMemoryBound(to: UInt64.self)
    if case .between(let least, let span) = packed {
      unsafe colonnade_packed_between(
        words, content.values.assumingMemoryBound(to: UInt8.self), content.count, start, some,
        least,
        span, UInt32(entry.bitWidth))
    } else {
      unsafe words.update(repeating: 0, count: (some + 63) / 64)
    }
    try forEachPatch(of: part) { slot, value in
      let bit = slot - first - start
      let mask: UInt64 = 1 << UInt64(bit & 63)
      if range.contains(integer(value)) {
        unsafe words[bit >> 6] |= mask
      } else {
        unsafe words[bit >> 6] &= ~mask
      }
    }
    if hasNulls { try unsafe clearNulls(part, words, offset - start) }
    let found = unsafe UnsafeRawPointer(words).assumingMemoryBound(to: UInt8.self)
    unsafe colonnade_bits_copy(bits, position, found, offset - start, part.count)
  }

  /// Clears the bits, from bit `first` on, of null slots, counted as where values are decoded.
  private func clearNulls(
    _ part: Range<Int>, _ words: UnsafeMutablePointer<UInt64>, _ first: Int
  ) throws(ColonnadeError) {
    let validity = try chunkValidity(part)
    let valid = unsafe validity.bits.unsafeAddress.assumingMemoryBound(to: UInt8.self)
    let known = unsafe colonnade_bits_count_from(valid, validity.firstBit, part.count)
    try check(nullsFound: part.count - known, in: part)
    let wordCount = (first + part.count + 63) / 64
    let shifted = unsafe context.scratch.codes.room(wordCount * 8)
    unsafe colonnade_bits_copy(
      shifted.assumingMemoryBound(to: UInt8.self), first, valid, validity.firstBit, part.count)
    unsafe colonnade_words_and(
      words, words, shifted.assumingMemoryBound(to: UInt64.self), wordCount)
  }
}
