// Ranges of integers: among packed integers, and in files, against values one by one.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct IntegerRangeTests {
  /// Every packed integer of few bits, with bases that wrap around too.
  @Test(arguments: [1, 2, 4, 8])
  func packedIntegersAreThoseWhoseValuesLieInTheRange(_ width: Int) {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let bits = UInt64(width * 8)
    var counts = (none: 0, between: 0, divided: 0)
    for _ in 0..<4_000 {
      let isSigned = generator.chance(0.5)
      let bitWidth = Int.random(in: 0...6, using: &generator)
      // Near the ends of the type or in its middle.
      let middle = generator.chance(0.5) ? 0 : generator.next()
      func value(_ offset: UInt64) -> Int128 {
        let wrapped = middle &+ offset
        guard isSigned else { return Int128(IntegerBytes.cut(wrapped, width: width)) }
        let unused = 64 - bits
        return Int128(Int64(bitPattern: wrapped << unused) >> Int64(unused))
      }
      func near() -> UInt64 {
        UInt64(bitPattern: Int64.random(in: -80...80, using: &generator))
      }
      let base = IntegerBytes.cut(middle &+ near(), width: width)
      let (first, second) = (value(near()), value(near()))
      let range = IntegerRange(first, through: second)
      let packed = range.packed(base: base, bitWidth: bitWidth, width: width)
      let comment: Comment = "seed \(seed), \(range), base \(base), \(bitWidth) bits"
      let fitting = (0..<UInt64(1) << UInt64(bitWidth)).map { integer in
        range.contains(value(base &- middle &+ integer))
      }
      switch packed {
      case .none:
        counts.none += 1
        #expect(!fitting.contains(true), comment)
      case .between(let least, let span):
        counts.between += 1
        for (integer, isInside) in fitting.enumerated() {
          #expect((UInt32(integer) &- least <= span) == isInside, comment)
        }
      case .divided:
        counts.divided += 1
        #expect(fitting.contains(true) && fitting.contains(false), comment)
      }
    }
    #expect(counts.none > 100 && counts.between > 100)
  }

  /// Columns of integers of every width, some with nulls, patches or pages of one value.
  @Test(arguments: [
    DataType.int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .date,
    .timestamp(.microsecond, zone: nil), .decimal(precision: 12, scale: 2),
  ])
  func rowsOfAFileAreThoseThatAreReadToLieInTheRange(_ type: DataType) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let count = 40_000
    let shapes: [ValueShape] = [.random, .outliers, .prices, .runs, .constant]
    var columns: [Column] = []
    for shape in shapes {
      for nulls in NullShare.allCases {
        columns.append(
          ColumnSamples.column(type, count: count, nulls: nulls, shape: shape, &generator))
      }
    }
    let schema = Schema(columns.enumerated().map { Field("c\($0)", $1.type) }).assigningIDs()
    let path = TestFile.path("ranges")
    defer { TestFile.remove(path) }
    let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: schema)
    try writer.write(rowGroup: Batch(schema: schema, columns: columns, rowCount: count))
    _ = try writer.finish()
    let reader = try FileReader(path, in: PosixFileSystem.shared)
    var answered = 0
    for (index, column) in columns.enumerated() {
      for _ in 0..<4 {
        // Bounds among the values, so that some lie between.
        let bounds = [0, 1].map { _ -> Int128 in
          IntegerRangeTests.integer(
            column.value(at: Int.random(in: 0..<count, using: &generator)))
        }.sorted()
        let range = IntegerRange(bounds[0], through: bounds[1])
        let first = generator.chance(0.5) ? 0 : Int.random(in: 0..<count, using: &generator)
        let rows = first..<Int.random(in: first + 1...count, using: &generator)
        guard
          let bits = try reader.select(column: index, rowGroup: 0, rows: rows, within: range)
        else { continue }
        answered += 1
        let bytes = bits.array
        var different = 0
        for (position, row) in rows.enumerated() {
          let value = column.value(at: row)
          let expected = !value.isNull && range.contains(IntegerRangeTests.integer(value))
          let found = bytes[position / 8] >> UInt8(position % 8) & 1 == 1
          if found != expected { different += 1 }
        }
        #expect(different == 0, "seed \(seed), column \(index), \(range), rows \(rows)")
        #expect(bits.byteCount == (rows.count + 63) / 64 * 8)
      }
    }
    // Most of these shapes are packed.
    #expect(answered >= 12, "seed \(seed): \(answered)")
  }

  private static func integer(_ value: Value) -> Int128 {
    switch value {
    case .integer(let number), .decimal(let number, _): number
    case .date(let days): Int128(days)
    case .timestamp(let ticks, _, _): Int128(ticks)
    default: 0
    }
  }
}
