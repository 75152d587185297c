// Slices, gathers and concatenations against the obvious way over single values.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@Suite struct ColumnSelectionTests {
  static let types: [DataType] = [
    .null, .bool, .int8, .uint16, .int32, .int64, .uint64, .float16, .float32, .float64,
    .decimal(precision: 9, scale: 2), .decimal(precision: 30, scale: 4), .date,
    .timestamp(.microsecond, zone: "UTC"), .string, .binary, .fixedBinary(byteCount: 3),
    .list(Field("element", .string)), .fixedList(Field("element", .float32), count: 3),
    .structure([Field("a", .int16), Field("b", .list(Field("element", .bool)))]),
    .map(key: Field("key", .string, isNullable: false), value: Field("value", .int32)),
  ]

  /// A random value of `type`; null one time in four where allowed.
  static func value(
    of type: DataType, nullable: Bool, using generator: inout SeededGenerator
  ) -> Value {
    if type == .null || (nullable && Int.random(in: 0..<4, using: &generator) == 0) { return .null }
    let number = Int128(Int.random(in: 0..<100, using: &generator))
    switch type {
    case .null: return .null
    case .bool: return .bool(number < 50)
    case .float16, .float32, .float64: return .float(Double(number) / 4)
    case .decimal(_, let scale): return .decimal(number - 50, scale: scale)
    case .date: return .date(Int32(number))
    case .time(let unit): return .time(Int64(number), unit)
    case .timestamp(let unit, let zone):
      return .timestamp(Int64(number), unit, zoned: zone != nil)
    case .duration(let unit): return .duration(Int64(number), unit)
    case .string, .categorical:
      return .string(String(repeating: "é\(number)", count: Int(number) % 9))
    case .binary: return .binary([UInt8](repeating: UInt8(number), count: Int(number) % 30))
    case .fixedBinary(let byteCount):
      return .binary([UInt8](repeating: UInt8(number), count: byteCount))
    case .list(let element):
      return .list(
        (0..<Int(number) % 4).map { _ in value(of: element.type, nullable: true, using: &generator)
        })
    case .fixedList(let element, let count):
      return .list(
        (0..<count).map { _ in value(of: element.type, nullable: true, using: &generator) })
    case .structure(let fields):
      return .structure(
        fields.map { (name: $0.name, value: value(of: $0.type, nullable: true, using: &generator)) }
      )
    case .map(let key, let item):
      return .map(
        (0..<Int(number) % 3).map { _ in
          (
            key: value(of: key.type, nullable: false, using: &generator),
            value: value(of: item.type, nullable: true, using: &generator)
          )
        })
    default: return .integer(number)
    }
  }

  @Test(arguments: types, [UInt64(1), 2, 3])
  func rowsSurviveSliceTakeAndConcatenate(type: DataType, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let count = [1, 9, 64, 200].randomElement(using: &generator) ?? 1
    let nullable = seed != 2
    let values = (0..<count).map { _ in
      Self.value(of: type, nullable: nullable, using: &generator)
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
