// What is decided once a chunk: a dictionary, compression, and what to compress with.
// Spec: spec/encodings.md "Encodings".

import ColonnadeArrays
import ColonnadeBase

/// Decisions for values of fixed width.
struct ValueChoice {
  var dictionary: ChunkDictionary?
  /// For frames; nil does not compress.
  var compressor: ZstdCompressor?
  /// Plain values in compressed frames beat everything else, as a sample says.
  var compressesPlain = false
  /// Bytes of everything else.
  private(set) var encodedByteCount = 0
  /// Bytes that those would take.
  private var compressedByteCount = 0

  /// Neither dictionary nor compression.
  static var none: ValueChoice { ValueChoice() }

  private init() {}

  /// - Parameter plans: the best of each page without a dictionary; nil for pages of nulls.
  init(
    _ source: SlotSource, plans: [PagePlan?], _ ranges: PageRanges, rawByteCount: Int,
    options: EncodingOptions
  ) throws(ColonnadeError) {
    guard source.kind != .none, source.kind != .lengths, plans.contains(where: { $0 != nil }) else {
      return
    }
    let model = CostModel(options)
    let byteCount = plans.reduce(0) { $0 + ($1?.byteCount ?? 0) }
    if source.kind.allows(.dictionary) {
      dictionary = ValueChoice.dictionary(source, plans, byteCount, options, model)
    }
    let isForced = options.forcedCodec == .zstd
    guard isForced || (options.profile != .fast && options.forcedCodec == nil) else { return }
    if isForced || options.profile == .archive {
      compressor = try ZstdCompressor.take(level: options.level, dictionary: nil)
    }
    guard !isForced, options.forcedEncoding == nil || dictionary == nil, source.kind != .bit,
      byteCount > 4096
    else { return }
    // Beside codes as well, where those are what the chunk would be. What saves so many bytes is worth
    // more time than the model grants.
    encodedByteCount = price(plans, ranges, model).byteCount
    let most =
      (1 - model.compressionThreshold(isText: false)) * Double(encodedByteCount)
      / Double(rawByteCount)
    let ratio = try ValueChoice.plainRatio(source, options, atMost: most)
    if ratio <= most {
      compressesPlain = true
      compressedByteCount = Int(ratio * Double(rawByteCount))
      if compressor == nil {
        compressor = try ZstdCompressor.take(level: options.level, dictionary: nil)
      }
    }
  }

  /// What the chunk takes with these choices: bytes, and bytes with the time to decode.
  func price(
    _ plans: [PagePlan?], _ ranges: PageRanges, _ model: CostModel
  ) -> (byteCount: Int, price: Double) {
    if compressesPlain {
      let nanoseconds = 1.5 * Double(ranges.slotCount)
      return (
        compressedByteCount, Double(compressedByteCount) + model.price(nanoseconds: nanoseconds)
      )
    }
    var total = (byteCount: dictionary?.byteCount ?? 0, price: Double(dictionary?.byteCount ?? 0))
    for (plan, range) in zip(plans, ranges) {
      guard let plan else { continue }
      var choices = [plan]
      if let dictionary { choices += [dictionary.plan(range), dictionary.runPlan(range)] }
      var best = (byteCount: 0, price: Double.infinity)
      for choice in choices {
        let price = model.price(choice, slotCount: range.count)
        if price < best.price { best = (choice.byteCount, price) }
      }
      total.byteCount += best.byteCount
      total.price += best.price
    }
    return total
  }

