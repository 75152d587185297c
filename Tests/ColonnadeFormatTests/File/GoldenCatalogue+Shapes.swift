// Golden files of nested columns, of edges, and of what is reserved.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

extension GoldenCatalogue {
  /// Zones of NaN alone, of NaN and numbers, of nulls alone, of both zeros, of infinities.
  private static let odd: [Value] = {
    var values = [Value](repeating: .float(.nan), count: 16)
    for index in 0..<16 { values.append(.float(index % 3 == 0 ? .nan : Double(index) - 8)) }
    for _ in 0..<16 { values.append(.null) }
    for index in 0..<16 { values.append(.float(index % 2 == 0 ? 0.0 : -0.0)) }
    return values + [.float(.infinity), .float(-.infinity)]
  }()

  private static func longText(_ row: Int) -> Value {
    switch row / 16 {
    case 0: .string(String(repeating: "a", count: 15) + "é" + "\(row)")
    case 1: .string(String(repeating: "\u{10FFFF}", count: 5) + "\(row)")
    default: .string(String(repeating: "z", count: row - 32))
    }
  }

  private static func longBytes(_ row: Int) -> Value {
    .binary([UInt8](repeating: row < 16 ? 0xFF : UInt8(row), count: row < 32 ? 20 : 3))
  }

  private static let uuid = DataType.fixedBinary(byteCount: 16)

  static let edges: [Golden] = [
    noColumns, noRows, oneRow, names, nan, bounds, manyGroups, bloom,
  ]

  private static let noColumns = Golden("no-columns", "neither columns nor rows", [])

  private static let noRows = Golden(
    "no-rows", "columns, metadata and zones without rows",
    [
      (Field("a", .int64, metadata: [MetadataEntry("unit", "m")]), []),
      (Field("b", .timestamp(.nanosecond, zone: "UTC")), []),
      (Field("c", .structure([Field("d", .list(Field("element", .string)))])), []),
    ], metadata: [MetadataEntry("made by", "hand"), MetadataEntry("", "")])

  private static let oneRow = Golden(
    "one-row", "one row of three columns",
    [
      (Field("id", .int64, isNullable: false), [.integer(42)]),
      (Field("text", .string), [.string("hé")]),
      (Field("nothing", .null), [.null]),
    ])

  private static let names = Golden(
    "names", "names with dots, of one spelling but case, empty, beyond ASCII; metadata of fields",
    ["a.b", "A.B", "", "ключ", "a\nb"].enumerated().map { index, name in
      (
        Field(name, .int32, metadata: [MetadataEntry("index", "\(index)")]),
        [.integer(Int128(index)), .null]
      )
    }, metadata: [MetadataEntry("key", "value")])

  private static let nan = Golden(
    "nan", "zones of NaN alone, of NaN and numbers, of nulls alone; both zeros",
    [DataType.float16, .float32, .float64].map { (Field("\($0)", $0), odd) },
    configure: { $0.zoneShift = 4 })

  private static let bounds = Golden(
    "bounds", "bounds of text and binary values that were cut, raised, or that cannot be raised",
    [
      (Field("text", .string, isNullable: false), (0..<48).map(longText)),
      (Field("bytes", .binary), (0..<48).map(longBytes)),
      (
        Field("decimal", .decimal(precision: 38, scale: 0)),
        (0..<48).map { .decimal((Int128($0) - 24) * 1_000_000_000_000_000_000_000, scale: 0) }
      ),
    ], configure: { $0.zoneShift = 4 })

  private static let manyGroups = Golden(
    "row-groups", "three row groups, zones and pages of 16 rows, totals of the file",
    columns([.int64, .string, .bool], rowCount: 100) { $0 }, rowGroupRows: 40,
    configure: {
      $0.zoneShift = 4
      $0.encoding.pageShift = 4
    })

  private static let bloom = Golden(
    "bloom", "Bloom filters of identifiers",
    columns([.int64, .string, .float64], rowCount: 64) { $0 * 37 }
      + [(Field("uuid", uuid), (0..<64).map { value(uuid, $0) })],
    configure: {
      $0.bloomFilterColumns = ["int64", "string", "string, null", "float64", "uuid"]
    })

  static let reserved: [Golden] = [
    Golden(
      "moved-columns", "columns whose ids do not ascend",
      [
        (Field("third", .int32, id: 3), (0..<5).map { .integer(Int128($0)) }),
        (Field("first", .int32, id: 1), (0..<5).map { .integer(Int128($0 + 10)) }),
        (Field("seventh", .int32, id: 7), (0..<5).map { .integer(Int128($0 + 20)) }),
      ]),
    Golden(
      "row-ids", "a column of row ids",
      [
        (Field("row", .uint64, isNullable: false), (0..<5).map { .integer(Int128($0 + 100)) }),
        (Field("value", .int32), (0..<5).map { .integer(Int128($0)) }),
      ],
      patch: { file in
        let at = try file.entry(.fields, 0) + 7
        file.set(at, 1, UInt64(file.number(at, 1)) | 4)
        file.sign()
      }),
    Golden(
      "encrypted", "an encrypted column, which is refused by name, beside one that is read",
      [
        (Field("secret", .int64), (0..<5).map { .integer(Int128($0 + 100)) }),
        (Field("value", .int32), (0..<5).map { .integer(Int128($0)) }),
      ], refused: ["secret"],
      patch: { file in
        let at = try file.entry(.fields, 0) + 7
        file.set(at, 1, UInt64(file.number(at, 1)) | 2)
        file.sign()
      }),
    Golden(
      "unknown-type", "a column of a type that no reader knows beside one that is read",
      [
        (Field("new", .int64), (0..<5).map { .integer(Int128($0 + 100)) }),
        (Field("value", .int32), (0..<5).map { .integer(Int128($0)) }),
      ], refused: ["new"],
      patch: { file in
        file.set(try file.entry(.fields, 0) + 6, 1, 99)
        file.sign()
      }),
    Golden(
      "unknown-encoding", "a column of an encoding that no reader knows beside one that is read",
      [
        (Field("new", .int64), (0..<5).map { .integer(Int128($0 * $0 + 100)) }),
        (Field("value", .int32), (0..<5).map { .integer(Int128($0)) }),
      ], refused: ["new"],
      patch: { file in
        file.set(try file.entry(.pages, 0) + 12, 1, 200)
        file.sign()
      }),
    Golden(
      "unknown-section", "a section and a compatible feature that no reader knows",
      [(Field("value", .int32), (0..<5).map { .integer(Int128($0)) })],
      patch: { file in
        file.set(40, 8, 1 << 17)
        file.addUnknownSection(kind: 200, isRequired: false, content: Array("of later".utf8))
      }),
  ]
}
