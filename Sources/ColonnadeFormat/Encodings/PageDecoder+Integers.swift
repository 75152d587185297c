// Decoding packed integers, their patches, and deltas. Spec: spec/encodings.md.

import CKernels
import ColonnadeBase

extension PageDecoder {
  private func packed(_ content: SlotContent) -> UnsafePointer<UInt8> {
    unsafe content.values.assumingMemoryBound(to: UInt8.self)
  }

  /// The base of packed values: of lists the low half, the high half names the child's slot.
  private var valueBase: UInt64 {
    kind == .lengths ? entry.base & 0xFFFF_FFFF : entry.base
  }

  /// Base and packed integers of slots `part`.
  func unpack(_ content: SlotContent, _ part: Range<Int>, into sink: SlotSink, at position: Int) {
    let target = unsafe sink.address(position)
    if kind == .wideInteger {
      let low = unsafe context.scratch.integers.room(part.count * 8)
        .assumingMemoryBound(to: UInt64.self)
      unsafe colonnade_unpack(
        low, 8, packed(content), content.count, part.lowerBound, part.count, 0,
        UInt32(entry.bitWidth))
      unsafe colonnade_widen_16(target, low, part.count, Int64(bitPattern: entry.base))
      return
    }
    unsafe colonnade_unpack(
      target, UInt32(width), packed(content), content.count, part.lowerBound, part.count,
      valueBase, UInt32(entry.bitWidth))
  }

  /// The same for the slots at `rows`, counted in `content`.
  func unpack(
    _ content: SlotContent, rows: UnsafePointer<UInt32>, _ some: Int, into sink: SlotSink,
    at position: Int
  ) {
    let target = unsafe sink.address(position)
    if kind == .wideInteger {
      let low = unsafe context.scratch.integers.room(some * 8)
        .assumingMemoryBound(to: UInt64.self)
      unsafe colonnade_unpack_rows(
        low, 8, packed(content), content.count, rows, some, 0, UInt32(entry.bitWidth))
      unsafe colonnade_widen_16(target, low, some, Int64(bitPattern: entry.base))
      return
    }
    unsafe colonnade_unpack_rows(
      target, UInt32(width), packed(content), content.count, rows, some, valueBase,
      UInt32(entry.bitWidth))
  }

  /// The patches of the page, checked: indices and values at any address.
  private func patches() throws(ColonnadeError) -> (bytes: Buffer, values: Int, count: Int)? {
    let some = Int(entry.auxiliaryCount)
    guard encoding.hasPatches, some > 0 else { return nil }
    let layout = PackedEncoding.patchLayout(
      count: count, bitWidth: Int(entry.bitWidth), patchCount: some, width: width)
    guard Int(entry.byteCount) == layout.end else {
      throw corrupt("a body of \(entry.byteCount) bytes where \(layout.end) are due")
    }
    let bytes = try body(layout.indices, layout.end - layout.indices)
    var last = -1
    for patch in 0..<some {
      let slot = PageDecoder.slot(bytes, patch)
      guard slot > last, slot < count else {
        throw corrupt("patches that do not ascend within \(count) slots")
      }
      last = slot
    }
    return (bytes, layout.values - layout.indices, some)
  }

  private static func slot(_ bytes: Buffer, _ patch: Int) -> Int {
    unsafe Int(
      UInt32(
        littleEndian: bytes.unsafeAddress.loadUnaligned(
          fromByteOffset: patch * 4, as: UInt32.self)))
  }

  /// Calls `body` with the patched slots among slots `range` of the page and their values.
  func forEachPatch(
    of range: Range<Int>, _ body: (Int, UInt64) -> Void
  ) throws(ColonnadeError) {
    guard let patches = try patches() else { return }
    for patch in 0..<patches.count {
      let slot = PageDecoder.slot(patches.bytes, patch)
      guard range.contains(slot) else { continue }
      body(
        slot,
        unsafe IntegerBytes.load(
          patches.bytes.unsafeAddress + patches.values, width: width, at: patch))
    }
  }

  /// Replaces patched slots among slots `range` of the page.
  func applyPatches(
    _ range: Range<Int>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    guard let patches = try patches() else { return }
    let target = unsafe sink.address(position)
    for patch in 0..<patches.count {
      let slot = PageDecoder.slot(patches.bytes, patch)
      guard range.contains(slot) else { continue }
      unsafe (target + (slot - range.lowerBound) * width).copyMemory(
        from: patches.bytes.unsafeAddress + patches.values + patch * width, byteCount: width)
    }
  }

  /// Replaces patched slots among those at `rows`, slots of the chunk.
  func applyPatches(
    rows: UnsafeBufferPointer<UInt32>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    guard let patches = try patches() else { return }
    let first = Int(entry.firstSlot)
    let target = unsafe sink.address(position)
    var patch = 0
    for index in 0..<rows.count {
      let wanted = unsafe Int(rows[index]) - first
      while patch < patches.count, PageDecoder.slot(patches.bytes, patch) < wanted { patch += 1 }
      guard patch < patches.count else { return }
      if PageDecoder.slot(patches.bytes, patch) == wanted {
        unsafe (target + index * width).copyMemory(
          from: patches.bytes.unsafeAddress + patches.values + patch * width, byteCount: width)
      }
    }
  }

