// Decoding text from codes of a symbol table: numbers of codes, then codes, then bytes.
// Spec: spec/encodings.md "9 symbols".

import CKernels
import ColonnadeBase

extension PageDecoder {
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

  /// Reads the numbers of codes, checked to add up.
  private func symbolCodes() throws(ColonnadeError) -> Codes {
    let table = try context.cache.symbolTable(
      at: Int(entry.compressionDictionary), from: context.data)
    let codeCount = Int(entry.auxiliaryCount)
    let layout = SymbolLayout(
      slotCount: count, countWidth: Int(entry.bitWidth), codeCount: codeCount,
      codeWidth: Int(entry.scale))
    guard Int(entry.byteCount) == layout.byteCount else {
      throw corrupt("a body of \(entry.byteCount) bytes where \(layout.byteCount) are due")
    }
    let packed = try body(0, layout.countsByteCount)
    let counts = unsafe context.scratch.integers.room(count * 4)
      .assumingMemoryBound(to: UInt32.self)
    unsafe colonnade_unpack(
      counts, 4, packed.unsafeAddress.assumingMemoryBound(to: UInt8.self), count, 0, count, 0,
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
    guard total == UInt64(codeCount) else {
      throw corrupt("slots of \(total) codes where there are \(codeCount)")
    }
    return unsafe Codes(table: table, layout: layout, counts: counts)
  }

  /// Unpacks codes `range` of the page to `target`, checked against the table.
  private func unpack(
    _ range: Range<Int>, of codes: Codes, to target: UnsafeMutablePointer<UInt16>
  ) throws(ColonnadeError) {
    guard !range.isEmpty else { return }
    // Whole blocks of 1,024 codes, and no more of them than hold the range.
    let block = DeltaEncoding.blockCount
    let first = range.lowerBound / block * block
    let end = min(Int(entry.auxiliaryCount), (range.upperBound + block - 1) / block * block)
    let width = Int(entry.scale)
    let packed = try body(
      codes.layout.codesStart + PackedEncoding.packedByteCount(first, width),
      PackedEncoding.packedByteCount(end - first, width))
    unsafe colonnade_unpack(
      target, 2, packed.unsafeAddress.assumingMemoryBound(to: UInt8.self), end - first,
      range.lowerBound - first, range.count, 0, UInt32(width))
    guard unsafe Int(colonnade_greatest_u16(target, range.count)) < codes.table.count else {
      throw corrupt("a code of none of the \(codes.table.count) symbols")
    }
  }

  /// Writes the text of `some` slots, whose numbers of codes stand at `counts`.
  /// - Parameter byteCount: bytes of their values.
  private func write(
    _ unpacked: UnsafePointer<UInt16>, _ counts: UnsafeMutablePointer<UInt32>, _ some: Int,
    byteCount: Int, _ table: SymbolTable, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    // Pages to come are taken to be like this one.
    let left = max(1, (sink.count - sink.filledCount) / max(1, some))
    let room = try sink.textRoom(byteCount, hint: byteCount * min(left, 1024))
    let target = unsafe (room.buffer.pointer + room.offset).assumingMemoryBound(to: UInt8.self)
    let written = unsafe colonnade_symbols_decode(
      sink.address(position), target, byteCount, unpacked, counts, some,
      table.symbols.unsafeAddress.assumingMemoryBound(to: UInt8.self),
      table.lengths.unsafeAddress.assumingMemoryBound(to: UInt8.self), UInt32(room.index),
      UInt32(room.offset))
    guard written == byteCount else {
      throw corrupt("symbols of other than the \(byteCount) bytes that are stated")
    }
    guard unsafe Int(colonnade_greatest_u32(counts, some)) <= EncodingLimit.inlineValueByteCount
    else { throw corrupt("a value that should stand out of line") }
    guard context.type.isText, !table.isText else { return }
    guard unsafe colonnade_utf8_values_are_valid(target, byteCount, counts, some) == 1 else {
      throw corrupt("text that is not UTF-8")
    }
  }

  /// Decodes slots `range` of the page.
  func decodeSymbols(
    _ range: Range<Int>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    if hasNulls {
      let validity = try chunkValidity(range)
      _ = unsafe sink.copyValidity(
        validity.bits.unsafeAddress.assumingMemoryBound(to: UInt8.self), validity.firstBit,
        position, range.count)
    } else {
      sink.markValid(position, range.count)
    }
    let codes = try symbolCodes()
    var first = 0
    for slot in 0..<range.lowerBound { unsafe first += Int(codes.counts[slot]) }
    var wanted = Int(entry.auxiliaryCount)
    if range.count < count {
      wanted = 0
      for slot in range { unsafe wanted += Int(codes.counts[slot]) }
    }
    let unpacked = unsafe context.scratch.codes.room(wanted * 2)
      .assumingMemoryBound(to: UInt16.self)
    unsafe try unpack(first..<first + wanted, of: codes, to: unpacked)
    var byteCount = Int(entry.base >> 32)
    if range.count < count {
      byteCount = unsafe Int(
        colonnade_symbols_byte_count(
          unpacked, wanted,
          codes.table.lengths.unsafeAddress.assumingMemoryBound(to: UInt8.self)))
    }
    unsafe try write(
      unpacked, codes.counts + range.lowerBound, range.count, byteCount: byteCount, codes.table,
      into: sink, at: position)
  }

  /// Decodes the slots of the chunk at ascending `rows`, all in this page.
  func gatherSymbols(
    _ rows: UnsafeBufferPointer<UInt32>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    let codes = try symbolCodes()
    let pageStart = Int(entry.firstSlot)
    var first = 0
    var slot = 0
    var wanted = 0
    // Where the codes of each row start, and how many there are.
    let places = unsafe context.scratch.content.room(rows.count * 8)
      .assumingMemoryBound(to: UInt32.self)
    let counts = unsafe places + rows.count
    for index in 0..<rows.count {
      let row = unsafe Int(rows[index]) - pageStart
      while slot < row {
        unsafe first += Int(codes.counts[slot])
        slot += 1
      }
      unsafe places[index] = UInt32(first)
      unsafe counts[index] = codes.counts[row]
      unsafe wanted += Int(codes.counts[row])
    }
    let unpacked = unsafe context.scratch.codes.room(wanted * 2)
      .assumingMemoryBound(to: UInt16.self)
    var at = 0
    if rows.count * 8 < count {
      for index in 0..<rows.count {
        let start = unsafe Int(places[index])
        let some = unsafe Int(counts[index])
        unsafe try unpack(start..<start + some, of: codes, to: unpacked + at)
        at += some
      }
    } else {
      let all = MutableBuffer(byteCount: Int(entry.auxiliaryCount) * 2)
      let whole = unsafe all.pointer.assumingMemoryBound(to: UInt16.self)
      unsafe try unpack(0..<Int(entry.auxiliaryCount), of: codes, to: whole)
      for index in 0..<rows.count {
        let some = unsafe Int(counts[index])
        unsafe (unpacked + at).update(from: whole + Int(places[index]), count: some)
        at += some
      }
    }
    let byteCount = unsafe Int(
      colonnade_symbols_byte_count(
        unpacked, wanted, codes.table.lengths.unsafeAddress.assumingMemoryBound(to: UInt8.self)))
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
      unpacked, counts, rows.count, byteCount: byteCount, codes.table, into: sink, at: position)
  }
}
