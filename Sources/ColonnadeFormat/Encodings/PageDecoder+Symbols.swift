// Decoding text from codes of a symbol table: numbers of codes, then codes, then bytes.
// Spec: spec/encodings.md "9 symbols".

import CKernels
import ColonnadeBase

extension PageDecoder {
  /// The page's parts: how many codes each slot has, still packed, and where the codes stand.
  private struct Parts {
    let table: SymbolTable
    let layout: SymbolLayout
    let counts: Buffer
  }

  /// How many codes each slot of the page has, and where the codes stand.
  @safe private struct Codes {
    let table: SymbolTable
    let layout: SymbolLayout
    /// One a slot, of the whole page.
    let counts: UnsafeMutablePointer<UInt32>
  }

  func checkSymbols() throws(ColonnadeError) {
    guard entry.compressionDictionary != PageEntry.noDictionary else {
      throw corrupt("no symbol table")
    }
    guard entry.scale >= 1, entry.scale <= 16, !entry.isFramed else {
      throw corrupt("codes of \(entry.scale) bits")
    }
  }

  private func symbolParts() throws(ColonnadeError) -> Parts {
    let table = try context.symbolTable(at: Int(entry.compressionDictionary))
    let layout = SymbolLayout(
      slotCount: count, countWidth: Int(entry.bitWidth), codeCount: Int(entry.auxiliaryCount),
      codeWidth: Int(entry.scale))
    guard Int(entry.byteCount) == layout.byteCount else {
      throw corrupt("a body of \(entry.byteCount) bytes where \(layout.byteCount) are due")
    }
    return Parts(table: table, layout: layout, counts: try body(0, layout.countsByteCount))
  }

  private func check(codeCount total: UInt64) throws(ColonnadeError) {
    guard total == UInt64(entry.auxiliaryCount) else {
      throw corrupt("slots of \(total) codes where there are \(entry.auxiliaryCount)")
    }
  }

  /// Reads the numbers of codes, checked to add up.
  private func symbolCodes(_ parts: Parts) throws(ColonnadeError) -> Codes {
    let counts = unsafe context.scratch.integers.room(count * 4)
      .assumingMemoryBound(to: UInt32.self)
    unsafe colonnade_unpack(
      counts, 4, parts.counts.unsafeAddress.assumingMemoryBound(to: UInt8.self), count, 0, count, 0,
      UInt32(entry.bitWidth))
    let total: UInt64
    let least = entry.base & 0xFFFF_FFFF
    if hasNulls {
      let validity = try chunkValidity(0..<count)
      total = unsafe colonnade_lengths_finish(
        counts, count, least,
        validity.bits.unsafeAddress.assumingMemoryBound(to: UInt8.self), validity.firstBit)
    } else {
      total = unsafe colonnade_lengths_finish(counts, count, least, nil, 0)
    }
    try check(codeCount: total)
    return unsafe Codes(table: parts.table, layout: parts.layout, counts: counts)
  }

  /// The blocks that hold codes `range` of the page, and the code they start with.
  private func packedCodes(
    _ range: Range<Int>, _ layout: SymbolLayout
  ) throws(ColonnadeError) -> (bytes: Buffer, codes: Range<Int>) {
    // Whole blocks of 1,024 codes, and no more of them than hold the range.
    let block = DeltaEncoding.blockCount
    let first = range.lowerBound / block * block
    let end = min(Int(entry.auxiliaryCount), (range.upperBound + block - 1) / block * block)
    let width = Int(entry.scale)
    let bytes = try body(
      layout.codesStart + PackedEncoding.packedByteCount(first, width),
      PackedEncoding.packedByteCount(end - first, width))
    return (bytes, first..<end)
  }

  /// All codes of the page, of which only those of some rows are to be unpacked.
  private func packedCodes(
    _ places: UnsafePointer<UInt32>, _ counts: UnsafePointer<UInt32>, _ some: Int,
    _ layout: SymbolLayout
  ) throws(ColonnadeError) -> (bytes: Buffer, codes: Range<Int>) {
    let codeCount = Int(entry.auxiliaryCount)
    let parts = unsafe context.scratch.rows.room(some * 8).assumingMemoryBound(to: UInt32.self)
    let partCount =
      unsafe 2
      * colonnade_run_bytes(parts, codeCount, places, counts, some, UInt32(entry.scale))
    let bytes = try unsafe body(
      layout.codesStart, layout.byteCount - layout.codesStart,
      parts: UnsafeBufferPointer(start: parts, count: partCount))
    return (bytes, 0..<codeCount)
  }

