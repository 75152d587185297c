// Decodes one page: checks its entry, walks its frames, hands their contents to the encodings.
// Invariant: a page decoder exists only for an entry that is consistent with itself; the body is
// checked as it is read. Spec: spec/encodings.md.

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// What pages of one chunk share while they are decoded; of a class, since every page holds it.
final class PageContext {
  let type: DataType
  let kind: SlotKind
  let data: any DataSource
  let cache: DecompressionCache
  let validityOffset: UInt64?
  /// What references to values out of line count from.
  let largeValueOffset: UInt64
  let dictionary: DictionaryReader?
  /// Nil where the chunk has none, and where no values are decoded.
  let reference: ReferencedValues?
  let scratch = DecodingScratch.take()
  /// The symbol table that was asked for last, and its index: pages of one chunk share one.
  @exclusivity(unchecked) private var symbols: (index: Int, table: SymbolTable)?

  init(
    type: DataType, data: any DataSource, cache: DecompressionCache,
    validityOffset: UInt64? = nil, largeValueOffset: UInt64 = 0,
    dictionary: DictionaryReader? = nil, reference: ReferencedValues? = nil
  ) {
    self.type = type
    kind = SlotKind(type)
    self.data = data
    self.cache = cache
    self.validityOffset = validityOffset
    self.largeValueOffset = largeValueOffset
    self.dictionary = dictionary
    self.reference = reference
  }

  deinit { scratch.giveBack() }

  func symbolTable(at index: Int) throws(ColonnadeError) -> SymbolTable {
    if let known = unsafe symbols, known.index == index { return known.table }
    let table = try cache.symbolTable(at: index, from: data)
    unsafe symbols = (index, table)
    return table
  }
}

/// Slots that are decoded together: a frame, a page that is not framed, or a part of one.
@safe struct SlotContent {
  let bytes: Buffer
  /// Where the values start in `bytes`.
  var start: Int
  let count: Int
  /// Validity of the slots and the bit of the first; nil where none is null.
  var validity: (bits: Buffer, firstBit: Int)?
  /// Where the bits of large values start in `bytes`.
  var largeStart: Int?
  /// The data buffer that holds `bytes` for views, and where they start in it; nil where values
  /// must be copied out.
  var place: (index: Int, offset: Int)?

  var values: UnsafeRawPointer { unsafe bytes.unsafeAddress + start }
  var valuesByteCount: Int { bytes.byteCount - start }
}

/// One page, checked.
struct PageDecoder {
  let context: PageContext
  let entry: PageEntry
  let encoding: Encoding
  let codec: Codec
  let count: Int

  /// - Parameter count: slots of the page.
  init(
    _ context: PageContext, _ entry: PageEntry, count: Int
  ) throws(ColonnadeError) {
    self.context = context
    self.entry = entry
    self.count = count
    guard let encoding = Encoding(rawValue: entry.encodingCode) else {
      throw ColonnadeError(
        .unsupportedFeature, "encoding \(entry.encodingCode) is not known to this version",
        location: .byte(entry.offset))
    }
    guard let codec = Codec(rawValue: entry.codecCode) else {
      throw ColonnadeError(
        .unsupportedFeature, "codec \(entry.codecCode) is not known to this version",
        location: .byte(entry.offset))
    }
    self.encoding = encoding
    self.codec = codec
    try checkEntry()
  }

  var kind: SlotKind { context.kind }
  var width: Int { context.kind.width }
  var nullCount: Int { Int(entry.nullCount) }
  /// Some slots are null and some are not.
  var hasNulls: Bool { nullCount > 0 && nullCount < count }

  /// Bits that its packed integers may have.
  var greatestBitWidth: Int {
    encoding == .dictionary || kind == .bytes || kind == .lengths ? 32 : 64
  }

  func corrupt(_ message: String) -> ColonnadeError {
    ColonnadeError(
      .corrupt, "\(encoding.name) page: \(message)", location: .byte(entry.offset))
  }

