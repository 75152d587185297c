// Decoding values by those of another column. Spec: spec/encodings.md "Encodings", 10.

import CKernels
import ColonnadeArrays
import ColonnadeBase

extension PageDecoder {
  private var isMultiple: Int32 { entry.flags.contains(.multiples) ? 1 : 0 }

  private var isFloat: Bool {
    if case .float = kind { true } else { false }
  }

  /// - Throws: where the entry of a page of this encoding says what none says.
  func checkReference() throws(ColonnadeError) {
    guard isFloat || entry.scales.own == 0 else {
      throw corrupt("\(entry.scales.own) decimal places of integers")
    }
  }

  /// The reference's values at the positions of the sink, and what they are.
  private func referenced(
    _ position: Int, _ some: Int
  ) throws(ColonnadeError) -> (column: Column, reference: colonnade_reference) {
    guard let source = context.reference else { throw corrupt("the chunk has no reference") }
    let column = try source.values()
    let kind = SlotKind(column.type)
    let scale = entry.scales.reference
    if case .integer = kind, scale != 0 {
      throw corrupt("\(scale) decimal places of a reference's integers")
    }
    guard position >= 0, some <= column.count - position else {
      throw corrupt("\(column.count) slots of the reference, \(position + some) are asked for")
    }
    return (column, colonnade_reference(kind, scale: scale))
  }

  func decodeReferences(
    _ content: SlotContent, _ part: Range<Int>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    let (column, reference) = try referenced(position, part.count)
    defer { extendLifetime(column) }
    let packed = unsafe content.values.assumingMemoryBound(to: UInt8.self)
    let width = UInt32(width)
    let stride = Int(reference.width)
    if isFloat {
      unsafe colonnade_reference_decode(
        sink.address(position), width, packed, content.count, part.lowerBound, part.count,
        entry.base, UInt32(entry.bitWidth), column.values.unsafeAddress + position * stride,
        reference, isMultiple, entry.decimalForm.kernelScale)
      return
    }
    // Block by block, so that what is unpacked is combined while it is near.
    let block = DeltaEncoding.blockCount
    var slot = part.lowerBound
    while slot < part.upperBound {
      let some = min((slot / block + 1) * block, part.upperBound) - slot
      let at = position + slot - part.lowerBound
      unsafe colonnade_unpack(
        sink.address(at), width, packed, content.count, slot, some, entry.base,
        UInt32(entry.bitWidth))
      unsafe colonnade_reference_combine(
        sink.address(at), width, column.values.unsafeAddress + at * stride, reference, some,
        isMultiple)
      slot += some
    }
  }

  /// The same for the slots at `rows`, counted in `content`.
  func decodeReferences(
    _ content: SlotContent, rows: UnsafePointer<UInt32>, _ some: Int, into sink: SlotSink,
    at position: Int
  ) throws(ColonnadeError) {
    let (column, reference) = try referenced(position, some)
    defer { extendLifetime(column) }
    let packed = unsafe content.values.assumingMemoryBound(to: UInt8.self)
    let values = unsafe column.values.unsafeAddress + position * Int(reference.width)
    let target = unsafe sink.address(position)
    if isFloat {
      let integers = unsafe context.scratch.integers.room(some * 8)
        .assumingMemoryBound(to: UInt64.self)
      unsafe colonnade_unpack_rows(
        integers, 8, packed, content.count, rows, some, entry.base, UInt32(entry.bitWidth))
      unsafe combine(
        integers, values, reference, some, areSmall: DecimalEncoding.areSmall(entry), into: target)
    } else {
      unsafe colonnade_unpack_rows(
        target, UInt32(width), packed, content.count, rows, some, entry.base,
        UInt32(entry.bitWidth))
      unsafe colonnade_reference_combine(
        target, UInt32(width), values, reference, some, isMultiple)
    }
  }

  /// The same for values that lie apart, of pages like this one.
  func decodeReferences(
    _ places: UnsafeBufferPointer<colonnade_place>, in region: Range<UInt64>, areSmall: Bool,
    into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    let some = places.count
    let (column, reference) = try referenced(position, some)
    defer { extendLifetime(column) }
    let values = unsafe column.values.unsafeAddress + position * Int(reference.width)
    let target = unsafe sink.address(position)
    if isFloat {
      let integers = unsafe context.scratch.integers.room(some * 8)
      unsafe try context.data.read(places: places, in: region, width: 8, to: integers)
      unsafe combine(
        integers.assumingMemoryBound(to: UInt64.self), values, reference, some, areSmall: areSmall,
        into: target)
    } else {
      unsafe try context.data.read(places: places, in: region, width: width, to: target)
      unsafe colonnade_reference_combine(
        target, UInt32(width), values, reference, some, isMultiple)
    }
  }

  private func combine(
    _ integers: UnsafePointer<UInt64>, _ values: UnsafeRawPointer, _ reference: colonnade_reference,
    _ some: Int, areSmall: Bool, into target: UnsafeMutableRawPointer
  ) {
    unsafe colonnade_reference_decimals(
      target, UInt32(width), integers, values, reference, some, isMultiple,
      entry.decimalForm.kernelScale, areSmall ? 1 : 0)
  }
}