  private static func dictionary(
    _ source: SlotSource, _ plans: [PagePlan?], _ byteCount: Int, _ options: EncodingOptions,
    _ model: CostModel
  ) -> ChunkDictionary? {
    if let forced = options.forcedEncoding {
      guard forced == .dictionary || forced == .runLength else { return nil }
      return ChunkDictionary.build(source, entryLimit: .max, byteLimit: .max)
    }
    let sample = ChunkDictionary.sample(source)
    // Codes cannot be narrower than the sample's, nor entries fewer.
    let leastWidth = Double(Int.bitWidth - max(0, sample.distinct - 1).leadingZeroBitCount) / 8
    let price = plans.reduce(0) { $0 + ($1.map { model.price($0, slotCount: 0) } ?? 0) }
    let isPlausible =
      sample.distinct * 2 <= sample.slots || sample.slots == source.count
    guard isPlausible,
      leastWidth * Double(source.count) + Double(sample.distinct * source.kind.width) < price
    else { return nil }
    guard
      let built = ChunkDictionary.build(source, entryLimit: .max, byteLimit: byteCount)
    else { return nil }
    let chooser = EncodingChooser(options)
    var with = Double(built.byteCount)
    var without = 0.0
    let stretch = (source.count + plans.count - 1) / plans.count
    for (index, plan) in plans.enumerated() {
      let start = min(source.count, index * stretch)
      let range = start..<min(source.count, start + stretch)
      guard let plan, !range.isEmpty else { continue }
      let priceWithout = chooser.model.price(plan, slotCount: range.count)
      let codes = chooser.model.price(built.plan(range), slotCount: range.count)
      let runs = chooser.model.price(built.runPlan(range), slotCount: range.count)
      without += priceWithout
      with += min(priceWithout, codes, runs)
    }
    return with < without * 0.97 ? built : nil
  }

  /// What zstd makes of plain values in frames, from frames spread over the chunk.
  /// - Parameter most: what it has to come to at most; where it will not, a part of the frames tells.
  private static func plainRatio(
    _ source: SlotSource, _ options: EncodingOptions, atMost most: Double
  ) throws(ColonnadeError) -> Double {
    let width = source.kind.width
    let frameCount = max(1, options.valueFrameByteCount / width)
    var sizes: [Int] = []
    let sampleCount = max(4, min(16, (256 << 10) / options.valueFrameByteCount))
    let stretch = max(frameCount, source.count / sampleCount)
    // Growing would touch memory of many sizes.
    let frames = MutableBuffer(
      capacity: min(source.count, (source.count / stretch + 1) * frameCount) * width)
    for start in stride(from: 0, to: source.count, by: stretch) {
      let some = min(frameCount, source.count - start)
      unsafe frames.append(
        UnsafeRawBufferPointer(start: source.values + start * width, count: some * width))
      sizes.append(some * width)
    }
    return try TextSampler.ratio(of: frames, sizes: sizes, level: options.level, dictionary: nil) {
      $0.least > most || ($0.share >= 0.25 && $0.ratio > 1.25 * most)
    }
  }
}

/// Decisions for text.
struct TextChoice {
  var dictionary: ChunkDictionary?
  /// For frames; nil does not compress.
  var compressor: ZstdCompressor?
  /// Which of the column's dictionaries `compressor` uses.
  var compressionDictionary = PageEntry.noDictionary
  /// Whether some value stands out of line.
  var hasLargeValues = false
  /// Symbols of the column, and their index among its dictionaries, where they beat compression.
  var symbols: (index: UInt16, encoder: SymbolEncoder)?
  /// Whether `compressor` is for frames of `LargeTextFrames`.
  private(set) var hasLargeFrames = false