  private func checkEntry() throws(ColonnadeError) {
    guard nullCount <= count else {
      throw corrupt("\(nullCount) null slots of \(count)")
    }
    guard kind.allows(encoding) else { throw corrupt("not an encoding of \(context.type)") }
    let flags = entry.flags
    guard flags.isSubset(of: .known) else {
      throw ColonnadeError(
        .unsupportedFeature, "page flags \(flags.rawValue) are not known to this version",
        location: .byte(entry.offset), hint: "use a newer Colonnade")
    }
    let inFrames = flags.contains(.validityInFrames)
    let inChunk = flags.contains(.validityInChunk)
    if hasNulls {
      guard inFrames != inChunk, !inFrames || entry.isFramed else {
        throw corrupt("null slots without one place for their validity")
      }
      guard !inChunk || context.validityOffset != nil else {
        throw corrupt("null slots without the chunk's validity bitmap")
      }
    } else {
      guard !inFrames, !inChunk else { throw corrupt("validity without null slots") }
    }
    let isEmpty = nullCount == count
    guard isEmpty ? encoding == .none : (encoding == .none) == (kind == .none) else {
      throw corrupt("does not suit \(nullCount) null slots of \(count)")
    }
    guard codec == .none || entry.isFramed else { throw corrupt("compressed without frames") }
    if entry.isFramed {
      guard encoding != .none, encoding != .constant, kind != .lengths, entry.frameShift <= 32
      else { throw corrupt("cannot be framed by \(entry.frameShift)") }
      if encoding == .delta || encoding == .runLength {
        guard count <= 1 << Int(entry.frameShift) else { throw corrupt("more than one frame") }
      }
    } else {
      guard encoding != .plain || kind != .bytes else { throw corrupt("text without frames") }
    }
    guard entry.bitWidth <= greatestBitWidth else {
      throw corrupt("integers of \(entry.bitWidth) bits")
    }
    guard !flags.contains(.runsOfCodes) || (encoding == .runLength && context.dictionary != nil)
    else { throw corrupt("run values that are codes of no dictionary") }
    guard encoding != .runLength || kind != .bytes || flags.contains(.runsOfCodes) else {
      throw corrupt("runs of text that are not codes")
    }
    guard !flags.contains(.largeValues) || (encoding == .plain && kind == .bytes) else {
      throw corrupt("large values that are not text")
    }
    guard encoding != .decimal || Int(entry.scale) <= DecimalEncoding.greatestScale else {
      throw corrupt("\(entry.scale) decimal places")
    }
    guard !flags.contains(.multiples) || encoding == .reference else {
      throw corrupt("multiples of no reference")
    }
    var isFloat = false
    if case .float = kind { isFloat = true }
    guard
      !flags.contains(.products) || (isFloat && (encoding == .reference || encoding == .decimal))
    else { throw corrupt("products that are no decimals") }
    if encoding == .reference { try checkReference() }
    let auxiliary = Int(entry.auxiliaryCount)
    switch encoding {
    case .packed, .decimal, .reference:
      guard auxiliary <= count, auxiliary == 0 || (!entry.isFramed && kind != .wideInteger) else {
        throw corrupt("\(auxiliary) patches of \(count) slots")
      }
    case .runLength:
      guard auxiliary >= 1, auxiliary <= count else {
        throw corrupt("\(auxiliary) runs of \(count) slots")
      }
    case .dictionary:
      guard context.dictionary != nil else { throw corrupt("the chunk has no dictionary") }
    case .split: try checkSplit()
    case .symbols: try checkSymbols()
    default: break
    }
  }

  // MARK: bytes

  /// Bytes of the body.
  func body(_ offset: Int, _ byteCount: Int) throws(ColonnadeError) -> Buffer {
    guard offset >= 0, byteCount >= 0, offset <= Int(entry.byteCount) - byteCount else {
      throw corrupt("a body of \(entry.byteCount) bytes is too short")
    }
    let (start, overflow) = entry.offset.addingReportingOverflow(UInt64(offset))
    guard !overflow else { throw corrupt("lies outside the file") }
    if byteCount == 0 { return .empty }
    return try context.data.data(offset: start, byteCount: byteCount)
  }

  /// Bytes of the body of which only `parts` will be touched.
  func body(
    _ offset: Int, _ byteCount: Int, parts: UnsafeBufferPointer<UInt32>
  ) throws(ColonnadeError) -> Buffer {
    guard offset >= 0, byteCount >= 0, offset <= Int(entry.byteCount) - byteCount else {
      throw corrupt("a body of \(entry.byteCount) bytes is too short")
    }
    let (start, overflow) = entry.offset.addingReportingOverflow(UInt64(offset))
    guard !overflow else { throw corrupt("lies outside the file") }
    return try unsafe context.data.data(offset: start, byteCount: byteCount, parts: parts)
  }

