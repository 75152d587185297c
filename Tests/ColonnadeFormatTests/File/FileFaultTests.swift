// Disks that fail: every call of a writer and of a reader in turn.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import Glibc
import Testing

@Suite struct FileFaultTests {
  static func golden() throws -> Golden {
    try #require(GoldenCatalogue.all.first { $0.name == "row-groups" })
  }

  static func write(_ golden: Golden, _ path: String, in fileSystem: any FileSystem) throws {
    var options = golden.options
    options.synchronizes = true
    let writer = try FileWriter(path, in: fileSystem, schema: golden.schema, options: options)
    do {
      for batch in try golden.batches() { try writer.write(rowGroup: batch) }
      _ = try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
  }

  @Test func aWriterThatFailsLeavesNothing() throws {
    let golden = try Self.golden()
    let path = TestFile.path("fault")
    let whole = FaultingFileSystem()
    try Self.write(golden, path, in: whole)
    let expected = try golden.write()
    #expect(try PosixFileSystem.shared.readAll(path, limit: 1 << 20).array == expected)
    #expect(whole.journal.contains { $0.operation == .sync })
    TestFile.remove(path)
    for number in 1...whole.callCount {
      let failing = FaultingFileSystem(faults: [FileFault(.fail(ENOSPC), number: number)])
      let error = #expect(throws: ColonnadeError.self, "call \(number)") {
        try Self.write(golden, path, in: failing)
      }
      #expect(error?.kind == .io && error?.errno == ENOSPC && error?.file == path)
      #expect(failing.struckCount == 1)
      #expect(try !PosixFileSystem.shared.exists(path), "call \(number)")
    }
  }

  @Test func shortWritesAreGoneOnWith() throws {
    let golden = try Self.golden()
    let path = TestFile.path("short")
    defer { TestFile.remove(path) }
    let short = FaultingFileSystem(
      faults: [FileFault(.short, at: .only(.write), number: 1, persists: true)])
    try Self.write(golden, path, in: short)
    #expect(short.struckCount > 2)
    let expected = try golden.write()
    #expect(try PosixFileSystem.shared.readAll(path, limit: 1 << 20).array == expected)
  }

  @Test func aReaderThatFailsSaysWhereAndReadsOnWhenItCan() throws {
    let path = TestFile.fixtures + "/row-groups.cln"
    func read(_ fileSystem: any FileSystem) throws -> String {
      let reader = try FileReader(path, in: fileSystem)
      var text = "\(try reader.schema)"
      for column in 0..<reader.columnCount {
        for group in 0..<reader.rowGroupCount {
          let rowCount = try reader.rowGroup(at: group).rowCount
          let values = try reader.read(column: column, rowGroup: group, rows: 0..<rowCount)
          for row in 0..<rowCount { text += ExactJSON.text(values, row) }
        }
      }
      return text
    }
    let whole = FaultingFileSystem()
    let expected = try read(whole)
    for number in 1...whole.callCount {
      let failing = FaultingFileSystem(faults: [FileFault(.fail(EIO), number: number)])
      do {
        // Closing fails without consequence: everything was read.
        #expect(try read(failing) == expected, "call \(number)")
        #expect(failing.journal[number - 1].operation == .close)
      } catch let error as ColonnadeError {
        #expect(error.kind == .io && error.errno == EIO && error.file == path)
      }
      #expect(try read(failing) == expected)
    }
    let short = FaultingFileSystem(
      faults: [FileFault(.short, at: .only(.readAt), number: 1, persists: true)])
    #expect(try read(short) == expected)
  }

  @Test func aFileThatIsNamedAlreadyIsNotTouched() throws {
    let path = TestFile.path("taken")
    defer { TestFile.remove(path) }
    try TestFile.replace(path, with: [1, 2, 3])
    let error = #expect(throws: ColonnadeError.self) {
      try FileWriter(path, in: PosixFileSystem.shared, schema: Schema([]))
    }
    #expect(error?.errno == EEXIST)
    #expect(try PosixFileSystem.shared.readAll(path, limit: 10).array == [1, 2, 3])
  }
}
