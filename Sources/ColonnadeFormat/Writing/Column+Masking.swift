// Nulls of structs and fixed-size lists reach down to their parts, and columns are what the schema
// says. Spec: spec/file.md "Chunks".

import CKernels
import ColonnadeArrays
import ColonnadeBase

extension Column {
  /// The same values, null where the parent is null too.
  /// - Parameter slotsPerValue: how many of these values one of the parent's holds.
  /// - Complexity: O(values / 8) where the parent has nulls, else O(1).
  func maskingNulls(of parent: Column, slotsPerValue: Int) -> Column {
    guard parent.nullCount > 0, type != .null, let parentBits = parent.validity else { return self }
    let byteCount = (count + 7) / 8
    let bits = MutableBuffer.zeroed(byteCount: byteCount)
    let target = unsafe bits.pointer.assumingMemoryBound(to: UInt8.self)
    let source = unsafe parentBits.unsafeAddress.assumingMemoryBound(to: UInt8.self)
    // SAFETY: `count` is the parent's number of values times `slotsPerValue`, so that every bit set
    // or read lies in its bitmap.
    precondition(count == parent.count * slotsPerValue)
    if slotsPerValue == 1 {
      unsafe colonnade_bits_copy(target, 0, source, 0, count)
    } else {
      for index in 0..<parent.count where unsafe source[index >> 3] >> UInt8(index & 7) & 1 == 1 {
        unsafe colonnade_bits_set(target, index * slotsPerValue, slotsPerValue)
      }
    }
    if let validity {
      let own = unsafe validity.unsafeAddress.assumingMemoryBound(to: UInt8.self)
      for index in 0..<byteCount { unsafe target[index] &= own[index] }
    }
    let validCount = unsafe colonnade_bits_count(target, count)
    return Column(
      unchecked: type, count: count, nullCount: count - validCount, validity: bits.freeze(),
      values: values, data: data, children: children)
  }

  /// Whether the values lie in memory as those of `field` do, at every level, and text is text.
  func suits(_ field: Field) -> Bool {
    guard type.physical == field.type.physical, type.isText || !field.type.isText else {
      return false
    }
    let fields = field.type.children
    return fields.count == children.count
      && zip(children, fields).allSatisfy { $0.suits($1) }
  }
}
