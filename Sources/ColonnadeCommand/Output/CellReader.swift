// The cells of one column of one batch, read row by row straight from its buffers: a kind looked up
// once per batch and raw addresses, so that a cell costs a switch and a load.
// Invariant: a reader is used only while its batch is held, for rows below the batch's row count.

import ColonnadeArrays
import ColonnadeBase

/// How the text of a column's cells is made.
enum CellKind {
  case bool
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case float32, float64
  case decimal64(scale: Int)
  case date
  case timestamp(TimeUnit, zoned: Bool)
  case text
  /// Everything else goes through `TextBuffer.append(cell:at:)`.
  case other

  init(_ type: DataType) {
    switch type {
    case .bool: self = .bool
    case .int8: self = .int8
    case .int16: self = .int16
    case .int32: self = .int32
    case .int64: self = .int64
    case .uint8: self = .uint8
    case .uint16: self = .uint16
    case .uint32: self = .uint32
    case .uint64: self = .uint64
    case .float32: self = .float32
    case .float64: self = .float64
    case .decimal(let precision, let scale) where precision <= 18: self = .decimal64(scale: scale)
    case .date: self = .date
    case .timestamp(let unit, let zone): self = .timestamp(unit, zoned: zone != nil)
    case .string, .categorical: self = .text
    default: self = .other
    }
  }
}

/// Raw access to the cells of one column.
@safe struct CellReader {
  let kind: CellKind
  private let values: UnsafeRawPointer
  private let validity: UnsafePointer<UInt8>?
  /// Addresses of the data buffers that long views point into.
  private let data: UnsafeMutablePointer<UnsafeRawPointer>

  /// - Parameter column: held by the caller as long as the reader is used. `release` comes last.
  init(_ column: Column) {
    kind = CellKind(column.type)
    unsafe values = column.values.unsafeAddress
    unsafe validity = column.validity.map { validity in
      unsafe validity.unsafeAddress.assumingMemoryBound(to: UInt8.self)
    }
    unsafe data = UnsafeMutablePointer<UnsafeRawPointer>.allocate(
      capacity: max(1, column.data.count))
    for (index, buffer) in column.data.enumerated() {
      unsafe (data + index).initialize(to: buffer.unsafeAddress)
    }
  }

  func release() { unsafe data.deallocate() }

  @inline(__always) func isNull(_ row: Int) -> Bool {
    guard let validity = unsafe validity else { return false }
    return unsafe (validity[row >> 3] >> UInt8(row & 7)) & 1 == 0
  }

  @inline(__always) func bit(_ row: Int) -> Bool {
    unsafe (values.load(fromByteOffset: row >> 3, as: UInt8.self) >> UInt8(row & 7)) & 1 == 1
  }

  @inline(__always) func load<T: BitwiseCopyable>(_ type: T.Type, _ row: Int) -> T {
    unsafe values.loadUnaligned(fromByteOffset: row &* MemoryLayout<T>.size, as: type)
  }

  /// The bytes of a text cell.
  @unsafe @inline(__always) func bytes(_ row: Int) -> UnsafeRawBufferPointer {
    let address = unsafe values + row &* 16
    let view = unsafe address.load(as: ByteView.self)
    if view.isInline {
      return unsafe UnsafeRawBufferPointer(start: address + 4, count: view.byteCount)
    }
    return unsafe UnsafeRawBufferPointer(
      start: data[view.bufferIndex] + view.offset, count: view.byteCount)
  }

  /// Appends a cell that is neither null nor text nor `other`.
  @inline(__always) func append(_ row: Int, to buffer: inout TextBuffer) {
    switch kind {
    case .bool: buffer.append(bit(row) ? "true" : "false" as StaticString)
    case .int8: buffer.append(Int64(load(Int8.self, row)))
    case .int16: buffer.append(Int64(load(Int16.self, row)))
    case .int32: buffer.append(Int64(load(Int32.self, row)))
    case .int64: buffer.append(load(Int64.self, row))
    case .uint8: buffer.append(UInt64(load(UInt8.self, row)))
    case .uint16: buffer.append(UInt64(load(UInt16.self, row)))
    case .uint32: buffer.append(UInt64(load(UInt32.self, row)))
    case .uint64: buffer.append(load(UInt64.self, row))
    case .float32: buffer.append(load(Float.self, row))
    case .float64: buffer.append(load(Double.self, row))
    case .decimal64(let scale):
      buffer.append(decimal: Int128(load(Int64.self, row)), scale: scale)
    case .date: buffer.append(daysSince1970: Int64(load(Int32.self, row)))
    case .timestamp(let unit, let zoned):
      buffer.append(timestamp: load(Int64.self, row), unit, zoned: zoned)
    case .text: unsafe buffer.append(bytes: bytes(row))
    case .other: break
    }
  }
}
