// One bit a row, in whole 64-bit words; bits past `count` are zero.

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// A set of rows of a batch. Nobody writes to it once it is made.
struct Bitmap: Sendable {
  let storage: MutableBuffer
  let count: Int

  var wordCount: Int { (count + 63) / 64 }

  @unsafe var words: UnsafeMutablePointer<UInt64> {
    unsafe storage.pointer.assumingMemoryBound(to: UInt64.self)
  }

  /// No rows of `count`.
  init(zeros count: Int) {
    self.count = count
    storage = .zeroed(byteCount: (count + 63) / 64 * 8)
  }

  /// Words that the caller writes at once, all of them.
  init(uninitialised count: Int) {
    self.count = count
    storage = MutableBuffer(byteCount: (count + 63) / 64 * 8)
  }

  /// All rows of `count`.
  init(ones count: Int) {
    self.init(zeros: count)
    unsafe colonnade_bits_set(storage.pointer.assumingMemoryBound(to: UInt8.self), 0, count)
  }

  /// The first `count` bits of `bits`.
  init(copying bits: Buffer, count: Int) {
    self.init(zeros: count)
    precondition(bits.byteCount * 8 >= count)
    unsafe colonnade_bits_copy(
      storage.pointer.assumingMemoryBound(to: UInt8.self), 0,
      bits.unsafeAddress.assumingMemoryBound(to: UInt8.self), 0, count)
  }

  /// The rows where a value is not null.
  init(validity column: Column) {
    if column.type == .null {
      self.init(zeros: column.count)
    } else if let validity = column.validity {
      self.init(copying: validity, count: column.count)
    } else {
      self.init(ones: column.count)
    }
  }

  subscript(row: Int) -> Bool {
    unsafe (words[row >> 6] >> UInt64(row & 63)) & 1 == 1
  }

  /// Adds `row`; only while the bitmap is being made.
  @inline(__always) func insert(_ row: Int) {
    unsafe words[row >> 6] |= 1 << UInt64(row & 63)
  }

  func and(_ other: Bitmap) -> Bitmap {
    let result = Bitmap(uninitialised: count)
    unsafe colonnade_words_and(result.words, words, other.words, wordCount)
    return result
  }

  func or(_ other: Bitmap) -> Bitmap {
    let result = Bitmap(uninitialised: count)
    unsafe colonnade_words_or(result.words, words, other.words, wordCount)
    return result
  }

  /// The rows of this bitmap that are not in `other`.
  func subtracting(_ other: Bitmap) -> Bitmap {
    let result = Bitmap(uninitialised: count)
    unsafe colonnade_words_and_not(result.words, words, other.words, wordCount)
    return result
  }

  var inverted: Bitmap { Bitmap(ones: count).subtracting(self) }

  /// Number of rows in the set.
  var rowCount: Int {
    unsafe colonnade_bits_count(storage.pointer.assumingMemoryBound(to: UInt8.self), count)
  }

  var isEmpty: Bool {
    for index in 0..<wordCount where unsafe words[index] != 0 { return false }
    return true
  }

  /// The lowest row; `nil` when there is none.
  var first: Int? {
    for index in 0..<wordCount {
      let word = unsafe words[index]
      if word != 0 { return index * 64 + word.trailingZeroBitCount }
    }
    return nil
  }

  /// The bits as a validity or values buffer.
  var buffer: Buffer { storage.freeze() }
}
