// One value outside a column: literals, statistics, partition values, cells on a terminal.

import ColonnadeBase

/// A value of any type; `null` has none.
public indirect enum Value: Sendable {
  case null
  case bool(Bool)
  /// Every integer type.
  case integer(Int128)
  /// float16, float32 and float64.
  case float(Double)
  /// `unscaled` / 10^`scale`.
  case decimal(Int128, scale: Int)
  /// Days since 1970-01-01.
  case date(Int32)
  /// Ticks since midnight.
  case time(Int64, TimeUnit)
  /// Ticks since 1970-01-01T00:00:00, of an instant where `zoned`.
  case timestamp(Int64, TimeUnit, zoned: Bool)
  case duration(Int64, TimeUnit)
  case string(String)
  case binary([UInt8])
  case list([Value])
  case structure([(name: String, value: Value)])
  case map([(key: Value, value: Value)])

  public var isNull: Bool {
    if case .null = self { true } else { false }
  }
}

extension Column {
  /// The value at `index`.
  /// - Complexity: O(size of the value). For cells and tests; loops use the buffers.
  public func value(at index: Int) -> Value {
    if isNull(at: index) { return .null }
    switch type {
    case .null: return .null
    case .bool: return .bool(bit(at: index))
    case .int8: return .integer(Int128(load(Int8.self, index)))
    case .int16: return .integer(Int128(load(Int16.self, index)))
    case .int32: return .integer(Int128(load(Int32.self, index)))
    case .int64: return .integer(Int128(load(Int64.self, index)))
    case .uint8: return .integer(Int128(load(UInt8.self, index)))
    case .uint16: return .integer(Int128(load(UInt16.self, index)))
    case .uint32: return .integer(Int128(load(UInt32.self, index)))
    case .uint64: return .integer(Int128(load(UInt64.self, index)))
    case .float16: return .float(Double(Float(float16Bits: load(UInt16.self, index))))
    case .float32: return .float(Double(load(Float.self, index)))
    case .float64: return .float(load(Double.self, index))
    case .decimal(let precision, let scale):
      return .decimal(
        precision <= 18 ? Int128(load(Int64.self, index)) : load(Int128.self, index), scale: scale)
    case .date: return .date(load(Int32.self, index))
    case .time(let unit):
      let wide = unit == .microsecond || unit == .nanosecond
      return .time(wide ? load(Int64.self, index) : Int64(load(Int32.self, index)), unit)
    case .timestamp(let unit, let zone):
      return .timestamp(load(Int64.self, index), unit, zoned: zone != nil)
    case .duration(let unit): return .duration(load(Int64.self, index), unit)
    case .string, .categorical:
      return unsafe withUnsafeBytes(at: index) {
        .string(unsafe String(decoding: $0, as: UTF8.self))
      }
    case .binary, .fixedBinary:
      return unsafe withUnsafeBytes(at: index) { .binary(unsafe Array($0)) }
    case .list: return .list(elements(at: index).map(children[0].value(at:)))
    case .fixedList(_, let length):
      return .list((index * length..<(index + 1) * length).map(children[0].value(at:)))
    case .structure(let fields):
      return .structure(
        zip(fields, children).map { (name: $0.name, value: $1.value(at: index)) })
    case .map:
      return .map(
        elements(at: index).map { element in
          (
            key: children[0].children[0].value(at: element),
            value: children[0].children[1].value(at: element)
          )
        })
    }
  }

  /// Indices in the child of the elements of list or map `index`.
  public func elements(at index: Int) -> Range<Int> {
    Int(load(Int32.self, index))..<Int(load(Int32.self, index + 1))
  }

  private func load<T: BitwiseCopyable>(_ type: T.Type, _ index: Int) -> T {
    precondition(index >= 0 && (index + 1) * MemoryLayout<T>.size <= values.byteCount)
    return unsafe values.unsafeAddress.loadUnaligned(
      fromByteOffset: index * MemoryLayout<T>.size, as: T.self)
  }

  private func bit(at index: Int) -> Bool {
    precondition(index >> 3 < values.byteCount)
    let byte = unsafe values.unsafeAddress.load(fromByteOffset: index >> 3, as: UInt8.self)
    return (byte >> (index & 7)) & 1 == 1
  }
}

extension Float {
  /// IEEE 754 binary16 to binary32, exact; also where the compiler has no Float16.
  public init(float16Bits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * Float(sign: .plus, exponent: -24, significand: 1)
      self = sign == 0 ? magnitude : -magnitude
    case 0x1F: self = Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
