// Decoding floats in planes of bytes. Spec: spec/encodings.md "8 split".

import CKernels
import ColonnadeBase

extension PageDecoder {
  /// Parts of a frame that are stored one by one.
  var planeCount: Int { encoding == .split ? Int(entry.auxiliaryCount) : 1 }

  /// Bytes of a value that stand behind the frames.
  private var lowWidth: Int { width - planeCount }

  /// Bytes behind the frames.
  var lowByteCount: Int { encoding == .split ? count * lowWidth : 0 }

  /// - Throws: where the entry of a page of this encoding says what none says.
  func checkSplit() throws(ColonnadeError) {
    guard entry.isFramed, !entry.flags.contains(.validityInFrames) else {
      throw corrupt("without frames, or with validity in them")
    }
    guard entry.auxiliaryCount >= 1, Int(entry.auxiliaryCount) <= width else {
      throw corrupt("\(entry.auxiliaryCount) planes of \(width) bytes")
    }
  }

  /// The low bytes of slots `part` of the page.
  private func lowBytes(_ part: Range<Int>) throws(ColonnadeError) -> Buffer {
    try body(
      Int(entry.byteCount) - lowByteCount + part.lowerBound * lowWidth, part.count * lowWidth)
  }

  /// Decodes slots `range` of the page.
  func decodeSplit(
    _ range: Range<Int>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    try copyChunkValidity(range, into: sink, at: position)
    guard !range.isEmpty else { return }
    try FrameReader(self).forEachPlanes(of: range) { planes, first, slots throws(ColonnadeError) in
      let part = max(range.lowerBound, first)..<min(range.upperBound, first + slots)
      let low = try lowBytes(part)
      unsafe colonnade_split_merge(
        sink.address(position + part.lowerBound - range.lowerBound), UInt32(width),
        planes.unsafeAddress.assumingMemoryBound(to: UInt8.self) + (part.lowerBound - first),
        slots, UInt32(planeCount), low.unsafeAddress.assumingMemoryBound(to: UInt8.self),
        part.count)
    }
  }

  /// Slots whose low bytes are read at once for chosen slots: about a block of checksums.
  private var lowBlockSlots: Int { 1024 / max(1, lowWidth) }

  /// Decodes the slots of the chunk at ascending `rows`, all in this page: of frames those that hold
  /// one, of low bytes the blocks that do.
  func gatherSplit(
    _ rows: UnsafeBufferPointer<UInt32>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    guard let base = rows.baseAddress else { return }
    unsafe try gatherChunkValidity(rows, into: sink, at: position)
    let pageStart = Int(entry.firstSlot)
    let reader = try FrameReader(self)
    var index = 0
    while index < rows.count {
      let frame = unsafe (Int(rows[index]) - pageStart) / reader.frameSlots
      let start = frame * reader.frameSlots
      let some = unsafe colonnade_rows_lower_bound(
        base + index, rows.count - index, UInt64(pageStart + start + reader.frameSlots))
      try reader.forEachPlanes(of: start..<start + 1) {
        planes, first, slots throws(ColonnadeError) in
        try unsafe gather(
          planes, slots, UnsafeBufferPointer(start: base + index, count: some),
          first: first, into: sink, at: position + index)
      }
      index += some
    }
  }

  /// Decodes the slots at `rows` of one frame, whose slot `first` of the page is its first.
  private func gather(
    _ planes: Buffer, _ slots: Int, _ rows: UnsafeBufferPointer<UInt32>, first: Int,
    into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    guard let base = rows.baseAddress else { return }
    let relative = unsafe relative(base, rows.count, Int(entry.firstSlot) + first)
    var index = 0
    while index < rows.count {
      let from = unsafe Int(relative[index])
      let end = (from / lowBlockSlots + 1) * lowBlockSlots
      let some = unsafe colonnade_rows_lower_bound(
        relative + index, rows.count - index, UInt64(end))
      let to = unsafe Int(relative[index + some - 1]) + 1
      let low = try lowBytes(first + from..<first + to)
      unsafe colonnade_split_gather(
        sink.address(position + index), UInt32(width),
        planes.unsafeAddress.assumingMemoryBound(to: UInt8.self), slots, UInt32(planeCount),
        low.unsafeAddress.assumingMemoryBound(to: UInt8.self), from, relative + index, some)
      index += some
    }
  }
}