  /// Unpacks codes `range` of the page to `target`; `check` says whether they are codes.
  private func unpack(
    _ range: Range<Int>, from packed: (bytes: Buffer, codes: Range<Int>),
    to target: UnsafeMutablePointer<UInt16>
  ) {
    unsafe colonnade_unpack(
      target, 2, packed.bytes.unsafeAddress.assumingMemoryBound(to: UInt8.self),
      packed.codes.count, range.lowerBound - packed.codes.lowerBound, range.count, 0,
      UInt32(entry.scale))
  }

  private func check(
    _ unpacked: UnsafePointer<UInt16>, _ some: Int, _ table: SymbolTable
  ) throws(ColonnadeError) {
    guard unsafe table.hasAll(unpacked, some) else {
      throw corrupt("a code of none of the \(table.count) symbols")
    }
  }

  /// Writes the text of `some` slots, whose numbers of codes stand at `counts`.
  /// - Parameter byteCount: bytes of their values.
  func write(
    _ unpacked: UnsafePointer<UInt16>, _ counts: UnsafeMutablePointer<UInt32>, _ some: Int,
    byteCount: Int, _ table: SymbolTable, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    // Pages to come are taken to be like this one.
    let left = max(1, (sink.count - sink.filledCount) / max(1, some))
    let room = try sink.textRoom(byteCount, hint: byteCount * min(left, 1024))
    let target = unsafe (room.buffer.pointer + room.offset).assumingMemoryBound(to: UInt8.self)
    // What lies behind is not written to yet: symbols may be copied whole up to the last one.
    let written = unsafe colonnade_symbols_decode(
      sink.address(position), target, room.buffer.capacity - room.offset, unpacked, counts, some,
      table.symbols.unsafeAddress.assumingMemoryBound(to: UInt8.self),
      table.lengths.unsafeAddress.assumingMemoryBound(to: UInt8.self), UInt32(room.index),
      UInt32(room.offset))
    unsafe try check(written, target, counts, some, byteCount: byteCount, table)
  }

  /// Checks the text of `some` slots, whose lengths stand at `lengths`.
  private func check(
    _ written: Int, _ target: UnsafePointer<UInt8>, _ lengths: UnsafePointer<UInt32>,
    _ some: Int, byteCount: Int, _ table: SymbolTable
  ) throws(ColonnadeError) {
    guard written == byteCount else {
      throw corrupt("symbols of other than the \(byteCount) bytes that are stated")
    }
    guard unsafe Int(colonnade_greatest_u32(lengths, some)) <= EncodingLimit.inlineValueByteCount
    else { throw corrupt("a value that should stand out of line") }
    guard context.type.isText, !table.isText else { return }
    guard unsafe colonnade_utf8_values_are_valid(target, byteCount, lengths, some) == 1 else {
      throw corrupt("text that is not UTF-8")
    }
  }

  /// The codes of slots `range`, and how many bytes they stand for.
  private func unpack(
    _ range: Range<Int>, of codes: Codes
  ) throws(ColonnadeError) -> (unpacked: UnsafePointer<UInt16>, byteCount: Int) {
    let first = unsafe Int(colonnade_sum_u32(codes.counts, range.lowerBound))
    var wanted = Int(entry.auxiliaryCount)
    if range.count < count {
      wanted = unsafe Int(colonnade_sum_u32(codes.counts + range.lowerBound, range.count))
    }
    let unpacked = unsafe context.scratch.codes.room(wanted * 2)
      .assumingMemoryBound(to: UInt16.self)
    if wanted > 0 {
      let range = first..<first + wanted
      unsafe unpack(range, from: try packedCodes(range, codes.layout), to: unpacked)
    }
    unsafe try check(unpacked, wanted, codes.table)
    var byteCount = Int(entry.base >> 32)
    if range.count < count {
      byteCount = unsafe codes.table.byteCount(of: unpacked, wanted)
    }
    return unsafe (UnsafePointer(unpacked), byteCount)
  }

  /// Decodes slots `range` of the page.
  func decodeSymbols(
    _ range: Range<Int>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    try copyChunkValidity(range, into: sink, at: position)
    let codes = try symbolCodes(try symbolParts())
    let (unpacked, byteCount) = unsafe try unpack(range, of: codes)
    unsafe try write(
      unpacked, codes.counts + range.lowerBound, range.count, byteCount: byteCount, codes.table,
      into: sink, at: position)
  }

