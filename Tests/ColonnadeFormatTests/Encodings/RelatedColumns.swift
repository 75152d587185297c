// Pairs of columns that move together, encoded one by the other and decoded again.

import ColonnadeArrays
import ColonnadeBase
import TestSupport

@testable import ColonnadeFormat

/// A column and the one it refers to, of any types that may be.
struct RelatedColumns {
  static let types: [DataType] = [
    .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float32, .float64,
    .decimal(precision: 12, scale: 2), .date, .timestamp(.microsecond, zone: nil),
  ]

  let reference: Column
  let column: Column
  let how: ColumnReference

  /// - Parameters:
  ///   - noise: share of values that have nothing to do with the reference.
  init(
    _ type: DataType, by reference: DataType, _ relation: ReferenceRelation, count: Int,
    nulls: Double, noise: Double, _ generator: inout SeededGenerator
  ) {
    let (builder, other) = (
      ColumnBuilder(type, capacity: count), ColumnBuilder(reference, capacity: count)
    )
    let scale = type.isFloat ? Int.random(in: 0...3, using: &generator) : 0
    let otherScale = reference.isFloat ? Int.random(in: 0...scale, using: &generator) : 0
    let spread = UInt64.random(
      in: 1...1 << UInt64.random(in: 1...40, using: &generator), using: &generator)
    for _ in 0..<count {
      let from = Int64(generator.next() % spread) - Int64(spread / 4)
      let small = Int64(generator.next() % 20)
      Self.append(from, scale: otherScale, to: other, isNull: generator.chance(nulls))
      if generator.chance(noise) {
        Self.append(noise: generator.next(), to: builder)
        continue
      }
      let value: Int64
      switch relation {
      case .difference:
        value = from &* Int64(Self.power(scale - otherScale)) &+ small &- 5
      case .multiple: value = from &* (small &+ 3)
      }
      Self.append(value, scale: scale, to: builder, isNull: generator.chance(nulls))
    }
    column = builder.finish()
    self.reference = other.finish()
    how = ColumnReference(distance: 1, relation: relation, scale: otherScale)
  }

  private static func power(_ exponent: Int) -> Int {
    (0..<max(0, exponent)).reduce(1) { power, _ in power * 10 }
  }

  private static func append(
    _ value: Int64, scale: Int, to builder: ColumnBuilder, isNull: Bool
  ) {
    if isNull { return builder.appendNull() }
    let float = Double(value) / Double(power(scale))
    switch builder.type.physical {
    case .float32: builder.append(fixed: Float(float))
    case .float64: builder.append(fixed: float)
    default: append(noise: UInt64(bitPattern: value), to: builder)
    }
  }

  /// Any bits.
  private static func append(noise: UInt64, to builder: ColumnBuilder) {
    switch builder.type.physical.fixedByteCount {
    case 1: builder.append(fixed: UInt8(truncatingIfNeeded: noise))
    case 2: builder.append(fixed: UInt16(truncatingIfNeeded: noise))
    case 4: builder.append(fixed: UInt32(truncatingIfNeeded: noise))
    default: builder.append(fixed: noise)
    }
  }

  func encode(_ options: EncodingOptions, into file: MemoryFile) throws -> EncodedChunk {
    let compression = ColumnCompression()
    let chunk = try ChunkEncoder.encode(
      column: column, layout: .uniform(slotsPerRow: 1), rowCount: column.count, options: options,
      compression: compression, largeValues: file,
      reference: ChunkReference(column: reference, how: how))
    return file.place(chunk, compression)
  }

  func decoder(
    _ chunk: EncodedChunk, _ file: MemoryFile, reference: (any ReferenceSource)?
  ) -> ChunkDecoder {
    ChunkDecoder(
      shape: chunk.shape(column.type, rowCount: column.count, slotCount: column.count),
      pages: PageList(chunk.pages), data: file, cache: DecompressionCache(), reference: reference)
  }
}

/// A column in memory to be referred to.
struct ColumnSource: ReferenceSource {
  let column: Column

  init(_ column: Column) { self.column = column }

  func column(slots: Range<Int>) throws(ColonnadeError) -> Column { column.slice(slots) }

  func column(selection: SelectionVector) throws(ColonnadeError) -> Column {
    column.take(selection)
  }
}

extension DataType {
  fileprivate var isFloat: Bool { physical == .float32 || physical == .float64 }
}
