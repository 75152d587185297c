// Bytes read as a page: what the chunk says, an entry of 40 bytes, then the body.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

struct PageInput {
  private static let types: [DataType] = [
    .null, .bool, .int8, .int16, .int32, .int64, .uint64, .float16, .float32, .float64,
    .decimal(precision: 30, scale: 2), .string, .binary, .fixedBinary(byteCount: 5),
    .fixedBinary(byteCount: 16), .list(Field("element", .int8)),
    .structure([Field("a", .int8)]),
  ]

  private let shape: ChunkShape
  private let page: PageEntry
  /// The same page again, which may stand anywhere.
  private let next: PageEntry
  private let body: Body
  private let reference: Reference

  init(_ bytes: [UInt8]) throws(ColonnadeError) {
    guard bytes.count >= 48 else { throw ColonnadeError(.truncated, "too short for a page") }
    let type = Self.types[Int(bytes[0]) % Self.types.count]
    let rowCount = (Int(bytes[1]) | Int(bytes[2]) << 8) % 4096 + 1
    let entry = Buffer(copying: Array(bytes[8..<48]))
    var page = unsafe PageEntry(reading: unsafe entry.unsafeAddress)
    extendLifetime(entry)
    page.offset %= 4096
    body = Body(Array(bytes[48...]))
    self.page = page
    var next = page
    next.firstSlot = 1024
    next.offset ^= UInt64(bytes[6]) << 56
    self.next = next
    reference = Reference(type: Self.types[Int(bytes[7]) % Self.types.count], body: body)
    shape = ChunkShape(
      type: type, rowCount: rowCount, slotCount: rowCount, pageShift: 12,
      dictionaryCount: Int(bytes[3]), dictionaryPage: bytes[4] & 1 == 1 ? page : nil,
      validityOffset: bytes[5] & 1 == 1 ? 0 : nil, elementSlotCount: Int(bytes[6]) * 64)
  }

  func decode() throws(ColonnadeError) {
    let decoder = ChunkDecoder(
      shape: shape, pages: PageList([page]), data: body, cache: DecompressionCache(),
      reference: reference)
    let selection = SelectionVector(
      [0, UInt32(shape.slotCount / 2)].filter { $0 < shape.slotCount })
    switch shape.type.physical {
    case .list:
      _ = try decoder.decodeLists(slots: 0..<shape.slotCount)
      _ = try decoder.decodeLists(selection: selection)
    case .structure: _ = try decoder.decodeValidity(slots: 0..<shape.slotCount)
    default:
      let column = try decoder.decode(slots: 0..<shape.slotCount)
      // Every value handed out has to be whole.
      for index in 0..<column.count { _ = column.value(at: index) }
      _ = try decoder.decode(selection: selection)
      try decodeTwo()
    }
  }

  /// Few values of two pages that lie apart.
  private func decodeTwo() throws(ColonnadeError) {
    var shape = shape
    (shape.rowCount, shape.slotCount, shape.pageShift) = (2048, 2048, 10)
    var first = page
    first.firstSlot = 0
    let decoder = ChunkDecoder(
      shape: shape, pages: PageList([first, next]), data: body, cache: DecompressionCache(),
      reference: reference)
    _ = try decoder.decode(selection: SelectionVector([5, 1029]))
  }

  /// A column to refer to: the body's bytes, over and over, as plain values.
  private struct Reference: ReferenceSource {
    let type: DataType
    let body: Body

    private func column(count: Int) throws(ColonnadeError) -> Column {
      guard let width = type.physical.fixedByteCount, body.bytes.byteCount > 0 else {
        throw ColonnadeError(.corrupt, "nothing to refer to")
      }
      let values = MutableBuffer(capacity: count * width)
      while values.byteCount < count * width {
        let some = min(body.bytes.byteCount, count * width - values.byteCount)
        values.append(Array(body.bytes.array.prefix(some)))
      }
      return Column(
        unchecked: type, count: count, nullCount: 0, validity: nil, values: values.freeze())
    }

    func column(slots: Range<Int>) throws(ColonnadeError) -> Column {
      try column(count: slots.count)
    }

    func column(selection: SelectionVector) throws(ColonnadeError) -> Column {
      try column(count: selection.count)
    }
  }

  private struct Body: DataSource {
    let bytes: Buffer

    init(_ array: [UInt8]) { bytes = Buffer(copying: array) }

    func data(offset: UInt64, byteCount: Int) throws(ColonnadeError) -> Buffer {
      guard byteCount >= 0, byteCount <= bytes.byteCount,
        offset <= UInt64(bytes.byteCount - byteCount)
      else { throw ColonnadeError(.corrupt, "outside of the data area") }
      return bytes.slice(from: Int(offset), byteCount: byteCount)
    }

    func compressionDictionary(at index: Int) throws(ColonnadeError) -> Buffer {
      guard index == 0 else { throw ColonnadeError(.corrupt, "no such dictionary") }
      return bytes
    }
  }
}
