// Writes pages as their plans say: bodies to the chunk's bytes, entries to the caller.
// Invariant: null slots of plain values are stored as zero, so that readers may share the map.
// Spec: spec/encodings.md, spec/file.md "Pages".

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// Encodes the pages of one chunk, in order.
final class PageEncoder {
  let source: SlotSource
  let chooser: EncodingChooser
  let largeValues: any LargeValueSink
  /// Page bodies.
  let bytes: MutableBuffer
  /// Page bodies that are the column's own memory; they stand before `bytes`.
  private(set) var borrowed = Buffer.empty
  /// The chunk's dictionary, for codes.
  var dictionary: ChunkDictionary?
  /// For pages by another column.
  var reference: ReferenceEncoder?
  /// For frames; nil does not compress.
  var compressor: ZstdCompressor?
  /// What `compressor` was made with.
  var compressionDictionary = PageEntry.noDictionary
  /// Frames of plain values pay in this chunk.
  var compressesValues = false
  /// Text stands in frames of `LargeTextFrames`.
  var hasLargeFrames = false
  /// The column's symbols for text, and their index among its dictionaries; nil does without.
  var symbols: (index: UInt16, encoder: SymbolEncoder)?
  let symbolCodes = MutableBuffer()
  let symbolCounts = MutableBuffer()
  /// True once a page left its validity to the chunk's bitmap.
  private(set) var needsChunkValidity = false
  /// For values out of line, which stand alone: without the column's dictionary. `nil` stores them
  /// as they are.
  var largeValueCompressor: ZstdCompressor?
  /// Bytes of values out of line.
  private(set) var outOfLineByteCount = 0

  let frames = FrameWriter()
  /// For bytes that stand behind the frames.
  let lowBytes = MutableBuffer()
  var followsPlainPage = false
  /// Pages in a row whose frames did not pay.
  var failedFrames = 0

  var options: EncodingOptions { chooser.options }

  init(
    _ source: SlotSource, chooser: EncodingChooser, bytes: MutableBuffer,
    largeValues: any LargeValueSink
  ) {
    self.source = source
    self.chooser = chooser
    self.bytes = bytes
    self.largeValues = largeValues
  }

  /// Appends the page's body.
  func encode(_ page: PageSlots, plan: PagePlan?) throws(ColonnadeError) -> PageEntry {
    var entry = PageEntry()
    entry.firstSlot = UInt32(page.range.lowerBound)
    entry.nullCount = UInt32(page.nullCount)
    entry.offset = UInt64(bytes.byteCount)
    guard let plan else {
      if page.hasNulls { leaveValidity(&entry) }
      return entry
    }
    entry.encodingCode = plan.encoding.rawValue
    if plan.encoding == .constant {
      try encodeConstant(page, &entry)
    } else if plan.encoding == .plain, source.kind == .bytes {
      if !encodeSymbols(page, &entry) { try encodeText(page, &entry) }
    } else {
      try encodeValues(page, plan, &entry)
    }
    guard let size = UInt32(exactly: bytes.byteCount - Int(entry.offset)) else {
      throw pageIsTooLarge()
    }
    entry.byteCount = size
    return entry
  }

  private func encodeValues(
    _ page: PageSlots, _ plan: PagePlan, _ entry: inout PageEntry
  ) throws(ColonnadeError) {
    guard plan.encoding == .split else {
      if try !encodeFramed(page, plan, &entry) { encodeUnframed(page, plan, &entry) }
      return
    }
    if compressesValues, try encodeFramed(page, plan, &entry) { return }
    if try encodeSplit(page, plan, &entry) { return }
    var others = chooser
    others.split = nil
    encodeUnframed(page, others.plan(page, dictionary: dictionary), &entry)
  }