  /// Validity bits of slots `part` of the page from the chunk's bitmap.
  func chunkValidity(_ part: Range<Int>) throws(ColonnadeError) -> (bits: Buffer, firstBit: Int) {
    let first = Int(entry.firstSlot) + part.lowerBound
    let byte = first / 8
    guard let offset = context.validityOffset else {
      throw corrupt("null slots without the chunk's validity bitmap")
    }
    let (start, overflow) = offset.addingReportingOverflow(UInt64(byte))
    guard !overflow else { throw corrupt("the validity bitmap lies outside the file") }
    let end = (first + part.count + 7) / 8
    return (try context.data.data(offset: start, byteCount: end - byte), first % 8)
  }

  /// Marks slots `range` of a page whose validity stands in the chunk's bitmap.
  func copyChunkValidity(
    _ range: Range<Int>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    if hasNulls {
      let validity = try chunkValidity(range)
      _ = unsafe sink.copyValidity(
        validity.bits.unsafeAddress.assumingMemoryBound(to: UInt8.self), validity.firstBit,
        position, range.count)
    } else {
      sink.markValid(position, range.count)
    }
  }

  /// A frame with its validity, where that stands in the chunk's bitmap.
  func withChunkValidity(
    _ content: SlotContent, _ first: Int
  ) throws(ColonnadeError) -> SlotContent {
    guard hasNulls, entry.flags.contains(.validityInChunk) else { return content }
    var content = content
    content.validity = try chunkValidity(first..<first + content.count)
    return content
  }

  /// Bytes the values of `slots` slots take; nil for text, whose lengths say.
  func valuesByteCount(_ slots: Int) -> Int? {
    switch encoding {
    case .none: return 0
    case .symbols: return nil
    // Of one plane.
    case .split: return slots
    case .plain:
      switch kind {
      case .bytes: return nil
      case .bit: return (slots + 7) / 8
      default: return slots * width
      }
    case .constant: return kind == .bytes ? nil : (width > 8 ? width : 0)
    case .packed, .dictionary, .decimal, .reference:
      return PackedEncoding.packedByteCount(slots, Int(entry.bitWidth))
    case .delta: return DeltaEncoding.bodyByteCount(count: slots, bitWidth: Int(entry.bitWidth))
    case .runLength:
      return RunLengthEncoding.bodyByteCount(
        runCount: Int(entry.auxiliaryCount), valueWidth: runValueWidth)
    }
  }

  var runValueWidth: Int {
    entry.flags.contains(.runsOfCodes) ? 4 : max(1, width)
  }

  // MARK: decoding

  /// Decodes slots `range` of the page.
  func decode(_ range: Range<Int>, into sink: SlotSink, at position: Int) throws(ColonnadeError) {
    if encoding == .none {
      try decodeNone(range, into: sink, at: position)
      return
    }
    let nullsBefore = sink.nullCount
    if encoding == .symbols {
      try decodeSymbols(range, into: sink, at: position)
    } else if encoding == .split {
      try decodeSplit(range, into: sink, at: position)
    } else if entry.isFramed {
      try FrameReader(self).forEachFrame(of: range, sink) {
        content, first throws(ColonnadeError) in
        let content = try withChunkValidity(content, first)
        let part = max(range.lowerBound, first)..<min(range.upperBound, first + content.count)
        try decode(
          content, part.lowerBound - first..<part.upperBound - first, into: sink,
          at: position + part.lowerBound - range.lowerBound)
      }
    } else {
      var (content, first) = try unframedContent(of: range)
      let part = range.lowerBound - first..<range.upperBound - first
      if hasNulls {
        let validity = try chunkValidity(range)
        content.validity = (validity.bits, validity.firstBit - part.lowerBound)
      }
      try decode(content, part, into: sink, at: position)
      try applyPatches(range, into: sink, at: position)
    }
    guard hasNulls else { return }
    try check(nullsFound: sink.nullCount - nullsBefore, in: range)
    sink.zeroNulls(position, range.count)
  }

  /// Checks how many slots of `range` were found to be null.
  func check(nullsFound nulls: Int, in range: Range<Int>) throws(ColonnadeError) {
    guard nulls <= nullCount, range.count < count || nulls == nullCount else {
      throw corrupt("\(nulls) null slots where \(nullCount) are stated")
    }
  }

  func decodeNone(
    _ range: Range<Int>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    sink.zero(position, range.count)
    if hasNulls {
      let validity = try chunkValidity(range)
      _ = unsafe sink.copyValidity(
        validity.bits.unsafeAddress.assumingMemoryBound(to: UInt8.self), validity.firstBit,
        position, range.count)
    } else if nullCount > 0 {
      sink.markNull(position, range.count)
    } else {
      sink.markValid(position, range.count)
    }
  }

