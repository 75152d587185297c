// Chosen bytes among many that lie together: blocks that hold none are not verified, and those that
// hold some are verified several at a time wherever they lie.

package import CKernels
package import ColonnadeBase

extension FileData {
  /// So many items are verified, then copied, while their blocks are near.
  private static let itemsAtOnce = 256
  /// Larger ones are asked for one by one.
  private static let greatestItem = 1 << 16

  package func copy(
    items: UnsafeBufferPointer<UInt32>, of size: Int, from offset: UInt64,
    to target: UnsafeMutableRawPointer
  ) throws(ColonnadeError) {
    guard let base = items.baseAddress, let last = unsafe items.last, size > 0 else { return }
    guard size <= FileData.greatestItem else {
      unsafe try copyEach(items, of: size, from: offset, to: target)
      return
    }
    try check(offset: offset, byteCount: (Int(last) + 1) * size)
    metrics?.countRequest(byteCount: items.count * size)
    let start = Int(offset)
    var done = 0
    while done < items.count {
      let some = min(FileData.itemsAtOnce, items.count - done)
      let from = unsafe start + Int(items[done]) * size
      let end = unsafe start + (Int(items[done + some - 1]) + 1) * size
      unsafe try verifyBlocks(of: UInt64(from)..<UInt64(end)) { bits, first in
        unsafe colonnade_items_mark(
          bits, base + done, some, offset, size, UInt64(first), UInt32(FileData.blockShift))
      }
      unsafe colonnade_gather_n(
        (target + done * size).assumingMemoryBound(to: UInt8.self),
        address(of: start), base + done, some, size)
      done += some
    }
  }

  package func read(
    places: UnsafeBufferPointer<colonnade_place>, in region: Range<UInt64>, width: Int,
    to target: UnsafeMutableRawPointer
  ) throws(ColonnadeError) {
    guard let base = places.baseAddress else { return }
    // Not `region.count`, which traps where pages that belong together lie 2^63 bytes apart.
    try check(
      offset: region.lowerBound, byteCount: Int(clamping: region.upperBound - region.lowerBound))
    metrics?.countRequest(byteCount: places.count * width)
    let shift = UInt32(FileData.blockShift)
    // Most often all were verified for a call before this one.
    if unsafe colonnade_places_are_marked(verified.bits.unsafeWords, base, places.count, shift) == 0
    {
      unsafe try verifyBlocks(of: region) { bits, first in
        unsafe colonnade_places_mark(bits, base, places.count, UInt64(first), shift)
      }
    }
    unsafe colonnade_places_read(target, UInt32(width), base, places.count, address(of: 0))
  }

  package func data(
    offset: UInt64, byteCount: Int, parts: UnsafeBufferPointer<UInt32>
  ) throws(ColonnadeError) -> Buffer {
    try check(offset: offset, byteCount: byteCount)
    let (base, partCount) = (parts.baseAddress, parts.count / 2)
    let shift = UInt32(FileData.blockShift)
    let touched = unsafe colonnade_parts_byte_count(base, partCount, byteCount)
    precondition(touched >= 0, "parts lie within the bytes they are parts of")
    metrics?.countRequest(byteCount: touched)
    if unsafe colonnade_parts_are_marked(
      verified.bits.unsafeWords, base, partCount, offset, shift) == 0
    {
      unsafe try verifyBlocks(of: offset..<offset + UInt64(byteCount)) { bits, first in
        unsafe colonnade_parts_mark(bits, base, partCount, offset, UInt64(first), shift)
      }
    }
    // What was verified was populated for it.
    return map.populatedBuffer(from: Int(offset), byteCount: byteCount)
  }

  /// Verifies the blocks that `mark` sets bits for, all of them among those that hold `region`, bytes of
  /// the data area; it is told the block of bit 0.
  private func verifyBlocks(
    of region: Range<UInt64>, _ mark: (UnsafeMutablePointer<UInt64>, Int) -> Void
  ) throws(ColonnadeError) {
    if region.isEmpty { return }
    let first = Int(region.lowerBound) >> FileData.blockShift
    let last = Int(region.upperBound - 1) >> FileData.blockShift
    let wordCount = (last - first) / 64 + 1
    try unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wordCount) {
      words throws(ColonnadeError) in
      guard let bits = words.baseAddress else { return }
      unsafe words.initialize(repeating: 0)
      unsafe mark(bits, first)
      try unsafe verify(bits, wordCount: wordCount, from: first)
    }
  }
}
