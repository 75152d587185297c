// Bounds of strings and binary values: first 16 bytes, cut and raised by the rules of
// spec/statistics.md.

import CKernels
import ColonnadeArrays
import ColonnadeBase

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
    let (least, greatest, order) = bounds(slots)
    let ascends = tracksOrder && order & 1 != 0
    let descends = tracksOrder && order & 2 != 0
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

  /// Slots of the least and the greatest value; `nil` where every value is null.
  func extremeSlots(_ slots: Range<Int>) -> (least: Int, greatest: Int)? {
    guard slots.contains(where: { !column.isNull(at: $0) }) else { return nil }
    let (least, greatest, _) = bounds(slots)
    return (least, greatest)
  }

  private func bytes(_ slot: Int) -> (prefix: [UInt8], isWhole: Bool) {
    unsafe column.withUnsafeBytes(at: slot) { value in
      (unsafe Array(value.prefix(ByteBounds.byteCount)), value.count <= ByteBounds.byteCount)
    }
  }

  /// Slots of the least and the greatest value, and whether all stand in order.
  private func bounds(
    _ slots: Range<Int>
  ) -> (least: Int, greatest: Int, order: colonnade_order) {
    var least = 0
    var greatest = 0
    var order: colonnade_order = 0
    let bits = unsafe column.validity.map {
      unsafe $0.unsafeAddress.assumingMemoryBound(to: UInt8.self)
    }
    let width = column.type.physical.fixedByteCount ?? 16
    let values = unsafe column.values.unsafeAddress + slots.lowerBound * width
    if case .bytes = column.type.physical {
      let buffers = unsafe column.data.map {
        unsafe UnsafePointer<UInt8>?.some(
          $0.unsafeAddress.assumingMemoryBound(to: UInt8.self))
      }
      unsafe buffers.withUnsafeBufferPointer { buffers in
        order = unsafe colonnade_bounds_views(
          values, buffers.baseAddress, bits, slots.lowerBound, slots.count, &least, &greatest)
      }
    } else {
      order = unsafe colonnade_bounds_bytes(
        values.assumingMemoryBound(to: UInt8.self), width, bits, slots.lowerBound, slots.count,
        &least, &greatest)
    }
    extendLifetime(column)
    return (slots.lowerBound + least, slots.lowerBound + greatest, order)
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