  /// True, and nothing of the values copied, where all pages are to be plain: back to back they are
  /// the column's values.
  /// - Parameter plans: of all pages; nil for pages of nulls.
  func borrowsValues(_ plans: [PagePlan?]) -> Bool {
    switch source.kind {
    case .none, .bit, .bytes, .lengths: return false
    default: break
    }
    guard dictionary == nil, compressor == nil, !options.forcesFrames,
      plans.allSatisfy({ $0?.encoding == .plain })
    else { return false }
    borrowed = source.column.values.slice(from: 0, byteCount: source.count * source.kind.width)
    return true
  }

  /// The entry of a page of borrowed values.
  func encodeBorrowed(_ page: PageSlots, plan: PagePlan) throws(ColonnadeError) -> PageEntry {
    var entry = PageEntry()
    entry.firstSlot = UInt32(page.range.lowerBound)
    entry.nullCount = UInt32(page.nullCount)
    entry.offset = UInt64(page.range.lowerBound * source.kind.width)
    describe(plan, &entry)
    if page.hasNulls { leaveValidity(&entry) }
    guard let size = UInt32(exactly: page.count * source.kind.width) else { throw pageIsTooLarge() }
    entry.byteCount = size
    return entry
  }

  private func pageIsTooLarge() -> ColonnadeError {
    ColonnadeError(.limitExceeded, "a page of more than 4 GiB")
  }

  func leaveValidity(_ entry: inout PageEntry) {
    entry.flags.insert(.validityInChunk)
    needsChunkValidity = true
  }

  func start(_ entry: inout PageEntry, alignment: Int, isPlain: Bool = false) {
    if !(isPlain && followsPlainPage) { bytes.pad(to: alignment) }
    entry.offset = UInt64(bytes.byteCount)
    followsPlainPage = isPlain
  }

  private func encodeConstant(
    _ page: PageSlots, _ entry: inout PageEntry
  ) throws(ColonnadeError) {
    guard let slot = ConstantEncoding.representative(page) else {
      preconditionFailure("a page of several values was planned as constant")
    }
    if source.kind == .bytes || source.kind.width > 8 { start(&entry, alignment: 64) }
    if page.hasNulls { leaveValidity(&entry) }
    entry.base = ConstantEncoding.append(page, slot: slot, to: bytes)
    if source.kind == .lengths { entry.base |= source.elementSlot(at: page.range.lowerBound) << 32 }
  }

  private func encodeText(_ page: PageSlots, _ entry: inout PageEntry) throws(ColonnadeError) {
    let text = try BytesPage(
      page, compressor: largeValueCompressor, largeValues: largeValues, inWholeBytes: hasLargeFrames
    )
    outOfLineByteCount += text.outOfLineByteCount
    start(&entry, alignment: 8)
    entry.base = text.base
    entry.bitWidth = UInt8(text.bitWidth)
    entry.frameShift = text.frameShift(
      byteCount: hasLargeFrames
        ? LargeTextFrames.byteCount : options.frameByteCount + options.frameByteCount / 3)
    if page.hasNulls { entry.flags.insert(.validityInFrames) }
    if text.hasLargeValues { entry.flags.insert(.largeValues) }
    let compressor = compressesValues ? compressor : nil
    if compressor != nil {
      entry.codecCode = Codec.zstd.rawValue
      entry.compressionDictionary = compressionDictionary
    }
    let isShort = try frames.write(
      count: page.count, frameShift: entry.frameShift, compressor: compressor, to: bytes
    ) { part, target throws(ColonnadeError) in
      text.appendFrame(part, to: target)
    }
    if isShort { entry.flags.insert(.shortFrameEnds) }
  }