  // MARK: decimal

  func decodeDecimals(
    _ content: SlotContent, _ part: Range<Int>, into sink: SlotSink, at position: Int
  ) {
    unsafe colonnade_decimal_decode(
      sink.address(position), UInt32(width), packed(content), content.count, part.lowerBound,
      part.count, entry.base, UInt32(entry.bitWidth), entry.decimalForm.kernelScale)
  }

  func decodeDecimals(
    _ content: SlotContent, rows: UnsafePointer<UInt32>, _ some: Int, into sink: SlotSink,
    at position: Int
  ) {
    let digits = unsafe context.scratch.integers.room(some * 8)
      .assumingMemoryBound(to: UInt64.self)
    unsafe colonnade_unpack_rows(
      digits, 8, packed(content), content.count, rows, some, entry.base, UInt32(entry.bitWidth))
    unsafe colonnade_decimal_values(
      sink.address(position), UInt32(width), digits, some, entry.decimalForm.kernelScale,
      DecimalEncoding.areSmall(entry) ? 1 : 0)
  }

  // MARK: delta

  /// Decodes one block of 1,024 slots into `target`.
  private func decodeDeltaBlock(
    _ content: SlotContent, _ block: Int, _ integers: UnsafeMutablePointer<UInt64>,
    into target: UnsafeMutableRawPointer
  ) {
    let blocks = (content.count + DeltaEncoding.blockCount - 1) / DeltaEncoding.blockCount
    let start = block * DeltaEncoding.blockCount
    let some = min(DeltaEncoding.blockCount, content.count - start)
    let first = unsafe UInt64(
      littleEndian: content.values.loadUnaligned(fromByteOffset: block * 8, as: UInt64.self))
    unsafe colonnade_unpack(
      integers, 8, packed(content) + blocks * 8, content.count, start, some, 0,
      UInt32(entry.bitWidth))
    unsafe colonnade_delta_sum(target, UInt32(width), integers, some, first, entry.base)
  }

  func decodeDelta(
    _ content: SlotContent, _ part: Range<Int>, into sink: SlotSink, at position: Int
  ) {
    let block = DeltaEncoding.blockCount
    let integers = unsafe context.scratch.integers.room(block * 16)
      .assumingMemoryBound(to: UInt64.self)
    let spare = unsafe UnsafeMutableRawPointer(integers + block)
    var slot = part.lowerBound
    while slot < part.upperBound {
      let start = slot / block * block
      let end = min(start + block, content.count)
      let target = unsafe sink.address(position + slot - part.lowerBound)
      if slot == start, end <= part.upperBound {
        unsafe decodeDeltaBlock(content, slot / block, integers, into: target)
      } else {
        unsafe decodeDeltaBlock(content, slot / block, integers, into: spare)
        unsafe target.copyMemory(
          from: spare + (slot - start) * width,
          byteCount: (min(end, part.upperBound) - slot) * width)
      }
      slot = min(end, part.upperBound)
    }
  }

  /// The body of a page that is not framed, of which only first values and the blocks that hold the slots
  /// of the chunk at ascending `rows` will be touched.
  func deltaBody(_ rows: UnsafeBufferPointer<UInt32>) throws(ColonnadeError) -> SlotContent {
    let size = DeltaEncoding.blockCount
    let blockCount = (count + size - 1) / size
    guard rows.count < blockCount else { return try wholeBody() }
    let body = try bodyRange()
    let heads = blockCount * 8
    let parts = unsafe context.scratch.rows.room((rows.count + 1) * 8)
      .assumingMemoryBound(to: UInt32.self)
    unsafe parts[0] = 0
    unsafe parts[1] = UInt32(heads)
    var partCount = 2
    var next = 0
    for index in 0..<rows.count {
      let block = unsafe (Int(rows[index]) - Int(entry.firstSlot)) / size
      guard block >= next else { continue }
      next = block + 1
      let width = Int(entry.bitWidth)
      let from = heads + PackedEncoding.packedByteCount(block * size, width)
      let end = heads + PackedEncoding.packedByteCount(min(count, next * size), width)
      guard from < end else { continue }
      unsafe parts[partCount] = UInt32(from)
      unsafe parts[partCount + 1] = UInt32(end)
      partCount += 2
    }
    return SlotContent(
      bytes: try unsafe self.body(
        0, body.count, parts: UnsafeBufferPointer(start: parts, count: partCount)),
      start: 0, count: count)
  }

  func decodeDelta(
    _ content: SlotContent, rows: UnsafePointer<UInt32>, _ some: Int, into sink: SlotSink,
    at position: Int
  ) {
    unsafe colonnade_delta_rows(
      sink.address(position), UInt32(width), packed(content), content.count, rows, some, entry.base,
      UInt32(entry.bitWidth))
  }
}
