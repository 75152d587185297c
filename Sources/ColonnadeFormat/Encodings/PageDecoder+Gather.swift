// Decoding chosen slots of a page: only the frames or blocks that hold one are opened.

import CKernels
import ColonnadeBase

extension PageDecoder {
  /// Decodes the slots of the chunk at ascending `rows`, all in this page.
  func gather(
    _ rows: UnsafeBufferPointer<UInt32>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    guard let first = unsafe rows.first, let last = unsafe rows.last else { return }
    let pageStart = Int(entry.firstSlot)
    let range = Int(first) - pageStart..<Int(last) - pageStart + 1
    if encoding == .none {
      unsafe try gatherNone(rows, into: sink, at: position)
      return
    }
    if encoding == .symbols {
      unsafe try gatherSymbols(rows, into: sink, at: position)
    } else if encoding == .split {
      unsafe try gatherSplit(rows, into: sink, at: position)
    } else if entry.isFramed {
      unsafe try gatherFrames(rows, into: sink, at: position)
    } else {
      var validity: (bits: Buffer, firstBit: Int)?
      if hasNulls { validity = try chunkValidity(range) }
      // Where rows are twice as many as blocks, few blocks hold none.
      if let slots = blockSlots, slots < count, rows.count * slots < 2 * count {
        unsafe try gatherBlocks(rows, slots, validity, range, into: sink, at: position)
      } else {
        var content = try unsafe encoding == .delta ? deltaBody(rows) : wholeBody()
        if let validity {
          content.validity = (validity.bits, validity.firstBit - range.lowerBound)
        }
        unsafe try gather(content, rows, first: pageStart, into: sink, at: position)
      }
      unsafe try applyPatches(rows: rows, into: sink, at: position)
    }
    guard hasNulls else { return }
    sink.zeroNulls(position, rows.count)
  }

  private func gatherNone(
    _ rows: UnsafeBufferPointer<UInt32>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    sink.zero(position, rows.count)
    if nullCount > 0, !hasNulls {
      sink.markNull(position, rows.count)
    } else {
      unsafe try gatherChunkValidity(rows, into: sink, at: position)
    }
  }

  /// The validity of the slots of the chunk at ascending `rows`, all in this page, where null slots
  /// stand in the chunk's bitmap.
  func gatherChunkValidity(
    _ rows: UnsafeBufferPointer<UInt32>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    guard hasNulls, let base = rows.baseAddress, let first = unsafe rows.first,
      let last = unsafe rows.last
    else {
      sink.markValid(position, rows.count)
      return
    }
    let start = Int(first) - Int(entry.firstSlot)
    let validity = try chunkValidity(start..<start + Int(last) - Int(first) + 1)
    let bits = unsafe relative(base, rows.count, Int(first) - validity.firstBit)
    _ = unsafe sink.gatherValidity(
      validity.bits.unsafeAddress.assumingMemoryBound(to: UInt8.self), rows: bits, position,
      rows.count)
  }

  /// Rows counted from `first`, in scratch memory.
  func relative(
    _ rows: UnsafePointer<UInt32>, _ some: Int, _ first: Int
  ) -> UnsafePointer<UInt32> {
    let target = unsafe context.scratch.rows.room(some * 4).assumingMemoryBound(to: UInt32.self)
    unsafe colonnade_rows_less(target, rows, some, UInt32(truncatingIfNeeded: first))
    return unsafe UnsafePointer(target)
  }

