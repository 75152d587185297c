// Arrow IPC out and in again: every type, form and compression; every prefix; streams of before
// version 0.15; what is refused.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest
import TestSupport
import Testing

@Suite struct ArrowStreamTests {
  private static let schema = Schema(
    (RandomValue.types + [
      .categorical(ordered: false), .list(Field("element", .categorical(ordered: true))),
      .time(.second), .duration(.nanosecond),
    ]).enumerated().map { Field("c\($0)", $1, metadata: [MetadataEntry("n", "\($0)")]) },
    metadata: [MetadataEntry("made by", "a test")])

  private static func batches(
    _ schema: Schema, _ counts: [Int], using generator: inout SeededGenerator
  ) throws -> [Batch] {
    var batches: [Batch] = []
    for count in counts {
      var columns: [Column] = []
      for field in schema.fields {
        let builder = ColumnBuilder(field.type)
        for _ in 0..<count {
          try builder.append(
            value: RandomValue.of(field.type, nullable: true, using: &generator))
        }
        columns.append(builder.finish())
      }
      batches.append(Batch(schema: schema, columns: columns, rowCount: count))
    }
    return batches
  }

  private static func write(
    _ batches: [Batch], _ schema: Schema, form: ArrowStreamOutput.Form = .stream,
    compression: ArrowCompression = .none
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    let output = try ArrowStreamOutput(schema: schema, form: form, compression: compression) {
      bytes += $0.array
    }
    for batch in batches { try output.write(batch) }
    try output.finish()
    #expect(output.byteCount == bytes.count)
    return bytes
  }

  private static func rows(_ batches: [Batch]) -> [[String]] {
    batches.flatMap { batch in
      (0..<batch.rowCount).map { row in batch.columns.map { cell($0.value(at: row)) } }
    }
  }

  private static func read(_ bytes: [UInt8]) throws(ColonnadeError) -> [Batch] {
    let input = try ArrowStreamInput(bytes: bytes)
    var batches: [Batch] = []
    while let batch = try input.next() { batches.append(batch) }
    return batches
  }

  private static func failure(_ bytes: [UInt8]) -> ColonnadeError? {
    do throws(ColonnadeError) {
      _ = try read(bytes)
      return nil
    } catch { return error }
  }

  @Test(arguments: ArrowCompression.allCases)
  func whatIsWrittenComesBack(compression: ArrowCompression) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("arrow round trip: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let batches = try Self.batches(Self.schema, [100, 0, 1, 37], using: &generator)
    // Slices bring offsets that do not start at 0 and bitmaps cut inside a byte.
    let sliced = batches + [batches[0].slice(13..<71)]
    for form in [ArrowStreamOutput.Form.stream, .file] {
      let bytes = try Self.write(sliced, Self.schema, form: form, compression: compression)
      let input = try ArrowStreamInput(bytes: bytes)
      #expect(input.schema == Self.schema)
      #expect(Self.rows(try Self.read(bytes)) == Self.rows(sliced))
      // In small steps, as a pipe brings them.
      var options = IngestOptions()
      options.format = .arrow
      let piped = IngestInput(bytes: bytes, name: "-", step: 7, canReopen: false)
      let result = try ingest([piped], options)
      #expect(result.rows == Self.rows(sliced))
      #expect(result.rowsRead == 196)
    }
  }

  @Test func arrowIsFoundByContentAndName() throws {
    var generator = SeededGenerator(seed: 1)
    let schema = Schema([Field("a", .int64), Field("b", .categorical(ordered: false))])
    let batches = try Self.batches(schema, [5], using: &generator)
    for form in [ArrowStreamOutput.Form.stream, .file] {
      let bytes = try Self.write(batches, schema, form: form)
      for name in ["-", "x.arrows", "x.feather"] {
        let found = try ingest([IngestInput(bytes: bytes, name: name, canReopen: false)])
        #expect(found.rows == Self.rows(batches))
      }
    }
  }

  @Test func everyPrefixIsAnErrorOrEndsBetweenMessages() throws {
    var generator = SeededGenerator(seed: 2)
    let schema = Schema([
      Field("a", .int16), Field("b", .categorical(ordered: false)), Field("c", .string),
    ])
    let batches = try Self.batches(schema, [9, 4], using: &generator)
    let bytes = try Self.write(batches, schema, compression: .lz4)
    let all = Self.rows(batches)
    var accepted: [Int] = []
    for count in 0..<bytes.count {
      do throws(ColonnadeError) {
        let rows = Self.rows(try Self.read(Array(bytes[..<count])))
        #expect(rows == Array(all[..<rows.count]))
        accepted.append(rows.count)
      } catch {
        #expect(error.kind == .truncated)
        #expect(error.location == .byte(UInt64(count)))
      }
    }
    // After the schema, each dictionary and each batch.
    #expect(Set(accepted) == [0, 9, 13])
    let file = try Self.write(batches, schema, form: .file)
    for count in file.count - 200..<file.count {
      #expect(Self.failure(Array(file[..<count]))?.kind == .truncated)
    }
  }

