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
    let symbols = MutableBuffer(byteCount: count * SymbolTable.stride)
    let first = 4 + (count + 1) / 2
    var areText: Int32 = 0
    let base = unsafe bytes.unsafeAddress.assumingMemoryBound(to: UInt8.self)
    let taken = unsafe colonnade_symbols_read(
      symbols.pointer.assumingMemoryBound(to: UInt8.self),
      lengths.pointer.assumingMemoryBound(to: UInt8.self), &areText, count, base + 4, base + first,
      stored.count - first)
    guard taken >= 0 else { throw corrupt("ends within a symbol") }
    guard first + taken == stored.count else {
      throw corrupt("\(stored.count - first - taken) bytes too many")
    }
    self.lengths = lengths.freeze()
    self.symbols = symbols.freeze()
    isText = areText == 1
  }

  /// Whether each of `count` codes stands for a symbol.
  func hasAll(_ codes: UnsafePointer<UInt16>, _ count: Int) -> Bool {
    unsafe count == 0 || Int(colonnade_greatest_u16(codes, count)) < self.count
  }

  /// Bytes that codes of the table stand for.
  func byteCount(of codes: UnsafePointer<UInt16>, _ count: Int) -> Int {
    unsafe Int(
      colonnade_symbols_byte_count(
        codes, count, lengths.unsafeAddress.assumingMemoryBound(to: UInt8.self)))
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
