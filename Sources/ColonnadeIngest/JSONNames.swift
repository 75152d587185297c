// Names of the members of one object, and which of them the current object had.
// Invariant: memory is allocated once and only changed by the one thread that uses it; plain memory
// instead of arrays, because every key of every record comes by here.

import CIngest
import ColonnadeArrays

/// One thread at a time.
@safe final class JSONNames {
  private let count: Int
  /// All names, one after the other.
  private let bytes: UnsafeMutablePointer<UInt8>
  /// Where each name starts; one more than names.
  private let starts: UnsafeMutablePointer<Int>
  /// The record in which each name was last taken, and at the end the number of the record.
  private let seen: UnsafeMutablePointer<Int>
  private let indices: [[UInt8]: Int]

  init(_ fields: [Field]) {
    let names = fields.map { Array($0.name.utf8) }
    count = names.count
    indices = Dictionary(zip(names, 0..<names.count)) { first, _ in first }
    unsafe bytes = .allocate(capacity: names.reduce(1) { $0 + $1.count })
    unsafe starts = .allocate(capacity: count + 1)
    unsafe seen = .allocate(capacity: count + 1)
    unsafe seen.initialize(repeating: 0, count: count + 1)
    var offset = 0
    for (index, name) in names.enumerated() {
      unsafe starts[index] = offset
      for byte in name {
        unsafe bytes[offset] = byte
        offset += 1
      }
    }
    unsafe starts[count] = offset
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe starts.deallocate()
    unsafe seen.deallocate()
  }

  func startRecord() -> Int {
    unsafe seen[count] += 1
    return unsafe seen[count]
  }

  /// False where `place` was taken in this record before.
  @inline(__always)
  func take(_ place: Int, in record: Int) -> Bool {
    precondition(place >= 0 && place < count)
    if unsafe seen[place] == record { return false }
    unsafe seen[place] = record
    return true
  }

  /// Objects mostly repeat the order of the schema, so the next name is tried first.
  @inline(__always)
  func place(of key: UnsafeRawBufferPointer, expected: Int) -> Int? {
    if expected < count, let base = key.baseAddress {
      let start = unsafe starts[expected]
      let length = unsafe starts[expected + 1] - start
      if length == key.count, unsafe colonnade_text_equal(bytes + start, base, length) {
        return expected
      }
    }
    return unsafe indices[Array(key)]
  }
}
