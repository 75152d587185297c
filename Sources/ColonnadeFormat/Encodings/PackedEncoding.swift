// Encoding 3: a frame of reference, packed integers and patches. Spec: spec/encodings.md.

import CKernels
import ColonnadeBase

enum PackedEncoding {
  /// The cheapest way to pack the page's integers, or nil where the layout cannot be packed.
  /// - Parameter profile: of the page's filled values (or of their low words).
  static func plan(
    _ profile: colonnade_integer_profile, values: UnsafeRawPointer, width: Int, count: Int,
    mayPatch: Bool
  ) -> PagePlan {
    let range = profile.greatest &- profile.least
    let full = 64 - range.leadingZeroBitCount
    var best = PagePlan(
      encoding: .packed, bitWidth: full, base: profile.least,
      byteCount: packedByteCount(count, full))
    guard mayPatch, full > 2, count >= 64 else { return best }
    // Most pages have too many values of full width: that is told sooner than how many have which.
    let widest = unsafe colonnade_count_wider(
      values, UInt32(width), count, profile.least, UInt32(full - 1))
    guard widest <= count / 8 else { return best }
    var histogram = [UInt32](repeating: 0, count: 65)
    unsafe histogram.withUnsafeMutableBufferPointer {
      unsafe colonnade_width_histogram(
        $0.baseAddress, values, UInt32(width), count, profile.least)
    }
    var outside = 0
    for bits in stride(from: full - 1, through: 0, by: -1) {
      outside += Int(histogram[bits + 1])
      if outside > count / 8 { break }
      let byteCount = bodyByteCount(
        count: count, bitWidth: bits, patchCount: outside, width: width)
      if byteCount < best.byteCount {
        best = PagePlan(
          encoding: .packed, bitWidth: bits, base: profile.least, auxiliaryCount: outside,
          byteCount: byteCount)
      }
    }
    return best
  }

  static func packedByteCount(_ count: Int, _ bitWidth: Int) -> Int {
    colonnade_packed_byte_count(count, UInt32(bitWidth))
  }

  /// Bytes of a value among the patches.
  static func patchWidth(_ width: Int) -> Int { min(8, width) }

  /// Where patches and their values stand in a body, and its size.
  static func patchLayout(
    count: Int, bitWidth: Int, patchCount: Int, width: Int
  ) -> (indices: Int, values: Int, end: Int) {
    let packed = packedByteCount(count, bitWidth)
    guard patchCount > 0 else { return (packed, packed, packed) }
    let indices = (packed + 7) & ~7
    let values = (indices + 4 * patchCount + 7) & ~7
    return (indices, values, values + patchCount * patchWidth(width))
  }

  static func bodyByteCount(count: Int, bitWidth: Int, patchCount: Int, width: Int) -> Int {
    patchLayout(count: count, bitWidth: bitWidth, patchCount: patchCount, width: width).end
  }

  /// Appends packed(count, bitWidth) of values less base.
  static func append(
    _ values: UnsafeRawPointer, width: Int, count: Int, base: UInt64, bitWidth: Int,
    to target: MutableBuffer
  ) {
    let place = unsafe target.extend(by: packedByteCount(count, bitWidth))
    unsafe colonnade_pack(
      place.assumingMemoryBound(to: UInt8.self), values, UInt32(width), count, base,
      UInt32(bitWidth))
  }

  /// Appends the patches behind the packed integers of a body that starts at `start`.
  static func appendPatches(
    _ values: UnsafeRawPointer, width: Int, count: Int, plan: PagePlan, start: Int,
    to target: MutableBuffer
  ) {
    guard plan.auxiliaryCount > 0 else { return }
    let layout = patchLayout(
      count: count, bitWidth: plan.bitWidth, patchCount: plan.auxiliaryCount, width: width)
    target.appendZeros(start + layout.end - target.byteCount)
    let indices = unsafe target.pointer + start + layout.indices
    let patches = unsafe target.pointer + start + layout.values
    var patch = 0
    for index in 0..<count where patch < plan.auxiliaryCount {
      let value = unsafe IntegerBytes.load(values, width: width, at: index)
      let difference = IntegerBytes.cut(value &- plan.base, width: width)
      if 64 - difference.leadingZeroBitCount > plan.bitWidth {
        unsafe indices.storeBytes(
          of: UInt32(index).littleEndian, toByteOffset: patch * 4, as: UInt32.self)
        unsafe IntegerBytes.store(value, patches, width: width, at: patch)
        patch += 1
      }
    }
  }
}

/// Integers of 1, 2, 4 or 8 bytes at any address; not for hot loops.
enum IntegerBytes {
  static func load(_ values: UnsafeRawPointer, width: Int, at index: Int) -> UInt64 {
    let address = unsafe values + index * width
    return switch width {
    case 1: unsafe UInt64(address.load(as: UInt8.self))
    case 2: unsafe UInt64(UInt16(littleEndian: address.loadUnaligned(as: UInt16.self)))
    case 4: unsafe UInt64(UInt32(littleEndian: address.loadUnaligned(as: UInt32.self)))
    default: unsafe UInt64(littleEndian: address.loadUnaligned(as: UInt64.self))
    }
  }

  static func store(_ value: UInt64, _ target: UnsafeMutableRawPointer, width: Int, at index: Int) {
    unsafe withUnsafeBytes(of: value.littleEndian) { bytes in
      if let base = bytes.baseAddress {
        unsafe (target + index * width).copyMemory(from: base, byteCount: width)
      }
    }
  }

  /// The low bits of `value` that a layout of `width` bytes holds.
  static func cut(_ value: UInt64, width: Int) -> UInt64 {
    width >= 8 ? value : value & ((1 << UInt64(width * 8)) - 1)
  }
}
