// Files written and read back: every type, nested, with and without nulls, whole and by selection.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import TestSupport
import Testing

@Suite struct FileRoundTripTests {
  static let schema = Schema(
    RandomValue.types.enumerated().map { index, type in Field("column \(index)", type) }
  ).assigningIDs()

  static func batch(
    rowCount: Int, nullable: Bool, using generator: inout SeededGenerator
  ) throws -> Batch {
    var columns: [Column] = []
    for field in schema.fields {
      let builder = ColumnBuilder(field.type)
      for _ in 0..<rowCount {
        try builder.append(
          value: RandomValue.of(field.type, nullable: nullable, using: &generator))
      }
      columns.append(builder.finish())
    }
    return Batch(schema: schema, columns: columns, rowCount: rowCount)
  }

  static func texts(_ column: Column) -> [String] {
    (0..<column.count).map { "\(column.value(at: $0))" }
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6], [UInt8(4), 13])
  func everyRowComesBack(seed: UInt64, zoneShift: UInt8) throws {
    var generator = SeededGenerator(seed: seed)
    let counts = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
      [1, 15, 17, 100, 1025, 3000].randomElement(using: &generator) ?? 1
    }
    let path =
      "/tmp/colonnade-round-trip-\(seed)-\(zoneShift)-\(UInt64.random(in: 0...UInt64.max)).cln"
    var options = FileWriterOptions()
    options.zoneShift = zoneShift
    options.encoding = EncodingOptions(
      profile: EncodingProfile.allCases[Int(seed) % EncodingProfile.allCases.count])
    let writer = try FileWriter(
      path, in: PosixFileSystem.shared, schema: Self.schema, options: options)
    var batches: [Batch] = []
    for count in counts {
      let batch = try Self.batch(rowCount: count, nullable: seed % 2 == 0, using: &generator)
      try writer.write(rowGroup: batch)
      batches.append(batch)
    }
    let summary = try writer.finish()
    defer { try? PosixFileSystem.shared.remove(path) }
    #expect(summary.rowCount == counts.reduce(0, +))

    let reader = try FileReader(path, in: PosixFileSystem.shared)
    #expect(try reader.schema == Self.schema, "seed \(seed)")
    #expect(reader.rowGroupCount == counts.count)
    for (group, batch) in batches.enumerated() {
      for (index, column) in batch.columns.enumerated() {
        let expected = Self.texts(column)
        let whole = try reader.read(column: index, rowGroup: group, rows: 0..<batch.rowCount)
        #expect(Self.texts(whole) == expected, "seed \(seed), column \(column.type)")
        let shared = try reader.constant(column: index, type: column.type, rowGroup: group)
        if let shared { #expect(expected.allSatisfy { $0 == "\(shared)" }, "seed \(seed)") }
        if expected.count == 1, [.int64, .string].contains(column.type) { #expect(shared != nil) }
        let start = Int.random(in: 0..<batch.rowCount, using: &generator)
        let end = Int.random(in: start...batch.rowCount, using: &generator)
        let part = try reader.read(column: index, rowGroup: group, rows: start..<end)
        #expect(
          Self.texts(part) == Array(expected[start..<end]),
          "seed \(seed), column \(column.type), rows \(start)..<\(end)")
        let chosen = (0..<UInt32(batch.rowCount)).filter { _ in
          Int.random(in: 0..<5, using: &generator) == 0
        }
        let selected = try reader.read(
          column: index, rowGroup: group, selection: SelectionVector(chosen))
        #expect(
          Self.texts(selected) == chosen.map { expected[Int($0)] },
          "seed \(seed), column \(column.type)")
        let statistics = try #require(
          try reader.statistics(column: index, level: .rowGroup(group)))
        #expect(statistics.nullCount == UInt64(column.nullCount))
      }
    }
    #expect(try reader.columnIndex(named: "column 7") == 7)
    #expect(try reader.columnIndex(named: "column 77") == nil)
  }

  @Test func anEmptyFileHasASchemaAndNoRows() throws {
    let path = "/tmp/colonnade-empty-\(UInt64.random(in: 0...UInt64.max)).cln"
    let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: Self.schema)
    _ = try writer.finish()
    defer { try? PosixFileSystem.shared.remove(path) }
    let reader = try FileReader(path, in: PosixFileSystem.shared)
    #expect(reader.rowCount == 0)
    #expect(try reader.schema == Self.schema)
    #expect(try reader.statistics(column: 0, level: .file) == nil)
  }
}
