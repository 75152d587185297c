// Encoding 8: floats that are no decimals, the bytes of their exponents apart from what looks
// random. Spec: spec/encodings.md "8 split".

import CKernels
import ColonnadeBase
import Glibc

/// How the floats of a chunk are split, as a sample of them says.
struct SplitForm {
  /// Of each plane that is compressed, the highest first, whether literals do alone: exponents of
  /// noise repeat by chance, and what matches of them save is less than what stating them takes.
  var literalPlanes: [Bool]
  /// Bytes that a value takes.
  var bytesPerSlot: Double

  var planeCount: Int { literalPlanes.count }

  func plan(slotCount: Int) -> PagePlan {
    PagePlan(
      encoding: .split, auxiliaryCount: planeCount,
      byteCount: Int((bytesPerSlot * Double(slotCount)).rounded(.up)))
  }
}

enum SplitEncoding {
  /// Slots of a frame for each byte of `EncodingOptions.frameByteCount`, before rounding down to a
  /// power of two: below 4,096 slots the table of each frame's code begins to show.
  private static let slotsPerFrameByte = 3
  /// Stretches of a chunk that are measured.
  private static let sampleCount = 4

  static func frameShift(_ options: EncodingOptions) -> UInt8 {
    FrameWriter.shift(bytesPerSlot: 1, byteCount: options.frameByteCount * slotsPerFrameByte)
  }

  /// How to split the floats of a chunk; nil where that does not pay, or for other values.
  static func form(
    _ source: SlotSource, _ options: EncodingOptions, _ model: CostModel
  ) throws(ColonnadeError) -> SplitForm? {
    guard case .float(let width) = source.kind else { return nil }
    let isForced = options.forcedEncoding == .split
    let mayCompress = options.forcedCodec != Codec.none
    let threshold = model.splitThreshold(chunkByteCount: source.count * width)
    guard isForced || (options.forcedEncoding == nil && options.forcedCodec == nil),
      isForced || threshold < 1
    else { return nil }
    if !isForced, options.profile == .balanced { return smallForm(source, width, threshold) }
    let sample = try Sample(source, options, width: width, all: isForced)
    guard sample.slotCount > 0 else { return nil }
    let slots = Double(sample.slotCount)
    var best: SplitForm?
    var bestPrice = Double.infinity
    var literals: [Bool] = []
    var compressed = 0.0
    for plane in 0..<width {
      let (literal, matched) = sample.sizes[plane]
      literals.append(literal <= matched)
      compressed += mayCompress ? Double(min(literal, matched)) / slots : 1
      let bytes = compressed + Double(width - plane - 1)
      let price =
        bytes + model.price(nanoseconds: CostModel.nanoseconds(.split) * Double(plane + 1))
      if price < bestPrice {
        (best, bestPrice) = (SplitForm(literalPlanes: literals, bytesPerSlot: bytes), price)
      }
    }
    guard let best, isForced || best.bytesPerSlot <= (1 - threshold) * Double(width)
    else { return nil }
    return best
  }

  /// Slots of a chunk below which the table of a frame's code begins to show.
  private static let leastSlotCount = 512

