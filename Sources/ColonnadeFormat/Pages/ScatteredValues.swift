// Chosen values of which each page holds few: from page to page only their places are found; their
// blocks are verified and the values read for many pages at once.
// Invariant: the values held back are those of slots one behind the other; what is known of their
// validity stands in the sink already.

import CKernels
import ColonnadeBase

/// Values of one call that are still to be read; used by one thread.
@safe struct ScatteredValues {
  /// What values that are read at once have in common.
  private struct Form: Equatable {
    let encoding: Encoding
    let scale: UInt8
    let flags: PageEntry.Flags

    init(_ page: PageDecoder) {
      encoding = page.encoding
      scale = page.entry.scale
      flags = page.entry.flags.intersection([.multiples, .products])
    }
  }

  /// So many values are held back at most, unless one page has more.
  private static let heldCount = 4096
  /// Pages with more values for a block are read block by block: 1,024 are unpacked in the time of so
  /// many single ones.
  fileprivate static let mostInBlock = 8

  private let context: PageContext
  private let sink: SlotSink
  private var places: MutableBuffer { context.scratch.places }
  /// How many values are held back, and where the first goes.
  private var count = 0
  private var start = 0
  private var form: Form?
  /// The first page of those held back, or the first that has nulls.
  private var page: PageDecoder?
  private var hasNulls = false
  /// Whether all of their integers are below 2^51.
  private var areSmall = true
  /// Bytes that hold all of them.
  private var region: Range<UInt64> = 0..<0

  init(_ context: PageContext, _ sink: SlotSink) {
    self.context = context
    self.sink = sink
  }

  /// Holds back the slots of the chunk at ascending `rows`, all in `page`.
  /// - Returns: false where the page is to be decoded by itself.
  mutating func add(
    _ page: PageDecoder, _ rows: UnsafeBufferPointer<UInt32>, at position: Int
  ) throws(ColonnadeError) -> Bool {
    guard let base = rows.baseAddress, unsafe page.isScattered(rows) else {
      try readAll()
      return false
    }
    let body = try page.bodyRange()
    let form = Form(page)
    if count > 0, form != self.form || count + rows.count > ScatteredValues.heldCount {
      try readAll()
    }
    unsafe try page.gatherChunkValidity(rows, into: sink, at: position)
    if count == 0 {
      places.truncate()
      start = position
      self.form = form
      self.page = page
      hasNulls = page.hasNulls
      areSmall = true
      region = body
    } else {
      if page.hasNulls, !hasNulls {
        self.page = page
        hasNulls = true
      }
      region = min(region.lowerBound, body.lowerBound)..<max(region.upperBound, body.upperBound)
    }
    areSmall = areSmall && DecimalEncoding.areSmall(page.entry)
    let size = MemoryLayout<colonnade_place>.stride
    unsafe page.find(
      base, rows.count,
      places.extend(by: rows.count * size).assumingMemoryBound(to: colonnade_place.self))
    count += rows.count
    return true
  }

  /// Holds back those of `rows`, ascending slots of `chunk`, that lie in pages of the form of the pages that
  /// are held back, from the first row on: what `add` does, for many pages at once.
  /// - Returns: how many rows.
  mutating func add(
    pagesOf rows: UnsafeBufferPointer<UInt32>, in chunk: ChunkDecoder, at position: Int
  ) throws(ColonnadeError) -> Int {
    guard let page, let base = rows.baseAddress else { return 0 }
    var taken = 0
    while count > 0, count < ScatteredValues.heldCount, taken < rows.count {
      guard
        let pages = try PageRun(
          like: page, from: unsafe rows[taken], in: chunk, mostInBlock: ScatteredValues.mostInBlock)
      else { break }
      let size = MemoryLayout<colonnade_place>.stride
      let wanted = min(rows.count - taken, ScatteredValues.heldCount - count)
      let target = unsafe places.extend(by: wanted * size)
      let (some, found) = unsafe pages.place(
        base + taken, wanted, target.assumingMemoryBound(to: colonnade_place.self))
      places.truncate(to: (count + some) * size)
      if some == 0 { break }
      sink.markValid(position + taken, some)
      region = min(region.lowerBound, found.start)..<max(region.upperBound, found.end)
      areSmall = areSmall && found.areSmall == 1
      taken += some
      count += some
    }
    return taken
  }

  /// Reads what is held back.
  mutating func readAll() throws(ColonnadeError) {
    guard count > 0, let page else { return }
    let (some, at) = (count, start)
    count = 0
    let held = unsafe UnsafeBufferPointer(
      start: places.pointer.assumingMemoryBound(to: colonnade_place.self), count: some)
    places.truncate()
    unsafe try page.decode(held, in: region, areSmall: areSmall, into: sink, at: at)
    if hasNulls { sink.zeroNulls(at, some) }
  }
}

extension PageDecoder {
  /// Whether single values are read where they stand: the page has no frames and no patches, and
  /// `rows` are few of its slots, all in whole blocks.
  fileprivate func isScattered(
    _ rows: UnsafeBufferPointer<UInt32>
  ) -> Bool {
    guard !entry.isFramed, let last = unsafe rows.last, let slots = blockSlots else { return false }
    switch (encoding, kind) {
    case (.plain, .integer), (.plain, .float): break
    case (.packed, .integer), (.decimal, _), (.reference, _), (.dictionary, _):
      guard !encoding.hasPatches || entry.auxiliaryCount == 0,
        Int(last) - Int(entry.firstSlot) < count & ~(DeltaEncoding.blockCount - 1)
      else { return false }
    default: return false
    }
    return rows.count * slots < ScatteredValues.mostInBlock * count
  }

  /// Where the places of slots `rows` stand.
  fileprivate func find(
    _ rows: UnsafePointer<UInt32>, _ some: Int, _ places: UnsafeMutablePointer<colonnade_place>
  ) {
    if encoding == .plain {
      unsafe colonnade_places_plain(
        places, rows, some, entry.firstSlot, entry.offset, UInt32(width))
    } else {
      unsafe colonnade_places_packed(
        places, rows, some, entry.firstSlot, entry.offset, encoding == .dictionary ? 0 : entry.base,
        UInt32(entry.bitWidth))
    }
  }

  /// Decodes the values at `places`, of pages like this one.
  fileprivate func decode(
    _ places: UnsafeBufferPointer<colonnade_place>, in region: Range<UInt64>, areSmall: Bool,
    into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    let some = places.count
    switch encoding {
    case .decimal:
      let digits = unsafe context.scratch.integers.room(some * 8)
      unsafe try context.data.read(places: places, in: region, width: 8, to: digits)
      unsafe colonnade_decimal_values(
        sink.address(position), UInt32(width), digits.assumingMemoryBound(to: UInt64.self), some,
        entry.decimalForm.kernelScale, areSmall ? 1 : 0)
    case .reference:
      unsafe try decodeReferences(places, in: region, areSmall: areSmall, into: sink, at: position)
    case .dictionary:
      let codes = unsafe context.scratch.codes.room(some * 4)
      unsafe try context.data.read(places: places, in: region, width: 4, to: codes)
      try unsafe lookUp(codes, some, into: sink, at: position)
    default:
      unsafe try context.data.read(
        places: places, in: region, width: width, to: sink.address(position))
    }
  }
}
