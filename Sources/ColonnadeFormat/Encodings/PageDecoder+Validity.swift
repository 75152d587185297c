// Decoding which slots of a page are null, without their values.

import CKernels
import ColonnadeArrays
import ColonnadeBase

extension PageDecoder {
  /// Decodes the validity of slots `range` of the page.
  func decodeValidity(
    _ range: Range<Int>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    guard hasNulls else {
      if nullCount > 0 {
        sink.markNull(position, range.count)
      } else {
        sink.markValid(position, range.count)
      }
      return
    }
    let nullsBefore = sink.nullCount
    if entry.flags.contains(.validityInChunk) {
      let validity = try chunkValidity(range)
      _ = unsafe sink.copyValidity(
        validity.bits.unsafeAddress.assumingMemoryBound(to: UInt8.self), validity.firstBit,
        position, range.count)
    } else {
      let reader = try FrameReader(self)
      var slot = range.lowerBound
      while slot < range.upperBound {
        let (content, first) = try reader.frame(slot / reader.frameSlots)
        let end = min(range.upperBound, first + content.count)
        guard let validity = content.validity else { throw corrupt("a frame without validity") }
        _ = unsafe sink.copyValidity(
          validity.bits.unsafeAddress.assumingMemoryBound(to: UInt8.self),
          validity.firstBit + slot - first, position + slot - range.lowerBound, end - slot)
        slot = end
      }
    }
    let nulls = sink.nullCount - nullsBefore
    guard nulls <= nullCount, range.count < count || nulls == nullCount else {
      throw corrupt("\(nulls) null slots where \(nullCount) are stated")
    }
  }

  /// Decodes the validity of the slots of the chunk at ascending `rows`, all in this page.
  func gatherValidity(
    _ rows: UnsafeBufferPointer<UInt32>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    guard let first = unsafe rows.first, let last = unsafe rows.last else { return }
    let start = Int(entry.firstSlot)
    let range = Int(first) - start..<Int(last) - start + 1
    let part = try SlotSink(.null, count: range.count)
    try decodeValidity(range, into: part, at: 0)
    guard let bits = unsafe part.validityBits, let base = rows.baseAddress else {
      sink.markValid(position, rows.count)
      return
    }
    let target = unsafe context.scratch.rows.room(rows.count * 4)
      .assumingMemoryBound(to: UInt32.self)
    unsafe colonnade_rows_less(target, base, rows.count, first)
    _ = unsafe sink.gatherValidity(bits, rows: target, position, rows.count)
  }
}