  init(
    _ source: SlotSource, rawByteCount: Int, options: EncodingOptions,
    compression: ColumnCompression, largeValues: any LargeValueSink
  ) throws(ColonnadeError) {
    guard source.count > 0, source.column.nullCount < source.count else { return }
    let model = CostModel(options)
    let (least, greatest, _) = source.measure(0..<source.count)
    hasLargeValues = Int(greatest) > EncodingLimit.inlineValueByteCount
    let perSlot = Double(rawByteCount) / Double(source.count) + 1
    let frameCount =
      1
      << Int(
        FrameWriter.shift(
          bytesPerSlot: perSlot, byteCount: options.frameByteCount + options.frameByteCount / 3))
    let sampler = TextSampler(source: source, frameCount: frameCount, largeValues: largeValues)

    let mayCompress =
      options.forcedCodec == .zstd || (options.profile != .fast && options.forcedCodec == nil)
    var ratio = 1.0
    var trained: (index: UInt16, dictionary: CompressionDictionary)?
    let lengths = Double(Int.bitWidth - Int(greatest - least).leadingZeroBitCount) / 8
    let candidate =
      hasLargeValues
      ? nil
      : DictionaryCandidate(
        source, rawByteCount: rawByteCount, lengths: lengths, options: options, model: model)
    if mayCompress {
      let frames = MutableBuffer()
      let sizes = try sampler.frames(48, phase: 0.25, to: frames)
      ratio = try TextSampler.ratio(
        of: frames, sizes: sizes, level: options.level, dictionary: nil
      ) { progress in candidate?.winsWhatever(from: progress.least) ?? false }
    }
    if let candidate, candidate.wins(ratio) { dictionary = candidate.dictionary }
    let large =
      try dictionary == nil && mayUseLargeFrames(options)
      ? compression.largeFrameRatio(
        isLargeEnough: rawByteCount >= LargeTextFrames.leastByteCount
      ) { () throws(ColonnadeError) in
        try LargeTextFrames.ratio(source, rawByteCount: rawByteCount)
      } : nil
    if dictionary == nil {
      symbols = TextChoice.symbols(
        source, rawByteCount: rawByteCount, ratio: ratio, options: options,
        compression: compression, model: model, large: large)
    }
    // With a trained dictionary small frames come close to large ones.
    let perRaw = 1 + lengths * Double(source.count) / Double(max(1, rawByteCount))
    if symbols == nil, TextChoice.pays(large, insteadOf: ratio * 0.7 * perRaw) {
      try takeLargeFrames()
      return
    }
    guard dictionary == nil, symbols == nil, mayCompress else {
      if symbols == nil, mayCompress, options.profile == .archive || options.forcedCodec == .zstd {
        compressor = try ZstdCompressor.take(level: options.level, dictionary: nil)
      }
      return
    }
    trained = try compression.current(
      isLargeEnough: rawByteCount >= TextSampler.leastByteCount && ratio < 0.98
    ) { () throws(ColonnadeError) in
      try sampler.train(rawByteCount: rawByteCount, ratio: ratio, level: options.level)
    }
    if let trained {
      // Earlier chunks trained it; this one's values may be of another kind.
      let frames = MutableBuffer()
      let sizes = try sampler.frames(32, phase: 0.5, to: frames)
      let with = try TextSampler.ratio(
        of: frames, sizes: sizes, level: options.level, dictionary: trained.dictionary)
      if with < ratio {
        ratio = with
        compressionDictionary = trained.index
      }
    }
    if TextChoice.pays(large, insteadOf: min(1, ratio) * perRaw) {
      try takeLargeFrames()
      return
    }
    let pays = ratio <= 1 - model.compressionThreshold(isText: true)
    guard pays || options.forcedCodec == .zstd else {
      compressionDictionary = PageEntry.noDictionary
      return
    }
    compressor = try ZstdCompressor.take(
      level: options.level,
      dictionary: compressionDictionary == PageEntry.noDictionary ? nil : trained?.dictionary)
  }

  private func mayUseLargeFrames(_ options: EncodingOptions) -> Bool {
    options.profile == .archive && options.forcedCodec == nil && options.forcedEncoding == nil
      && !options.forcesFrames && !hasLargeValues
  }

  private mutating func takeLargeFrames() throws(ColonnadeError) {
    hasLargeFrames = true
    compressionDictionary = PageEntry.noDictionary
    compressor = try ZstdCompressor.take(level: LargeTextFrames.level, dictionary: nil)
  }

  /// Whether large frames, where they were measured, take enough less than what else there is.
  private static func pays(_ large: Double?, insteadOf other: Double) -> Bool {
    guard let large else { return false }
    return large <= (1 - LargeTextFrames.threshold) * other
  }

