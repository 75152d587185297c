// Decoding plain text: views into the frame's bytes, checked to be UTF-8 where the type says so.
// Spec: spec/encodings.md "1 plain".

import CKernels
import ColonnadeArrays
import ColonnadeBase

extension PageDecoder {
  /// Lengths and bytes of the text of one frame, checked.
  @safe private struct FrameText {
    let lengths: UnsafeMutablePointer<UInt32>
    /// Where the bytes of the values start in the content.
    let start: Int
    let byteCount: Int
  }

  private func text(_ content: SlotContent) throws(ColonnadeError) -> FrameText {
    let some = content.count
    let packed = PackedEncoding.packedByteCount(some, Int(entry.bitWidth))
    guard packed <= content.valuesByteCount else { throw corrupt("a frame is too short") }
    let lengths = unsafe context.scratch.integers.room(some * 4)
      .assumingMemoryBound(to: UInt32.self)
    unsafe colonnade_unpack(
      lengths, 4, content.values.assumingMemoryBound(to: UInt8.self), some, 0, some, 0,
      UInt32(entry.bitWidth))
    let total: UInt64
    if let validity = content.validity {
      total = unsafe colonnade_lengths_finish(
        lengths, some, entry.base,
        validity.bits.unsafeAddress.assumingMemoryBound(to: UInt8.self), validity.firstBit)
    } else {
      total = unsafe colonnade_lengths_finish(lengths, some, entry.base, nil, 0)
    }
    let byteCount = content.valuesByteCount - packed
    guard total == UInt64(byteCount) else {
      throw corrupt("lengths that add up to \(total) where \(byteCount) bytes are left")
    }
    if context.type.isText, content.largeStart == nil {
      guard
        unsafe colonnade_utf8_values_are_valid(
          (content.values + packed).assumingMemoryBound(to: UInt8.self), byteCount, lengths, some)
          == 1
      else { throw corrupt("text that is not UTF-8") }
    }
    return unsafe FrameText(
      lengths: lengths, start: content.start + packed, byteCount: byteCount)
  }

  /// Decodes slots `part` of a frame as views into its bytes, which lie at `content.place`.
  func decodeText(
    _ content: SlotContent, _ part: Range<Int>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    let text = try text(content)
    let place = content.place ?? (sink.add(content.bytes), 0)
    var skipped = 0
    for slot in 0..<part.lowerBound { skipped += unsafe Int(text.lengths[slot]) }
    let from = text.start + skipped
    _ = unsafe colonnade_views_fill(
      sink.address(position), text.lengths + part.lowerBound, part.count,
      (content.bytes.unsafeAddress + from).assumingMemoryBound(to: UInt8.self),
      content.bytes.byteCount - from, UInt32(place.index), UInt32(place.offset + from))
    guard content.largeStart != nil else { return }
    var at = from
    for slot in part {
      let length = unsafe Int(text.lengths[slot])
      try decodeLarge(
        content, slot, at..<at + length, into: sink, at: position + slot - part.lowerBound)
      at += length
    }
  }

  /// Decodes the slots at ascending `rows`, counted in the frame. Without a place for the frame's
  /// bytes, those of the values are copied.
  func decodeText(
    _ content: SlotContent, rows: UnsafePointer<UInt32>, _ some: Int, into sink: SlotSink,
    at position: Int
  ) throws(ColonnadeError) {
    let text = try text(content)
    let bytes = unsafe (content.bytes.unsafeAddress + text.start)
      .assumingMemoryBound(to: UInt8.self)
    let target = unsafe sink.address(position)
    let offset = (content.place?.offset ?? 0) + text.start
    let hasLong = unsafe colonnade_views_fill_rows(
      target, text.lengths, content.count, bytes, content.bytes.byteCount - text.start,
      UInt32(content.place?.index ?? 0), UInt32(offset), rows, 0, some)
    if content.place == nil, hasLong == 1 {
      let views = unsafe target.assumingMemoryBound(to: ByteView.self)
      var needed = 0
      for index in 0..<some where unsafe !views[index].isInline {
        needed += unsafe views[index].byteCount
      }
      let room = try sink.textRoom(needed, hint: needed * 64)
      var end = room.offset
      for index in 0..<some {
        let view = unsafe views[index]
        if view.isInline { continue }
        unsafe (room.buffer.pointer + end).copyMemory(
          from: content.bytes.unsafeAddress + view.offset, byteCount: view.byteCount)
        unsafe views[index] = ByteView(
          low: view.low,
          high: UInt64(UInt32(room.index)) | UInt64(UInt32(end)) << 32)
        end += view.byteCount
      }
    }
    guard content.largeStart != nil else { return }
    var at = text.start
    var slot = 0
    for index in 0..<some {
      let row = unsafe Int(rows[index])
      while slot < row {
        at += unsafe Int(text.lengths[slot])
        slot += 1
      }
      let length = unsafe Int(text.lengths[slot])
      try decodeLarge(content, slot, at..<at + length, into: sink, at: position + index)
    }
  }

