// Finds, checks and opens the frames of a page. Spec: spec/encodings.md "Frames".

import ColonnadeBase

/// Reads the frames of one framed page.
struct FrameReader {
  private let page: PageDecoder
  /// Slots of a frame.
  let frameSlots: Int
  /// Parts that the table of ends counts: frames, or planes of them.
  private let frameCount: Int
  private let endByteCount: Int
  private let dictionary: DecompressionDictionary?

  init(_ page: PageDecoder) throws(ColonnadeError) {
    self.page = page
    frameSlots = 1 << Int(page.entry.frameShift)
    frameCount = (page.count + frameSlots - 1) / frameSlots * page.planeCount
    endByteCount = page.entry.flags.contains(.shortFrameEnds) ? 2 : 4
    guard Int(page.entry.byteCount) >= frameCount * endByteCount + page.lowByteCount else {
      throw page.corrupt("\(frameCount) frames in \(page.entry.byteCount) bytes")
    }
    if page.codec == .zstd, page.entry.compressionDictionary != PageEntry.noDictionary {
      dictionary = try page.context.cache.compressionDictionary(
        at: Int(page.entry.compressionDictionary), from: page.context.data)
    } else {
      dictionary = nil
    }
  }

  private var framesByteCount: Int {
    Int(page.entry.byteCount) - frameCount * endByteCount - page.lowByteCount
  }

  /// Ends of frames `range`, with the end of the one before in front.
  private func ends(_ range: Range<Int>) throws(ColonnadeError) -> [Int] {
    let first = max(0, range.lowerBound - 1)
    let table = try page.body(
      first * endByteCount, (range.upperBound - first) * endByteCount)
    var ends: [Int] = []
    ends.reserveCapacity(range.count + 1)
    if range.lowerBound == 0 { ends.append(0) }
    for index in 0..<range.upperBound - first {
      let address = unsafe table.unsafeAddress + index * endByteCount
      let end =
        endByteCount == 2
        ? unsafe Int(UInt16(littleEndian: address.loadUnaligned(as: UInt16.self)))
        : unsafe Int(UInt32(littleEndian: address.loadUnaligned(as: UInt32.self)))
      guard end >= ends.last ?? 0, end <= framesByteCount else {
        throw page.corrupt("frame ends that do not ascend within \(framesByteCount) bytes")
      }
      ends.append(end)
    }
    if range.upperBound == frameCount, ends.last != framesByteCount {
      throw page.corrupt("frames that end before the body does")
    }
    return ends
  }

  /// Opens the frames that hold slots of `range`, in order, with room in `sink` for their text.
  func forEachFrame(
    of range: Range<Int>, _ sink: SlotSink,
    _ body: (SlotContent, Int) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    let frames = range.lowerBound / frameSlots..<(range.upperBound - 1) / frameSlots + 1
    let ends = try ends(frames)
    let stored = try page.body(
      frameCount * endByteCount + ends[0], ends[ends.count - 1] - ends[0])
    let isText = page.kind == .bytes && page.encoding == .plain
    var place: (index: Int, offset: Int)?
    if isText, page.codec == .none {
      guard stored.byteCount <= Int(Int32.max) else { throw page.corrupt("too long") }
      place = (sink.add(stored), 0)
    }
    var remaining = 0
    if page.codec == .zstd {
      for index in 0..<frames.count {
        remaining += try contentByteCount(
          stored.slice(from: ends[index] - ends[0], byteCount: ends[index + 1] - ends[index]),
          slots(frames.lowerBound + index))
      }
    }
    for index in 0..<frames.count {
      let from = ends[index] - ends[0]
      let frame = stored.slice(from: from, byteCount: ends[index + 1] - ends[index])
      let frameIndex = frames.lowerBound + index
      let slots = slots(frameIndex)
      if page.codec == .none {
        try body(
          try open(frame, slots, place: place.map { ($0.index, $0.offset + from) }),
          frameIndex * frameSlots)
        continue
      }
      let size = try contentByteCount(frame, slots)
      if isText {
        // Pages to come are taken to be like this one.
        let left = max(1, (sink.count - sink.filledCount) / range.count)
        let room = try sink.textRoom(size, hint: remaining * min(left, 1024))
        remaining -= size
        try unsafe decompress(frame, into: room.buffer.pointer + room.offset, size)
        let content = room.buffer.freeze().slice(from: room.offset, byteCount: size)
        try body(
          try open(content, slots, place: (room.index, room.offset)), frameIndex * frameSlots)
      } else {
        try body(try scratchContent(frame, size, slots), frameIndex * frameSlots)
      }
    }
  }

