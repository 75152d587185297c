// From page entries and bodies back to slots.
// Invariant: nothing from the file is used before it is checked; every failure names the encoding
// and where the page lies. Spec: spec/encodings.md.

package import ColonnadeArrays
package import ColonnadeBase

/// What section 6 says of a chunk.
package struct ChunkShape: Sendable {
  package var type: DataType
  package var rowCount: Int
  package var slotCount: Int
  package var pageShift: UInt8
  package var dictionaryCount: Int
  package var dictionaryPage: PageEntry?
  /// Offset of the validity bitmap in the file.
  package var validityOffset: UInt64?
  /// Slots of the child's chunk; for lists and maps.
  package var elementSlotCount: Int
  /// Where the chunk's values out of line start in the file; references count from there.
  package var largeValueOffset: UInt64

  package init(
    type: DataType, rowCount: Int, slotCount: Int, pageShift: UInt8, dictionaryCount: Int = 0,
    dictionaryPage: PageEntry? = nil, validityOffset: UInt64? = nil, elementSlotCount: Int = 0,
    largeValueOffset: UInt64 = 0
  ) {
    self.type = type
    self.rowCount = rowCount
    self.slotCount = slotCount
    self.pageShift = pageShift
    self.dictionaryCount = dictionaryCount
    self.dictionaryPage = dictionaryPage
    self.validityOffset = validityOffset
    self.elementSlotCount = elementSlotCount
    self.largeValueOffset = largeValueOffset
  }
}

/// Which slots are null.
package struct SlotValidity: Sendable {
  package let count: Int
  package let nullCount: Int
  /// One bit a slot, 1 for valid; nil without nulls.
  package let bits: Buffer?
}

/// Lists decoded: their validity, their offsets and the slots of the child that hold their elements.
package struct ListSlots: Sendable {
  package enum Elements: Sendable {
    case range(Range<Int>)
    /// Ascending slots of the child.
    case selection(SelectionVector)
  }
  package let validity: SlotValidity
  /// `count + 1` Int32 offsets from 0 into the elements below.
  package let offsets: Buffer
  package let elements: Elements
}

