// Ranges of rows against slices of the whole scan, runs for workers, and rows taken by number
// against the rows of the whole scan: over a table of several commits, partitions and row groups,
// and over one file.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeTable
import TestSupport
import Testing

@testable import ColonnadeQuery

@Suite final class RowRangeTests {
  let folder = "/tmp/colonnade-rows-\(UInt64.random(in: 0 ... .max))"
  static let schema = Schema([
    Field("number", .int64), Field("part", .int32), Field("text", .string),
    Field("real", .float64), Field("list", .list(Field("element", .int32))),
  ])
  static let projection = "text, number, list, real"

  deinit {
    do { try RowRangeTests.remove(folder) } catch { print("could not remove \(folder): \(error)") }
  }

  private static func remove(_ folder: String) throws {
    let fileSystem = PosixFileSystem.shared
    guard try fileSystem.exists(folder) else { return }
    for entry in try fileSystem.list(folder) {
      let inner = Path.join(folder, entry.name)
      if entry.kind == .folder { try remove(inner) } else { try fileSystem.remove(inner) }
    }
    try fileSystem.removeFolder(folder)
  }

  /// Rows whose numbers come in order, so that some row groups and zones can be skipped.
  private static func batch(
    _ numbers: Range<Int>, using generator: inout SeededGenerator
  ) throws -> Batch {
    let columns = schema.fields.map { ColumnBuilder($0.type) }
    for number in numbers {
      columns[0].append(fixed: Int64(number))
      columns[1].append(fixed: Int32(number / 700 % 3))
      for index in 2..<5 {
        try columns[index].append(
          value: RandomValue.of(schema.fields[index].type, nullable: true, using: &generator))
      }
    }
    return Batch(
      schema: schema, columns: columns.map { $0.finish() }, rowCount: numbers.count)
  }

  /// A table of three commits and three partition values, in many row groups.
  private func table(using generator: inout SeededGenerator) throws -> any ScanSource {
    _ = try PosixFileSystem.shared.makeFolders(folder)
    let path = Path.join(folder, "t")
    var options = TableWriteOptions()
    options.rowGroupRowCount = 300
    options.fileByteCount = 20_000
    for commit in 0..<3 {
      let writer =
        try commit == 0
        ? Table.create(
          path, schema: RowRangeTests.schema, partitionedBy: "part", options: options)
        : Table.open(path).append(options: options)
      let numbers = commit * 2_000..<commit * 2_000 + 1_700
      try writer.write(try RowRangeTests.batch(numbers, using: &generator))
      _ = try writer.commit()
    }
    return TableScanSource(try Table.open(path))
  }

  /// A file of three row groups in zones of 16 rows.
  private func file(
    using generator: inout SeededGenerator, metrics: ReadMetrics? = nil
  ) throws -> any ScanSource {
    _ = try PosixFileSystem.shared.makeFolders(folder)
    let path = Path.join(folder, "rows.cln")
    var options = FileWriterOptions()
    options.zoneShift = 4
    options.synchronizes = false
    let writer = try FileWriter(
      path, in: PosixFileSystem.shared, schema: RowRangeTests.schema.assigningIDs(),
      options: options)
    let whole = try RowRangeTests.batch(0..<1_500, using: &generator)
    for rows in [0..<600, 600..<601, 601..<1_500] {
      _ = try writer.write(rowGroup: whole.slice(rows))
    }
    _ = try writer.finish()
    return FileScanSource(try FileReader(path, in: PosixFileSystem.shared, metrics: metrics))
  }

  private static func text(_ stream: any BatchStream, most: Int = .max) throws -> [String] {
    var rows: [String] = []
    var done = 0
    while let batch = try stream.next() {
      #expect(batch.rowCount > 0 && batch.rowCount <= most)
      #expect(stream.metrics.report.rowsDone >= done)
      done = stream.metrics.report.rowsDone
      for row in 0..<batch.rowCount {
        var buffer = TextBuffer()
        for column in batch.columns { buffer.append(json: column.value(at: row)) }
        rows.append(buffer.text())
      }
    }
    let report = stream.metrics.report
    #expect(report.rowsDone == report.rowsTotal)
    #expect(report.rowsReturned == rows.count)
    return rows
  }

  private func scan(
    _ source: any ScanSource, _ predicate: BoundPredicate? = nil,
    _ options: ScanOptions = ScanOptions()
  ) throws -> Scan {
    try Scan(
      source,
      projection: ScanProjection(Projection(RowRangeTests.projection), columns: source.columns),
      predicate: predicate, options: options)
  }

