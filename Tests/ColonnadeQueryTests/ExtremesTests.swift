// The least and the greatest value are what every row tells, and no page is read where metadata tells.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeTable
import TestSupport
import Testing

@testable import ColonnadeQuery

@Suite struct ExtremesTests {
  private static let schema = Schema([
    Field("part", .int32), Field("number", .int64), Field("short", .string), Field("long", .string),
    Field("x", .float64), Field("flag", .bool), Field("price", .decimal(precision: 30, scale: 2)),
    Field("day", .date), Field("s", .structure([Field("y", .float32)])),
    Field("list", .list(Field("element", .int8))),
  ])

  private let folder = "/tmp/colonnade-extremes-\(PosixFileSystem.shared.randomName(byteCount: 8))"

  private func remove(_ path: String) throws {
    let fileSystem = PosixFileSystem.shared
    for entry in try fileSystem.list(path) {
      let inner = Path.join(path, entry.name)
      if entry.kind == .folder { try remove(inner) } else { try fileSystem.remove(inner) }
    }
    try fileSystem.removeFolder(path)
  }

  private static func batch(_ count: Int, using generator: inout SeededGenerator) throws -> Batch {
    let builders = schema.fields.map { ColumnBuilder($0.type) }
    for _ in 0..<count {
      let number = Int.random(in: -5_000...5_000, using: &generator)
      let values: [Value] = [
        .integer(Int128(number & 3)), .integer(Int128(number)), .string("k\(number)"),
        .string("a common beginning, then \(number)"),
        .float(number % 50 == 0 ? .nan : number % 7 == 0 ? -0.0 : Double(number) / 4),
        .bool(number > 0), .decimal(Int128(number) << 70, scale: 2), .date(Int32(number)),
        .structure([("y", .float(Double(number)))]), .list([.integer(1)]),
      ]
      for (builder, value) in zip(builders, values) {
        try builder.append(value: number % 13 == 0 ? .null : value)
      }
    }
    return Batch(schema: schema, columns: builders.map { $0.finish() }, rowCount: count)
  }

  /// A table of two commits, in row groups of several zones.
  private func makeTable(using generator: inout SeededGenerator) throws -> String {
    _ = try PosixFileSystem.shared.makeFolders(folder)
    let path = Path.join(folder, "t")
    var options = TableWriteOptions()
    options.rowGroupRowCount = 20_000
    for commit in 0..<2 {
      let writer =
        try commit == 0
        ? Table.create(path, schema: Self.schema, partitionedBy: "part", options: options)
        : Table.open(path).append(options: options)
      try writer.write(try Self.batch(commit == 0 ? 45_000 : 300, using: &generator))
      _ = try writer.commit()
    }
    return path
  }

  private static func ordered(_ values: [Value]) -> (least: Value, greatest: Value) {
    let present = values.filter { !$0.isNull && !$0.isNaN }
    var (least, greatest) = (present.first, present.first)
    for value in present {
      if let known = least, (value.order(known) ?? 0) < 0 { least = value }
      if let known = greatest, (value.order(known) ?? 0) > 0 { greatest = value }
    }
    let nan: Value? = values.contains(where: \.isNaN) ? .float(.nan) : nil
    return (least ?? nan ?? .null, nan ?? greatest ?? .null)
  }

