// Tables end to end: create, append, open, versions, typed partition values, clear refusals.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import Testing

@testable import ColonnadeTable

@Suite struct TableTests {
  private func failure(_ body: () throws -> Void) -> ColonnadeError? {
    do {
      try body()
      return nil
    } catch {
      return error as? ColonnadeError
    }
  }

  @Test func createAppendAndOpen() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    let first = try TableFixture.create(path, 0..<1000)
    #expect(first.snapshot.version == 1 && first.snapshot.rowCount == 1000)
    #expect(!first.wasAlreadyCommitted && first.rebaseCount == 0)
    let pinned = try Table.open(path)
    let second = try TableFixture.append(path, 1000..<1500)
    #expect(second.snapshot.version == 2 && second.snapshot.rowCount == 1500)
    #expect(second.snapshot.addedRowCount == 500 && second.snapshot.parentVersion == 1)
    #expect(second.snapshot.commitTime > first.snapshot.commitTime)
    // What a reader holds does not change.
    #expect(try TableFixture.numbers(of: pinned.snapshot) == Array(0..<1000))
    #expect(try TableFixture.numbers(of: try pinned.at(.latest).snapshot) == Array(0..<1500))
    let old = try Table.open(path, at: .number(1))
    #expect(try TableFixture.numbers(of: old.snapshot) == Array(0..<1000))
    let byTime = try Table.open(path, at: .time(first.snapshot.commitTime))
    #expect(byTime.snapshot.version == 1)
    #expect(try Table.open(path).versions() == [1, 2])
    #expect(failure { _ = try Table.open(path, at: .number(3)) }?.kind == .notFound)
    #expect(failure { _ = try Table.open(path, at: .time(0)) }?.kind == .notFound)
    #expect(second.snapshot.tableID == first.snapshot.tableID)
    #expect(try second.snapshot.schema.fields.map(\.id) == [1, 2, 3])
    #expect(second.snapshot.partitionText == "key, month(day)")
  }

  /// Metadata says all of a manifest of one entry; nothing is decoded to find the data file.
  @Test func aManifestOfOneEntryIsNotDecoded() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    try TableFixture.create(path, 0..<700, partitionedBy: "")
    for (entryCount, valueCount) in [(1, 0), (2, 0)] {
      let metrics = ReadMetrics()
      let table = try Table.open(path, in: PosixFileSystem.shared, metrics: metrics)
      let entries = try table.snapshot.entries().entries
      #expect(entries.count == entryCount)
      #expect(metrics.valueCount == valueCount)
      #expect(entries.map(\.entryRowCount).reduce(0, +) == 700 * entryCount)
      try TableFixture.append(path, 700..<1400)
    }
    // Partitions of one commit share the file, and differ in rows.
    let other = scratch.path("u")
    try TableFixture.create(other, 0..<700, partitionedBy: "key")
    let metrics = ReadMetrics()
    let table = try Table.open(other, in: PosixFileSystem.shared, metrics: metrics)
    #expect(
      try table.snapshot.entries().entries.map(\.entryRowCount) == .init(repeating: 100, count: 7))
    #expect(metrics.valueCount > 0)
  }

  @Test func partitionValuesAreTyped() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    try TableFixture.create(path, 0..<700, partitionedBy: "key")
    let entries = try Table.open(path).snapshot.entries().entries
    // Every value has one entry; NULL is not the text that other tables write for it.
    #expect(
      Set(entries.map(\.partitionText)) == [
        "key='007'", "key='7'", "key='a/b=c'", "key='__HIVE_DEFAULT_PARTITION__'", "key=''",
        "key='ünïcode'", "key=NULL",
      ])
    #expect(entries.count == 7)
    #expect(entries.allSatisfy { $0.rowCount == 100 })
    // Small partitions share one file.
    #expect(Set(entries.map(\.path)).count == 1)
    for entry in entries {
      let isNull = entry.partition[0].isNull
      let statistics = try #require(try entry.statistics(ofFieldID: 1))
      #expect(statistics.nullCount == (isNull ? 100 : 0))
      #expect(statistics.minimum?.value.text == (isNull ? nil : entry.partition[0].text))
      let day = try #require(try entry.statistics(ofFieldID: 2))
      #expect(day.minimum != nil && day.nullCount == 0)
      let number = try #require(try entry.statistics(ofFieldID: 3))
      let rows = try TableFixture.rows(of: entry, columns: ["key", "day", "number"])
      let numbers = (0..<rows.rowCount).map { rows.columns[2].value(at: $0) }
      #expect(number.minimum?.value.text == numbers.first?.text)
      #expect(number.maximum?.value.text == numbers.last?.text)
      #expect(number.minimum?.isExact == true)
      #expect(try entry.statistics(ofFieldID: 99) == nil)
    }
  }

  @Test func everyTransformPartitionsEveryRow() throws {
    let scratch = try ScratchFolder()
    let schema = Schema([
      Field("ts", .timestamp(.millisecond, zone: "UTC")),
      Field("price", .decimal(precision: 9, scale: 2)),
      Field("x", .float64), Field("flag", .bool), Field("u", .fixedBinary(byteCount: 16)),
      Field("t", .string), Field("c", .categorical(ordered: true)),
    ])
    let builders = schema.fields.map { ColumnBuilder($0.type) }
    for row in 0..<300 {
      if row % 50 == 49 {
        for builder in builders { builder.appendNull() }
        continue
      }
      builders[0].append(fixed: Int64(row - 150) * 86_400_000 * 10)
      builders[1].append(fixed: Int64(row * 37))
      builders[2].append(fixed: [0.0, -0.0, .nan, 1.5][row % 4])
      builders[3].append(bool: row % 3 == 0)
      unsafe [UInt8](repeating: UInt8(row % 5), count: 16).withUnsafeBytes {
        unsafe builders[4].append(bytes: $0)
      }
      builders[5].append(text: "text number \(row % 11) that is long")
      builders[6].append(text: ["low", "middle", "high"][row % 3])
    }
    let batch = Batch(schema: schema, columns: builders.map { $0.finish() }, rowCount: 300)
    for (index, partitioning) in [
      "year(ts), flag", "month(ts)", "day(ts)", "hour(ts)", "bucket(7, price), bucket(3, t)",
      "truncate(100, price)", "x", "u", "truncate(13, t), x", "flag", "price", "ts", "",
      "c, truncate(1, c), bucket(2, c)",
    ].enumerated() {
      let path = scratch.path("t\(index)")
      let writer = try Table.create(
        path, schema: schema, partitionedBy: partitioning, sortedBy: "t, ts desc")
      try writer.write(batch)
      _ = try writer.commit()
      let snapshot = try Table.open(path).snapshot
      var rowCount = 0
      for entry in try snapshot.entries().entries {
        let rows = try TableFixture.rows(of: entry, columns: schema.fields.map(\.name))
        rowCount += rows.rowCount
        for (field, value) in zip(snapshot.partitioning.fields, entry.partition) {
          let column = rows.columns[field.sourceID - 1]
          let parts = try field.transform.apply(to: column)
          for row in 0..<parts.count {
            #expect(
              parts.value(at: row).text == value.text && parts.isNull(at: row) == value.isNull)
            #expect(entry.mayContain(column.value(at: row), fieldID: field.sourceID))
          }
        }
        let keys = [(rows.columns[5], false), (rows.columns[0], true)]
        #expect(RowSorter(keys).permutation() == nil, "sorted by t, ts desc")
      }
      #expect(rowCount == 300, "\(partitioning)")
    }
  }

  @Test func pruningOpensNothingElse() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    let schema = Schema([Field("k", .int32), Field("v", .int64)])
    func batch(_ keys: Range<Int32>) -> Batch {
      let builders = [ColumnBuilder(.int32), ColumnBuilder(.int64)]
      for key in keys {
        for value in 0..<2 {
          builders[0].append(fixed: key)
          builders[1].append(fixed: Int64(key) * 10 + Int64(value))
        }
      }
      return Batch(schema: schema, columns: builders.map { $0.finish() }, rowCount: keys.count * 2)
    }
    let writer = try Table.create(path, schema: schema, partitionedBy: "k")
    try writer.write(batch(0..<3000))
    _ = try writer.commit()
    let more = try Table.open(path).append()
    try more.write(batch(3000..<3010))
    _ = try more.commit()
    let snapshot = try Table.open(path).snapshot
    var askedCount = 0
    func select(_ id: Int, _ wanted: Int128) throws -> EntrySelection {
      askedCount = 0
      return try snapshot.entries(
        EntryFilter(columnIDs: [id]) { (part) throws(ColonnadeError) in
          askedCount += 1
          guard let statistics = try part.statistics(ofFieldID: id),
            case .integer(let least)? = statistics.minimum?.value,
            case .integer(let greatest)? = statistics.maximum?.value
          else { return .kept }
          return least <= wanted && wanted <= greatest ? .kept : .skipped
        })
    }
    let byKey = try select(1, 1700)
    // Two manifests, six zones, and of one zone runs of 64, of 8, and entries.
    #expect(askedCount <= 2 + 6 + 3 * 8)
    #expect(byKey.entries.count == 1 && byKey.entries[0].partition[0].text == "1700")
    #expect(byKey.prunedManifestCount == 1 && byKey.manifestCount == 2)
    #expect(byKey.zoneCount == 6 && byKey.prunedZoneCount == 5)
    #expect(byKey.entryCount == 3010 && byKey.prunedEntryCount == 3009)
    // By a column that is no part of the partition value: the same statistics serve.
    let byValue = try select(2, 17_001)
    #expect(byValue.entries.count == 1 && byValue.prunedZoneCount >= 5)
    #expect(try select(1, 9_999_999).entries.isEmpty)
  }

  @Test func manyCommitsKeepFewManifests() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    try TableFixture.create(path, 0..<1, partitionedBy: "")
    for number in 1..<70 { try TableFixture.append(path, number..<number + 1) }
    let snapshot = try Table.open(path).snapshot
    #expect(snapshot.version == 70 && snapshot.rowCount == 70)
    #expect(snapshot.root.manifests.count <= 14)
    let entries = try snapshot.entries().entries
    // In the order they were added, whatever was merged.
    #expect(entries.map(\.addedVersion) == (1...70).map { UInt64($0) })
    #expect(try TableFixture.numbers(of: snapshot) == Array(0..<70))
    // Old versions stay readable.
    let old = try Table.open(path, at: .number(9)).snapshot
    #expect(try TableFixture.numbers(of: old) == Array(0..<9))
  }

  @Test func repeatedCommitIDsPublishOnce() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    try TableFixture.create(path, 0..<10, commitID: "job-1")
    for number in 1..<4 { try TableFixture.append(path, number * 10..<number * 10 + 10) }
    try TableFixture.append(path, 40..<50, commitID: "job-10")
    let before = try PosixFileSystem.shared.list(Path.join(path, "data")).count
    let again = try TableFixture.append(path, 0..<10, commitID: "job-1")
    #expect(again.wasAlreadyCommitted && again.snapshot.version == 1)
    let last = try TableFixture.append(path, 40..<50, commitID: "job-10")
    #expect(last.wasAlreadyCommitted && last.snapshot.version == 5)
    // What the repeated job wrote is gone again.
    #expect(try PosixFileSystem.shared.list(Path.join(path, "data")).count == before)
    #expect(try TableFixture.append(path, 50..<60, commitID: "job-2").snapshot.version == 6)
    let table = try Table.open(path)
    #expect(try table.version(ofCommit: "job-1") == 1)
    #expect(try table.version(ofCommit: "job-2") == 6)
    #expect(try table.version(ofCommit: "job") == nil)
    #expect(try TableFixture.numbers(of: table.snapshot) == Array(0..<60))
  }

  @Test func commitIDsAreFoundAcrossLists() throws {
    var list = NamedCommits(firstVersion: 1, commits: [])
    var lists: [UInt64: NamedCommits] = [:]
    for version in UInt64(1)...1000 {
      list = list.following(version: version, commitID: "id-\(version)", isNamed: version % 3 == 0)
      lists[version] = list
      #expect(list.commits.count <= 256)
    }
    // Walk back as a reader does.
    for version in stride(from: UInt64(3), through: 999, by: 3) {
      var current: UInt64 = 1000
      var found: UInt64?
      while found == nil, let list = lists[current] {
        found = list.version(of: "id-\(version)")
        current = list.firstVersion - 1
      }
      #expect(found == version)
    }
  }

  @Test func refusals() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    #expect(failure { _ = try Table.open(path) }?.kind == .notFound)
    try TableFixture.create(path, 0..<10)
    let again = failure { try TableFixture.create(path, 0..<10) }
    #expect(again?.kind == .invalidArgument && again?.hint?.contains("append to it") == true)

    let fileSystem = PosixFileSystem.shared
    try fileSystem.makeFolders(scratch.path("other"))
    let handle = try fileSystem.createOrReplace(scratch.path("other/notes.txt"))
    try handle.close()
    let foreign = failure { try TableFixture.create(scratch.path("other"), 0..<10) }
    #expect(foreign?.message.contains("notes.txt") == true)
    #expect(try fileSystem.list(scratch.path("other")).map(\.name) == ["notes.txt"])
    #expect(failure { _ = try Table.open(scratch.path("other")) }?.kind == .notFound)
    let file = failure { try TableFixture.create(scratch.path("other/notes.txt"), 0..<10) }
    #expect(file?.message.contains("is a file") == true)
    #expect(failure { _ = try Table.open(scratch.path("other/notes.txt")) }?.kind == .notFound)

    for (columns, text) in [
      ([Field("key", .string), Field("day", .date), Field("number", .int32)], "has type int32"),
      ([Field("key", .string), Field("day", .date)], "'number' is missing"),
      (TableFixture.schema.fields + [Field("more", .bool)], "no column 'more'"),
    ] {
      let writer = try Table.open(path).append()
      let batch = Batch(
        schema: Schema(columns), columns: columns.map { ColumnBuilder($0.type).finish() },
        rowCount: 0)
      let error = failure { try writer.write(batch) }
      #expect(error?.kind == .schemaMismatch && error?.message.contains(text) == true, "\(text)")
      #expect(failure { _ = try writer.commit() }?.kind == .invalidArgument)
    }
    #expect(try Table.open(path).snapshot.version == 1)
  }

  @Test func columnsAreFoundByName() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    try TableFixture.create(path, 0..<7)
    let writer = try Table.open(path).append()
    let number = ColumnBuilder(.int64)
    let key = ColumnBuilder(.string)
    number.append(fixed: Int64(7))
    key.append(text: "007")
    // Another order, and no day: it is null.
    try writer.write(
      Batch(
        schema: Schema([Field("number", .int64), Field("key", .string)]),
        columns: [number.finish(), key.finish()], rowCount: 1))
    _ = try writer.commit()
    let snapshot = try Table.open(path).snapshot
    #expect(try TableFixture.numbers(of: snapshot) == Array(0..<8))
    let added = try snapshot.entries().entries.filter { $0.addedVersion == 2 }
    #expect(added.map(\.partitionText) == ["key='007', month(day)=NULL"])
  }

  @Test func abandonedWritersLeaveNothing() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("a/b/t")
    let writer = try Table.create(path, schema: TableFixture.schema, partitionedBy: "key")
    try writer.write(TableFixture.batch(0..<1000))
    writer.abandon()
    #expect(try PosixFileSystem.shared.list(scratch.path).isEmpty)
    // The same by letting go.
    do {
      let writer = try Table.create(path, schema: TableFixture.schema, partitionedBy: "key")
      try writer.write(TableFixture.batch(0..<1000))
    }
    #expect(try PosixFileSystem.shared.list(scratch.path).isEmpty)
    try TableFixture.create(path, 0..<10)
    let appender = try Table.open(path).append()
    try appender.write(TableFixture.batch(10..<20))
    appender.abandon()
    #expect(try TableFixture.numbers(of: try Table.open(path).snapshot) == Array(0..<10))
    #expect(try PosixFileSystem.shared.list(Path.join(path, "data")).count == 1)
  }

  @Test func cancelledWritersLeaveNothing() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    var options = TableWriteOptions()
    for isCommitting in [false, true] {
      let cancellation = Cancellation()
      options.cancellation = cancellation
      let writer = try Table.create(path, schema: TableFixture.schema, options: options)
      try writer.write(TableFixture.batch(0..<50))
      cancellation.cancel()
      let error = failure {
        if isCommitting {
          _ = try writer.commit()
        } else {
          try writer.write(TableFixture.batch(50..<60))
        }
      }
      #expect(error?.kind == .cancelled)
      #expect(failure { _ = try writer.commit() }?.kind == .invalidArgument)
      #expect(try PosixFileSystem.shared.list(scratch.path).isEmpty)
    }
    try TableFixture.create(path, 0..<10)
    let cancellation = Cancellation()
    options.cancellation = cancellation
    let writer = try Table.open(path).append(options: options)
    try writer.write(TableFixture.batch(10..<20))
    cancellation.cancel()
    #expect(failure { _ = try writer.commit() }?.kind == .cancelled)
    #expect(try Table.open(path).snapshot.rowCount == 10)
  }

  @Test func emptyTables() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    let writer = try Table.create(path, schema: TableFixture.schema, partitionedBy: "key")
    let outcome = try writer.commit()
    #expect(outcome.snapshot.rowCount == 0 && outcome.snapshot.version == 1)
    #expect(try Table.open(path).snapshot.entries().entries.isEmpty)
    try TableFixture.append(path, 0..<5)
    #expect(try TableFixture.numbers(of: try Table.open(path).snapshot) == Array(0..<5))
  }

  @Test func whatReadersWouldRefuseIsNotPublished() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    let name = String(repeating: "x", count: 5000)
    let writer = try Table.create(path, schema: Schema([Field(name, .int32)]))
    #expect(failure { _ = try writer.commit() }?.kind == .limitExceeded)
    #expect(try PosixFileSystem.shared.list(scratch.path).isEmpty)
  }

  @Test func leftoversOfKilledWritersAreIgnored() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    let fileSystem = PosixFileSystem.shared
    for folder in ["data", "manifests", "snapshots"] {
      try fileSystem.makeFolders(Path.join(path, folder))
    }
    func leave(_ name: String) throws {
      let handle = try fileSystem.createOrReplace(Path.join(path, name))
      try handle.write([1, 2, 3])
      try handle.close()
    }
    try leave("data/00112233445566778899aabbccddeeff.cln")
    try leave("snapshots/.pending-00112233445566778899aabbccddeeff")
    // Not a table yet, and no obstacle to making one.
    #expect(failure { _ = try Table.open(path) }?.kind == .notFound)
    try TableFixture.create(path, 0..<10)
    try leave("snapshots/12")
    try leave("manifests/x")
    #expect(try TableFixture.numbers(of: try Table.open(path).snapshot) == Array(0..<10))
    // A root that is damaged is an error, never silently an older version.
    try leave("snapshots/00000000000000000002")
    #expect(failure { _ = try Table.open(path) }?.kind == .truncated)
    #expect(try Table.open(path, at: .number(1)).snapshot.rowCount == 10)
  }
}
