// From the slots of one field of one row group to page bodies and page entries.
// Spec: spec/encodings.md.

package import ColonnadeArrays
package import ColonnadeBase

/// Encodes chunks; re-entrant, one call a chunk.
package enum ChunkEncoder {
  /// Encodes all slots of one field in one row group.
  /// - Parameters:
  ///   - column: the slots; children are not looked at. Of lists and maps the lengths are encoded
  ///     (a null one has length 0); of structs and fixed-size lists the validity.
  ///   - layout: how many slots each row has.
  ///   - rowCount: rows of the row group, 1 to 2^20.
  ///   - compression: the column's, shared by all its chunks in the file.
  ///   - largeValues: takes values above 65,536 bytes.
  ///   - reference: a column that the chunk may refer to, of as many slots.
  /// - Throws: `.limitExceeded` for a value above 2^30 bytes, and what the sink throws.
  /// - Complexity: O(bytes of the slots).
  package static func encode(
    column: Column, layout: RowLayout, rowCount: Int, options: EncodingOptions,
    compression: ColumnCompression, largeValues: any LargeValueSink,
    reference: ChunkReference? = nil
  ) throws(ColonnadeError) -> EncodedChunk {
    precondition(reference == nil || reference?.column.count == column.count)
    let source = SlotSource(column)
    var chooser = EncodingChooser(options)
    chooser.split = try SplitEncoding.form(source, options, chooser.model)
    let raw = source.rawByteCount(of: 0..<source.count)
    let bytes = MutableBuffer()
    var encoder = PageEncoder(source, chooser: chooser, bytes: bytes, largeValues: largeValues)
    /// What takes the place of frames where they take more bytes than a sample said.
    var fallback: (dictionary: ChunkDictionary, byteCount: Int)?
    var text: TextChoice?
    if source.kind == .bytes {
      text = try TextChoice(
        source, rawByteCount: raw, options: options, compression: compression,
        largeValues: largeValues)
    }
    let pageShift =
      options.pageShift
      ?? shift(
        source, layout: layout, rowCount: rowCount, rawByteCount: raw, options: options,
        hasCodes: text?.dictionary != nil, hasLargeFrames: text?.hasLargeFrames ?? false)
    let ranges = PageRanges(
      layout: layout, rowCount: rowCount, slotCount: source.count, pageShift: pageShift)

    let scratch = MutableBuffer()
    var plans: [PagePlan?] = []
    if let text {
      encoder.dictionary = text.dictionary
      encoder.compressor = text.compressor
      encoder.compressionDictionary = text.compressionDictionary
      // Codes are compressed as codes: what stands for a value there is a view of it.
      encoder.compressesValues = text.compressor != nil && text.dictionary == nil
      encoder.symbols = text.symbols
      encoder.hasLargeFrames = text.hasLargeFrames
      let mayCompress =
        options.forcedCodec == .zstd || (options.profile != .fast && options.forcedCodec == nil)
      if text.hasLargeValues, mayCompress {
        encoder.largeValueCompressor = try ZstdCompressor.take(
          level: options.level, dictionary: nil)
      }
    } else {
      let referring = reference.flatMap { ReferenceEncoder($0) }
      var referencePlans: [PagePlan?] = []
      for range in ranges {
        let page = PageSlots(source, range, scratch: scratch)
        let isNull = page.nullCount == page.count
        plans.append(isNull ? nil : chooser.plan(page, dictionary: nil))
        referencePlans.append(
          isNull ? nil : referring?.plan(page, mayPatch: chooser.mayPatch))
      }
      let values = try ValueChoice(
        source, plans: plans, ranges, rawByteCount: raw, options: options)
      encoder.compressor = values.compressor
      if let referring,
        let mixed = chooser.mixed(plans, with: referencePlans, insteadOf: values, ranges)
      {
        plans = mixed
        encoder.reference = referring
      } else {
        encoder.dictionary = values.dictionary
        encoder.compressesValues = values.compressesPlain
        if values.compressesPlain {
          if try encoder.encodesSmaller(plans, ranges) {
            encoder.compressesValues = false
          } else if let dictionary = encoder.dictionary {
            encoder.dictionary = nil
            fallback = (dictionary, values.encodedByteCount)
          }
        }
      }
    }
    defer {
      encoder.compressor?.giveBack()
      encoder.largeValueCompressor?.giveBack()
    }

    // Growing would touch memory of many sizes.
    if encoder.symbols != nil {
      bytes.reserve(raw / 3)
    } else if text == nil, encoder.compressor == nil, encoder.dictionary == nil {
      bytes.reserve(min(raw, plans.reduce(0) { $0 + ($1?.byteCount ?? 0) + 64 }))
    }
    var (pages, dictionaryPage) = try encode(ranges, plans, hasText: text != nil, by: encoder)
    if let fallback, bytes.byteCount > fallback.byteCount {
      let compressor = encoder.compressor
      encoder.compressor = nil
      bytes.truncate()
      encoder = PageEncoder(source, chooser: chooser, bytes: bytes, largeValues: largeValues)
      encoder.compressor = compressor
      encoder.dictionary = fallback.dictionary
      (pages, dictionaryPage) = try encode(ranges, plans, hasText: false, by: encoder)
    }
    return finish(encoder, pages, dictionaryPage, pageShift: pageShift, rawByteCount: raw)
  }

  /// Writes the pages of a chunk, behind that of its dictionary.
  /// - Parameter plans: of values without a dictionary; empty for text.
  private static func encode(
    _ ranges: PageRanges, _ plans: [PagePlan?], hasText: Bool, by encoder: PageEncoder
  ) throws(ColonnadeError) -> (pages: [PageEntry], dictionaryPage: PageEntry?) {
    let (source, scratch) = (encoder.source, MutableBuffer())
    var dictionaryPage: PageEntry?
    if let dictionary = encoder.dictionary {
      dictionaryPage = try encode(dictionary, of: encoder)
    }
    let isPlain = !hasText && encoder.borrowsValues(plans)
    var pages: [PageEntry] = []
    for (index, range) in ranges.enumerated() {
      let page = PageSlots(source, range, scratch: scratch)
      if isPlain, let plan = plans[index] {
        pages.append(try encoder.encodeBorrowed(page, plan: plan))
        continue
      }
      let plan: PagePlan?
      if page.nullCount == page.count || source.kind == .none {
        plan = nil
      } else if encoder.dictionary == nil, !hasText {
        plan = plans[index]
      } else {
        plan = encoder.chooser.plan(page, dictionary: encoder.dictionary)
      }
      pages.append(try encoder.encode(page, plan: plan))
    }
    return (pages, dictionaryPage)
  }

  private static func finish(
    _ encoder: PageEncoder, _ pages: [PageEntry], _ dictionaryPage: PageEntry?, pageShift: UInt8,
    rawByteCount: Int
  ) -> EncodedChunk {
    let bytes = encoder.bytes
    let values = encoder.borrowed
    var validityOffset: UInt64?
    if encoder.needsChunkValidity {
      bytes.appendZeros(-(values.byteCount + bytes.byteCount) & 63)
      validityOffset = UInt64(values.byteCount + bytes.byteCount)
      PageSlots(encoder.source, 0..<encoder.source.count, scratch: MutableBuffer())
        .appendValidity(0..<encoder.source.count, to: bytes)
    }
    var chunk = EncodedChunk(
      parts: [values, bytes.freeze()], pages: pages, dictionaryPage: dictionaryPage,
      dictionaryCount: dictionaryPage == nil ? 0 : encoder.dictionary?.count ?? 0,
      pageShift: pageShift, validityOffset: validityOffset, rawByteCount: rawByteCount,
      storedByteCount: values.byteCount + bytes.byteCount + encoder.outOfLineByteCount)
    if pages.contains(where: { $0.encodingCode == Encoding.reference.rawValue }) {
      chunk.reference = encoder.reference?.how.distance ?? 0
    }
    return chunk
  }

  /// Writes the page of the dictionary's values, framed for text, compressed where that saves.
  private static func encode(
    _ dictionary: ChunkDictionary, of encoder: PageEncoder
  ) throws(ColonnadeError) -> PageEntry {
    let source = SlotSource(dictionary.column(like: encoder.source))
    let page = PageSlots(source, 0..<source.count, scratch: MutableBuffer())
    let plan = PagePlan(encoding: .plain, byteCount: page.source.rawByteCount(of: page.range))
    var options = encoder.chooser.options
    options.forcesFrames = false
    options.forcedCodec = Codec.none
    func write(_ compressor: ZstdCompressor?, to bytes: MutableBuffer) throws(ColonnadeError)
      -> PageEntry
    {
      let writer = PageEncoder(
        source, chooser: EncodingChooser(options), bytes: bytes, largeValues: encoder.largeValues)
      writer.compressor = compressor
      writer.compressesValues = source.kind == .bytes && compressor != nil
      return try writer.encode(page, plan: plan)
    }
    let profile = encoder.chooser.options.profile
    let maySave =
      source.kind == .bytes && profile != .fast
      && encoder.chooser.options.forcedCodec != Codec.none
    if maySave {
      let compressor = try ZstdCompressor.take(level: options.level, dictionary: nil)
      defer { compressor.giveBack() }
      let entry = try write(compressor, to: encoder.bytes)
      if encoder.bytes.byteCount <= plan.byteCount - plan.byteCount / 8 { return entry }
      encoder.bytes.truncate()
    }
    return try write(nil, to: encoder.bytes)
  }

  /// Rows of a page as a power of two, for about `pageByteCount` of values.
  private static func shift(
    _ source: SlotSource, layout: RowLayout, rowCount: Int, rawByteCount: Int,
    options: EncodingOptions, hasCodes: Bool, hasLargeFrames: Bool
  ) -> UInt8 {
    let perRow: Double
    switch source.kind {
    case .none: return 20
    case .bytes where hasCodes: perRow = 4 * Double(source.count) / Double(max(1, rowCount))
    default: perRow = Double(rawByteCount) / Double(max(1, rowCount))
    }
    let isText = source.kind == .bytes && !hasCodes
    let textByteCount = hasLargeFrames ? LargeTextFrames.byteCount : options.pageByteCount
    let shift = FrameWriter.shift(
      bytesPerSlot: perRow, byteCount: isText ? textByteCount : options.valuePageByteCount)
    guard case .uniform(1) = layout, source.kind != .bytes, source.kind.width <= 8 else {
      return shift
    }
    return max(13, shift)
  }
}

/// The slots of each page of a chunk.
struct PageRanges: Sequence {
  let layout: RowLayout
  let rowCount: Int
  let slotCount: Int
  let pageShift: UInt8

  func makeIterator() -> some IteratorProtocol<Range<Int>> {
    var row = 0
    return AnyIterator {
      guard row < rowCount else { return nil }
      let end = Swift.min(rowCount, row + 1 << Int(pageShift))
      defer { row = end }
      return slot(row)..<slot(end)
    }
  }

  private func slot(_ row: Int) -> Int {
    switch layout {
    case .uniform(let slotsPerRow): return row * slotsPerRow
    case .offsets(let offsets):
      precondition(offsets.byteCount / 4 > row)
      return Int(
        unsafe offsets.unsafeAddress.loadUnaligned(fromByteOffset: row * 4, as: UInt32.self))
    }
  }
}
