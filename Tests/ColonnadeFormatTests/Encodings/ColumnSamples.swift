// Columns of every type to be encoded, and their comparison slot by slot.

import ColonnadeArrays
import ColonnadeBase
import Glibc
import TestSupport

/// How many slots of a sample are null.
enum NullShare: CaseIterable {
  case none, some, all
}

/// What values of a sample look like.
enum ValueShape: CaseIterable {
  /// Any bits.
  case random
  /// A few values, in runs.
  case runs
  /// Rising by small steps.
  case rising
  /// Close together, with a few far away.
  case outliers
  /// Numbers of two decimal places, with a few that have none: NaN, infinities, minus zero.
  case prices
  /// One value.
  case constant
}

enum ColumnSamples {
  static let leafTypes: [DataType] = [
    .null, .bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float16,
    .float32, .float64, .decimal(precision: 12, scale: 2), .decimal(precision: 38, scale: 4), .date,
    .time(.millisecond), .timestamp(.microsecond, zone: nil), .duration(.second), .string,
    .categorical(ordered: true), .binary, .fixedBinary(byteCount: 3), .fixedBinary(byteCount: 16),
    .fixedBinary(byteCount: 37),
  ]

  static func column(
    _ type: DataType, count: Int, nulls: NullShare, shape: ValueShape,
    _ generator: inout SeededGenerator
  ) -> Column {
    let builder = ColumnBuilder(type, capacity: count)
    var state: UInt64 = generator.next() >> 40
    let fixed = generator.next()
    for _ in 0..<count {
      switch shape {
      case .random: state = generator.next()
      case .runs: if generator.chance(0.02) { state = generator.next() % 7 }
      case .rising: state &+= generator.next() % 5
      case .outliers: state = generator.chance(0.01) ? generator.next() : generator.next() % 50
      case .prices: state = generator.next() % 1_000_000
      case .constant: state = fixed
      }
      let isNull = nulls == .all || type == .null || (nulls == .some && generator.chance(0.3))
      if isNull { builder.appendNull() } else { append(state, to: builder, shape) }
    }
    return builder.finish()
  }

  private static func append(_ bits: UInt64, to builder: ColumnBuilder, _ shape: ValueShape) {
    switch builder.type.physical {
    case .float64 where shape == .prices: builder.append(fixed: price(bits))
    case .float32 where shape == .prices: builder.append(fixed: Float(price(bits)))
    case .none: builder.appendNull()
    case .bit: builder.append(bool: bits & 1 == 1)
    case .bytes:
      var text = shape == .random ? String(bits, radix: 36) : "value \(bits)"
      if bits % 3 == 0 { text += " — žluťoučký kůň 🐎 \(bits % 1000)" }
      if bits % 11 == 0 { text = "" }
      builder.append(text: text)
    case .fixedBytes(let width):
      var bytes: [UInt8] = []
      for index in 0..<width {
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(index % 8 * 8)))
      }
      unsafe bytes.withUnsafeBytes { unsafe builder.append(bytes: $0) }
    case .int128:
      if shape == .random {
        builder.append(fixed: Int128(Int64(bitPattern: bits)) << 40)
      } else {
        builder.append(fixed: Int128(Int64(bitPattern: bits)))
      }
    default:
      switch builder.type.physical.fixedByteCount {
      case 1: builder.append(fixed: UInt8(truncatingIfNeeded: bits))
      case 2: builder.append(fixed: UInt16(truncatingIfNeeded: bits))
      case 4: builder.append(fixed: UInt32(truncatingIfNeeded: bits))
      default: builder.append(fixed: bits)
      }
    }
  }

  private static func price(_ bits: UInt64) -> Double {
    switch bits % 97 {
    case 0: .nan
    case 1: -.infinity
    case 2: -0.0
    case 3: Double(bits) / 3
    case 4: -Double(bits) / 100
    default: Double(bits) / 100
    }
  }

  /// The bytes of slot `index`; nil for null.
  static func bytes(_ column: Column, _ index: Int) -> [UInt8]? {
    if column.isNull(at: index) { return nil }
    switch column.type.physical {
    case .none: return []
    case .bit:
      guard case .bool(let bit) = column.value(at: index) else { return [] }
      return [bit ? 1 : 0]
    case .bytes, .fixedBytes: return unsafe column.withUnsafeBytes(at: index) { unsafe Array($0) }
    default:
      let width = column.type.physical.fixedByteCount ?? 0
      return unsafe column.values.unsafeBytes[index * width..<(index + 1) * width].map { $0 }
    }
  }

  /// The first slot of `left` that differs from slot `rows[slot]` of `right`; nil when all agree,
  /// -1 and -2 where counts do not. Null slots of both are zero, so that memory can be compared.
  static func firstDifference(_ left: Column, _ right: Column, rows: [Int]? = nil) -> Int? {
    let count = rows?.count ?? right.count
    guard left.count == count, left.type == right.type else { return -1 }
    let width = left.type.physical.fixedByteCount ?? 0
    var nulls = 0
    for index in 0..<count {
      let source = rows?[index] ?? index
      let isNull = right.isNull(at: source)
      if isNull { nulls += 1 }
      if isNull != left.isNull(at: index) { return index }
      if width > 0 {
        let mine = unsafe left.values.unsafeAddress + index * width
        let theirs = unsafe right.values.unsafeAddress + source * width
        if unsafe memcmp(mine, theirs, width) != 0 { return index }
      } else if !isNull, bytes(left, index) != bytes(right, source) {
        return index
      }
    }
    return nulls == left.nullCount ? nil : -2
  }

  /// The first slot that is null without being zero, or whose text lies outside its buffer or is
  /// not UTF-8.
  static func firstFault(_ column: Column) -> Int? {
    let isBytes = column.type.physical == .bytes
    let width = isBytes ? 16 : column.type.physical.fixedByteCount ?? 0
    guard column.values.byteCount >= width * column.count else { return -1 }
    for index in 0..<column.count {
      if column.isNull(at: index) {
        for byte in 0..<width
        where unsafe column.values.unsafeBytes[index * width + byte] != 0 { return index }
      } else if isBytes {
        let view = unsafe column.values.unsafeAddress.load(
          fromByteOffset: index * 16, as: ByteView.self)
        if !view.isInline {
          guard view.bufferIndex < column.data.count,
            view.offset + view.byteCount <= column.data[view.bufferIndex].byteCount
          else { return index }
        }
        if column.type != .binary {
          let text = unsafe column.withUnsafeBytes(at: index) { unsafe Array($0) }
          if String(validating: text, as: UTF8.self) == nil { return index }
        }
      }
    }
    return nil
  }
}

extension SeededGenerator {
  mutating func chance(_ probability: Double) -> Bool {
    Double.random(in: 0..<1, using: &self) < probability
  }
}
