// A page of encoding 9: how many codes each slot has, then the codes. Spec: spec/encodings.md
// "9 symbols".

import CKernels
import ColonnadeBase

extension PageEncoder {
  /// Writes text as codes of the chunk's symbols.
  /// - Returns: false, with nothing written, where that does not save or a value stands out of line.
  func encodeSymbols(_ page: PageSlots, _ entry: inout PageEntry) -> Bool {
    guard let symbols else { return false }
    let (_, greatest, total) = source.measure(page.range)
    let raw = Int(total)
    guard greatest <= EncodingLimit.inlineValueByteCount,
      let codeCount = symbols.encoder.encode(
        source, page.range, byteCount: raw, codes: symbolCodes, counts: symbolCounts)
    else { return false }
    let counts = unsafe symbolCounts.pointer.assumingMemoryBound(to: UInt32.self)
    var least = UInt32.max
    var most: UInt32 = 0
    for slot in 0..<page.count where page.isValid(slot) {
      unsafe least = min(least, counts[slot])
      unsafe most = max(most, counts[slot])
    }
    for slot in 0..<page.count { unsafe counts[slot] &-= least }
    if page.hasNulls, let validity = unsafe source.validity {
      unsafe colonnade_zero_nulls(counts, 4, validity, page.range.lowerBound, page.count)
    }
    let countWidth = 32 - (most - least).leadingZeroBitCount
    let codeWidth = symbols.encoder.bitWidth
    let size = SymbolLayout(
      slotCount: page.count, countWidth: countWidth, codeCount: codeCount, codeWidth: codeWidth)
    let pays = size.byteCount < raw + page.count / 2 || chooser.options.forcedEncoding == .symbols
    guard pays, let stated = UInt32(exactly: raw) else {
      return false
    }
    start(&entry, alignment: 64)
    entry.encodingCode = Encoding.symbols.rawValue
    entry.base = UInt64(least) | UInt64(stated) << 32
    entry.bitWidth = UInt8(countWidth)
    entry.scale = UInt8(codeWidth)
    entry.auxiliaryCount = UInt32(codeCount)
    entry.compressionDictionary = symbols.index
    if page.hasNulls { leaveValidity(&entry) }
    unsafe PackedEncoding.append(
      UnsafeRawPointer(symbolCounts.pointer), width: 4, count: page.count, base: 0,
      bitWidth: countWidth, to: bytes)
    bytes.pad(to: 8)
    unsafe PackedEncoding.append(
      UnsafeRawPointer(symbolCodes.pointer), width: 2, count: codeCount, base: 0,
      bitWidth: codeWidth, to: bytes)
    return true
  }
}

/// Where the parts of a page of encoding 9 stand in its body.
struct SymbolLayout {
  /// Bytes of the packed numbers of codes.
  let countsByteCount: Int
  /// Where the packed codes start.
  let codesStart: Int
  let byteCount: Int

  init(slotCount: Int, countWidth: Int, codeCount: Int, codeWidth: Int) {
    countsByteCount = PackedEncoding.packedByteCount(slotCount, countWidth)
    codesStart = (countsByteCount + 7) & ~7
    byteCount = codesStart + PackedEncoding.packedByteCount(codeCount, codeWidth)
  }
}