  @Test(arguments: [false, true]) func rangesAreSlices(ofFile: Bool) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of row ranges: \(seed)")
    var generator = SeededGenerator(seed: seed)
    let source = ofFile ? try file(using: &generator) : try table(using: &generator)
    let all = try RowRangeTests.text(try scan(source))
    #expect(all.count == source.rowCount)
    let predicates = [
      nil, "number > 900 AND number < 2500", "real > 10", "part = 1", "part <> 1 AND real < 20",
      "number < 0", "number >= 0", "text LIKE 'é1%' OR number % 7 = 0",
    ]
    var skipped = 0
    for _ in 0..<60 {
      let text = predicates.randomElement(using: &generator) ?? nil
      let predicate = try text.map { try Predicate($0).bind(source.columns) }
      let first = Int.random(in: -5...source.rowCount + 5, using: &generator)
      let end = Int.random(in: first...source.rowCount + 9, using: &generator)
      let limit = Bool.random(using: &generator) ? Int.random(in: 0...300, using: &generator) : nil
      let comment: Comment = "seed \(seed): \(text ?? "all") in \(first)..<\(end), \(limit ?? -1)"
      let ranged = try scan(source, predicate, ScanOptions(rows: first..<end))
      let found = try RowRangeTests.text(ranged)
      let matching = try RowRangeTests.matching(all, source, predicate, first..<end)
      #expect(found == matching, comment)
      let most = Int.random(in: 1...200, using: &generator)
      let limited = try scan(
        source, predicate, ScanOptions(limit: limit, rows: first..<end, batchRowCount: most))
      #expect(
        try RowRangeTests.text(limited, most: most) == Array(matching.prefix(limit ?? .max)),
        comment)
      #expect(
        try Scan.count(
          source, predicate: predicate, options: ScanOptions(limit: limit, rows: first..<end))
          == min(matching.count, limit ?? .max), comment)
      let report = ranged.metrics.report
      #expect(report.rowsTotal == (0..<source.rowCount).clamped(to: first..<end).count, comment)
      #expect(report.rowsRead <= report.rowsTotal, comment)
      if report.rowsRead < report.rowsTotal { skipped += 1 }
    }
    #expect(skipped > 0)
  }

  /// The rows of the whole scan that match and lie in `range`, told by the whole scan alone.
  private static func matching(
    _ all: [String], _ source: any ScanSource, _ predicate: BoundPredicate?, _ range: Range<Int>
  ) throws -> [String] {
    // A range behind the last row is clamped to a place that no array has.
    let rows = range.clamped(to: 0..<all.count)
    guard let predicate else { return Array(all[rows]) }
    let numbers = try column("number", of: source, nil)
    let kept = Set(try column("number", of: source, predicate))
    return rows.filter { kept.contains(numbers[$0]) }.map { all[$0] }
  }

  private static func column(
    _ name: String, of source: any ScanSource, _ predicate: BoundPredicate?
  ) throws -> [String] {
    let scan = try Scan(
      source, projection: ScanProjection(Projection(columns: [name]), columns: source.columns),
      predicate: predicate)
    return try text(scan)
  }

  @Test(arguments: [false, true]) func divisionCoversAll(ofFile: Bool) throws {
    var generator = SeededGenerator(seed: 3)
    let source = ofFile ? try file(using: &generator) : try table(using: &generator)
    let all = try RowRangeTests.text(try scan(source))
    for count in [1, 2, 3, 4, 7, 16, 100, source.rowCount, source.rowCount * 3] {
      let boundaries = try source.divide(into: count)
      #expect(boundaries.count == count + 1)
      #expect(boundaries.first == 0 && boundaries.last == source.rowCount)
      #expect(zip(boundaries, boundaries.dropFirst()).allSatisfy { $0 <= $1 })
      let share = Double(source.rowCount) / Double(count)
      #expect(
        zip(boundaries, boundaries.dropFirst()).allSatisfy {
          Double($1 - $0) <= share * 1.25 + 1 && Double($1 - $0) >= share * 0.75 - 1
        })
      if count > 16 { continue }
      var parts: [String] = []
      for (first, end) in zip(boundaries, boundaries.dropFirst()) {
        parts += try RowRangeTests.text(try scan(source, nil, ScanOptions(rows: first..<end)))
      }
      #expect(parts == all)
    }
    #expect(throws: ColonnadeError.self) { _ = try source.divide(into: 0) }
    #expect(throws: ColonnadeError.self) { _ = try source.divide(into: 1 << 21) }
  }

  @Test(arguments: [false, true]) func takenRowsAreThoseOfTheScan(ofFile: Bool) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of rows taken: \(seed)")
    var generator = SeededGenerator(seed: seed)
    let source = ofFile ? try file(using: &generator) : try table(using: &generator)
    let all = try RowRangeTests.text(try scan(source))
    let projection = try ScanProjection(
      Projection(RowRangeTests.projection), columns: source.columns)
    for count in [0, 1, 2, 5, 60, 1_000, 5_000] {
      var rows = (0..<count).map { _ in
        UInt64(Int.random(in: 0..<source.rowCount, using: &generator))
      }
      for isSorted in [false, true] {
        if isSorted { rows.sort() }
        let most = Int.random(in: 1...900, using: &generator)
        let take = try Take(
          source, rows: rows, projection: projection, options: TakeOptions(batchRowCount: most))
        #expect(
          try RowRangeTests.text(take, most: most) == rows.map { all[Int($0)] }, "seed \(seed)")
      }
    }
    let reversed = (0..<UInt64(source.rowCount)).reversed()
    #expect(
      try RowRangeTests.text(Take(source, rows: Array(reversed), projection: projection))
        == all.reversed())
    let error = #expect(throws: ColonnadeError.self) {
      _ = try Take(source, rows: [0, UInt64(source.rowCount)], projection: projection)
    }
    #expect(error?.kind == .invalidArgument)
    #expect(error?.message.contains("row \(source.rowCount),") ?? false)
    #expect(error?.message.contains("\(source.rowCount) rows") ?? false)
    #expect(throws: ColonnadeError.self) {
      _ = try Take(source, rows: [UInt64.max], projection: projection)
    }
    let cancellation = Cancellation()
    cancellation.cancel()
    let cancelled = try Take(
      source, rows: [1, 0], projection: projection,
      options: TakeOptions(cancellation: cancellation))
    #expect(throws: ColonnadeError.self) { _ = try cancelled.next() }
  }

  /// Without columns a take still has rows.
  @Test func rowsWithoutColumnsAreCounted() throws {
    var generator = SeededGenerator(seed: 5)
    let source = try file(using: &generator)
    let take = try Take(
      source, rows: [3, 1, 2, 2], projection: ScanProjection.nothing)
    #expect(try take.next()?.rowCount == 4)
    #expect(try take.next() == nil)
  }

  @Test func takingReadsNoPageTwiceAndNoneInVain() throws {
    var generator = SeededGenerator(seed: 11)
    let metrics = ReadMetrics()
    let source = try file(using: &generator, metrics: metrics)
    let projection = try ScanProjection(
      Projection(RowRangeTests.projection), columns: source.columns)
    func bytes(_ stream: any BatchStream) throws -> Int {
      let before = metrics.byteCount
      _ = try RowRangeTests.text(stream)
      return metrics.byteCount - before
    }
    func taken(_ rows: [UInt64]) throws -> Int {
      try bytes(Take(source, rows: rows, projection: projection))
    }
    func scanned(_ rows: Range<Int>) throws -> Int {
      try bytes(
        Scan(
          source, projection: projection, predicate: nil, options: ScanOptions(rows: rows)))
    }
    // Whatever the order, and however often a row is named, what holds it is read once.
    let whole = try scanned(0..<source.rowCount)
    let shuffled = (0..<UInt64(source.rowCount)).shuffled(using: &generator)
    #expect(try taken(shuffled) <= whole)
    #expect(try taken(shuffled + shuffled) <= whole)
    let (first, second, third) = (
      try scanned(0..<600), try scanned(600..<601), try scanned(601..<1_500)
    )
    #expect(first > 0 && second > 0 && third > 0)
    #expect(try taken([600, 600, 600]) <= second)
    #expect(try taken([700]) <= third)
    #expect(try taken([1_400, 10, 1_400, 11]) <= first + third)
    #expect(try taken([1_400, 10, 1_400, 11]) > second)
  }

  @Test func samplesAreDrawnWithoutReplacement() {
    for (count, total) in [(0, 10), (3, 10), (10, 10), (20, 10), (50, 100_000), (0, 0)] {
      let rows = RowSample.rows(count: count, of: total, seed: 7)
      #expect(rows.count == min(count, total))
      #expect(Set(rows).count == rows.count)
      #expect(rows == rows.sorted() && rows.allSatisfy { $0 < UInt64(total) })
      #expect(rows == RowSample.rows(count: count, of: total, seed: 7))
    }
    // Each number comes about as often as any other, by either way of drawing.
    for (count, total) in [(4, 100), (50, 100)] {
      var counts = [Int](repeating: 0, count: total)
      for seed in 0..<20_000 {
        for row in RowSample.rows(count: count, of: total, seed: UInt64(seed)) {
          counts[Int(row)] += 1
        }
      }
      let mean = Double(20_000 * count / total)
      #expect(counts.allSatisfy { abs(Double($0) - mean) < 6 * mean.squareRoot() })
    }
  }
}
