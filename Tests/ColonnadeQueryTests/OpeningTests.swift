// Opening a table and asking for one column of many, or for one partition of many, reads what that
// column and that partition take: blocks, pages and files are counted.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeTable
import Testing

@testable import ColonnadeQuery

@Suite struct OpeningTests {
  /// A folder of its own, removed with the test.
  private final class Folder {
    let path = "/tmp/colonnade-opening-\(PosixFileSystem.shared.randomName(byteCount: 8))"

    deinit { do { try Folder.empty(path) } catch { print("could not remove \(path): \(error)") } }

    private static func empty(_ path: String) throws {
      let fileSystem = PosixFileSystem.shared
      for entry in try fileSystem.list(path) {
        let inner = Path.join(path, entry.name)
        if entry.kind == .folder { try empty(inner) } else { try fileSystem.remove(inner) }
      }
      try fileSystem.removeFolder(path)
    }
  }

  private let folder = Folder()

  private func wideTable(_ columnCount: Int, partitionedBy text: String = "") throws -> String {
    let path = Path.join(folder.path, "t\(columnCount)\(text)")
    let schema = Schema((0..<columnCount).map { Field("c\($0)", .int32) })
    let columns = try (0..<columnCount).map { column in
      let builder = ColumnBuilder(.int32)
      for row in 0..<20 { try builder.append(value: .integer(Int128(column * 100 + row))) }
      return builder.finish()
    }
    let writer = try Table.create(path, schema: schema, partitionedBy: text)
    try writer.write(Batch(schema: schema, columns: columns, rowCount: 20))
    _ = try writer.commit()
    return path
  }

  /// What a question costs from the path to the last row.
  private func cost(
    _ path: String, select: String, where predicate: String, expecting expected: [String]
  ) throws -> ReadMetrics {
    let metrics = ReadMetrics()
    let table = try Table.open(path, in: PosixFileSystem.shared, metrics: metrics)
    let source = TableScanSource(table, readMetrics: metrics)
    let scan = try Scan(
      source, projection: ScanProjection(Projection(columns: [select]), columns: source.columns),
      predicate: try Predicate(predicate).bind(source.columns))
    var found: [String] = []
    while let batch = try scan.next() {
      #expect(batch.schema.fields.map(\.name) == [select])
      for row in 0..<batch.rowCount { found.append(batch.columns[0].value(at: row).text) }
    }
    #expect(found == expected)
    return metrics
  }

  @Test(arguments: ["", "c3"]) func oneColumnOfManyCostsOne(partitionedBy: String) throws {
    var costs: [ReadMetrics] = []
    for count in [100, 4_000] {
      let path = try wideTable(count, partitionedBy: partitionedBy)
      let last = count - 1
      costs.append(
        try cost(
          path, select: "c\(last)", where: "c\(last - 1) = \((last - 1) * 100 + 7)",
          expecting: ["\(last * 100 + 7)"]))
    }
    let (narrow, wide) = (costs[0], costs[1])
    print(
      "blocks of metadata: \(narrow.metadataBlockCount) of 100 columns, "
        + "\(wide.metadataBlockCount) of 4,000; of data: \(narrow.verifiedBlockCount), "
        + "\(wide.verifiedBlockCount)")
    // The root, the manifest, the data file.
    #expect(narrow.fileCount == 3 && wide.fileCount == 3)
    #expect(narrow.pageCount == wide.pageCount)
    #expect(narrow.byteCount == wide.byteCount)
    // Two columns whose slots, fields, names, chunks, pages and statistics lie in blocks of their own,
    // in the root and in the data file, chunks in each row group; of a hundred columns much of that
    // shares blocks. A look-up may go on into the next block.
    let rowGroupCount = partitionedBy.isEmpty ? 1 : 20
    #expect(wide.metadataBlockCount <= narrow.metadataBlockCount + 10 + 2 * rowGroupCount)
    #expect(wide.verifiedBlockCount <= narrow.verifiedBlockCount + 2)
  }

  /// Names that are spelt in another case, and names that are not there, are looked for among all.
  @Test func namesInAnotherCaseAreFound() throws {
    let path = try wideTable(300)
    _ = try cost(path, select: "c7", where: "C8 = 803", expecting: ["703"])
    let source = TableScanSource(try Table.open(path))
    let error = #expect(throws: ColonnadeError.self) {
      try Predicate("c2990 = 1").bind(source.columns)
    }
    #expect(error?.kind == .notFound && error?.hint?.contains("did you mean") == true)
  }

  @Test func onePartitionOfManyCostsOne() throws {
    var costs: [ReadMetrics] = []
    for count in [10, 2_000] {
      let path = Path.join(folder.path, "p\(count)")
      let schema = Schema([Field("p", .int32), Field("x", .int64)])
      let builders = [ColumnBuilder(.int32), ColumnBuilder(.int64)]
      for row in 0..<count * 2 {
        builders[0].append(fixed: Int32(row / 2))
        builders[1].append(fixed: Int64(row))
      }
      let writer = try Table.create(path, schema: schema, partitionedBy: "p")
      try writer.write(
        Batch(schema: schema, columns: builders.map { $0.finish() }, rowCount: count * 2))
      _ = try writer.commit()
      let wanted = count * 3 / 7
      costs.append(
        try cost(
          path, select: "x", where: "p = \(wanted)",
          expecting: ["\(wanted * 2)", "\(wanted * 2 + 1)"]
        ))
    }
    let (few, many) = (costs[0], costs[1])
    print(
      "blocks of metadata: \(few.metadataBlockCount) of 10 partitions, "
        + "\(many.metadataBlockCount) of 2,000; values: \(few.valueCount), \(many.valueCount)")
    #expect(few.fileCount == 3 && many.fileCount == 3)
    #expect(many.metadataBlockCount <= few.metadataBlockCount + 16)
    // Of one zone of the manifest the partition values and the row counts.
    #expect(many.valueCount <= few.valueCount + 2 * 512)
  }
}
