// The slots of a chunk as the encodings read them: raw addresses, taken once a chunk.
// Invariant: null slots of the column are zero, and `column` outlives every use of the addresses.

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// One chunk's slots, to be encoded.
@safe struct SlotSource {
  let column: Column
  let kind: SlotKind
  let count: Int
  /// Values of `kind.width` bytes, bits, or views; lengths for lists.
  let values: UnsafeRawPointer
  /// One bit a slot; nil without nulls.
  let validity: UnsafePointer<UInt8>?
  /// What long views point into.
  private let buffers: MutableBuffer
  /// Lengths computed from offsets.
  private let lengths: MutableBuffer?

  init(_ column: Column) {
    self.column = column
    kind = SlotKind(column.type)
    count = column.count
    unsafe validity = column.validity.map {
      unsafe $0.unsafeAddress.assumingMemoryBound(to: UInt8.self)
    }
    buffers = MutableBuffer(capacity: column.data.count * 8)
    for buffer in column.data { unsafe buffers.append(UInt(bitPattern: buffer.unsafeAddress)) }
    guard kind == .lengths else {
      lengths = nil
      unsafe values = column.values.unsafeAddress
      return
    }
    let computed = MutableBuffer(byteCount: column.count * 4)
    let target = unsafe computed.pointer.assumingMemoryBound(to: UInt32.self)
    let offsets = unsafe column.values.unsafeAddress.assumingMemoryBound(to: Int32.self)
    for index in 0..<column.count {
      unsafe target[index] = UInt32(bitPattern: offsets[index + 1] &- offsets[index])
    }
    lengths = computed
    unsafe values = UnsafeRawPointer(computed.pointer)
  }

  /// The addresses of the data buffers.
  var bufferAddresses: UnsafePointer<UnsafePointer<UInt8>?> {
    unsafe UnsafeRawPointer(buffers.pointer)
      .assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
  }

  /// Null slots of `range`.
  func nullCount(in range: Range<Int>) -> Int {
    if column.type == .null { return range.count }
    guard let validity = unsafe validity else { return 0 }
    return unsafe range.count
      - colonnade_bits_count_from(validity, range.lowerBound, range.count)
  }

  /// Child slots before slot `index` of a list.
  func elementSlot(at index: Int) -> UInt64 {
    let offsets = unsafe column.values.unsafeAddress.assumingMemoryBound(to: Int32.self)
    return unsafe UInt64(UInt32(bitPattern: offsets[index] &- offsets[0]))
  }

  /// Bytes of the values of `range`, decoded: fixed widths, bits, text without its lengths,
  /// 4 a list.
  func rawByteCount(of range: Range<Int>) -> Int {
    switch kind {
    case .none: return 0
    case .bit: return (range.count + 7) / 8
    case .bytes: return Int(measure(range).total)
    default: return range.count * kind.width
    }
  }

  /// Lengths of the text of `range`, null slots left out.
  func measure(_ range: Range<Int>) -> (least: UInt32, greatest: UInt32, total: UInt64) {
    var least: UInt32 = 0
    var greatest: UInt32 = 0
    var total: UInt64 = 0
    unsafe colonnade_views_measure(
      values + range.lowerBound * 16, range.count, validity, range.lowerBound, &least, &greatest,
      &total)
    return (least, greatest, total)
  }

  /// The bytes of one value of text.
  func text(at index: Int) -> UnsafeRawBufferPointer {
    let address = unsafe values + index * 16
    let view = unsafe address.loadUnaligned(as: ByteView.self)
    if view.isInline {
      return unsafe UnsafeRawBufferPointer(start: address + 4, count: view.byteCount)
    }
    return unsafe UnsafeRawBufferPointer(
      start: bufferAddresses[view.bufferIndex].map { unsafe UnsafeRawPointer($0) + view.offset },
      count: view.byteCount)
  }
}

/// The slots of one page, with null slots filled in where an encoding reads them.
@safe struct PageSlots {
  let source: SlotSource
  /// Slots of the chunk.
  let range: Range<Int>
  let nullCount: Int
  /// Values of the page with null slots replaced by a neighbour's, so that they cost nothing;
  /// of bits and text the values as they are.
  let filled: UnsafeRawPointer

  /// - Parameter scratch: holds the filled values; used until the next page.
  init(_ source: SlotSource, _ range: Range<Int>, scratch: MutableBuffer) {
    self.source = source
    self.range = range
    nullCount = source.nullCount(in: range)
    let width = source.kind.width
    let stored = unsafe source.values + range.lowerBound * width
    guard source.kind.canBeFilled, let validity = unsafe source.validity, nullCount > 0,
      nullCount < range.count
    else {
      unsafe filled = stored
      return
    }
    scratch.truncate()
    let target = unsafe scratch.extend(by: range.count * width)
    unsafe colonnade_fill_nulls(
      target, stored, UInt32(width), validity, range.lowerBound, range.count)
    unsafe filled = UnsafeRawPointer(target)
  }

  var count: Int { range.count }
  var hasNulls: Bool { nullCount > 0 && nullCount < range.count }

  /// Appends the validity bits of slots `part`, counted in the page, up to a full byte.
  func appendValidity(_ part: Range<Int>, to target: MutableBuffer) {
    guard let validity = unsafe source.validity else { return }
    let place = target.byteCount
    target.appendZeros((part.count + 7) / 8)
    unsafe colonnade_bits_copy(
      (target.pointer + place).assumingMemoryBound(to: UInt8.self), 0, validity,
      range.lowerBound + part.lowerBound, part.count)
  }
}
