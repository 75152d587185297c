// Columns as Arrow cuts them up. Buffers are shared wherever the layout is the engine's own: fixed
// widths, bits, views, validity, 32-bit offsets, and the children below them.

import CKernels
package import ColonnadeBase

extension ArrowNode {
  /// The values of `column` in the layout of `type`, which means the same values.
  /// - Throws: `.limitExceeded` where text is too long for 32-bit offsets, or too many different
  ///   values for the integers of a dictionary.
  /// - Complexity: O(1) where the layout is the engine's own, else O(values).
  package init(exporting column: Column, as type: ArrowType) throws(ColonnadeError) {
    var node = ArrowNode(length: column.count, nullCount: column.nullCount)
    node.buffers.reserveCapacity(3)
    node.buffers.append(column.validity)
    switch type {
    case .null:
      node.buffers = []
      node.nullCount = column.count
    case .string(.views), .binary(.views): node.buffers += [column.values] + column.data
    case .string(.offsets(let offsets)), .binary(.offsets(let offsets)):
      let text = try OffsetText(column, offsets)
      node.buffers += [text.ends, text.bytes]
    case .dictionary(let index, let values, _):
      try node.setDictionary(of: column, index: index, values: values.type)
    case .decimal(_, _, let byteCount): node.buffers.append(column.decimals(byteCount: byteCount))
    case .list(let element, let offsets):
      node.buffers.append(offsets == .narrow ? column.values : column.wideOffsets())
      node.children = [try ArrowNode(exporting: column.children[0], as: element.type)]
    case .map(let key, let value, _):
      node.buffers.append(column.values)
      node.children = [try ArrowNode(exporting: column.children[0], as: .structure([key, value]))]
    case .fixedList(let element, _):
      node.children = [try ArrowNode(exporting: column.children[0], as: element.type)]
    case .structure(let fields):
      node.children = try zip(column.children, fields).map { child, field throws(ColonnadeError) in
        try ArrowNode(exporting: child, as: field.type)
      }
    case .bool, .integer, .float, .fixedBinary, .date, .time, .timestamp, .duration:
      node.buffers.append(column.values)
    case .dateInMilliseconds, .listView, .runs:
      preconditionFailure("no layout of a column leaves as \(type.format)")
    }
    self = node
  }

  /// Indices in order of first appearance, and the distinct values they name.
  private mutating func setDictionary(
    of column: Column, index: ArrowInteger, values: ArrowType
  ) throws(ColonnadeError) {
    guard let table = unsafe colonnade_distinct_create(0) else { throw ArrowNode.outOfMemory }
    defer { unsafe colonnade_distinct_free(table) }
    let codes = MutableBuffer(byteCount: column.count * 4)
    let target = unsafe codes.pointer.assumingMemoryBound(to: UInt32.self)
    let coded = unsafe column.withDataAddresses { addresses in
      unsafe colonnade_distinct_add(
        table, target, column.values.unsafeAddress, column.count, addresses,
        column.validity?.unsafeAddress.assumingMemoryBound(to: UInt8.self), 0, Int.max, Int.max)
    }
    guard coded == column.count else { throw ArrowNode.outOfMemory }
    let count = unsafe colonnade_distinct_count(table)
    guard count == 0 || UInt64(count - 1) <= index.greatest else {
      throw ColonnadeError(
        .limitExceeded,
        "a batch holds \(count) different values, too many for indices of "
          + "\(index.byteCount * 8) bits",
        hint: "ask for wider indices, for plain text or for smaller batches")
    }
    let views = unsafe Buffer(
      copying: UnsafeRawBufferPointer(
        start: colonnade_distinct_values(table), count: count * 16))
    let distinct = Column(
      unchecked: .string, count: count, nullCount: 0, validity: nil, values: views,
      data: column.data)
    dictionary = [try ArrowNode(exporting: distinct, as: values)]
    if let validity = column.validity {
      unsafe colonnade_zero_nulls(
        target, 4, validity.unsafeAddress.assumingMemoryBound(to: UInt8.self), 0, column.count)
    }
    buffers.append(index.indices(codes.freeze(), count: column.count))
  }

  private static let outOfMemory = ColonnadeError(
    .limitExceeded, "there is no memory for a table of a batch's different values")
}

extension Column {
  /// Calls `body` with the addresses of the data buffers.
  func withDataAddresses<Result>(
    _ body: (UnsafePointer<UnsafePointer<UInt8>?>) -> Result
  ) -> Result {
    var addresses: [UnsafePointer<UInt8>?] = unsafe []
    for buffer in data {
      unsafe addresses.append(buffer.unsafeAddress.assumingMemoryBound(to: UInt8.self))
    }
    // One more, so that the array has an address also where there is no data.
    unsafe addresses.append(nil)
    defer { extendLifetime(self) }
    return unsafe addresses.withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
  }

  /// Decimals in `byteCount` bytes each; shared where the column has them so.
  fileprivate func decimals(byteCount: Int) -> Buffer {
    if byteCount == type.physical.fixedByteCount { return values }
    let target = MutableBuffer(byteCount: count * byteCount)
    let source = unsafe values.unsafeValues(Int64.self)
    for index in 0..<count {
      let unscaled = unsafe source[index]
      let place = unsafe target.pointer + index * byteCount
      if byteCount == 16 {
        unsafe place.storeBytes(of: Int128(unscaled), as: Int128.self)
      } else {
        unsafe place.storeBytes(of: Int32(truncatingIfNeeded: unscaled), as: Int32.self)
      }
    }
    return target.freeze()
  }

  fileprivate func wideOffsets() -> Buffer {
    let target = MutableBuffer(byteCount: (count + 1) * 8)
    let source = unsafe values.unsafeValues(Int32.self)
    for index in 0...count {
      unsafe (target.pointer + index * 8).storeBytes(of: Int64(source[index]), as: Int64.self)
    }
    return target.freeze()
  }
}

extension ArrowInteger {
  /// The largest value.
  fileprivate var greatest: UInt64 {
    UInt64.max >> UInt64(64 - byteCount * 8 + (isSigned ? 1 : 0))
  }

  /// 32-bit codes, all of which fit, as integers of this type.
  fileprivate func indices(_ codes: Buffer, count: Int) -> Buffer {
    if byteCount == 4 { return codes }
    let target = MutableBuffer(byteCount: count * byteCount)
    let source = unsafe codes.unsafeValues(UInt32.self)
    for index in 0..<count {
      let code = unsafe source[index]
      let place = unsafe target.pointer + index * byteCount
      switch byteCount {
      case 1: unsafe place.storeBytes(of: UInt8(truncatingIfNeeded: code), as: UInt8.self)
      case 2: unsafe place.storeBytes(of: UInt16(truncatingIfNeeded: code), as: UInt16.self)
      default: unsafe place.storeBytes(of: UInt64(code), as: UInt64.self)
      }
    }
    return target.freeze()
  }
}