  /// Checks the size of the body of a page that is not framed, where its entry says it.
  private func checkUnframedBody() throws(ColonnadeError) {
    guard let values = valuesByteCount(count) else { return }
    var expected = values
    if encoding.hasPatches {
      expected =
        PackedEncoding.patchLayout(
          count: count, bitWidth: Int(entry.bitWidth), patchCount: Int(entry.auxiliaryCount),
          width: width
        ).end
    }
    guard Int(entry.byteCount) == expected else {
      throw corrupt("a body of \(entry.byteCount) bytes where \(expected) are due")
    }
  }

  /// Where the body of a page that is not framed lies in the file, its size checked.
  func bodyRange() throws(ColonnadeError) -> Range<UInt64> {
    try checkUnframedBody()
    let (end, overflow) = entry.offset.addingReportingOverflow(UInt64(entry.byteCount))
    guard !overflow else { throw corrupt("lies outside the file") }
    return entry.offset..<end
  }

  /// The body of a page that is not framed, its size checked.
  func wholeBody() throws(ColonnadeError) -> SlotContent {
    try checkUnframedBody()
    return SlotContent(
      bytes: try body(0, Int(entry.byteCount)), start: 0, count: count)
  }

  /// Slots whose bytes can be read alone, for pages that are not framed; nil where all are needed.
  var blockSlots: Int? {
    switch encoding {
    case .packed, .dictionary, .decimal, .reference: DeltaEncoding.blockCount
    case .plain: kind == .bit ? 8192 : max(1, 1024 / max(1, width))
    default: nil
    }
  }

  /// Slots from `start` to `end`, which begin and end a block or the page, of a page that is not
  /// framed and has blocks.
  func blocks(_ start: Int, _ end: Int) throws(ColonnadeError) -> SlotContent {
    guard let before = valuesByteCount(start), let size = valuesByteCount(end - start) else {
      throw corrupt("text without frames")
    }
    return SlotContent(bytes: try body(before, size), start: 0, count: end - start)
  }

  /// The bytes of a page that is not framed: all of them, or those of the blocks that hold `range`.
  /// - Returns: the content, and the slot of the page that it starts with.
  func unframedContent(
    of range: Range<Int>
  ) throws(ColonnadeError) -> (content: SlotContent, first: Int) {
    guard range.count < count, let slots = blockSlots else { return (try wholeBody(), 0) }
    try checkUnframedBody()
    let start = range.lowerBound / slots * slots
    let end = min(count, (range.upperBound + slots - 1) / slots * slots)
    return (try blocks(start, end), start)
  }

  /// Decodes slots `part` of `content`: validity, then values.
  func decode(
    _ content: SlotContent, _ part: Range<Int>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    if let validity = content.validity {
      _ = unsafe sink.copyValidity(
        validity.bits.unsafeAddress.assumingMemoryBound(to: UInt8.self),
        validity.firstBit + part.lowerBound, position, part.count)
    } else {
      sink.markValid(position, part.count)
    }
    switch encoding {
    case .none, .split, .symbols: break
    case .plain:
      switch kind {
      case .bytes: try decodeText(content, part, into: sink, at: position)
      case .bit:
        unsafe colonnade_bits_copy(
          sink.bitAddress, position, content.values.assumingMemoryBound(to: UInt8.self),
          part.lowerBound, part.count)
      default:
        unsafe sink.address(position).copyMemory(
          from: content.values + part.lowerBound * width, byteCount: part.count * width)
      }
    case .constant: try decodeConstant(content, count: part.count, into: sink, at: position)
    case .packed: unpack(content, part, into: sink, at: position)
    case .decimal: decodeDecimals(content, part, into: sink, at: position)
    case .reference: try decodeReferences(content, part, into: sink, at: position)
    case .delta: decodeDelta(content, part, into: sink, at: position)
    case .runLength: try decodeRuns(content, part, into: sink, at: position)
    case .dictionary:
      let codes = unsafe context.scratch.codes.room(part.count * 4)
      unsafe colonnade_unpack(
        codes, 4, content.values.assumingMemoryBound(to: UInt8.self), content.count,
        part.lowerBound, part.count, 0, UInt32(entry.bitWidth))
      try unsafe lookUp(codes, part.count, into: sink, at: position)
    }
  }
}
