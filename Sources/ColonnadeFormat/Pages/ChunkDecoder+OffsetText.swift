// Text with offsets straight from pages, without views between: what most consumers of Arrow want.

import CKernels
package import ColonnadeArrays
package import ColonnadeBase

extension ChunkDecoder {
  /// How pages say text that can be laid with offsets at once.
  private enum TextForm {
    case symbols(byteCount: Int)
    case codes
  }

  /// The text of `slots` with 32-bit offsets, where their pages are all of symbols or all of codes of a
  /// dictionary of short texts, and have no nulls; nil where that must be made from views.
  /// - Throws: as `decode(slots:)`.
  /// - Complexity: O(slots), and at most a page more at either end.
  package func decodeOffsetText(slots: Range<Int>) throws(ColonnadeError) -> OffsetText? {
    try check(slots)
    guard SlotKind(shape.type) == .bytes, let form = try textForm(slots) else { return nil }
    switch form {
    case .symbols(let byteCount):
      // Symbols are copied whole, the last one of the text too.
      let bytes = MutableBuffer(capacity: byteCount + Int(COLONNADE_SYMBOL_STRIDE) * 64)
      let ends = MutableBuffer(byteCount: (slots.count + 1) * 4)
      let target = unsafe ends.pointer.assumingMemoryBound(to: UInt32.self)
      unsafe target[0] = 0
      let context = context()
      try forEachPage(of: slots) { page, part, position throws(ColonnadeError) in
        unsafe try PageDecoder(context, page.entry, count: page.count)
          .decodeSymbols(part, ends: target + 1 + position, to: bytes)
      }
      return OffsetText(ends: ends.freeze(), bytes: bytes.freeze())
    case .codes:
      let context = context()
      guard let dictionary = context.dictionary, dictionary.count * 4 <= slots.count,
        let table = TextTable(try dictionary.column())
      else { return nil }
      let codes = unsafe context.scratch.codes.room(slots.count * 4)
        .assumingMemoryBound(to: UInt32.self)
      try forEachPage(of: slots) { page, part, position throws(ColonnadeError) in
        unsafe try PageDecoder(context, page.entry, count: page.count)
          .decodeCodes(part, to: codes + position)
      }
      return unsafe OffsetText(codes, count: slots.count, in: table)
    }
  }

  /// The one form that all pages of `slots` have; nil where there is none.
  private func textForm(_ slots: Range<Int>) throws(ColonnadeError) -> TextForm? {
    var encoding: UInt8?
    var suits = !slots.isEmpty
    var byteCount = 0
    try forEachPage(of: slots) { page, _, _ throws(ColonnadeError) in
      let entry = page.entry
      suits = suits && entry.nullCount == 0 && !entry.isFramed
      suits = suits && (encoding ?? entry.encodingCode) == entry.encodingCode
      encoding = entry.encodingCode
      // No code stands for more than a symbol's bytes: a page that claims more is left to others.
      let stated = Int(entry.base >> 32)
      suits =
        suits
        && (entry.encodingCode != Encoding.symbols.rawValue
          || stated <= Int(entry.auxiliaryCount) * Int(COLONNADE_SYMBOL_STRIDE))
      byteCount += stated
    }
    guard suits else { return nil }
    switch encoding.flatMap(Encoding.init(rawValue:)) {
    case .symbols:
      return byteCount <= EncodingLimit.decodedByteCount && byteCount <= Int(Int32.max)
        ? .symbols(byteCount: byteCount) : nil
    case .dictionary: return .codes
    default: return nil
    }
  }
}
