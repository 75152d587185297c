// Scans of files against the interpreter over all rows; what they skip, and what they never decode.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery
import TestSupport
import Testing

@Suite struct ScanTests {
  /// A file of `columns` in zones of 16 rows and two row groups, in a folder of its own.
  private func withFile(
    _ columns: RandomColumns, forced: Encoding? = nil, _ body: (FileScanSource) throws -> Void
  ) throws {
    var random = SystemRandomNumberGenerator()
    let folder = "/tmp/colonnade-scan-\(random.next())"
    _ = try PosixFileSystem.shared.makeFolders(folder)
    defer {
      do throws(ColonnadeError) {
        try PosixFileSystem.shared.remove(folder + "/rows.cln")
        try PosixFileSystem.shared.removeFolder(folder)
      } catch {
        print("could not remove \(folder): \(error)")
      }
    }
    let schema = RandomColumns.schema.assigningIDs()
    var options = FileWriterOptions()
    options.zoneShift = 4
    options.synchronizes = false
    options.bloomFilterColumns = ["i64", "s"]
    options.encoding.forcedEncoding = forced
    if forced != nil { options.encoding.frameByteCount = 16 }
    let writer = try FileWriter(
      folder + "/rows.cln", in: PosixFileSystem.shared, schema: schema, options: options)
    let whole = Batch(schema: schema, columns: columns.columns, rowCount: columns.rowCount)
    let cut = columns.rowCount * 2 / 3
    _ = try writer.write(rowGroup: whole.slice(0..<cut))
    _ = try writer.write(rowGroup: whole.slice(cut..<columns.rowCount))
    _ = try writer.finish()
    try body(FileScanSource(try FileReader(folder + "/rows.cln", in: PosixFileSystem.shared)))
  }

  /// All rows of a scan, as texts of their values.
  private func rows(
    _ source: FileScanSource, _ projection: Projection, _ predicate: BoundPredicate?,
    limit: Int? = nil, metrics: (ScanReport) -> Void = { _ in }
  ) throws(ColonnadeError) -> [String] {
    let scan = try Scan(
      source, projection: ScanProjection(projection, columns: source.columns),
      predicate: predicate, options: ScanOptions(limit: limit))
    var rows: [String] = []
    while let batch = try scan.next() {
      for row in 0..<batch.rowCount {
        rows.append(ScanTests.text(batch.columns.map { $0.value(at: row) }))
      }
    }
    metrics(scan.metrics.report)
    return rows
  }

  private static func text(_ values: [Value]) -> String {
    var buffer = TextBuffer()
    for value in values {
      buffer.append(json: value)
      buffer.append(byte: UInt8(ascii: "|"))
    }
    return buffer.text()
  }