  /// In a frame with large values: fetches the value of `slot` where it stands out of line, and
  /// checks that it is UTF-8 where it does not.
  /// - Parameter range: its bytes in the content.
  private func decodeLarge(
    _ content: SlotContent, _ slot: Int, _ range: Range<Int>, into sink: SlotSink,
    at position: Int
  ) throws(ColonnadeError) {
    guard let largeStart = content.largeStart else { return }
    let large = unsafe content.bytes.unsafeAddress.load(
      fromByteOffset: largeStart + slot / 8, as: UInt8.self)
    var isValid = true
    if let validity = content.validity {
      let bit = validity.firstBit + slot
      let byte = unsafe validity.bits.unsafeAddress.load(
        fromByteOffset: bit / 8, as: UInt8.self)
      isValid = byte >> UInt8(bit % 8) & 1 == 1
    }
    guard isValid else { return }
    guard large >> UInt8(slot % 8) & 1 == 1 else {
      try checkText(content.bytes.slice(from: range.lowerBound, byteCount: range.count))
      return
    }
    guard range.count == EncodingLimit.referenceByteCount else {
      throw corrupt("a reference of \(range.count) bytes")
    }
    let value = unsafe try largeValue(
      unsafe content.bytes.unsafeAddress + range.lowerBound, sink)
    try checkText(value)
    let index = value.byteCount > ByteView.inlineByteCount ? sink.add(value) : 0
    unsafe sink.address(position).storeBytes(
      of: ByteView(value.unsafeBytes, bufferIndex: index, offset: 0), as: ByteView.self)
  }

  private func checkText(_ value: Buffer) throws(ColonnadeError) {
    guard context.type.isText else { return }
    guard
      unsafe colonnade_utf8_is_valid(
        value.unsafeAddress.assumingMemoryBound(to: UInt8.self), value.byteCount) == 1
    else { throw corrupt("text that is not UTF-8") }
  }

  /// A value out of line, by its reference of 24 bytes.
  private func largeValue(
    _ reference: UnsafeRawPointer, _ sink: SlotSink
  ) throws(ColonnadeError) -> Buffer {
    let distance = unsafe UInt64(littleEndian: reference.loadUnaligned(as: UInt64.self))
    let stored = unsafe Int(
      UInt32(littleEndian: reference.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
    let size = unsafe Int(
      UInt32(littleEndian: reference.loadUnaligned(fromByteOffset: 12, as: UInt32.self)))
    let code = unsafe reference.load(fromByteOffset: 16, as: UInt8.self)
    guard size > EncodingLimit.inlineValueByteCount, size <= EncodingLimit.valueByteCount else {
      throw corrupt("a value of \(size) bytes out of line")
    }
    let (offset, overflow) = context.largeValueOffset.addingReportingOverflow(distance)
    guard !overflow else { throw corrupt("a value out of line at \(distance)") }
    let bytes = try context.data.data(offset: offset, byteCount: stored)
    switch Codec(rawValue: code) {
    case nil:
      throw ColonnadeError(
        .unsupportedFeature, "codec \(code) is not known to this version",
        location: .byte(offset))
    case .some(.none):
      guard stored == size else { throw corrupt("a value of two sizes") }
      return bytes
    case .zstd:
      guard unsafe ZstdDecompressor.contentByteCount(of: bytes.unsafeBytes) == UInt64(size) else {
        throw corrupt("a value of two sizes")
      }
      try sink.account(size)
      let target = MutableBuffer(byteCount: size)
      guard
        try unsafe context.scratch.decompressor().decompress(
          bytes.unsafeBytes,
          into: UnsafeMutableRawBufferPointer(start: target.pointer, count: size), dictionary: nil)
      else { throw corrupt("a value that zstd cannot decompress") }
      return target.freeze()
    }
  }
}