  /// How to split a chunk of one frame: the first plane alone, by how often each byte comes in it. To
  /// compress in order to know would take longer than all else that is done for such a chunk.
  private static func smallForm(
    _ source: SlotSource, _ width: Int, _ threshold: Double
  ) -> SplitForm? {
    guard source.count >= leastSlotCount else { return nil }
    let scratch = MutableBuffer()
    defer { extendLifetime(scratch) }
    let page = PageSlots(source, 0..<source.count, scratch: scratch)
    guard page.nullCount < page.count else { return nil }
    var bits = 0.0
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 256) { counts in
      unsafe counts.initialize(repeating: 0)
      // The exponent without the sign: the top byte of the bits rotated left by one.
      for slot in 0..<page.count {
        let at = slot * width + width - 2
        let top = unsafe UInt16(
          littleEndian: page.filled.loadUnaligned(fromByteOffset: at, as: UInt16.self))
        unsafe counts[Int(UInt8(truncatingIfNeeded: top >> 7))] += 1
      }
      for byte in 0..<256 where unsafe counts[byte] > 0 {
        let count = unsafe Double(counts[byte])
        // Four bits to say how long its code is.
        bits += count * log2(Double(page.count) / count) + 4
      }
    }
    let bytesPerSlot = Double(width - 1) + bits / 8 / Double(page.count)
    guard bytesPerSlot <= (1 - threshold) * Double(width) else { return nil }
    return SplitForm(literalPlanes: [true], bytesPerSlot: bytesPerSlot)
  }

  /// What zstd makes of the planes of a few frames spread over a chunk.
  private struct Sample {
    private(set) var slotCount = 0
    /// Bytes of each plane with literals alone, and with matches.
    private(set) var sizes: [(literals: Int, matches: Int)]

    /// Whether decimals take less than splitting could: even noise is decimal with enough places.
    private static func holdsDecimals(_ page: PageSlots) -> Bool {
      guard let plan = DecimalEncoding.plan(page, mayPatch: true) else { return false }
      return plan.byteCount * 8 <= page.count * page.source.kind.width * 5
    }

    /// - Parameter all: of decimals too.
    init(
      _ source: SlotSource, _ options: EncodingOptions, width: Int, all: Bool
    ) throws(ColonnadeError) {
      sizes = [(literals: Int, matches: Int)](repeating: (0, 0), count: width)
      let frame = 1 << Int(SplitEncoding.frameShift(options))
      let stretch = max(frame, source.count / SplitEncoding.sampleCount)
      let (literals, matches) = (
        try ZstdCompressor.takeForLiterals(),
        try ZstdCompressor.take(level: options.level, dictionary: nil)
      )
      defer {
        literals.giveBack()
        matches.giveBack()
      }
      let (scratch, planes, target) = (MutableBuffer(), MutableBuffer(), MutableBuffer())
      for start in stride(from: 0, to: source.count, by: stretch) {
        let page = PageSlots(source, start..<min(start + frame, source.count), scratch: scratch)
        guard page.nullCount < page.count, all || !Sample.holdsDecimals(page) else { continue }
        let address = unsafe planes.room(page.count * width)
        unsafe colonnade_split(
          address.assumingMemoryBound(to: UInt8.self), page.count,
          address.assumingMemoryBound(to: UInt8.self), page.filled, UInt32(width), UInt32(width),
          page.count)
        for plane in 0..<width {
          let bytes = unsafe UnsafeRawBufferPointer(
            start: address + plane * page.count, count: page.count)
          unsafe sizes[plane].literals += try literals.compressedByteCount(
            of: bytes, scratch: target)
          unsafe sizes[plane].matches += try matches.compressedByteCount(
            of: bytes, scratch: target)
        }
        slotCount += page.count
      }
    }
  }
}

extension PageEncoder {
  /// Writes a page in planes.
  /// - Returns: false, with nothing written, where that does not save.
  func encodeSplit(
    _ page: PageSlots, _ plan: PagePlan, _ entry: inout PageEntry
  ) throws(ColonnadeError) -> Bool {
    guard let form = chooser.split else { return false }
    let options = chooser.options
    let before = (bytes.byteCount, followsPlainPage, entry)
    start(&entry, alignment: 8)
    describe(plan, &entry)
    entry.frameShift = SplitEncoding.frameShift(options)
    if page.hasNulls { leaveValidity(&entry) }
    var compressors: [ZstdCompressor?] = []
    defer { for compressor in compressors { compressor?.giveBack() } }
    for areLiterals in form.literalPlanes {
      if options.forcedCodec == Codec.none {
        compressors.append(nil)
      } else {
        entry.codecCode = Codec.zstd.rawValue
        compressors.append(
          areLiterals
            ? try ZstdCompressor.takeForLiterals()
            : try ZstdCompressor.take(level: options.level, dictionary: nil))
      }
    }
    let width = page.source.kind.width
    let lowWidth = width - form.planeCount
    lowBytes.truncate()
    let isShort = unsafe try frames.write(
      count: page.count, frameShift: entry.frameShift, planes: compressors, to: bytes
    ) { range, planes in
      let low = unsafe lowBytes.extend(by: range.count * lowWidth)
      unsafe colonnade_split(
        planes.assumingMemoryBound(to: UInt8.self), range.count,
        low.assumingMemoryBound(to: UInt8.self), page.filled + range.lowerBound * width,
        UInt32(width), UInt32(form.planeCount), range.count)
    }
    if isShort { entry.flags.insert(.shortFrameEnds) }
    unsafe bytes.append(lowBytes.unsafeBytes)
    let stored = bytes.byteCount - Int(entry.offset)
    if options.forcedEncoding == .split { return true }
    let threshold = chooser.model.splitThreshold(chunkByteCount: source.count * width)
    if Double(stored) > (1 - threshold) * Double(page.count * width) {
      bytes.truncate(to: before.0)
      followsPlainPage = before.1
      entry = before.2
      return false
    }
    return true
  }
}
