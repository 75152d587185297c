// Bounds of strings and binary values: first 16 bytes, cut and raised by the rules of
// spec/statistics.md.

import ColonnadeArrays
import ColonnadeBase
import Glibc

/// Scans runs of a column of bytes.
struct ByteBounds {
  let column: Column
  private let isText: Bool

  static let byteCount = 16

  init(_ column: Column) {
    self.column = column
    switch column.type {
    case .string, .categorical: isText = true
    default: isText = false
    }
  }

  /// - Precondition: some slot is not null.
  func scan(_ slots: Range<Int>, _ entry: inout StatisticsEntry, tracksOrder: Bool) {
    var least: Int?
    var greatest: Int?
    var previous: Int?
    var ascends = tracksOrder
    var descends = tracksOrder
    for slot in slots where !column.isNull(at: slot) {
      if let current = least {
        if compare(slot, current) < 0 { least = slot }
      } else {
        least = slot
      }
      if let current = greatest {
        if compare(slot, current) > 0 { greatest = slot }
      } else {
        greatest = slot
      }
      if ascends || descends, let previous {
        let order = compare(slot, previous)
        if order < 0 { ascends = false }
        if order > 0 { descends = false }
      }
      previous = slot
    }
    guard let least, let greatest else { return }
    entry.hasValues = true
    if ascends { entry.flags.insert(.ascends) }
    if descends { entry.flags.insert(.descends) }
    let low = bytes(least)
    let minimum = lowered(low.prefix, isWhole: low.isWhole)
    entry.minimum = .wide(minimum)
    entry.flags.insert(.hasMinimum)
    if low.isWhole { entry.flags.insert(.minimumIsExact) }
    let high = bytes(greatest)
    if high.isWhole {
      entry.maximum = .wide(high.prefix)
      entry.flags.formUnion([.hasMaximum, .maximumIsExact])
    } else if let raised = raised(high.prefix) {
      entry.maximum = .wide(raised)
      entry.flags.insert(.hasMaximum)
    }
  }

  private func bytes(_ slot: Int) -> (prefix: [UInt8], isWhole: Bool) {
    unsafe column.withUnsafeBytes(at: slot) { value in
      (unsafe Array(value.prefix(ByteBounds.byteCount)), value.count <= ByteBounds.byteCount)
    }
  }

  /// Bytes as unsigned numbers, a prefix before what it starts.
  private func compare(_ first: Int, _ second: Int) -> Int {
    if case .bytes = column.type.physical {
      let views = unsafe column.values.unsafeValues(ByteView.self)
      let (a, b) = unsafe (views[first], views[second])
      // The first four bytes decide most pairs; short values are padded with zeros, which may hide
      // a difference of lengths, so that equal prefixes go on.
      let left = UInt32(truncatingIfNeeded: a.low >> 32).byteSwapped
      let right = UInt32(truncatingIfNeeded: b.low >> 32).byteSwapped
      if left != right { return left < right ? -1 : 1 }
      if a.low == b.low, a.high == b.high, a.isInline || a.byteCount == 0 { return 0 }
    }
    return unsafe column.withUnsafeBytes(at: first) { a in
      unsafe column.withUnsafeBytes(at: second) { b in
        let shared = min(a.count, b.count)
        if shared > 0, let left = a.baseAddress, let right = b.baseAddress {
          let order = unsafe memcmp(left, right, shared)
          if order != 0 { return Int(order) }
        }
        return a.count - b.count
      }
    }
  }

  /// A minimum that was cut: text ends before the character that was cut.
  private func lowered(_ prefix: [UInt8], isWhole: Bool) -> [UInt8] {
    if isWhole || !isText { return prefix }
    return Array(prefix[..<characterEnd(prefix)])
  }

  /// Where the last whole character of a cut prefix ends.
  private func characterEnd(_ prefix: [UInt8]) -> Int {
    var start = prefix.count - 1
    while start > 0, prefix[start] & 0xC0 == 0x80 { start -= 1 }
    let lead = prefix[start]
    let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    return start + length == prefix.count ? prefix.count : start
  }

  /// The least bound of 16 bytes above every value that starts with `prefix`; `nil` without one.
  private func raised(_ prefix: [UInt8]) -> [UInt8]? {
    if !isText {
      var bytes = prefix
      while let last = bytes.popLast() {
        if last < 0xFF { return bytes + [last + 1] }
      }
      return nil
    }
    var bytes = Array(prefix[..<characterEnd(prefix)])
    while !bytes.isEmpty {
      var start = bytes.count - 1
      while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
      let last = String(decoding: bytes[start...], as: UTF8.self).unicodeScalars.first
      bytes.removeLast(bytes.count - start)
      guard let last else { continue }
      // The next scalar value; surrogates are none. One that no longer fits is left out.
      let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
      if let scalar = Unicode.Scalar(next) {
        let grown = bytes + Array(String(Character(scalar)).utf8)
        if grown.count <= ByteBounds.byteCount { return grown }
      }
    }
    return nil
  }
}
