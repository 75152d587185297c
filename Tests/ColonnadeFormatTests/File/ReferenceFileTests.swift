// Columns of a file that are stored by others: which are chosen, what is refused, what is decoded.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct ReferenceFileTests {
  /// Orders as TPC-H makes them, in miniature.
  private static func orders(_ rowCount: Int, seed: UInt64 = 1) -> Batch {
    var generator = SeededGenerator(seed: seed)
    let fields = [
      Field("key", .int64, isNullable: false), Field("quantity", .float64, isNullable: false),
      Field("price", .float64, isNullable: false), Field("noise", .float32, isNullable: false),
      Field("shipped", .date), Field("committed", .date), Field("received", .date),
      Field("note", .string),
    ]
    let builders = fields.map { ColumnBuilder($0.type, capacity: rowCount) }
    for row in 0..<rowCount {
      let quantity = 1 + generator.next() % 50
      let shipped = Int32(8_000 + generator.next() % 2_500)
      builders[0].append(fixed: Int64(row * 4 + row % 3))
      builders[1].append(fixed: Double(quantity))
      builders[2].append(fixed: Double(quantity * (90_000 + generator.next() % 120_000)) / 100)
      builders[3].append(fixed: Float(bitPattern: UInt32(generator.next() % 0x3F80_0000)))
      builders[4].append(fixed: shipped)
      builders[5].append(fixed: shipped + Int32(generator.next() % 180) - 90)
      if generator.chance(0.05) {
        builders[6].appendNull()
      } else {
        builders[6].append(fixed: shipped + 1 + Int32(generator.next() % 30))
      }
      builders[7].append(text: "note \(row % 10)")
    }
    let schema = Schema(fields).assigningIDs()
    return Batch(schema: schema, columns: builders.map { $0.finish() }, rowCount: rowCount)
  }

  private static func write(
    _ batch: Batch, profile: EncodingProfile = .balanced,
    _ body: (FileReader, String) throws -> Void
  ) throws {
    var options = FileWriterOptions()
    options.encoding = EncodingOptions(profile: profile)
    options.fileID = [UInt8](repeating: 7, count: 16)
    let path = TestFile.path("references")
    defer { TestFile.remove(path) }
    let writer = try FileWriter(
      path, in: PosixFileSystem.shared, schema: batch.schema, options: options)
    try writer.write(rowGroup: batch)
    _ = try writer.finish()
    try body(try FileReader(path, in: PosixFileSystem.shared), path)
  }

  private static func references(_ reader: FileReader) throws -> [String: String] {
    var found: [String: String] = [:]
    for field in 0..<reader.fieldCount {
      let chunk = try reader.inspect(field: field, rowGroup: 0)
      guard chunk.entry.reference != 0 else { continue }
      found[try reader.field(column: field).name] =
        chunk.encodings.map(\.name).joined(separator: ", ")
    }
    return found
  }

  @Test(arguments: [EncodingProfile.balanced, .archive])
  func columnsThatMoveTogetherAreFound(_ profile: EncodingProfile) throws {
    let batch = Self.orders(40_000)
    try Self.write(batch, profile: profile) { reader, _ in
      let found = try Self.references(reader)
      #expect(Set(found.keys) == ["price", "committed", "received"])
      #expect(found["price"]?.hasPrefix("multiple of quantity") == true)
      #expect(found["received"]?.hasPrefix("difference from shipped") == true)
      #expect(found["committed"]?.hasPrefix("difference from shipped") == true)
      // 17, 8 and 5 bits a value instead of 24, 12 and 12.
      for (field, bits) in [(2, 17.5), (5, 8.5), (6, 6.5)] {
        let stored = try reader.inspect(field: field, rowGroup: 0).entry.storedByteCount
        #expect(Double(stored) * 8 < bits * 40_000, "field \(field): \(stored) bytes")
      }
      for column in 0..<batch.columns.count {
        let back = try reader.read(column: column, rowGroup: 0, rows: 0..<batch.rowCount)
        #expect(ColumnSamples.firstDifference(back, batch.columns[column]) == nil)
        let rows = stride(from: 5, to: batch.rowCount, by: 997).map { $0 }
        let some = try reader.read(
          column: column, rowGroup: 0, selection: SelectionVector(rows.map { UInt32($0) }))
        #expect(ColumnSamples.firstDifference(some, batch.columns[column], rows: rows) == nil)
      }
      let verification = try reader.verify()
      #expect(verification.problems.map(\.description) == [])
    }
  }

  @Test func theFastProfileHasNone() throws {
    try Self.write(Self.orders(20_000), profile: .fast) { reader, _ in
      let found = try Self.references(reader)
      #expect(found.isEmpty)
    }
  }

  @Test func theSameRowsGiveTheSameBytes() throws {
    var files: [[UInt8]] = []
    for _ in 0..<2 {
      try Self.write(Self.orders(20_000)) { _, path in
        files.append(try PosixFileSystem.shared.readAll(path, limit: 1 << 30).array)
      }
    }
    #expect(files[0] == files[1])
  }

  @Test func columnsThatHaveNothingInCommonStayAlone() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    var columns: [Column] = []
    for index in 0..<24 {
      let builder = ColumnBuilder(index % 2 == 0 ? .int64 : .float64, capacity: 6_000)
      for _ in 0..<6_000 {
        let value = generator.next() % 10_000
        if index % 2 == 0 {
          builder.append(fixed: Int64(value))
        } else {
          builder.append(fixed: Double(value) / 100)
        }
      }
      columns.append(builder.finish())
    }
    let found = try ReferenceChooser(EncodingOptions()).references(among: columns)
    #expect(found.isEmpty, "seed \(seed): \(found)")
  }

  @Test func whatIsReferredToRefersToNothing() throws {
    // Each column is near all others: any two would do.
    var generator = SeededGenerator(seed: 3)
    let builders = (0..<40).map { _ in ColumnBuilder(.int64, capacity: 5_000) }
    for _ in 0..<5_000 {
      let base = Int64(generator.next() % 1_000_000)
      for builder in builders { builder.append(fixed: base + Int64(generator.next() % 8)) }
    }
    let found = try ReferenceChooser(EncodingOptions())
      .references(among: builders.map { $0.finish() })
    // Neighbours are measured up to 16 apart.
    #expect(found.count >= 37)
    for (index, reference) in found { #expect(found[index + Int(reference.distance)] == nil) }
  }

  @Test func whatTwoColumnsNeedIsDecodedOnce() throws {
    let batch = Self.orders(10_000)
    try Self.write(batch) { _, path in
      let metrics = ReadMetrics()
      let reader = try FileReader(path, in: PosixFileSystem.shared, metrics: metrics)
      let shared = DecodedColumns()
      for column in [6, 4, 5, 2, 1] {
        _ = try reader.read(column: column, rowGroup: 0, rows: 0..<10_000, sharing: shared)
      }
      #expect(metrics.valueCount == 50_000)
      // At other rows it is of no use.
      let other = try reader.read(column: 6, rowGroup: 0, rows: 5..<10_000, sharing: shared)
      #expect(metrics.valueCount == 50_000 + 2 * 9_995)
      #expect(
        ColumnSamples.firstDifference(other, batch.columns[6], rows: Array(5..<10_000)) == nil)
    }
  }

  @Test func hostileReferencesThrow() throws {
    let batch = Self.orders(5_000)
    var bytes: [UInt8] = []
    try Self.write(batch) { _, path in
      bytes = try PosixFileSystem.shared.readAll(path, limit: 1 << 30).array
    }
    func refused(
      _ what: String, by kind: ColonnadeError.Kind = .corrupt,
      _ patch: (FilePatch) throws -> Void
    ) throws {
      let file = try FilePatch(bytes)
      try patch(file)
      file.sign()
      try TestFile.with(file.bytes, "hostile") { path in
        let reader = try FileReader(path, in: PosixFileSystem.shared)
        let error = #expect(throws: ColonnadeError.self, "\(what)") {
          try reader.read(column: 6, rowGroup: 0, rows: 0..<5_000)
        }
        #expect(error?.kind == kind, "\(what): \(error?.description ?? "")")
        #expect(error?.message.contains("'received'") == true, "\(error?.message ?? "")")
        // It is found by a verification, and nothing else is lost by it.
        let verification = try reader.verify()
        #expect(!verification.isSound || !verification.unreadable.isEmpty, "\(what)")
        _ = try reader.read(column: 0, rowGroup: 0, rows: 0..<5_000)
      }
    }
    func set(_ distance: Int, of field: Int = 6, in file: FilePatch) throws {
      file.set(try file.entry(.chunks, field) + 6, 2, UInt64(truncatingIfNeeded: distance))
    }
    try refused("no reference") { try set(0, in: $0) }
    try refused("beyond the columns") { try set(2, in: $0) }
    try refused("far beyond") { try set(32_767, in: $0) }
    try refused("before the first") { try set(-7, in: $0) }
    try refused("text") { try set(1, in: $0) }
    try refused("what refers itself") { try set(-1, in: $0) }
    try refused("a cycle") { try set(2, of: 4, in: $0) }
    try refused("another number of slots") { file in
      file.set(try file.entry(.chunks, 4) + 8, 8, 4_999)
    }
    try refused("an encrypted column", by: .unsupportedFeature) { file in
      file.set(try file.entry(.fields, 4) + 7, 1, 3)
    }
    try refused("an unknown encoding", by: .unsupportedFeature) { file in
      let page = file.number(try file.entry(.chunks, 4), 4)
      file.set(try file.entry(.pages, page) + 12, 1, 200)
    }
    try refused("unknown scales") { file in
      let page = file.number(try file.entry(.chunks, 6), 4)
      file.set(try file.entry(.pages, page) + 39, 1, 0x11)
    }
  }
}