  /// Opens the frames of encoding 8 that hold slots of `range`, in order: their planes, one behind the
  /// other, in scratch memory until the next; their first slot in the page; their number of slots.
  func forEachPlanes(
    of range: Range<Int>, _ body: (Buffer, Int, Int) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    let frames = range.lowerBound / frameSlots..<(range.upperBound - 1) / frameSlots + 1
    let planes = page.planeCount
    let ends = try ends(frames.lowerBound * planes..<frames.upperBound * planes)
    let stored = try page.body(
      frameCount * endByteCount + ends[0], ends[ends.count - 1] - ends[0])
    for frame in frames {
      let slots = slots(frame)
      let part = (frame - frames.lowerBound) * planes
      func plane(_ index: Int) -> Buffer {
        let (from, to) = (ends[part + index], ends[part + index + 1])
        return stored.slice(from: from - ends[0], byteCount: to - from)
      }
      if page.codec == .none {
        for index in 0..<planes where plane(index).byteCount != slots {
          throw page.corrupt("a plane of \(plane(index).byteCount) bytes where \(slots) are due")
        }
        try body(
          stored.slice(from: ends[part] - ends[0], byteCount: planes * slots), frame * frameSlots,
          slots)
        continue
      }
      for index in 0..<planes { _ = try contentByteCount(plane(index), slots) }
      let scratch = page.context.scratch.content
      let target = unsafe scratch.room(planes * slots)
      for index in 0..<planes {
        unsafe try decompress(plane(index), into: target + index * slots, slots)
      }
      try body(scratch.freeze(), frame * frameSlots, slots)
    }
  }

  /// Opens one frame; compressed ones lie in scratch memory until the next.
  func frame(_ index: Int) throws(ColonnadeError) -> (content: SlotContent, first: Int) {
    let ends = try ends(index..<index + 1)
    let stored = try page.body(frameCount * endByteCount + ends[0], ends[1] - ends[0])
    let slots = slots(index)
    if page.codec == .none {
      return (try open(stored, slots, place: nil), index * frameSlots)
    }
    let size = try contentByteCount(stored, slots)
    return (try scratchContent(stored, size, slots), index * frameSlots)
  }

  private func slots(_ frame: Int) -> Int {
    min(frameSlots, page.count - frame * frameSlots)
  }

  private func scratchContent(
    _ frame: Buffer, _ size: Int, _ slots: Int
  ) throws(ColonnadeError) -> SlotContent {
    let scratch = page.context.scratch.content
    try unsafe decompress(frame, into: scratch.room(size), size)
    return try open(scratch.freeze(), slots, place: nil)
  }

  /// Bytes a compressed frame decompresses to, checked against what its slots can take.
  private func contentByteCount(_ frame: Buffer, _ slots: Int) throws(ColonnadeError) -> Int {
    guard let stated = unsafe ZstdDecompressor.contentByteCount(of: frame.unsafeBytes),
      stated <= EncodingLimit.frameByteCount
    else { throw page.corrupt("a frame that is not zstd's, or above 16 MiB") }
    if let values = page.valuesByteCount(slots) {
      let expected = values + validityByteCount(slots)
      guard stated == expected else {
        throw page.corrupt("a frame of \(stated) bytes where \(expected) are due")
      }
    }
    return Int(stated)
  }

  private func validityByteCount(_ slots: Int) -> Int {
    page.entry.flags.contains(.validityInFrames) ? (slots + 7) / 8 : 0
  }

  private func decompress(
    _ frame: Buffer, into target: UnsafeMutableRawPointer, _ byteCount: Int
  ) throws(ColonnadeError) {
    let decompressor = try page.context.scratch.decompressor()
    guard
      unsafe decompressor.decompress(
        frame.unsafeBytes, into: UnsafeMutableRawBufferPointer(start: target, count: byteCount),
        dictionary: dictionary)
    else { throw page.corrupt("a frame that zstd cannot decompress") }
  }

  /// Splits a frame's content into validity, bits of large values, and values.
  private func open(
    _ bytes: Buffer, _ slots: Int, place: (index: Int, offset: Int)?
  ) throws(ColonnadeError) -> SlotContent {
    var content = SlotContent(bytes: bytes, start: 0, count: slots)
    content.place = place
    if page.entry.flags.contains(.validityInFrames) {
      content.validity = (bytes, 0)
      content.start = (slots + 7) / 8
    }
    if page.entry.flags.contains(.largeValues) {
      content.largeStart = content.start
      content.start += (slots + 7) / 8
    }
    guard content.start <= bytes.byteCount else { throw page.corrupt("a frame is too short") }
    if let expected = page.valuesByteCount(slots), content.valuesByteCount != expected {
      throw page.corrupt(
        "a frame of \(content.valuesByteCount) bytes of values where \(expected) are due")
    }
    return content
  }
}
