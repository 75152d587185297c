// Slices, gathers and concatenations against the obvious way over single values.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@Suite struct ColumnSelectionTests {
  @Test(arguments: RandomValue.types, [UInt64(1), 2, 3])
  func rowsSurviveSliceTakeAndConcatenate(type: DataType, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let count = [1, 9, 64, 200].randomElement(using: &generator) ?? 1
    let nullable = seed != 2
    let values = (0..<count).map { _ in
      RandomValue.of(type, nullable: nullable, using: &generator)
    }
    let builder = ColumnBuilder(type)
    for value in values { try builder.append(value: value) }
    let column = builder.finish()
    let expected = values.map { "\($0)" }
    func texts(_ column: Column) -> [String] {
      (0..<column.count).map { "\(column.value(at: $0))" }
    }
    #expect(texts(column) == expected, "seed \(seed)")
    #expect(column.nullCount == values.count { $0.isNull })

    for _ in 0..<10 {
      let start = Int.random(in: 0...count, using: &generator)
      let end = Int.random(in: start...count, using: &generator)
      let slice = column.slice(start..<end)
      #expect(texts(slice) == Array(expected[start..<end]), "seed \(seed), \(start)..<\(end)")
      #expect(slice.nullCount == values[start..<end].count { $0.isNull })
      let rows = (0..<40).map { _ in UInt32.random(in: 0..<UInt32(count), using: &generator) }
      #expect(
        texts(column.take(SelectionVector(rows))) == rows.map { expected[Int($0)] }, "seed \(seed)")
      #expect(
        texts(Column.concatenate([slice, column, slice]))
          == Array(expected[start..<end]) + expected + Array(expected[start..<end]),
        "seed \(seed)")
    }
  }

  @Test func aNullSlotHoldsZeroBytes() throws {
    let builder = ColumnBuilder(.int64)
    try builder.append(value: .integer(7))
    builder.appendNull()
    let column = builder.finish()
    #expect(column.values.array == [7] + [UInt8](repeating: 0, count: 15))
  }

  @Test(arguments: [
    (Value.integer(128), DataType.int8), (.integer(-1), .uint64), (.integer(1), .string),
    (.decimal(1000, scale: 1), .decimal(precision: 3, scale: 1)),
    (.binary([1]), .fixedBinary(byteCount: 2)),
  ])
  func aValueThatDoesNotFitIsRefused(value: Value, type: DataType) {
    let builder = ColumnBuilder(type)
    #expect(throws: (any Error).self) { try builder.append(value: value) }
    #expect(builder.count == 0)
  }
}
