// Chosen slots of several pages of deltas or symbols at once: each page holds few of them, and asking
// for its bytes, checking its entry and growing the column would cost more than they do.
// Invariant: what is taken are pages whose entries the walk over them found to be in order; any other is
// decoded by itself, which says what is wrong with it.

import CKernels
import ColonnadeBase

/// Pages that hold chosen slots, and those slots.
@safe private struct ChosenSlots {
  let pages: UnsafePointer<colonnade_chosen_page>
  let pageCount: Int
  /// Counted in their pages, one page behind the other.
  let slots: UnsafePointer<UInt32>
  let count: Int
  /// Bytes of the file that hold the pages' bodies.
  let region: Range<UInt64>

  /// The first pages of these.
  func prefix(_ some: Int) -> ChosenSlots {
    if some == pageCount { return self }
    var rows = 0
    for page in 0..<some { unsafe rows += Int(pages[page].rowCount) }
    return unsafe ChosenSlots(
      pages: pages, pageCount: some, slots: slots, count: rows, region: region)
  }
}

extension PageDecoder {
  /// So many slots are decoded together at most.
  private static let mostTogether = 1024

  /// Decodes those of ascending `rows`, slots of `chunk`, that lie in this page and those behind it, as far
  /// as they are like this one, which holds the first row.
  /// - Returns: how many rows were decoded; 0 where the page is to be decoded by itself.
  func gather(
    pagesOf rows: UnsafeBufferPointer<UInt32>, in chunk: ChunkDecoder, into sink: SlotSink,
    at position: Int
  ) throws(ColonnadeError) -> Int {
    guard encoding == .symbols || encoding == .delta, !entry.isFramed, let base = rows.baseAddress,
      let run = try PageRun(like: self, from: unsafe rows[0], in: chunk)
    else { return 0 }
    let wanted = min(rows.count, PageDecoder.mostTogether)
    let room = unsafe context.scratch.rows.room(
      wanted * (MemoryLayout<colonnade_chosen_page>.stride + 4))
    let pages = unsafe room.assumingMemoryBound(to: colonnade_chosen_page.self)
    let slots = unsafe UnsafeMutableRawPointer(pages + wanted).assumingMemoryBound(to: UInt32.self)
    let (count, found) = unsafe run.choose(base, wanted, pages, slots)
    if count == 0 { return 0 }
    let chosen = unsafe ChosenSlots(
      pages: pages, pageCount: found.pageCount, slots: slots, count: count,
      region: found.start..<found.end)
    return encoding == .delta
      ? gatherDeltas(chosen, into: sink, at: position)
      : try gatherSymbols(chosen, into: sink, at: position)
  }

  /// The bytes of the region of which only `parts` will be touched; nil where some cannot be had, which
  /// is said by the page that needs them.
  private func bytes(
    _ chosen: ChosenSlots, _ parts: UnsafePointer<UInt32>, _ partCount: Int
  ) -> Buffer? {
    if partCount == 0 { return .empty }
    let region = chosen.region
    guard
      let bytes = try? unsafe context.data.data(
        offset: region.lowerBound, byteCount: Int(region.upperBound - region.lowerBound),
        parts: UnsafeBufferPointer(start: parts, count: partCount * 2))
    else { return nil }
    // Each page waits for its own otherwise.
    unsafe colonnade_parts_prefetch(
      bytes.unsafeAddress.assumingMemoryBound(to: UInt8.self), parts, partCount)
    return bytes
  }

  private func gatherDeltas(_ chosen: ChosenSlots, into sink: SlotSink, at position: Int) -> Int {
    let origin = chosen.region.lowerBound
    // One part behind the last is written to.
    let parts = unsafe context.scratch.integers.room((chosen.count * 2 + 1) * 8)
      .assumingMemoryBound(to: UInt32.self)
    let partCount = unsafe colonnade_delta_pages_parts(
      parts, chosen.pages, chosen.pageCount, chosen.slots, origin)
    guard let bytes = unsafe bytes(chosen, parts, partCount) else { return 0 }
    unsafe colonnade_delta_pages_values(
      sink.address(position), UInt32(width), chosen.pages, chosen.pageCount, chosen.slots,
      bytes.unsafeAddress.assumingMemoryBound(to: UInt8.self), origin)
    extendLifetime(bytes)
    sink.markValid(position, chosen.count)
    return chosen.count
  }

  private func gatherSymbols(
    _ all: ChosenSlots, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) -> Int {
    let table = try context.symbolTable(at: Int(entry.compressionDictionary))
    let origin = all.region.lowerBound
    // One part behind the last is written to.
    let parts = unsafe context.scratch.integers.room((all.count + 1) * 8)
      .assumingMemoryBound(to: UInt32.self)
    let starts = unsafe context.scratch.content.room(all.count * 8)
      .assumingMemoryBound(to: UInt32.self)
    let counts = unsafe starts + all.count
    var partCount = unsafe colonnade_symbol_pages_count_parts(
      parts, all.pages, all.pageCount, origin)
    guard let packedCounts = unsafe bytes(all, parts, partCount) else { return 0 }
    // Pages whose numbers do not add up are not among these, nor are those behind them.
    let chosen = unsafe all.prefix(
      colonnade_symbol_pages_starts(
        starts, counts, all.pages, all.pageCount, all.slots,
        packedCounts.unsafeAddress.assumingMemoryBound(to: UInt8.self), origin))
    extendLifetime(packedCounts)
    partCount = unsafe colonnade_symbol_pages_code_parts(
      parts, chosen.pages, chosen.pageCount, starts, counts, origin)
    guard let packedCodes = unsafe bytes(chosen, parts, partCount) else { return 0 }
    let codeCount = unsafe Int(colonnade_sum_u32(counts, chosen.count))
    let codes = unsafe context.scratch.codes.room((codeCount + Int(COLONNADE_RUN_SPACE)) * 2)
      .assumingMemoryBound(to: UInt16.self)
    if codeCount > 0 {
      unsafe colonnade_symbol_pages_codes(
        codes, chosen.pages, chosen.pageCount, starts, counts,
        packedCodes.unsafeAddress.assumingMemoryBound(to: UInt8.self), origin)
    }
    extendLifetime(packedCodes)
    guard unsafe table.hasAll(codes, codeCount) else { return 0 }
    let byteCount = unsafe table.byteCount(of: codes, codeCount)
    do throws(ColonnadeError) {
      unsafe try write(
        codes, counts, chosen.count, byteCount: byteCount, table, into: sink, at: position)
    } catch {
      guard error.kind == .corrupt else { throw error }
      sink.returnRoom(byteCount)
      return 0
    }
    sink.markValid(position, chosen.count)
    return chosen.count
  }
}
