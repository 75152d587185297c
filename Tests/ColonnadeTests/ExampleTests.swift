// The library as its users import it, and the examples of its documentation, run as they stand
// there.

import Colonnade
import Testing

@Suite final class ExampleTests {
  let path = "/tmp/colonnade-example-\(UInt64.random(in: 0 ... .max))"

  deinit {
    do { try ExampleTests.remove(path) } catch { print("could not remove \(path): \(error)") }
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

  /// Runs what Colonnade.docc/FirstTable.md shows; `documentationIsThisCode` holds them together.
  @Test func firstTable() async throws {
    let schema = Schema([
      Field("carrier", .string), Field("month", .int32), Field("delay", .float64),
    ])
    let columns = schema.fields.map { ColumnBuilder($0.type) }
    for row in 0..<1_000 {
      columns[0].append(text: row % 3 == 0 ? "UA" : "AA")
      columns[1].append(fixed: Int32(row % 12 + 1))
      columns[2].append(fixed: Double(row % 100))
    }
    let batch = Batch(schema: schema, columns: columns.map { $0.finish() }, rowCount: 1_000)

    let writer = try Table.create(path, schema: schema, partitionedBy: "month")
    try writer.write(batch)
    _ = try writer.commit()

    let more = try Table.open(path).append()
    try more.write(batch)
    let outcome = try more.commit(commitID: "second load")
    print(outcome.snapshot.version, outcome.snapshot.rowCount)
    #expect(outcome.snapshot.version == 2 && outcome.snapshot.rowCount == 2_000)

    let table = try Table.open(path)
    for try await batch in try table.scan(select: ["carrier", "delay"], where: "delay > 60") {
      for row in 0..<batch.rowCount {
        print(batch.columns[0].text(at: row), batch.columns[1].text(at: row))
      }
    }
    print(try table.count(where: "month = 7 AND carrier = 'UA'"))

    let late = try table.scan(
      where: "carrier = ? AND delay > ?", parameters: ["UA", 60], rows: 0..<1_500)
    for try await batch in late { print(batch.rowCount) }
    for try await batch in try table.take([7, 3, 7], select: ["delay"]) { print(batch.rowCount) }
    for rows in try table.divide(into: 4) { print(rows, try table.count(rows: rows)) }

    print(try table.explain(where: "month = 7")[.partition].pruned)
    let rows = table.openRows()
    for number in 0..<10 { _ = try rows.take([number]).collect() }

    // What the example does not show.
    let expected = 2 * (0..<1_000).count { $0 % 12 + 1 == 7 && $0 % 3 == 0 }
    #expect(try table.count(where: "month = 7 AND carrier = 'UA'") == expected)
    var rowCount = 0
    let scan = try table.scan(select: ["delay"], where: "delay > 60")
    for try await batch in scan { rowCount += batch.rowCount }
    #expect(rowCount == 2 * 390)
    #expect(try scan.collect().reduce(0) { $0 + $1.rowCount } == rowCount)
    #expect(scan.schema.fields.map(\.name) == ["delay"])
    let built = try table.scan(where: Predicate(column("delay") > .value(.integer(60))), limit: 7)
    #expect(try built.collect().reduce(0) { $0 + $1.rowCount } == 7)
    #expect(try table.at(.number(1)).count() == 1_000)
    try checkNumberedRows(table, late)
  }

  private func checkNumberedRows(_ table: Table, _ late: TableScan) throws {
    let lateCount = try table.count(
      where: "carrier = 'UA' AND delay > 60", rows: 0..<1_500)
    #expect(try late.collect().reduce(0) { $0 + $1.rowCount } == lateCount && lateCount > 0)
    let all = try table.scan(select: ["delay"]).collect().flatMap { batch in
      (0..<batch.rowCount).map { batch.columns[0].text(at: $0) }
    }
    let taken = try table.take([7, 3, 7], select: ["delay"]).collect()
    #expect(taken.count == 1)
    #expect((0..<3).map { taken[0].columns[0].text(at: $0) } == [all[7], all[3], all[7]])
    let divided = try table.divide(into: 4)
    #expect(divided.count == 4 && divided.reduce(0) { $0 + $1.count } == 2_000)
    #expect(try table.explain(where: "month = 7")[.partition].pruned == 22)
    #expect(table.openRows().rowCount == 2_000)
    #expect(throws: ColonnadeError.self) { _ = try table.take([2_000]) }
    #expect(throws: ColonnadeError.self) { _ = try table.take([-1]) }
    #expect(throws: ColonnadeError.self) { _ = try table.scan(parameters: [1]) }
    #expect(throws: ColonnadeError.self) { _ = try table.scan(where: "delay > ?") }
    // A file of the table alone.
    let data = Path.join(path, "data")
    var rowCount = 0
    for entry in try PosixFileSystem.shared.list(data) {
      let file = try DataFile.open(Path.join(data, entry.name))
      #expect(try file.schema.fields.map(\.name) == ["carrier", "month", "delay"])
      #expect(try file.scan(where: "delay < 0").collect().isEmpty)
      #expect(try file.take([0]).collect().first?.rowCount == 1)
      rowCount += try file.count(where: "delay >= $1", parameters: [0])
    }
    #expect(rowCount == 2_000)
    #expect(throws: ColonnadeError.self) { _ = try DataFile.open(path + "/nothing.cln") }
  }

  /// A scan trusts what the manifest says of a file, so it has to be that file.
  @Test func filesOfAnotherTableUnderTheNameOfOnesOwnAreRefused() throws {
    let schema = Schema([Field("n", .int32)])
    var files: [String] = []
    for name in ["first", "second"] {
      let builder = ColumnBuilder(.int32)
      for row in 0..<100 { builder.append(fixed: Int32(row)) }
      _ = try PosixFileSystem.shared.makeFolders(path)
      let writer = try Table.create(Path.join(path, name), schema: schema)
      try writer.write(Batch(schema: schema, columns: [builder.finish()], rowCount: 100))
      _ = try writer.commit()
      let data = Path.join(Path.join(path, name), "data")
      let file = try #require(try PosixFileSystem.shared.list(data).first?.name)
      files.append(Path.join(data, file))
    }
    try PosixFileSystem.shared.remove(files[0])
    try PosixFileSystem.shared.link(files[1], to: files[0])
    let table = try Table.open(Path.join(path, "first"))
    #expect(throws: ColonnadeError.self) { _ = try table.scan().collect() }
    let other = try Table.open(Path.join(path, "second"))
    #expect(try other.scan().collect().count == 1)
  }

  @Test func mistakesAreErrors() async throws {
    #expect(throws: ColonnadeError.self) { _ = try Table.open(path) }
    let schema = Schema([Field("n", .int32)])
    let writer = try Table.create(path, schema: schema)
    #expect(throws: ColonnadeError.self) { _ = try Table.open(path) }
    _ = try writer.commit()
    let table = try Table.open(path)
    #expect(try table.count() == 0)
    #expect(throws: ColonnadeError.self) { _ = try table.scan(select: ["m"]) }
    #expect(throws: ColonnadeError.self) { _ = try table.scan(where: "n >") }
    #expect(throws: ColonnadeError.self) { _ = try table.scan(where: "n = 'x'") }
    #expect(throws: ColonnadeError.self) { _ = try table.scan(limit: -1) }
    #expect(throws: ColonnadeError.self) { _ = try Table.create(path, schema: schema) }
  }

  @Test func cancellationEndsAScan() async throws {
    let schema = Schema([Field("n", .int64)])
    let column = ColumnBuilder(.int64)
    for n in 0..<300_000 { column.append(fixed: Int64(n)) }
    let writer = try Table.create(path, schema: schema)
    try writer.write(Batch(schema: schema, columns: [column.finish()], rowCount: 300_000))
    _ = try writer.commit()
    let scan = try Table.open(path).scan()
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      for try await _ in scan { Issue.record("a cancelled scan went on") }
    }
    task.cancel()
    await #expect(throws: ColonnadeError.self) { try await task.value }
  }

  /// Batches leave as Arrow and come back, through the one import.
  @Test func arrowStream() throws {
    let schema = Schema([Field("n", .int64), Field("kind", .categorical(ordered: false))])
    let columns = schema.fields.map { ColumnBuilder($0.type) }
    for row in 0..<100 {
      columns[0].append(fixed: Int64(row))
      columns[1].append(text: row % 2 == 0 ? "even" : "odd")
    }
    var bytes: [UInt8] = []
    let output = try ArrowStreamOutput(schema: schema, compression: .zstd) { bytes += $0.array }
    try output.write(
      Batch(schema: schema, columns: columns.map { $0.finish() }, rowCount: 100))
    try output.finish()

    let input = try ArrowStreamInput(bytes: bytes)
    #expect(input.schema == schema)
    let batch = try #require(try input.next())
    #expect(batch.columns[0].text(at: 99) == "99" && batch.columns[1].text(at: 99) == "odd")
    #expect(try input.next() == nil && input.rowCount == 100)
  }
}
