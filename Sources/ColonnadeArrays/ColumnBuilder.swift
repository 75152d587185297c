// A column under construction: values come one by one (ingest, tests) or by the column (gather,
// router). Invariants: null slots are zero; children of a null struct or fixed-size list hold
// nulls; the validity bitmap appears with the first null.

import CKernels
public import ColonnadeBase

/// Builds one column of any type. Not safe to share between threads.
public final class ColumnBuilder {
  public let type: DataType
  let physical: PhysicalType
  let width: Int
  public internal(set) var count = 0
  public internal(set) var nullCount = 0
  var validity: MutableBuffer?
  /// Fixed-width values, bits, views or offsets.
  @usableFromInline var values: MutableBuffer
  /// Data buffers that are full or shared; the last one, `tail`, grows.
  var data: [Buffer] = []
  var tail: MutableBuffer?
  /// Builders of the element, the struct's fields, or the map's entries: append to these first,
  /// then call `appendValid()` here.
  public let children: [ColumnBuilder]

  /// Data buffers of views end at this many bytes, well below the reach of Int32 offsets.
  static let dataByteCount = 1 << 30
  /// The most room for data that is made ahead.
  static let expectedDataByteCount = 32 << 20

  /// - Parameter capacity: values reserved at once.
  public init(_ type: DataType, capacity: Int = 0) {
    self.type = type
    physical = type.physical
    width = physical.fixedByteCount ?? (physical == .bytes ? 16 : 0)
    let elementCapacity: Int
    switch physical {
    case .fixedList(let length): elementCapacity = min(capacity, (1 << 24) / length) * length
    case .structure: elementCapacity = capacity
    default: elementCapacity = 0
    }
    children = type.children.map { ColumnBuilder($0.type, capacity: elementCapacity) }
    switch physical {
    case .none, .structure, .fixedList: values = MutableBuffer()
    case .bit: values = MutableBuffer(capacity: (capacity + 7) / 8)
    case .list:
      values = MutableBuffer(capacity: (capacity + 1) * 4)
      values.append(Int32(0))
    default: values = MutableBuffer(capacity: capacity * width)
    }
  }

  /// Bytes written so far, children included.
  public var byteCount: Int {
    var total = values.byteCount + (validity?.byteCount ?? 0) + (tail?.byteCount ?? 0)
    for buffer in data { total += buffer.byteCount }
    for child in children { total += child.byteCount }
    return total
  }

  // MARK: one value

  /// Appends a null; children of structs and fixed-size lists get nulls too.
  public func appendNull() {
    materialiseValidity()
    if let validity {
      if count & 7 == 0 { validity.append(UInt8(0)) }
    }
    nullCount += 1
    appendZeroSlot()
    switch physical {
    case .structure: for child in children { child.appendNull() }
    case .fixedList(let length): for _ in 0..<length { children[0].appendNull() }
    default: break
    }
  }

  /// Appends a value of a fixed-width type whose bytes are those of `value`.
  public func append<T: BitwiseCopyable>(fixed value: T) {
    assert(MemoryLayout<T>.size == width)
    values.append(value)
    markValid()
  }

  public func append(bool value: Bool) {
    assert(physical == .bit)
    if count & 7 == 0 { values.append(UInt8(0)) }
    if value {
      unsafe setBit(values, count)
    }
    markValid()
  }

  /// Appends a string, binary or fixed-size binary value; text was checked to be UTF-8 before.
  public func append(bytes: UnsafeRawBufferPointer) {
    if physical == .bytes {
      unsafe appendView(bytes)
    } else {
      assert(bytes.count == width)
      unsafe values.append(bytes)
    }
    markValid()
  }

  public func append(text: String) {
    var text = text
    text.withUTF8 { unsafe append(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// Ends a list, map, struct or fixed-size list value whose parts were appended to `children`.
  public func appendValid() {
    switch physical {
    case .list: values.append(Int32(truncatingIfNeeded: children[0].count))
    case .fixedList(let length): assert(children[0].count == (count + 1) * length)
    case .structure: assert(children.allSatisfy { $0.count == count + 1 })
    default: preconditionFailure("appendValid is for nested values")
    }
    markValid()
  }

  private func appendZeroSlot() {
    switch physical {
    case .none, .structure, .fixedList: break
    case .bit: if count & 7 == 0 { values.append(UInt8(0)) }
    case .list: values.append(Int32(truncatingIfNeeded: children[0].count))
    default: values.appendZeros(width)
    }
    count += 1
  }

  private func appendView(_ bytes: UnsafeRawBufferPointer) {
    if bytes.count <= ByteView.inlineByteCount {
      unsafe values.append(ByteView(bytes, bufferIndex: 0, offset: 0))
      return
    }
    let tail = roomInTail(for: bytes.count)
    unsafe values.append(ByteView(bytes, bufferIndex: data.count, offset: tail.byteCount))
    unsafe tail.append(bytes)
  }

  /// The data buffer that takes the next `byteCount` bytes.
  func roomInTail(for byteCount: Int) -> MutableBuffer {
    if let tail, tail.byteCount + byteCount <= ColumnBuilder.dataByteCount { return tail }
    closeTail()
    let fresh = MutableBuffer(capacity: min(max(byteCount, 1024), ColumnBuilder.dataByteCount))
    tail = fresh
    return fresh
  }

  func closeTail() {
    if let tail { data.append(tail.freeze()) }
    tail = nil
  }

  @inline(__always)
  private func markValid() {
    if let validity {
      if count & 7 == 0 { validity.append(UInt8(0)) }
      unsafe setBit(validity, count)
    }
    count += 1
  }

  @unsafe @inline(__always)
  func setBit(_ buffer: MutableBuffer, _ index: Int) {
    let address = unsafe (buffer.pointer + index >> 3).assumingMemoryBound(to: UInt8.self)
    unsafe address.pointee |= UInt8(1) << UInt8(index & 7)
  }

  /// Makes the bitmap, with ones for all values so far.
  func materialiseValidity() {
    guard validity == nil, type != .null else { return }
    let bitmap = MutableBuffer(capacity: max(64, values.capacity / max(width, 1) / 8))
    bitmap.appendZeros((count + 7) / 8)
    unsafe colonnade_bits_set(
      bitmap.pointer.assumingMemoryBound(to: UInt8.self), 0, count)
    validity = bitmap
  }

  // MARK: the end

  /// The column; the builder starts anew and empty.
  public func finish() -> Column {
    closeTail()
    let column = Column(
      unchecked: type, count: count, nullCount: nullCount, validity: validity?.freeze(),
      values: physical == .none ? .empty : values.freeze(), data: data,
      children: children.map { $0.finish() })
    count = 0
    nullCount = 0
    validity = nil
    data = []
    values = MutableBuffer()
    if physical == .list { values.append(Int32(0)) }
    return column
  }
}