  private func encodeUnframed(_ page: PageSlots, _ plan: PagePlan, _ entry: inout PageEntry) {
    start(&entry, alignment: 64, isPlain: plan.encoding == .plain)
    describe(plan, &entry)
    if page.hasNulls { leaveValidity(&entry) }
    if plan.encoding == .decimal {
      DecimalEncoding.append(page, plan: plan, to: bytes)
      return
    }
    let start = bytes.byteCount
    appendValues(page, plan, 0..<page.count, to: bytes)
    if plan.encoding == .reference {
      reference?.appendPatches(page, plan: plan, start: start, to: bytes)
    }
    if plan.encoding == .packed {
      unsafe PackedEncoding.appendPatches(
        page.filled, width: source.kind.width, count: page.count, plan: plan, start: start,
        to: bytes)
      if source.kind == .lengths {
        entry.base |= source.elementSlot(at: page.range.lowerBound) << 32
      }
    }
  }

  func describe(_ plan: PagePlan, _ entry: inout PageEntry) {
    entry.encodingCode = plan.encoding.rawValue
    entry.bitWidth = UInt8(plan.bitWidth)
    entry.base = plan.base
    entry.auxiliaryCount = UInt32(plan.auxiliaryCount)
    entry.scale = UInt8(plan.scale)
    if plan.hasProducts { entry.flags.insert(.products) }
    if plan.hasCodes { entry.flags.insert(.runsOfCodes) }
    if plan.hasMultiples { entry.flags.insert(.multiples) }
  }

  /// Appends the values of slots `part` of the page; all of them for delta and run-length.
  func appendValues(
    _ page: PageSlots, _ plan: PagePlan, _ part: Range<Int>, to target: MutableBuffer
  ) {
    let width = source.kind.width
    switch plan.encoding {
    case .none, .constant, .split, .symbols: break
    case .plain:
      let first = page.range.lowerBound + part.lowerBound
      if source.kind == .bit {
        let place = target.byteCount
        target.appendZeros((part.count + 7) / 8)
        unsafe colonnade_bits_copy(
          (target.pointer + place).assumingMemoryBound(to: UInt8.self), 0,
          source.values.assumingMemoryBound(to: UInt8.self), first, part.count)
      } else {
        unsafe target.append(
          UnsafeRawBufferPointer(start: source.values + first * width, count: part.count * width))
      }
    case .packed:
      if source.kind == .wideInteger {
        guard let low = unsafe chooser.lowWords(page) else { break }
        unsafe PackedEncoding.append(
          low + part.lowerBound * 8, width: 8, count: part.count, base: plan.base,
          bitWidth: plan.bitWidth, to: target)
      } else {
        unsafe PackedEncoding.append(
          page.filled + part.lowerBound * width, width: width, count: part.count, base: plan.base,
          bitWidth: plan.bitWidth, to: target)
      }
    case .decimal:
      let digits = DecimalEncoding.digits(page, plan.decimalForm)
      unsafe PackedEncoding.append(
        UnsafeRawPointer(digits.integers.pointer) + part.lowerBound * 8, width: 8,
        count: part.count, base: plan.base, bitWidth: plan.bitWidth, to: target)
    case .reference: reference?.append(page, plan: plan, part, to: target)
    case .delta:
      guard case .integer(_, let isSigned) = source.kind else { break }
      unsafe DeltaEncoding.append(
        page.filled, width: width, isSigned: isSigned, count: page.count, plan: plan, to: target)
    case .runLength:
      if plan.hasCodes, let dictionary {
        unsafe RunLengthEncoding.append(
          UnsafeRawPointer(dictionary.codes + page.range.lowerBound), width: 4, count: page.count,
          runCount: plan.auxiliaryCount, to: target)
      } else if source.kind == .bit {
        unsafe RunLengthEncoding.append(
          chooser.expandedBits(page), width: 1, count: page.count, runCount: plan.auxiliaryCount,
          to: target)
      } else {
        unsafe RunLengthEncoding.append(
          page.filled, width: width, count: page.count, runCount: plan.auxiliaryCount, to: target)
      }
    case .dictionary:
      guard let dictionary else { break }
      unsafe PackedEncoding.append(
        UnsafeRawPointer(dictionary.codes + page.range.lowerBound + part.lowerBound), width: 4,
        count: part.count, base: 0, bitWidth: plan.bitWidth, to: target)
    }
  }
}
