// The symbols that codes of encoding 9 stand for, as readers keep them: in strides of 16 bytes.
// Invariant: a table is as the format says; its codes are `0..<count`. Spec: spec/encodings.md
// "9 symbols".

import CKernels
import ColonnadeBase

/// A symbol table of one column, ready to decode with; safe on any thread.
final class SymbolTable: Sendable {
  let count: Int
  /// `count` symbols in strides of 16 bytes, zeros behind each.
  let symbols: Buffer
  /// `count` lengths of one byte, 1 to 16.
  let lengths: Buffer
  /// Every symbol is UTF-8, so that whatever is made of them is.
  let isText: Bool

  static let stride = Int(COLONNADE_SYMBOL_STRIDE)
  static let greatestCount = 1 << 16

  /// Reads the table as it is stored: u32 count, the lengths less 1 in 4 bits each, the bytes.
  /// - Throws: `.corrupt`.
  init(_ bytes: Buffer) throws(ColonnadeError) {
    let stored = unsafe bytes.unsafeBytes
    func corrupt(_ message: String) -> ColonnadeError {
      ColonnadeError(.corrupt, "symbol table: \(message)")
    }
    guard stored.count >= 4 else { throw corrupt("\(stored.count) bytes") }
    let stated = unsafe UInt32(littleEndian: stored.loadUnaligned(as: UInt32.self))
    guard stated >= 1, stated <= SymbolTable.greatestCount,
      stored.count >= 4 + (Int(stated) + 1) / 2
    else { throw corrupt("\(stated) symbols in \(stored.count) bytes") }
    count = Int(stated)
    let lengths = MutableBuffer(byteCount: count)
    let symbols = MutableBuffer.zeroed(byteCount: count * SymbolTable.stride)
    var at = 4 + (count + 1) / 2
    var isText = true
    for index in 0..<count {
      let pair = unsafe stored[4 + index / 2]
      let length = Int(index % 2 == 0 ? pair & 15 : pair >> 4) + 1
      guard length <= stored.count - at else { throw corrupt("ends within symbol \(index)") }
      unsafe lengths.pointer.storeBytes(of: UInt8(length), toByteOffset: index, as: UInt8.self)
      let source = unsafe UnsafeRawBufferPointer(rebasing: stored[at..<at + length])
      unsafe (symbols.pointer + index * SymbolTable.stride).copyMemory(
        from: source.baseAddress!, byteCount: length)
      isText =
        unsafe isText
        && colonnade_utf8_is_valid(
          source.baseAddress!.assumingMemoryBound(to: UInt8.self), length) == 1
      at += length
    }
    guard at == stored.count else { throw corrupt("\(stored.count - at) bytes too many") }
    self.lengths = lengths.freeze()
    self.symbols = symbols.freeze()
    self.isText = isText
  }

  /// The table as it is stored.
  /// - Parameters: `count` symbols in strides of 16 bytes, and their lengths.
  static func stored(_ symbols: MutableBuffer, lengths: MutableBuffer, count: Int) -> Buffer {
    let target = MutableBuffer()
    target.append(UInt32(count).littleEndian)
    for index in Swift.stride(from: 0, to: count, by: 2) {
      let low = unsafe lengths.unsafeBytes[index] - 1
      let high = index + 1 < count ? unsafe lengths.unsafeBytes[index + 1] - 1 : 0
      target.append(low | high << 4)
    }
    for index in 0..<count {
      unsafe target.append(
        UnsafeRawBufferPointer(
          start: symbols.pointer + index * stride, count: Int(lengths.unsafeBytes[index])))
    }
    return target.freeze()
  }
}
