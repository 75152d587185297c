// The pages that hold chosen slots, one after the other. Spec: spec/file.md "Chunks".

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// Goes from page to page with the rows that lie in each; used by one thread.
@safe struct ChosenPages {
  private let chunk: ChunkDecoder
  private let selection: SelectionVector
  /// How many rows were passed.
  private(set) var position = 0
  private var known: ChunkDecoder.KnownEntry?
  /// A page that was looked up ahead, and the position of its first row.
  private var upcoming: (page: ChunkDecoder.Page, position: Int)?

  /// - Parameter selection: ascending, and below the chunk's number of slots.
  init(of selection: SelectionVector, in chunk: ChunkDecoder) {
    self.selection = selection
    self.chunk = chunk
  }

  /// The rows from `position` on, valid while this lives.
  var rest: UnsafeBufferPointer<UInt32> {
    unsafe UnsafeBufferPointer(rebasing: selection.unsafeRows[position...])
  }

  /// The page of the row at `position`, the rows that lie in it, and `position`; nil behind the last row.
  mutating func page() throws(ColonnadeError) -> (
    ChunkDecoder.Page, UnsafeBufferPointer<UInt32>, Int
  )? {
    let rows = unsafe rest
    guard let base = rows.baseAddress, let slot = unsafe rows.first.map({ Int($0) }) else {
      return nil
    }
    let page: ChunkDecoder.Page
    if let upcoming, upcoming.position == position {
      page = upcoming.page
    } else {
      page = try chunk.page(holding: slot, &known).page
    }
    guard page.range.contains(slot) else { throw chunk.corrupt("no page has slot \(slot)") }
    let some = unsafe colonnade_rows_lower_bound(
      base, rows.count, UInt64(page.range.upperBound))
    return unsafe (page, UnsafeBufferPointer(start: base, count: some), position)
  }

  /// Goes on behind so many rows.
  mutating func pass(_ count: Int) { position += count }

  /// Looks up the page behind so many rows, those of the page that is decoded next, and tells the data
  /// source what is read of it first.
  mutating func prefetch(behind count: Int) throws(ColonnadeError) {
    let rows = unsafe rest
    guard count < rows.count else { return }
    let slot = unsafe Int(rows[count])
    let page = try chunk.page(holding: slot, &known).page
    upcoming = (page, position + count)
    prefetch(page, slot)
  }

  /// More is fetched ahead by the processor itself.
  private static let prefetchByteCount = 4096

  /// Tells the data source what a page reads first for one of its slots. Values that are read one by one
  /// are asked for where they are read.
  private func prefetch(_ page: ChunkDecoder.Page, _ slot: Int) {
    let entry = page.entry
    guard !entry.isFramed, page.range.contains(slot) else { return }
    let block = (slot - page.range.lowerBound) / DeltaEncoding.blockCount
    let width = min(64, Int(entry.bitWidth))
    let before: Int
    let byteCount: Int
    switch Encoding(rawValue: entry.encodingCode) {
    case .packed where chunk.shape.type.physical == .list:
      byteCount = PackedEncoding.packedByteCount(DeltaEncoding.blockCount, width)
      before = block * byteCount
    case .symbols:
      byteCount = PackedEncoding.packedByteCount(page.count, width)
      before = 0
    default: return
    }
    chunk.data.prefetch(
      offset: entry.offset &+ UInt64(before),
      byteCount: min(byteCount, ChosenPages.prefetchByteCount))
  }
}