  @Test func prunedScansGiveTheRowsOfFullEvaluation() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of scans: \(seed)")
    var generator = SeededGenerator(seed: seed)
    var partlyPruned = 0
    for forced in [nil, Encoding.split, nil, .split] {
      let columns = try RandomColumns(count: 300, using: &generator)
      var predicates = RandomPredicates(generator: SeededGenerator(seed: generator.next()))
      try withFile(columns, forced: forced) { source in
        for _ in 0..<40 {
          let text = predicates.predicate(depth: Int.random(in: 0...2, using: &generator))
          let comment: Comment = "seed \(seed): \(text)"
          let parsed = try Predicate(text)
          let bound = try parsed.bind(source.columns)
          let truths = columns.rows.map { row in
            ReferenceInterpreter(schema: RandomColumns.schema, row: row).truth(parsed.expression)
          }
          if truths.contains(.failure) {
            #expect(throws: ColonnadeError.self, comment) {
              try rows(source, Projection(columns: ["i32"]), bound)
            }
            continue
          }
          let matching = (0..<columns.rowCount).filter { truths[$0] == .yes }
          // st.a after st: null structs have null fields.
          let expected = matching.map { row in
            let values = columns.rows[row]
            var field = Value.null
            if case .structure(let parts) = values[16] { field = parts[0].value }
            return ScanTests.text([values[2], values[13], values[17], field, values[16]])
          }
          let found = try rows(source, Projection("i32, s, li, st.a, st"), bound) { report in
            let zones = report[.zone]
            if zones.pruned + report[.rowGroup].pruned > 0, zones.kept > 0 { partlyPruned += 1 }
            #expect(report.rowsReturned == matching.count, comment)
            #expect(report.rowsRead <= columns.rowCount, comment)
          }
          #expect(found == expected, comment)
          #expect(try Scan.count(source, predicate: bound) == matching.count, comment)
          let limit = Int.random(in: 0...20, using: &generator)
          #expect(
            try rows(source, Projection("i32, s, li, st.a, st"), bound, limit: limit)
              == Array(expected.prefix(limit)), comment)
        }
      }
    }
    print("scans that pruned some and kept some: \(partlyPruned) of 160")
    #expect(partlyPruned > 16)
  }

  @Test func whatNoRowNeedsIsNotDecoded() throws {
    var generator = SeededGenerator(seed: 1)
    try withFile(RandomColumns(count: 300, using: &generator)) { source in
      // Without a predicate the count comes from metadata.
      let metrics = ScanMetrics()
      #expect(try Scan.count(source, predicate: nil, metrics: metrics) == 300)
      #expect(metrics.report.rowsRead == 0)
      // No integer of 32 bits is so large: the file is skipped, its rows never read.
      let none = try Predicate("i8 > 100 AND i8 < 100").bind(source.columns)
      _ = try rows(source, .all, none) { report in
        #expect(report.rowsReturned == 0)
      }
      let impossible = try Predicate("i32 > 99999999999").bind(source.columns)
      _ = try rows(source, .all, impossible) { report in
        #expect(report[.file].pruned == 1)
        #expect(report.rowsRead == 0)
        #expect(report[.file].reasons.count == 1)
      }
      // A limit ends the scan before the rows it does not need.
      let first = try rows(source, Projection("i32"), nil, limit: 5) { report in
        #expect(report.rowsReturned == 5)
        #expect(report.rowsRead <= 5)
      }
      #expect(first.count == 5)
      let cancellation = Cancellation()
      cancellation.cancel()
      let scan = try Scan(
        source, projection: ScanProjection(.all, columns: source.columns), predicate: nil,
        options: ScanOptions(cancellation: cancellation))
      #expect(throws: ColonnadeError.self) { try scan.next() }
    }
  }

  /// Whether both lay the same values the same way.
  private static func areEqual(_ left: ArrowNode, _ right: ArrowNode) -> Bool {
    left.length == right.length && left.nullCount == right.nullCount
      && left.buffers.count == right.buffers.count
      && zip(left.buffers, right.buffers).allSatisfy { left, right in
        unsafe (left?.unsafeBytes ?? .init(start: nil, count: 0))
          .elementsEqual(right?.unsafeBytes ?? .init(start: nil, count: 0))
      }
      && left.children.count == right.children.count
      && zip(left.children, right.children).allSatisfy { areEqual($0, $1) }
  }

  @Test func batchesReadForALayoutAreThoseMadeFromColumns() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of layouts: \(seed)")
    var generator = SeededGenerator(seed: seed)
    let columns = try RandomColumns(count: 300, using: &generator)
    try withFile(columns) { source in
      let projection = try ScanProjection(.all, columns: source.columns)
      let layout = ArrowLayout(
        schema: projection.schema, defaults: [.offsets, .plainCategoricals])
      for text in [nil, "i64 > 0", "s is not null"] {
        let predicate = try text.map { try Predicate($0).bind(source.columns) }
        func nodes(_ known: ArrowLayout?) throws -> [ArrowNode] {
          var options = ScanOptions()
          options.layout = known
          let scan = try Scan(
            source, projection: projection, predicate: predicate, options: options)
          var nodes: [ArrowNode] = []
          while let batch = try scan.next() {
            nodes.append(try ArrowExport.node(batch, layout: layout))
          }
          return nodes
        }
        let (made, read) = (try nodes(nil), try nodes(layout))
        // A column may come out null throughout, so that a condition on it leaves no batch.
        #expect(text != nil || !made.isEmpty, "seed \(seed)")
        #expect(made.count == read.count, "seed \(seed): \(text ?? "all")")
        #expect(
          zip(made, read).allSatisfy { ScanTests.areEqual($0, $1) },
          "seed \(seed): \(text ?? "all")")
      }
    }
  }
}
