// Pages of a chunk that are all like one that was found to be in order: their entries are walked where
// they stand. Spec: spec/file.md "Pages".

import CKernels
import ColonnadeBase

/// Entries of such pages, or of others, which end the run.
@safe struct PageRun {
  private let pages: any PageSource
  /// Holds the bytes of the entries.
  private let entries: Buffer
  private var run: colonnade_page_run

  /// The pages from that of slot `row` on; nil where none could be taken.
  /// - Parameters:
  ///   - page: what they are like.
  ///   - mostInBlock: pages with as many rows for a block are not taken.
  init?(
    like page: PageDecoder, from row: UInt32, in chunk: ChunkDecoder, mostInBlock: Int? = nil
  ) throws(ColonnadeError) {
    let shape = chunk.shape
    let index = Int(row) >> Int(shape.pageShift)
    guard let layout = page.layout, shape.slotCount == shape.rowCount,
      shape.slotCount <= UInt32.max, index < chunk.pageCount
    else { return nil }
    let found = try chunk.pages.entries(from: index)
    pages = chunk.pages
    entries = found.bytes
    unsafe run = colonnade_page_run()
    unsafe run.entries = found.bytes.unsafeAddress.assumingMemoryBound(to: UInt8.self)
    unsafe run.stride = found.stride
    unsafe run.mostBytes = UInt64(UInt32.max)
    unsafe run.mostCodes = PageRun.mostCodes
    unsafe run.first = UInt32(index)
    unsafe run.count = UInt32(found.count)
    unsafe run.pageCount = UInt32(chunk.pageCount)
    unsafe run.slotCount = UInt32(shape.slotCount)
    unsafe run.pageShift = UInt32(shape.pageShift)
    unsafe run.width = UInt32(page.width)
    unsafe run.greatestBitWidth = UInt32(page.greatestBitWidth)
    unsafe run.blockSlots = mostInBlock == nil ? 1 : UInt32(page.blockSlots ?? 1)
    unsafe run.mostInBlock = mostInBlock.map { UInt32($0) } ?? UInt32.max
    unsafe run.compressionDictionary = page.entry.compressionDictionary
    unsafe run.encoding = page.entry.encodingCode
    unsafe run.flags =
      page.entry.flags.subtracting([.validityInFrames, .validityInChunk]).rawValue
    unsafe run.scale = page.entry.scale
    unsafe run.layout = UInt8(layout.rawValue)
    unsafe run.hasBases = page.encoding == .dictionary ? 0 : 1
  }

  /// Pages of symbols are taken together while they have no more codes than that: memory for them does not
  /// grow with what their entries say.
  private static let mostCodes: UInt64 = 1 << 20

  /// Where the integers at ascending `rows` stand.
  /// - Returns: how many rows, from the first on, lie in pages that could be taken, and those pages.
  func place(
    _ rows: UnsafePointer<UInt32>, _ count: Int, _ places: UnsafeMutablePointer<colonnade_place>
  ) -> (count: Int, found: colonnade_pages_found) {
    var (run, found) = unsafe (run, colonnade_pages_found())
    let some = unsafe colonnade_places_pages(places, rows, count, &run, &found)
    extendLifetime(entries)
    pages.count(pages: found.pageCount)
    return (some, found)
  }

  /// The pages that hold ascending `rows`, and the rows counted in them.
  /// - Returns: as `place`.
  func choose(
    _ rows: UnsafePointer<UInt32>, _ count: Int,
    _ chosen: UnsafeMutablePointer<colonnade_chosen_page>, _ slots: UnsafeMutablePointer<UInt32>
  ) -> (count: Int, found: colonnade_pages_found) {
    var (run, found) = unsafe (run, colonnade_pages_found())
    let some = unsafe colonnade_pages_choose(chosen, slots, rows, count, &run, &found)
    extendLifetime(entries)
    pages.count(pages: found.pageCount)
    return (some, found)
  }
}

extension PageDecoder {
  /// How its body is laid out, where pages like it can be walked.
  fileprivate var layout: colonnade_page_layout? {
    switch encoding {
    case .plain: colonnade_layout_plain
    case .packed, .decimal, .reference, .dictionary: colonnade_layout_packed
    case .delta: colonnade_layout_delta
    case .symbols: colonnade_layout_symbols
    default: nil
    }
  }
}