  @Test func whatEveryRowTells() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of extremes: \(seed)")
    var generator = SeededGenerator(seed: seed)
    let path = try makeTable(using: &generator)
    defer { do { try remove(folder) } catch { print("\(error)") } }
    let table = try Table.open(path)
    let data = try PosixFileSystem.shared.list(Path.join(path, "data")).map(\.name).sorted()[0]
    let file = try FileReader(Path.join(Path.join(path, "data"), data), in: PosixFileSystem.shared)
    let predicates: [String?] = [
      nil, "part = 1", "number > 4000", "number > 4000 AND short LIKE 'k4%'", "x IS NULL",
      "number > 99999", "part >= 0",
    ]
    for source in [TableScanSource(table), FileScanSource(file)] as [any ScanSource] {
      for text in predicates {
        let predicate = try text.map { try Predicate($0).bind(source.columns) }
        for rows in [nil, 0..<source.rowCount, 100..<9_000] {
          for name in ["number", "short", "long", "x", "flag", "price", "day", "part", "s.y"] {
            let projection = try Projection(name)
            let field = try projection.bind(source.columns)[0].field
            let scan = try Scan(
              source, projection: ScanProjection(projection, columns: source.columns),
              predicate: predicate, options: ScanOptions(rows: rows))
            var values: [Value] = []
            while let batch = try scan.next() {
              for row in 0..<batch.rowCount { values.append(batch.columns[0].value(at: row)) }
            }
            let (least, greatest) = Self.ordered(values)
            let found = try Scan.extremes(
              of: field, in: source, predicate: predicate, options: ScanOptions(rows: rows))
            let comment: Comment = "\(name) where \(text ?? "all") in \(rows as Any), seed \(seed)"
            #expect(found.minimum.order(least) == 0 || found.minimum.text == least.text, comment)
            #expect(
              found.maximum.order(greatest) == 0 || found.maximum.text == greatest.text, comment)
          }
        }
      }
    }
  }

  @Test func noPageIsReadWhereMetadataTells() throws {
    var generator = SeededGenerator(seed: 9)
    let path = try makeTable(using: &generator)
    defer { do { try remove(folder) } catch { print("\(error)") } }
    func cost(_ name: String, _ predicate: String?, isFile: Bool = false) throws -> ReadMetrics {
      let metrics = ReadMetrics()
      let source: any ScanSource
      if isFile {
        let data = try PosixFileSystem.shared.list(Path.join(path, "data")).map(\.name).sorted()[0]
        source = FileScanSource(
          try FileReader(
            Path.join(Path.join(path, "data"), data), in: PosixFileSystem.shared, metrics: metrics))
      } else {
        source = TableScanSource(try Table.open(path), readMetrics: metrics)
      }
      let field = try Projection(columns: [name]).bind(source.columns)[0].field
      _ = try Scan.extremes(
        of: field, in: source,
        predicate: try predicate.map { try Predicate($0).bind(source.columns) })
      return metrics
    }
    for name in ["number", "short", "x", "price", "day", "flag", "part"] {
      for predicate in [nil, "part = 1", "part >= 2 OR part IS NULL"] {
        let metrics = try cost(name, predicate)
        #expect(metrics.pageCount == 0 && metrics.byteCount == 0, "\(name), \(predicate ?? "all")")
        // The manifests tell all of it.
        #expect(metrics.fileCount == 0, "\(name), \(predicate ?? "all")")
      }
      #expect(try cost(name, nil, isFile: true).pageCount == 0, "\(name)")
    }
    // Long text is cut where it is stored, so it is read; other rows are where they could matter.
    #expect(try cost("long", nil).pageCount > 0)
    let tested = try cost("number", "number > 4900 AND part = 1")
    #expect(tested.pageCount > 0)
    // Counting reads nothing where statistics decide.
    let metrics = ReadMetrics()
    let source = TableScanSource(try Table.open(path), readMetrics: metrics)
    #expect(try Scan.count(source, predicate: nil) == 45_300)
    for predicate in ["part = 1", "part >= 0", "number > 99999", "part IS NULL"] {
      _ = try Scan.count(source, predicate: try Predicate(predicate).bind(source.columns))
    }
    #expect(metrics.pageCount == 0 && metrics.fileCount == 0)
  }

  @Test func whatHasNoOrderIsRefused() throws {
    let source = FileScanSource(
      try FileReader(
        MappedFile(
          try MetadataFile.encoded(
            schema: Self.schema.assigningIDs(), fileID: [UInt8](0..<16), contents: []),
          named: "rows")))
    for name in ["list", "s"] {
      let field = try Projection(columns: [name]).bind(source.columns)[0].field
      let error = #expect(throws: ColonnadeError.self) { try Scan.extremes(of: field, in: source) }
      #expect(error?.kind == .schemaMismatch)
    }
    let field = try Projection(columns: ["number"]).bind(source.columns)[0].field
    let found = try Scan.extremes(of: field, in: source)
    #expect(found.minimum.isNull && found.maximum.isNull)
  }
}
