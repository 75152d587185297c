// Golden files of columns that are stored by others.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

extension GoldenCatalogue {
  static let references: [Golden] = [
    Golden(
      "references", "encoding 10 of integers and floats: differences and multiples, patches, nulls",
      related(rowCount: 140), configure: referring),
    Golden(
      "references-frames", "encoding 10 in frames, validity in the frames; a page of nulls",
      related(rowCount: 140).filter { !$0.0.name.contains("patched") }.map { field, values in
        (field, values.enumerated().map { field.isNullable && $0.offset < 64 ? .null : $0.element })
      },
      configure: {
        $0.zoneShift = 4
        $0.encoding.pageShift = 6
        $0.encoding.frameByteCount = 16
        $0.encoding.forcesFrames = true
        $0.encoding.forcedEncoding = .reference
        $0.references = [
          1: ColumnReference(distance: -1, relation: .difference),
          3: ColumnReference(distance: -1, relation: .multiple),
          5: ColumnReference(distance: -1, relation: .multiple),
        ]
      }),
    Golden(
      "reference-encrypted", "a column that refers to an encrypted one: both are refused by name",
      [
        (Field("secret", .int64), (0..<80).map { .integer(Int128($0 * $0)) }),
        (Field("beside", .int64), (0..<80).map { .integer(Int128($0 * $0 + $0 % 7)) }),
        (Field("value", .int32), (0..<80).map { .integer(Int128($0)) }),
      ], refused: ["secret", "beside"],
      patch: { file in
        let at = try file.entry(.fields, 0) + 7
        file.set(at, 1, UInt64(file.number(at, 1)) | 2)
        file.sign()
      },
      configure: {
        $0.encoding.forcedEncoding = .reference
        $0.references = [1: ColumnReference(distance: -1, relation: .difference)]
      }),
  ]

  private static func referring(_ options: inout FileWriterOptions) {
    options.encoding.forcedEncoding = .reference
    options.references = [
      1: ColumnReference(distance: -1, relation: .difference),
      3: ColumnReference(distance: -1, relation: .multiple),
      5: ColumnReference(distance: -1, relation: .multiple),
      6: ColumnReference(distance: 3, relation: .difference),
      7: ColumnReference(distance: -7, relation: .difference),
      8: ColumnReference(distance: -6, relation: .multiple),
    ]
  }

  /// Columns 0, 2, 4 and 9 stand alone, the others move with them.
  private static func related(rowCount: Int) -> [(Field, [Value])] {
    func column(_ name: String, _ type: DataType, _ value: (Int) -> Value) -> (Field, [Value]) {
      let isNullable = name.contains("null")
      return (
        Field(name, type, isNullable: isNullable),
        (0..<rowCount).map { isNullable && $0 % 9 == 4 ? .null : value($0) }
      )
    }
    func day(_ row: Int) -> Int { 9_000 + row * 7_919 % 2_500 }
    func count(_ row: Int) -> Int { row * 31 % 50 }
    func cents(_ row: Int) -> Int { count(row) * (9_000 + row * 17) }
    return [
      column("ordered", .date) { .date(Int32(day($0))) },
      column("received, null", .date) { .date(Int32(day($0) + $0 % 31)) },
      column("count", .int64) { .integer(Int128(count($0) - 3)) },
      column("weight", .int32) { .integer(Int128((count($0) - 3) * (70 + $0 % 16))) },
      column("quantity, null", .float64) { .float(Double(count($0))) },
      column("price, null", .float64) { .float(Double(cents($0)) / 100) },
      column("near, patched", .float32) {
        .float($0 % 40 == 11 ? .infinity : Double(count($0) * 10 + $0 % 3) / 10)
      },
      column("wrapped", .uint16) { .integer(Int128((day($0) + 60_000 + $0 % 5) % 65_536)) },
      column("of integers, patched", .float64) {
        .float($0 % 60 == 7 ? -0.0 : Double((count($0) - 3) * (500 + $0 % 9)) / 1000)
      },
      column("rate", .float64) { .float(Double(count($0) * 10 + 1) / 10) },
    ]
  }
}
