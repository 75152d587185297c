// Opening a file and reading one column costs what that column costs, however many others there are.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import Testing

@Suite struct WideFileTests {
  static let columnCount = 10_000

  static func write(_ path: String) throws -> Schema {
    let fields = (0..<columnCount).map { Field("column \($0)", .int64, isNullable: false) }
    let schema = Schema(fields).assigningIDs()
    var options = FileWriterOptions()
    options.synchronizes = false
    let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: schema, options: options)
    let columns = try (0..<columnCount).map { index in
      let builder = ColumnBuilder(.int64)
      for row in 0..<3 { try builder.append(value: .integer(Int128(index * 10 + row))) }
      return builder.finish()
    }
    try writer.write(rowGroup: Batch(schema: schema, columns: columns, rowCount: 3))
    _ = try writer.finish()
    return schema
  }

  @Test func tenThousandColumnsOpenAtOnce() throws {
    let path = TestFile.path("wide")
    defer { TestFile.remove(path) }
    let schema = try Self.write(path)
    let metrics = ReadMetrics()
    let reader = try FileReader(path, in: PosixFileSystem.shared, metrics: metrics)
    // The summary alone.
    #expect(reader.verifiedMetadataBlockCount == 1)
    #expect(reader.columnCount == Self.columnCount)

    #expect(try reader.columnIndex(named: "column 7321") == 7_321)
    let statistics = try #require(try reader.statistics(column: 7_321, level: .file))
    #expect("\(statistics.minimum as Any)".contains("73210"))
    let column = try reader.read(column: 7_321, rowGroup: 0, rows: 1..<3)
    #expect("\(column.value(at: 1))" == "\(Value.integer(73_212))")
    // Summary, name slots, field, name, chunk, page, row group, statistics; a probe may lie in the
    // next block.
    #expect(reader.verifiedMetadataBlockCount <= 12)
    #expect(metrics.verifiedBlockCount <= 1)
    #expect(metrics.pageCount <= 4)

    let id = schema.fields[42].id
    #expect(try reader.columnIndex(id: id, named: "column 42") == 42)
    #expect(reader.verifiedMetadataBlockCount <= 16)
    #expect(try reader.columnIndex(id: id, named: "renamed since") == 42)
    #expect(try reader.columnIndex(id: 999_999) == nil)
    #expect(try reader.columnIndex(named: "column 10000") == nil)
    #expect(try reader.schema == schema)
  }

  @Test func idsAreFoundInAnyOrder() throws {
    let path = TestFile.path("ids")
    defer { TestFile.remove(path) }
    // With gaps, as nesting and columns that went leave them; then not ascending.
    let ascending = [2, 3, 4, 9, 10, 11, 30, 31, 90, 1_000_000]
    for ids in [ascending, ascending.reversed(), [5], [4, 9, 1, 2]] {
      TestFile.remove(path)
      let schema = Schema(ids.map { Field("column \($0)", .int8, id: $0) })
      var options = FileWriterOptions()
      options.synchronizes = false
      _ = try FileWriter(path, in: PosixFileSystem.shared, schema: schema, options: options)
        .finish()
      let reader = try FileReader(path, in: PosixFileSystem.shared)
      #expect(try reader.verify().isSound)
      for id in 0..<100 { #expect(try reader.columnIndex(id: id) == ids.firstIndex(of: id)) }
      #expect(try reader.columnIndex(id: 1_000_000) == ids.firstIndex(of: 1_000_000))
      for name in try reader.columnNames {
        let index = try reader.columnIndex(named: name)
        #expect(try index.map { try reader.columnName(at: $0) } == name)
      }
      // A file that says its ids ascend where they do not is found out.
      let patch = try FilePatch(try PosixFileSystem.shared.readAll(path, limit: 1 << 20).array)
      patch.set(try patch.entry(.summary, 0) + 26, 2, 0)
      patch.sign()
      try TestFile.with(patch.bytes) { path in
        let problems = try FileReader(path, in: PosixFileSystem.shared).verify().problems
        #expect(problems.isEmpty == (ids.sorted() == ids), "\(problems)")
      }
    }
  }

  @Test func metadataOfAColumnIsSmall() throws {
    let path = TestFile.path("wide")
    defer { TestFile.remove(path) }
    let schema = try Self.write(path)
    let reader = try FileReader(path, in: PosixFileSystem.shared)
    let names = schema.fields.reduce(0) { $0 + $1.name.utf8.count }
    let sections = reader.sections.filter { $0.kind != .dataChecksums }
    let stored = sections.reduce(0) { $0 + Int($1.byteCount) }
    #expect((stored - names) / Self.columnCount <= 192)
  }

  @Test func aFileWithoutRowsIsSmall() throws {
    let path = TestFile.path("small")
    defer { TestFile.remove(path) }
    let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: Schema([]))
    let summary = try writer.finish()
    #expect(summary.byteCount <= 1_024)
  }
}
