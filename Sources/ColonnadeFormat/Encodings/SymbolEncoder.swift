// Encoding 9 of string and binary: symbols are trained once for a column of a file, and the text of
// pages is cut into them. Spec: spec/encodings.md "9 symbols".

import CKernels
import ColonnadeBase

/// Symbols as writers use them; safe on any thread.
@safe final class SymbolEncoder: @unchecked Sendable {
  /// The table as it is stored.
  let bytes: Buffer
  let count: Int
  private let matcher: MutableBuffer

  /// Bits of a code.
  var bitWidth: Int { max(1, Int.bitWidth - (count - 1).leadingZeroBitCount) }

  /// Chunks of fewer bytes cannot pay for a table.
  static let leastByteCount = 16 << 10
  /// Bytes of the sample symbols are trained on at most; of smaller chunks a quarter is enough, since
  /// training takes longer than encoding does.
  private static let trainingByteCount = 1 << 20
  private static let leastTrainingByteCount = 128 << 10
  private static let trainingRounds: UInt32 = 8

  private init(symbols: MutableBuffer, lengths: MutableBuffer, count: Int) {
    bytes = SymbolTable.stored(symbols, lengths: lengths, count: count)
    self.count = count
    matcher = MutableBuffer(byteCount: colonnade_symbol_matcher_byte_count())
    unsafe colonnade_symbol_matcher_prepare(
      OpaquePointer(matcher.pointer), symbols.pointer.assumingMemoryBound(to: UInt8.self),
      lengths.pointer.assumingMemoryBound(to: UInt8.self), count)
  }

  /// Trains symbols on blocks of values spread over the chunk.
  /// - Returns: nil where the chunk holds no text.
  static func train(_ source: SlotSource, rawByteCount: Int) -> SymbolEncoder? {
    let sample = SymbolSample(
      source, rawByteCount: rawByteCount,
      byteCount: min(trainingByteCount, max(leastTrainingByteCount, rawByteCount / 4)))
    // A table of few symbols for a chunk of few bytes: it has to pay for itself.
    let limit = min(
      Int(COLONNADE_SYMBOL_COUNT),
      max(256, 1 << (Int.bitWidth - (rawByteCount >> 10).leadingZeroBitCount)))
    // Chunks to come have bytes that this one lacks; where symbols abound all are covered.
    let used = MutableBuffer.zeroed(byteCount: 256)
    let marks = unsafe used.pointer.assumingMemoryBound(to: UInt8.self)
    let chosen =
      limit >= 2048 ? [Bool](repeating: true, count: 256) : SymbolSample.used(source)
    for byte in 0..<256 where chosen[byte] { unsafe marks[byte] = 1 }
    let symbols = MutableBuffer.zeroed(byteCount: limit * SymbolTable.stride)
    let lengths = MutableBuffer.zeroed(byteCount: limit)
    let scratch = MutableBuffer(byteCount: colonnade_symbols_training_byte_count())
    let count = unsafe colonnade_symbols_train(
      symbols.pointer.assumingMemoryBound(to: UInt8.self),
      lengths.pointer.assumingMemoryBound(to: UInt8.self), limit,
      sample.bytes.pointer.assumingMemoryBound(to: UInt8.self),
      sample.lengths, sample.lengths.count, marks, trainingRounds, scratch.pointer)
    guard count > 0 else { return nil }
    let trained = SymbolEncoder(symbols: symbols, lengths: lengths, count: count)
    return trained.bytes.byteCount <= FormatLimits.dictionaryByteCount ? trained : nil
  }

  /// Cuts the text of slots `range` of the chunk into codes.
  /// - Parameters:
  ///   - codes: gets the codes, u16 each.
  ///   - counts: gets how many each slot has, u32 each.
  /// - Returns: the number of codes; nil where a byte has no symbol.
  func encode(
    _ source: SlotSource, _ range: Range<Int>, byteCount: Int, codes: MutableBuffer,
    counts: MutableBuffer
  ) -> Int? {
    let target = unsafe codes.room(byteCount * 2).assumingMemoryBound(to: UInt16.self)
    let some = unsafe counts.room(range.count * 4).assumingMemoryBound(to: UInt32.self)
    let written = unsafe colonnade_symbols_encode(
      OpaquePointer(matcher.pointer), target, some, source.values + range.lowerBound * 16,
      range.count, source.bufferAddresses, source.validity, range.lowerBound)
    return written < 0 ? nil : written
  }

  /// What the encoding makes of blocks spread over the chunk, as a fraction of the bytes of their
  /// values; infinite where it does not cover them.
  func ratio(_ source: SlotSource) -> Double {
    let codes = MutableBuffer()
    let counts = MutableBuffer()
    let block = 64
    let stretch = max(block, source.count / 32)
    var raw = 0
    var bits = 0
    for start in stride(
      from: min(source.count / 64, stretch - block), to: source.count, by: stretch)
    {
      let range = start..<min(start + block, source.count)
      let (_, greatest, total) = source.measure(range)
      guard greatest <= EncodingLimit.inlineValueByteCount else { continue }
      guard
        let some = encode(source, range, byteCount: Int(total), codes: codes, counts: counts)
      else { return .infinity }
      let most = unsafe colonnade_greatest_u32(
        counts.pointer.assumingMemoryBound(to: UInt32.self), range.count)
      raw += Int(total)
      bits += some * bitWidth + range.count * (32 - most.leadingZeroBitCount)
    }
    return raw == 0 ? .infinity : Double(bits) / 8 / Double(raw)
  }
}

/// Values of a chunk laid back to back, to train on.
private struct SymbolSample {
  let bytes = MutableBuffer()
  var lengths: [UInt32] = []

  init(_ source: SlotSource, rawByteCount: Int, byteCount: Int) {
    let block = 8
    let perSlot = max(1, rawByteCount / max(1, source.count))
    let blockCount = max(1, source.count / block)
    let wanted = max(1, min(blockCount, byteCount / (perSlot * block)))
    // In an order that is spread over the chunk from the start, since early rounds see little.
    var step = max(1, wanted * 5 / 8)
    while gcd(step, wanted) != 1 { step += 1 }
    var place = 0
    for _ in 0..<wanted {
      let first = Int(Double(place) * Double(blockCount) / Double(wanted)) * block
      place = (place + step) % wanted
      for slot in first..<min(first + block, source.count) where bytes.byteCount < byteCount {
        let text = unsafe source.text(at: slot)
        let part = unsafe UnsafeRawBufferPointer(rebasing: text.prefix(4096))
        guard part.count > 0 else { continue }
        unsafe bytes.append(part)
        lengths.append(UInt32(part.count))
      }
    }
    bytes.appendZeros(SymbolTable.stride)
  }

  /// Which bytes come up in the chunk.
  static func used(_ source: SlotSource) -> [Bool] {
    var used = [Bool](repeating: false, count: 256)
    for slot in 0..<source.count {
      let text = unsafe source.text(at: slot)
      for index in 0..<text.count { unsafe used[Int(text[index])] = true }
    }
    return used
  }

  private func gcd(_ a: Int, _ b: Int) -> Int { b == 0 ? a : gcd(b, a % b) }
}
