// Schemas as text: what is printed reads back, and what is wrong says where.

import ColonnadeArrays
import ColonnadeBase
import Testing

@Suite struct SchemaTextTests {
  @Test func everyTypeReadsBack() throws {
    let element = Field("item", .float32, isNullable: false)
    let types: [DataType] = [
      .null, .bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float16,
      .float32, .float64, .decimal(precision: 12, scale: 2), .date, .time(.microsecond),
      .timestamp(.millisecond, zone: nil), .timestamp(.nanosecond, zone: "Europe/O'Brien"),
      .duration(.second), .string, .categorical(ordered: false), .categorical(ordered: true),
      .binary, .fixedBinary(byteCount: 16), .list(Field("item", .string)),
      .fixedList(element, count: 64),
      .structure([
        Field("a", .int32), Field("b \"c\", d", .list(element), isNullable: false),
        Field("é", .string),
      ]),
      .map(key: Field("key", .string, isNullable: false), value: Field("value", .int64)),
    ]
    for type in types { #expect(try DataType(parsing: type.description) == type) }
    let schema = Schema(
      types.enumerated().map { Field("column \($0)", $1, isNullable: $0 % 2 == 0) })
    #expect(try Schema(parsing: schema.text) == schema)
  }

  @Test func freeForm() throws {
    let schema = try Schema(
      parsing: """
        # the first comment
        a : int64 not null, b: string   -- two on a line

        s: struct<
          x: float64,
          y: list< int32 >
        >
        """)
    #expect(
      schema
        == Schema([
          Field("a", .int64, isNullable: false), Field("b", .string),
          Field(
            "s",
            .structure([Field("x", .float64), Field("y", .list(Field("item", .int32)))])),
        ]))
  }

  @Test(arguments: [
    ("", 1, 1), ("a", 1, 2), ("a: int63", 1, 4), ("a: int32\nb: list<", 2, 9),
    ("a: int32 nut null", 1, 10), ("a: decimal(x, 2)", 1, 12), ("a: time(h)", 1, 9),
    ("\"a: int32", 1, 10), ("a: int32 not nil", 1, 17), ("a: timestamp(s, UTC)", 1, 17),
  ])
  func mistakesSayWhere(text: String, line: Int, column: Int) {
    do {
      _ = try Schema(parsing: text, file: "columns.txt")
      Issue.record("'\(text)' was taken")
    } catch {
      #expect(error.kind == .invalidArgument)
      #expect(error.file == "columns.txt")
      #expect(error.location == .line(line, column: column, field: nil), "\(error)")
    }
  }

  @Test func depthIsBounded() {
    let text = "a: " + String(repeating: "list<", count: 5_000) + "int8"
    #expect(throws: ColonnadeError.self) { _ = try Schema(parsing: text) }
    #expect(throws: ColonnadeError.self) { _ = try Schema(parsing: "a: int8, a: int8") }
    #expect(throws: ColonnadeError.self) { _ = try Schema(parsing: "a: decimal(39, 0)") }
  }
}
