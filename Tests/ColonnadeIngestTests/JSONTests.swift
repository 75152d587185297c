// JSON Lines into rows.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest
import TestSupport
import Testing

@Suite struct JSONTests {
  func json(
    _ text: String, _ options: IngestOptions = IngestOptions(), keepsRejects: Bool = false
  ) throws -> Ingested {
    try ingest(
      [IngestInput(bytes: Array(text.utf8), name: "in.jsonl")], options, keepsRejects: keepsRejects)
  }

  func jsonFailure(_ text: String, _ options: IngestOptions = IngestOptions()) -> ColonnadeError? {
    failure([IngestInput(bytes: Array(text.utf8), name: "in.jsonl")], options)
  }

  @Test func typesAreFoundByLooking() throws {
    let found = try json(
      """
      {"n": 1, "f": 1, "u": 18446744073709551615, "s": "2020-01-01", "b": true, "l": [1, 2], "o": {"x": 1}}

      {"n": -9223372036854775808, "f": 0.5, "u": 0, "s": "\\u0000\\ud83d\\ude00", "l": [], "o": {"y": ["z"], "x": null}, "m": null}
      """)
    #expect(
      found.schema.fields.map { "\($0.name) \($0.type)" } == [
        "n int64", "f float64", "u uint64", "s string", "b bool", "l list<int64>",
        "o struct<x: int64, y: list<string>>", "m string",
      ])
    #expect(
      found.rows == [
        [
          "1", "1.0", "18446744073709551615", "'2020-01-01'", "true", "[1, 2]", "{x: 1, y: null}",
          "null",
        ],
        [
          "-9223372036854775808", "0.5", "0", "'\u{0}😀'", "null", "[]", "{x: null, y: ['z']}",
          "null",
        ],
      ])
  }

  @Test func contradictionsNameTheirPlace() {
    let error = jsonFailure("{\"a\":{\"b\":[1]}}\n{\"a\":{\"b\":[\"x\"]}}\n")
    #expect(error?.kind == .schemaMismatch)
    #expect(error?.message == "a.b[] is a string here and a number in line 1")
    #expect(error?.location == .line(2, column: nil, field: "a.b[]"))
  }

  @Test(arguments: [
    ("{\"a\":18446744073709551616}\n", "a number is malformed or beyond 64 bits"),
    ("{\"a\":1,\"a\":2}\n", "the key comes twice"),
    ("[1]\n", "element 1 of the array is not an object"),
    ("5\n", "the record is not an object"), ("{\"a\":1\n", "this is not JSON"),
    ("{\"a\":\"\\x\"}\n", "a string holds a bad escape"),
    ("{\"a\":1} {\"a\":2}\n", "this is not JSON"),
  ])
  func refusals(_ text: String, _ message: String) {
    let error = jsonFailure(text)
    #expect(error?.message == message)
    #expect(error?.file == "in.jsonl")
  }

  @Test func integersAreNeverRounded() {
    #expect(jsonFailure("{\"a\":9007199254740993}\n{\"a\":0.5}\n")?.kind == .schemaMismatch)
    #expect(jsonFailure("{\"a\":9007199254740992}\n{\"a\":0.5}\n") == nil)
  }

  @Test func depthIsBounded() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(jsonFailure("{\"a\":\(deep)}\n") != nil)
    let open = String(repeating: "{\"a\":", count: 40) + "1" + String(repeating: "}", count: 40)
    #expect(jsonFailure(open + "\n") != nil)
  }

  @Test func aSchemaSettlesTypes() throws {
    var options = IngestOptions()
    options.schema = Schema([
      Field("i", .int8), Field("d", .decimal(precision: 6, scale: 2)), Field("t", .date),
      Field("v", .fixedList(Field("item", .float32), count: 2)),
      Field(
        "m", .map(key: Field("key", .string, isNullable: false), value: Field("value", .int64))),
      Field("ts", .timestamp(.microsecond, zone: "UTC")), Field("f", .float64),
      Field("s", .structure([Field("x", .int64, isNullable: false)])),
    ])
    let found = try json(
      """
      {"i": 1, "d": 0.25, "t": "2020-01-02", "v": [1, 0.5], "m": {"a": 1, "b": null}, "ts": "2020-01-01T00:00:00+01:00", "f": "NaN", "s": {"x": 1}}
      {"i": 128}
      {"z": 1}
      {"v": [1]}
      {"s": {}}
      {"d": "1.5", "i": null}
      {"t": "2020-13-01"}
      {"m": {"a": 1, "a": 2}}
      not json
      """, options, keepsRejects: true)
    #expect(
      found.rows == [
        [
          "1", "25e-2", "day 18263", "[1.0, 0.5]", "<'a': 1, 'b': null>",
          "at 1577833200000000usZ", "nan", "{x: 1}",
        ], ["null", "150e-2", "null", "null", "null", "null", "null", "null"],
      ])
    #expect(found.rowsRejected == 7)
    #expect(found.rejects.map(\.line) == [2, 3, 4, 5, 7, 8, 9])
    #expect(
      found.rejects.map { $0.field ?? "" } == ["i", "z", "v", "s.x", "t", "m", ""])
    #expect(found.rejects.map(\.column) == [7, 7, 7, 7, 7, 7, 1])
    #expect(found.rejects[0].message == "128 is not a value of type int8")
  }

  @Test func aTopLevelArrayIsRecords() throws {
    let found = try json("[\n {\"a\": 1},\n {\"a\": 2}\n]\n")
    #expect(found.rows == [["1"], ["2"]])
    #expect(jsonFailure("[{\"a\":1}] x") != nil)
    #expect(jsonFailure("[{\"a\":1}") != nil)
  }

  @Test(arguments: [21, 22] as [UInt64])
  func boundariesDoNotMatter(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for round in 0..<40 {
      var text = ""
      for number in 0..<Int.random(in: 1..<50, using: &generator) {
        let pieces = [
          "{\"a\":\(number),\"b\":\"x\"}", "{\"b\":\"\\n\\\"\"}", "", "{\"a\":1",
          "{\"c\":[{\"d\":0.5}]}",
          " {\"a\":null}\r",
        ]
        text += (pieces.randomElement(using: &generator) ?? "") + "\n"
      }
      var outcomes: [[String]] = []
      for (chunk, step) in [(1 << 20, Int.max), (1, 1), (30, 7), (64, 64)] {
        var options = IngestOptions()
        options.chunkByteCount = chunk
        options.format = .jsonl
        options.schema = Schema([
          Field("a", .int64), Field("b", .string),
          Field("c", .list(Field("item", .structure([Field("d", .float64)])))),
        ])
        let found = try ingest(
          [IngestInput(bytes: Array(text.utf8), step: step)], options, keepsRejects: true)
        outcomes.append(
          found.rows.map { $0.joined(separator: "|") }
            + found.rejects.map { String(decoding: $0.json, as: UTF8.self) })
      }
      #expect(
        outcomes.allSatisfy { $0 == outcomes[0] }, "seed \(seed), round \(round): \(text)")
    }
  }
}
