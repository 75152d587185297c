// Pages of values in frames, where they are asked for or pay. Spec: spec/encodings.md "Frames".

import CKernels
import ColonnadeBase

extension PageEncoder {
  /// Writes the page as frames where they are asked for or pay.
  /// - Returns: false, with nothing written, where they do not.
  func encodeFramed(
    _ page: PageSlots, _ plan: PagePlan, _ entry: inout PageEntry
  ) throws(ColonnadeError) -> Bool {
    guard source.kind != .lengths else { return false }
    let isForced = options.forcesFrames || options.forcedCodec == .zstd
    var plan = plan
    if !isForced {
      guard compressor != nil, failedFrames < 4 else { return false }
      if compressesValues {
        plan = PagePlan(encoding: .plain, byteCount: plan.byteCount)
      } else if options.profile != .archive {
        return false
      }
    }
    // Frames have no patches.
    if plan.auxiliaryCount > 0, plan.encoding != .runLength { return false }
    let before = (bytes.byteCount, followsPlainPage, entry)
    func takeBack() {
      bytes.truncate(to: before.0)
      followsPlainPage = before.1
      entry = before.2
    }
    if isForced || compressesValues {
      try writeFrames(page, plan, &entry, compressor)
      if isForced { return true }
    } else {
      let whole = plan.inWholeBytes
      let literals = try ZstdCompressor.takeForLiterals()
      defer { literals.giveBack() }
      try writeFrames(page, whole, &entry, literals)
      let size = bytes.byteCount - Int(entry.offset)
      takeBack()
      try writeFrames(page, whole, &entry, compressor)
      if bytes.byteCount - Int(entry.offset) > size {
        takeBack()
        try writeFrames(page, whole, &entry, literals)
      }
    }
    let stored = bytes.byteCount - Int(entry.offset)
    let threshold = chooser.model.compressionThreshold(isText: false)
    if Double(stored) > (1 - threshold) * Double(plan.byteCount) {
      takeBack()
      failedFrames += 1
      return false
    }
    failedFrames = 0
    return true
  }

  private func writeFrames(
    _ page: PageSlots, _ plan: PagePlan, _ entry: inout PageEntry, _ compressor: ZstdCompressor?
  ) throws(ColonnadeError) {
    start(&entry, alignment: 8)
    describe(plan, &entry)
    let byteCount = options.valueFrameByteCount
    switch plan.encoding {
    case .delta, .runLength: entry.frameShift = 32
    case .packed, .dictionary, .decimal, .reference:
      entry.frameShift = FrameWriter.shift(
        bytesPerSlot: max(0.5, Double(plan.bitWidth) / 8), byteCount: byteCount * 2)
    default:
      let perSlot = source.kind == .bit ? 0.125 : Double(source.kind.width)
      entry.frameShift = FrameWriter.shift(
        bytesPerSlot: perSlot, byteCount: byteCount + byteCount / 3)
    }
    if page.hasNulls { entry.flags.insert(.validityInFrames) }
    if compressor != nil {
      entry.codecCode = Codec.zstd.rawValue
      entry.compressionDictionary = compressionDictionary
    }
    let isShort = try frames.write(
      count: page.count, frameShift: entry.frameShift, compressor: compressor, to: bytes
    ) { part, target throws(ColonnadeError) in
      if page.hasNulls { page.appendValidity(part, to: target) }
      appendValues(page, plan, part, to: target)
    }
    if isShort { entry.flags.insert(.shortFrameEnds) }
  }

  /// Whether frames of codes or packed integers take less than frames of plain values, as a few pages
  /// tell.
  /// - Parameter plans: of all pages, without the dictionary.
  func encodesSmaller(_ plans: [PagePlan?], _ ranges: PageRanges) throws(ColonnadeError) -> Bool {
    guard options.profile == .archive else { return false }
    let pages = zip(plans, ranges).filter { (plan, _) in
      guard let plan, plan.encoding != .constant else { return false }
      return plan.bitWidth > 0 || dictionary != nil
    }
    guard !pages.isEmpty else { return false }
    var sizes = [0, 0]
    var slotCount = 0
    let scratch = MutableBuffer()
    for index in stride(from: 0, to: pages.count, by: max(1, pages.count / 4)) {
      let page = PageSlots(source, pages[index].1, scratch: scratch)
      slotCount += page.count
      for way in 0...1 {
        let trial = PageEncoder(
          source, chooser: chooser, bytes: MutableBuffer(), largeValues: largeValues)
        trial.compressor = compressor
        trial.compressesValues = way == 0
        var plan = pages[index].0
        if way == 1, let dictionary {
          trial.dictionary = dictionary
          plan = chooser.plan(page, dictionary: dictionary)
        }
        sizes[way] += Int(try trial.encode(page, plan: plan).byteCount)
      }
    }
    if let dictionary { sizes[1] += dictionary.byteCount * slotCount / source.count }
    return sizes[1] < sizes[0]
  }
}

extension PagePlan {
  /// The same with integers that zstd can tell apart: one or two bytes, or halves of one.
  fileprivate var inWholeBytes: PagePlan {
    guard [.packed, .delta, .dictionary, .decimal, .reference].contains(encoding),
      bitWidth == 3 || (5...7).contains(bitWidth) || (9...15).contains(bitWidth)
    else { return self }
    var whole = self
    whole.bitWidth = bitWidth == 3 ? 4 : bitWidth < 8 ? 8 : 16
    return whole
  }
}