  @Test func everyFlippedBitIsAnErrorOrRows() throws {
    var generator = SeededGenerator(seed: 3)
    let schema = Schema([Field("a", .string), Field("b", .categorical(ordered: false))])
    let batches = try Self.batches(schema, [3], using: &generator)
    for compression in [ArrowCompression.none, .zstd] {
      let bytes = try Self.write(batches, schema, compression: compression)
      var refused = 0
      for bit in 0..<bytes.count * 8 {
        var flipped = bytes
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        if Self.failure(flipped) != nil { refused += 1 }
      }
      #expect(refused > 0)
    }
  }

  /// The framing of before version 0.15: no mark before lengths.
  private static func old(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var at = 0
    func u32(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
    while at < bytes.count {
      let length = u32(at + 4)
      let metadata = Buffer(copying: Array(bytes[at + 8..<at + 8 + length]))
      result += bytes[at + 4..<at + 8] + metadata.array
      at += 8 + length
      // The body follows up to the next mark at a multiple of 64.
      while at < bytes.count, length > 0, u32(at) != 0xFFFF_FFFF {
        let end = min(at + 64 - at % 64, bytes.count)
        result += bytes[at..<end]
        at = end
      }
    }
    return result
  }

  @Test func streamsWithoutMarksAreRead() throws {
    var generator = SeededGenerator(seed: 4)
    let schema = Schema([Field("a", .float64), Field("b", .string)])
    let batches = try Self.batches(schema, [9, 4], using: &generator)
    let bytes = Self.old(try Self.write(batches, schema))
    #expect(Self.rows(try Self.read(bytes)) == Self.rows(batches))
    // Some ended without a word.
    #expect(Self.rows(try Self.read(bytes.dropLast(4))) == Self.rows(batches))
  }

  @Test func bytesAfterTheEndAreNotLostInSilence() throws {
    let bytes = try Self.write([], Schema([Field("a", .int8)]))
    #expect(Self.failure(bytes) == nil)
    #expect(Self.failure(bytes + bytes)?.kind == .corrupt)
    #expect(Self.failure([])?.kind == .truncated)
    #expect(Self.failure(Array("a,b\n1,2\n".utf8))?.message == "this is not an Arrow stream")
  }

  @Test func batchesOfOtherColumnsAreNotWritten() throws {
    var generator = SeededGenerator(seed: 6)
    let schema = Schema([Field("a", .int32), Field("b", .list(Field("element", .int8)))])
    let output = try ArrowStreamOutput(schema: schema) { _ in }
    for types in [[DataType.int32], [.int32, .list(Field("element", .string))]] {
      let other = Schema(types.enumerated().map { Field("c\($0)", $1) })
      for batch in try Self.batches(other, [3], using: &generator) {
        #expect(throws: ColonnadeError.self) { try output.write(batch) }
      }
    }
    for batch in try Self.batches(schema, [3], using: &generator) { try output.write(batch) }
    try output.finish()
    #expect(throws: ColonnadeError.self) {
      try output.write(try Self.batches(schema, [3], using: &generator)[0])
    }
  }

  /// A claim of gigabytes in a few bytes must not be believed.
  @Test func claimsAreNotAllocated() {
    let lie: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x0F] + [UInt8](repeating: 0, count: 12)
    #expect(Self.failure(lie)?.kind == .truncated)
    let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x7F] + [UInt8](repeating: 0, count: 12)
    #expect([.limitExceeded, .corrupt].contains(Self.failure(huge)?.kind))
  }

  @Test func columnsAreFoundByNameAndTypesMustAgree() throws {
    var generator = SeededGenerator(seed: 5)
    let schema = Schema([Field("a", .int32), Field("b", .string), Field("c", .bool)])
    let batches = try Self.batches(schema, [20], using: &generator)
    let bytes = try Self.write(batches, schema)
    func read(_ fields: [Field]) throws(ColonnadeError) -> Ingested {
      var options = IngestOptions()
      options.format = .arrow
      options.schema = Schema(fields)
      return try ingest([IngestInput(bytes: bytes)], options)
    }
    let other = try read([
      Field("b", .categorical(ordered: false)), Field("c", .bool), Field("a", .int32),
    ])
    #expect(other.rows == Self.rows(batches).map { [$0[1], $0[2], $0[0]] })
    for (fields, part) in [
      ([Field("a", .int64), Field("b", .string), Field("c", .bool)], "'a' has type int32"),
      ([Field("a", .int32), Field("b", .string)], "no column 'c' is expected"),
      (schema.fields + [Field("d", .bool)], "there is no column 'd'"),
      (
        [Field("a", .int32, isNullable: false), schema.fields[1], schema.fields[2]], "holds a null"
      ),
    ] {
      do {
        _ = try read(fields)
        Issue.record("\(part): accepted")
      } catch {
        #expect(error.kind == .schemaMismatch)
        #expect(error.message.contains(part), "\(error)")
      }
    }
  }
}