  /// The column's symbols where codes of them cost less than frames of text.
  /// - Parameters:
  ///   - ratio: what zstd makes of the text without a dictionary, 1 where it is not asked.
  ///   - large: what large frames take of the text; nil where they are not asked.
  private static func symbols(
    _ source: SlotSource, rawByteCount: Int, ratio: Double, options: EncodingOptions,
    compression: ColumnCompression, model: CostModel, large: Double?
  ) -> (index: UInt16, encoder: SymbolEncoder)? {
    guard options.forcedEncoding == nil || options.forcedEncoding == .symbols,
      options.forcedCodec != .zstd, !options.forcesFrames
    else { return nil }
    let isForced = options.forcedEncoding == .symbols
    let isLargeEnough = isForced || rawByteCount >= SymbolEncoder.leastByteCount
    let found = compression.symbols(isLargeEnough: isLargeEnough) {
      guard let trained = SymbolEncoder.train(source, rawByteCount: rawByteCount) else {
        return nil
      }
      let ratio = trained.ratio(source)
      if pays(large, insteadOf: ratio) { return nil }
      let saved = (1 - ratio) * Double(rawByteCount)
      return isForced || saved >= 2 * Double(trained.bytes.byteCount) ? trained : nil
    }
    guard let found, !isForced else { return found }
    let raw = Double(rawByteCount)
    let coded = found.encoder.ratio(source)
    if pays(large, insteadOf: coded) { return nil }
    let with = coded * raw + model.price(nanoseconds: 0.4 * raw)
    // A trained dictionary makes small frames about as small as large ones.
    let without = ratio * 0.7 * raw + model.price(nanoseconds: (ratio < 0.88 ? 1.2 : 0.2) * raw)
    return with < min(without, raw) ? found : nil
  }
}

/// A dictionary of a chunk of text, beside the text as it is or compressed.
private struct DictionaryCandidate {
  let dictionary: ChunkDictionary
  /// Asked for by name.
  private let isForced: Bool
  private let rawByteCount: Int
  /// Bytes of the text and of its lengths, as they are.
  private let plainByteCount: Double
  private let codesByteCount: Int
  private let slotCount: Int
  private let model: CostModel

  /// Nil where no dictionary is plausible.
  /// - Parameter lengths: bytes of a slot's length.
  init?(
    _ source: SlotSource, rawByteCount: Int, lengths: Double, options: EncodingOptions,
    model: CostModel
  ) {
    if let forced = options.forcedEncoding {
      guard forced == .dictionary || forced == .runLength else { return nil }
    } else {
      let sample = ChunkDictionary.sample(source)
      guard sample.distinct * 2 <= sample.slots || sample.slots == source.count else { return nil }
    }
    isForced = options.forcedEncoding != nil
    plainByteCount = Double(rawByteCount) + lengths * Double(source.count)
    guard
      let built = ChunkDictionary.build(
        source, entryLimit: .max, byteLimit: isForced ? .max : Int(plainByteCount))
    else { return nil }
    dictionary = built
    codesByteCount = built.plan(0..<source.count).byteCount
    self.rawByteCount = rawByteCount
    slotCount = source.count
    self.model = model
  }

  /// Text that zstd makes no smaller than that is not compressed.
  private static let incompressible = 0.88

  /// Whether it beats text of which zstd makes this fraction.
  func wins(_ ratio: Double) -> Bool {
    if isForced { return true }
    let fraction = min(1, ratio)
    let compressed = plainByteCount * fraction
    guard Double(dictionary.byteCount) <= compressed / max(0.2, fraction) else { return false }
    let with = model.price(
      byteCount: codesByteCount + Int(Double(dictionary.byteCount) * fraction) + dictionary.count,
      encoding: .dictionary, slotCount: slotCount)
    // Text decodes at about a nanosecond a byte once compressed, a fifth of that as it is.
    let perByte = ratio < DictionaryCandidate.incompressible ? 1.2 : 0.2
    let nanoseconds = Double(rawByteCount) * perByte + Double(slotCount) * 2
    return with < compressed + model.price(nanoseconds: nanoseconds)
  }

  /// Whether it wins whatever fraction zstd makes of the text, from `least` on: what the text costs grows
  /// with it, but for a step down.
  func winsWhatever(from least: Double) -> Bool {
    wins(least) && wins(max(least, DictionaryCandidate.incompressible))
  }
}
