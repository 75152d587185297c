// Files that stay open from one opening of a table to the next: found as long as they are the same, never
// where somebody changed, replaced or removed them.

import ColonnadeArrays
import Glibc
import Testing

@testable import ColonnadeBase
@testable import ColonnadeFormat
@testable import ColonnadeTable

@Suite struct KeptFilesTests {
  /// Keeps files however young they are: the tests wait until a change shows in a file's times.
  private let keeping = PosixFileSystem(
    fileCache: FileCache(seconds: 60, settledMicroseconds: 0))
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder("kept") }

  private func file(_ name: String, rows: Int = 30_000) throws -> String {
    let path = folder.path(name)
    let schema = Schema([Field("a", .int64, id: 1)])
    let builder = ColumnBuilder(.int64)
    // Bits that no encoding makes small: the file is mapped, not read whole.
    var bits: UInt64 = 1
    for _ in 0..<rows {
      bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      builder.append(fixed: Int64(bitPattern: bits))
    }
    let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: schema)
    try writer.write(
      rowGroup: Batch(schema: schema, columns: [builder.finish()], rowCount: rows))
    _ = try writer.finish()
    return path
  }

  /// Times of files tick: what is done after this has another one.
  private func tick() { PosixFileSystem.shared.sleep(microseconds: 20_000) }

  private func flip(_ byte: Int, of path: String) throws {
    let descriptor = unsafe open(path, O_RDWR)
    #expect(descriptor >= 0)
    defer { close(descriptor) }
    var value: UInt8 = 0
    #expect(unsafe pread(descriptor, &value, 1, byte) == 1)
    value ^= 1
    #expect(unsafe pwrite(descriptor, &value, 1, byte) == 1)
  }

  @Test func anUnchangedFileIsFoundOpen() throws {
    let path = try file("a.cln")
    let first = try FileReader.open(path, in: keeping)
    #expect(try FileReader.open(path, in: keeping) === first)
    #expect(try FileReader.open(path, in: keeping, fileID: first.header.fileID) === first)
    // Those who count, and those whose file system keeps nothing, open anew.
    #expect(try FileReader.open(path, in: keeping, metrics: ReadMetrics()) !== first)
    #expect(try FileReader.open(path, in: PosixFileSystem.shared) !== first)
    keeping.fileCache?.releaseAll()
    #expect(try FileReader.open(path, in: keeping) !== first)
  }

  @Test func aFileThatChangedInPlaceIsReadAndVerifiedAnew() throws {
    let path = try file("a.cln")
    let first = try FileReader.open(path, in: keeping)
    _ = try first.read(column: 0, rowGroup: 0, rows: 0..<30_000)
    tick()
    try flip(100_000, of: path)
    let second = try FileReader.open(path, in: keeping)
    #expect(second !== first)
    let error = try #require(throws: ColonnadeError.self) {
      _ = try second.read(column: 0, rowGroup: 0, rows: 0..<30_000)
    }
    #expect(error.kind == .corrupt)
  }

  @Test func aFileThatWasReplacedIsTheOtherOne() throws {
    let (path, other) = (try file("a.cln"), try file("b.cln", rows: 100))
    let first = try FileReader.open(path, in: keeping)
    try PosixFileSystem.shared.rename(other, to: path)
    #expect(try FileReader.open(path, in: keeping).rowCount == 100)
    let error = try #require(throws: ColonnadeError.self) {
      _ = try FileReader.open(path, in: keeping, fileID: first.header.fileID)
    }
    #expect(error.kind == .corrupt)
  }

  @Test func aFileThatIsGoneIsNotFound() throws {
    let path = try file("a.cln")
    let first = try FileReader.open(path, in: keeping)
    try PosixFileSystem.shared.remove(path)
    let error = try #require(throws: ColonnadeError.self) {
      _ = try FileReader.open(path, in: keeping)
    }
    #expect(error.kind == .notFound && keeping.fileCache?.count == 0)
    // Who has it goes on.
    #expect(try first.read(column: 0, rowGroup: 0, rows: 0..<30_000).count == 30_000)
  }

  @Test func aFileThatWasCutShortIsTruncated() throws {
    let path = try file("a.cln")
    _ = try FileReader.open(path, in: keeping).read(column: 0, rowGroup: 0, rows: 0..<30_000)
    tick()
    #expect(unsafe truncate(path, 50_000) == 0)
    #expect(throws: ColonnadeError.self) { _ = try FileReader.open(path, in: keeping) }
  }

  @Test func aFileThatRestsIsReadAsBefore() throws {
    let path = folder.path("texts.cln")
    let schema = Schema([Field("a", .string, id: 1)])
    let builder = ColumnBuilder(.string)
    for row in 0..<50_000 { builder.append(text: "one of few texts, number \(row % 300)") }
    let column = builder.finish()
    let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: schema)
    try writer.write(rowGroup: Batch(schema: schema, columns: [column], rowCount: 50_000))
    _ = try writer.finish()
    let file = try FileReader.open(path, in: keeping)
    for _ in 0..<3 {
      #expect(try file.schema.fields.map(\.name) == ["a"])
      let read = try file.read(column: 0, rowGroup: 0, rows: 0..<50_000)
      #expect(read.count == 50_000 && read.value(at: 49_999).text == "one of few texts, number 199")
      #expect(file.heldByteCount > 0)
      file.rest()
      #expect(file.heldByteCount == 0)
    }
  }

  @Test func aTableThatWasOpenedAgainSeesWhatWasCommitted() throws {
    let path = folder.path("t")
    try TableFixture.create(path, 0..<10)
    for version in 2...6 {
      let kept = try Table.open(path, in: keeping)
      #expect(kept.snapshot.version == UInt64(version - 1))
      #expect(try TableFixture.numbers(of: kept.snapshot) == Array(0..<(version - 1) * 10))
      tick()
      try TableFixture.append(path, (version - 1) * 10..<version * 10)
    }
    #expect(keeping.fileCache?.count ?? 0 > 5)
  }
}
