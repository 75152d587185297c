// Validity of foreign values. Bitmaps here are `nil` where every bit is one, start at bit 0 of their
// buffer and have zeros past their count.

import CKernels
import ColonnadeBase

enum ArrowBitmap {
  /// `count` bits from bit `first` on; shared where they start a byte and end clean.
  static func bits(_ buffer: Buffer, from first: Int, count: Int) -> Buffer {
    let byteCount = (count + 7) / 8
    if first & 7 == 0, first / 8 + byteCount <= buffer.byteCount {
      let slice = buffer.slice(from: first / 8, byteCount: byteCount)
      let last = byteCount == 0 ? 0 : slice.element(UInt8.self, byteCount - 1)
      if count & 7 == 0 || last >> (count & 7) == 0 { return slice }
    }
    let target = MutableBuffer.zeroed(byteCount: byteCount)
    unsafe colonnade_bits_copy(
      target.pointer.assumingMemoryBound(to: UInt8.self), 0, address(buffer), first, count)
    return target.freeze()
  }

  static func address(_ buffer: Buffer) -> UnsafePointer<UInt8> {
    unsafe buffer.unsafeAddress.assumingMemoryBound(to: UInt8.self)
  }

  static func oneBits(_ bitmap: Buffer?, count: Int) -> Int {
    guard let bitmap else { return count }
    return unsafe colonnade_bits_count(address(bitmap), count)
  }

  static func isOne(_ bitmap: Buffer?, _ index: Int) -> Bool {
    guard let bitmap else { return true }
    return bitmap.element(UInt8.self, index >> 3) >> (index & 7) & 1 == 1
  }

  /// Ones where both have ones; one of the two where that says the same.
  static func and(_ own: Buffer?, _ other: Buffer?, count: Int) -> Buffer? {
    guard let own else { return other }
    guard let other else { return own }
    let byteCount = (count + 7) / 8
    let target = MutableBuffer(byteCount: byteCount)
    var differs: UInt8 = 0
    let first = unsafe address(own)
    let second = unsafe address(other)
    let bytes = unsafe target.pointer.assumingMemoryBound(to: UInt8.self)
    for index in 0..<byteCount {
      let both = unsafe first[index] & second[index]
      unsafe differs |= both ^ first[index]
      unsafe bytes[index] = both
    }
    extendLifetime(own)
    extendLifetime(other)
    return differs == 0 ? own : target.freeze()
  }

  /// Whether there is a zero in `bitmap` where `mask` has a one.
  static func hasZero(_ bitmap: Buffer?, where mask: Buffer?, count: Int) -> Bool {
    guard let bitmap else { return false }
    guard let mask else { return oneBits(bitmap, count: count) < count }
    let first = unsafe address(bitmap)
    let second = unsafe address(mask)
    var missed: UInt8 = 0
    for index in 0..<(count + 7) / 8 { unsafe missed |= second[index] & ~first[index] }
    extendLifetime(bitmap)
    extendLifetime(mask)
    return missed != 0
  }

  /// Each bit `times` times.
  static func repeating(_ bitmap: Buffer?, count: Int, times: Int) -> Buffer? {
    guard let bitmap else { return nil }
    if times == 1 { return bitmap }
    let target = MutableBuffer.zeroed(byteCount: (count * times + 7) / 8)
    for index in 0..<count where isOne(bitmap, index) {
      set(target, index * times..<(index + 1) * times)
    }
    return target.freeze()
  }

  static func set(_ target: MutableBuffer, _ range: Range<Int>) {
    assert(range.upperBound <= target.byteCount * 8)
    unsafe colonnade_bits_set(
      target.pointer.assumingMemoryBound(to: UInt8.self), range.lowerBound, range.count)
  }

  /// `nil` where every bit is one.
  static func normal(_ bitmap: Buffer, count: Int) -> Buffer? {
    oneBits(bitmap, count: count) == count ? nil : bitmap
  }
}