  private func gatherFrames(
    _ rows: UnsafeBufferPointer<UInt32>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    guard let base = rows.baseAddress else { return }
    let reader = try FrameReader(self)
    let pageStart = Int(entry.firstSlot)
    let isText = kind == .bytes && encoding == .plain
    var index = 0
    while index < rows.count {
      let slot = unsafe Int(rows[index]) - pageStart
      let frame = slot / reader.frameSlots
      let end = (frame + 1) * reader.frameSlots
      let some = unsafe colonnade_rows_lower_bound(
        base + index, rows.count - index, UInt64(pageStart + end))
      let part = unsafe UnsafeBufferPointer(start: base + index, count: some)
      let slots = min(end, count) - frame * reader.frameSlots
      if isText, some * 4 >= slots {
        // Many of the frame's values: views into its bytes.
        let start = frame * reader.frameSlots
        try reader.forEachFrame(of: start..<start + slots, sink) {
          content, first throws(ColonnadeError) in
          try unsafe gather(
            try withChunkValidity(content, first), part, first: pageStart + first, into: sink,
            at: position + index)
        }
      } else {
        let (content, first) = try reader.frame(frame)
        try unsafe gather(
          try withChunkValidity(content, first), part, first: pageStart + first, into: sink,
          at: position + index)
      }
      index += some
    }
  }

  /// Reads only the blocks that hold a wanted slot.
  private func gatherBlocks(
    _ rows: UnsafeBufferPointer<UInt32>, _ slots: Int,
    _ validity: (bits: Buffer, firstBit: Int)?, _ range: Range<Int>, into sink: SlotSink,
    at position: Int
  ) throws(ColonnadeError) {
    guard let base = rows.baseAddress else { return }
    let pageStart = Int(entry.firstSlot)
    if let values = valuesByteCount(count), Int(entry.byteCount) < values {
      throw corrupt("a body of \(entry.byteCount) bytes where \(values) are due")
    }
    var index = 0
    while index < rows.count {
      let block = unsafe (Int(rows[index]) - pageStart) / slots
      let start = block * slots
      let end = min(start + slots, count)
      let some = unsafe colonnade_rows_lower_bound(
        base + index, rows.count - index, UInt64(pageStart + end))
      var content = try blocks(start, end)
      if let validity {
        content.validity = (validity.bits, validity.firstBit - range.lowerBound + start)
      }
      try unsafe gather(
        content, UnsafeBufferPointer(start: base + index, count: some), first: pageStart + start,
        into: sink, at: position + index)
      index += some
    }
  }

  /// Decodes the slots of `content`, whose first is slot `first` of the chunk, at `rows`.
  private func gather(
    _ content: SlotContent, _ rows: UnsafeBufferPointer<UInt32>, first: Int, into sink: SlotSink,
    at position: Int
  ) throws(ColonnadeError) {
    guard let base = rows.baseAddress else { return }
    let some = rows.count
    if let validity = content.validity {
      let bits = unsafe relative(base, some, first - validity.firstBit)
      _ = unsafe sink.gatherValidity(
        validity.bits.unsafeAddress.assumingMemoryBound(to: UInt8.self), rows: bits, position,
        some)
    } else {
      sink.markValid(position, some)
    }
    let slots = unsafe relative(base, some, first)
    switch encoding {
    case .none, .split, .symbols: break
    case .plain:
      switch kind {
      case .bytes: try unsafe decodeText(content, rows: slots, some, into: sink, at: position)
      case .bit:
        unsafe colonnade_bits_gather(
          sink.bitAddress, position, content.values.assumingMemoryBound(to: UInt8.self), slots,
          some)
      default:
        unsafe Gather.values(
          sink.address(position), content.values, width: width, rows: slots, count: some)
      }
    case .constant: try decodeConstant(content, count: some, into: sink, at: position)
    case .packed: unsafe unpack(content, rows: slots, some, into: sink, at: position)
    case .decimal: unsafe decodeDecimals(content, rows: slots, some, into: sink, at: position)
    case .reference:
      try unsafe decodeReferences(content, rows: slots, some, into: sink, at: position)
    case .delta: unsafe decodeDelta(content, rows: slots, some, into: sink, at: position)
    case .runLength:
      try unsafe decodeRuns(content, rows: slots, some, into: sink, at: position)
    case .dictionary:
      let codes = unsafe context.scratch.codes.room(some * 4)
      unsafe colonnade_unpack_rows(
        codes, 4, content.values.assumingMemoryBound(to: UInt8.self), content.count, slots, some,
        0, UInt32(entry.bitWidth))
      try unsafe lookUp(codes, some, into: sink, at: position)
    }
  }
}