  /// Appends the text of slots `range` of a page without nulls to `bytes`, which have room for the
  /// whole page, and writes where each slot's ends in them.
  func decodeSymbols(
    _ range: Range<Int>, ends: UnsafeMutablePointer<UInt32>, to bytes: MutableBuffer
  ) throws(ColonnadeError) {
    let codes = try symbolCodes(try symbolParts())
    let (unpacked, byteCount) = unsafe try unpack(range, of: codes)
    let room = bytes.capacity - bytes.byteCount
    guard byteCount <= room else { throw corrupt("more than the bytes that are stated") }
    let offset = bytes.byteCount
    let target = unsafe bytes.extend(by: byteCount).assumingMemoryBound(to: UInt8.self)
    let lengths = unsafe codes.counts + range.lowerBound
    let written = unsafe colonnade_symbols_decode_ends(
      ends, target, room, unpacked, lengths, range.count,
      codes.table.symbols.unsafeAddress.assumingMemoryBound(to: UInt8.self),
      codes.table.lengths.unsafeAddress.assumingMemoryBound(to: UInt8.self), UInt32(offset))
    unsafe try check(
      written, target, lengths, range.count, byteCount: byteCount, codes.table)
  }

  /// So many rows of a page are read one by one.
  private static let fewRowCount = 3

  /// Finds where the codes of rows start and how many there are; the numbers of all slots are checked
  /// to add up.
  private func findCodes(
    of rows: UnsafeBufferPointer<UInt32>, in parts: Parts, _ places: UnsafeMutablePointer<UInt32>,
    _ counts: UnsafeMutablePointer<UInt32>
  ) throws(ColonnadeError) {
    guard let base = rows.baseAddress else { return }
    let slots = unsafe relative(base, rows.count, Int(entry.firstSlot))
    guard hasNulls else {
      let total = unsafe colonnade_packed_starts(
        places, counts, parts.counts.unsafeAddress.assumingMemoryBound(to: UInt8.self), count,
        slots, rows.count, entry.base & 0xFFFF_FFFF, UInt32(entry.bitWidth))
      try check(codeCount: total)
      return
    }
    // A null slot has no codes, whatever number stands there.
    let all = unsafe try symbolCodes(parts).counts
    var first = 0
    var slot = 0
    for index in 0..<rows.count {
      let row = unsafe Int(slots[index])
      unsafe first += Int(colonnade_sum_u32(all + slot, row - slot))
      slot = row
      unsafe places[index] = UInt32(first)
      unsafe counts[index] = all[row]
    }
  }

  /// Decodes the slots of the chunk at ascending `rows`, all in this page.
  func gatherSymbols(
    _ rows: UnsafeBufferPointer<UInt32>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    let parts = try symbolParts()
    let pageStart = Int(entry.firstSlot)
    // Where the codes of each row start, and how many there are.
    let places = unsafe context.scratch.content.room(rows.count * 8)
      .assumingMemoryBound(to: UInt32.self)
    let counts = unsafe places + rows.count
    unsafe try findCodes(of: rows, in: parts, places, counts)
    let wanted = unsafe Int(colonnade_sum_u32(counts, rows.count))
    let unpacked = unsafe context.scratch.codes.room(
      (wanted + Int(COLONNADE_RUN_SPACE)) * 2
    ).assumingMemoryBound(to: UInt16.self)
    if rows.count > Self.fewRowCount {
      // At once, unless the rows are few and far apart.
      if wanted > 0 {
        let all = try unsafe packedCodes(places, counts, rows.count, parts.layout)
        unsafe colonnade_unpack_runs(
          unpacked, all.bytes.unsafeAddress.assumingMemoryBound(to: UInt8.self), all.codes.count,
          places, counts, rows.count, UInt32(entry.scale))
        extendLifetime(all.bytes)
      }
    } else {
      var at = 0
      for index in 0..<rows.count {
        let start = unsafe Int(places[index])
        let some = unsafe Int(counts[index])
        guard some > 0 else { continue }
        let range = start..<start + some
        unsafe unpack(range, from: try packedCodes(range, parts.layout), to: unpacked + at)
        at += some
      }
    }
    unsafe try check(unpacked, wanted, parts.table)
    let byteCount = unsafe parts.table.byteCount(of: unpacked, wanted)
    if hasNulls, let base = rows.baseAddress {
      let validity = try chunkValidity(0..<count)
      let bits = unsafe context.scratch.rows.room(rows.count * 4)
        .assumingMemoryBound(to: UInt32.self)
      unsafe colonnade_rows_less(
        bits, base, rows.count, UInt32(truncatingIfNeeded: pageStart - validity.firstBit))
      _ = unsafe sink.gatherValidity(
        validity.bits.unsafeAddress.assumingMemoryBound(to: UInt8.self), rows: bits, position,
        rows.count)
    } else {
      sink.markValid(position, rows.count)
    }
    unsafe try write(
      unpacked, counts, rows.count, byteCount: byteCount, parts.table, into: sink, at: position)
  }
}
