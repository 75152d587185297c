// Encoding 4: a first value for each 1,024 slots, then packed differences. Spec: spec/encodings.md.

import CKernels
import ColonnadeBase

enum DeltaEncoding {
  static let blockCount = 1024

  static func bodyByteCount(count: Int, bitWidth: Int) -> Int {
    (count + blockCount - 1) / blockCount * 8 + PackedEncoding.packedByteCount(count, bitWidth)
  }

  static func plan(_ profile: colonnade_integer_profile, count: Int) -> PagePlan {
    let range = UInt64(bitPattern: profile.greatestDelta) &- UInt64(bitPattern: profile.leastDelta)
    let bitWidth = 64 - range.leadingZeroBitCount
    return PagePlan(
      encoding: .delta, bitWidth: bitWidth, base: UInt64(bitPattern: profile.leastDelta),
      byteCount: bodyByteCount(count: count, bitWidth: bitWidth))
  }

  static func append(
    _ values: UnsafeRawPointer, width: Int, isSigned: Bool, count: Int, plan: PagePlan,
    to target: MutableBuffer
  ) {
    for start in stride(from: 0, to: count, by: blockCount) {
      var first = unsafe IntegerBytes.load(values, width: width, at: start)
      if isSigned, width < 8 {
        let unused = UInt64(64 - width * 8)
        first = UInt64(bitPattern: Int64(bitPattern: first << unused) >> Int64(unused))
      }
      target.append(first.littleEndian)
    }
    let differences = MutableBuffer(byteCount: blockCount * 8)
    for start in stride(from: 0, to: count, by: blockCount) {
      let some = min(blockCount, count - start)
      let place = unsafe differences.pointer.assumingMemoryBound(to: UInt64.self)
      unsafe colonnade_delta_differences(
        place, values + start * width, UInt32(width), isSigned ? 1 : 0, some)
      // The first slot of a block has no difference: its packed integer is 0.
      unsafe place[0] = plan.base
      unsafe PackedEncoding.append(
        UnsafeRawPointer(place), width: 8, count: some, base: plan.base, bitWidth: plan.bitWidth,
        to: target)
    }
  }
}