/// Decodes one chunk; cheap to make, safe on any thread. Of a class, since what goes from page to page holds
/// it.
package final class ChunkDecoder: Sendable {
  package let shape: ChunkShape
  let pages: any PageSource
  let data: any DataSource
  let cache: DecompressionCache
  /// What its pages of encoding 10 refer to; nil where none may.
  let reference: (any ReferenceSource)?

  package init(
    shape: ChunkShape, pages: any PageSource, data: any DataSource, cache: DecompressionCache,
    reference: (any ReferenceSource)? = nil
  ) {
    self.shape = shape
    self.pages = pages
    self.data = data
    self.cache = cache
    self.reference = reference
  }

  /// The values of `slots`, of a leaf. Plain pages of fixed width share the file's memory.
  /// - Throws: `.corrupt`, `.unsupportedFeature`, `.limitExceeded`, or what the data source does.
  /// - Complexity: O(slots), and at most a page more at either end.
  package func decode(slots: Range<Int>) throws(ColonnadeError) -> Column {
    try check(slots)
    if let shared = try sharedColumn(slots) { return shared }
    let sink = try SlotSink(shape.type, count: slots.count)
    let context = context(reference.map { ReferencedValues($0, slots: slots) })
    try forEachPage(of: slots) { page, part, position throws(ColonnadeError) in
      sink.filledCount = position
      try PageDecoder(context, page.entry, count: page.count)
        .decode(part, into: sink, at: position)
    }
    return sink.finish()
  }

  /// The values of the slots named, ascending, of a leaf.
  /// - Throws: as `decode(slots:)`; `.invalidArgument` for slots that do not ascend.
  /// - Complexity: O(slots named), and the frames or blocks that hold one.
  package func decode(selection: SelectionVector) throws(ColonnadeError) -> Column {
    if let range = try range(of: selection) { return try decode(slots: range) }
    let sink = try SlotSink(shape.type, count: selection.count)
    let context = context(reference.map { ReferencedValues($0, selection: selection) })
    var scattered = ScatteredValues(context, sink)
    var chosen = ChosenPages(of: selection, in: self)
    while let (page, rows, position) = try unsafe chosen.page() {
      let decoder = try PageDecoder(context, page.entry, count: page.count)
      if try unsafe scattered.add(decoder, rows, at: position) {
        chosen.pass(rows.count)
        chosen.pass(try unsafe scattered.add(pagesOf: chosen.rest, in: self, at: chosen.position))
        continue
      }
      sink.filledCount = position
      let some = try unsafe decoder.gather(pagesOf: chosen.rest, in: self, into: sink, at: position)
      if some > 0 {
        chosen.pass(some)
        continue
      }
      try chosen.prefetch(behind: rows.count)
      try unsafe decoder.gather(rows, into: sink, at: position)
      chosen.pass(rows.count)
    }
    try scattered.readAll()
    return sink.finish()
  }

  /// One bit for each of `slots`, of a leaf: 1 where the value is not null and lies in `range`.
  /// - Returns: whole words, zero behind the last bit; nil where values must be decoded to tell.
  /// - Throws: as `decode(slots:)`.
  /// - Complexity: O(slots), without writing values.
  package func select(
    slots: Range<Int>, within range: IntegerRange
  ) throws(ColonnadeError) -> Buffer? {
    try check(slots)
    let context = context()
    // All or none: what is decoded for some is compared at once for all.
    var pages: [(page: PageDecoder, packed: IntegerRange.Packed, part: Range<Int>, at: Int)] = []
    var isPacked = true
    try forEachPage(of: slots) { page, part, position throws(ColonnadeError) in
      guard isPacked else { return }
      let decoder = try PageDecoder(context, page.entry, count: page.count)
      if let packed = decoder.packedRange(range) {
        pages.append((decoder, packed, part, position))
      } else {
        isPacked = false
      }
    }
    guard isPacked else { return nil }
    let bits = MutableBuffer.zeroed(byteCount: (slots.count + 63) / 64 * 8)
    let target = unsafe bits.pointer.assumingMemoryBound(to: UInt8.self)
    for next in pages {
      try unsafe next.page.select(next.part, next.packed, of: range, into: target, at: next.at)
    }
    return bits.freeze()
  }

  /// Which of `slots` are null; of any type.
  package func decodeValidity(slots: Range<Int>) throws(ColonnadeError) -> SlotValidity {
    try check(slots)
    let sink = try SlotSink(.null, count: slots.count)
    let context = context()
    try forEachPage(of: slots) { page, part, position throws(ColonnadeError) in
      try PageDecoder(context, page.entry, count: page.count)
        .decodeValidity(part, into: sink, at: position)
    }
    return sink.finishValidity()
  }

  /// Which of the slots named, ascending, are null; of any type.
  package func decodeValidity(
    selection: SelectionVector
  ) throws(ColonnadeError) -> SlotValidity {
    if let range = try range(of: selection) { return try decodeValidity(slots: range) }
    let sink = try SlotSink(.null, count: selection.count)
    let context = context()
    unsafe try forEachPage(of: selection) { page, rows, position throws(ColonnadeError) in
      try unsafe PageDecoder(context, page.entry, count: page.count)
        .gatherValidity(rows, into: sink, at: position)
    }
    return sink.finishValidity()
  }

  /// What all pages of one call share.
  /// - Parameter referenced: the reference's values where the call decodes values.
  func context(_ referenced: ReferencedValues? = nil) -> PageContext {
    var dictionary: DictionaryReader?
    if let page = shape.dictionaryPage, shape.dictionaryCount > 0 {
      dictionary = DictionaryReader(
        type: shape.type, entry: page, count: shape.dictionaryCount, data: data, cache: cache)
    }
    return PageContext(
      type: shape.type, data: data, cache: cache,
      validityOffset: shape.validityOffset, largeValueOffset: shape.largeValueOffset,
      dictionary: dictionary, reference: referenced)
  }
}
