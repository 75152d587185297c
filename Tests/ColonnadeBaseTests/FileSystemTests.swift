// The real file system: what each call promises, and the errors people see.

import ColonnadeBase
import Glibc
import Testing

@Suite struct FileSystemTests {
  let fileSystem = PosixFileSystem()

  @Test func writesAndReadsBack() throws {
    let folder = try ScratchFolder()
    let path = folder.path("a")
    let writer = try fileSystem.createExclusively(path)
    try writer.write([1, 2, 3])
    try writer.write([4])
    try writer.synchronize()
    try writer.close()
    try writer.close()
    try fileSystem.synchronizeFolder(folder.path)
    #expect(try fileSystem.readAll(path, limit: 100).array == [1, 2, 3, 4])
    #expect(try fileSystem.readAll(path, limit: 4).array == [1, 2, 3, 4])
    let status = try fileSystem.status(of: path)
    #expect(status.kind == .file && status.byteCount == 4 && status.linkCount == 1)
    #expect(abs(status.modificationTime - fileSystem.now) < 60_000_000)
    let error = try #require(throws: ColonnadeError.self) {
      try fileSystem.readAll(path, limit: 3)
    }
    #expect(error.kind == .limitExceeded && error.file == path)
  }

  @Test func readsFilesThatStateNoSize() throws {
    let text = try fileSystem.readAll("/proc/self/status", limit: 1 << 20)
    #expect(text.byteCount > 100)
  }

  @Test func readsFromAnOffset() throws {
    let folder = try ScratchFolder()
    try folder.write("a", (0..<100).map { UInt8($0) })
    let handle = try fileSystem.openForReading(folder.path("a"))
    var bytes = [UInt8](repeating: 0, count: 10)
    let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe handle.read(at: 95, into: $0) }
    #expect(count == 5 && bytes.prefix(5) == [95, 96, 97, 98, 99])
  }

  @Test func errorsNameTheFileAndTheCause() throws {
    let folder = try ScratchFolder()
    let missing = folder.path("missing")
    var error = try #require(throws: ColonnadeError.self) {
      _ = try fileSystem.openForReading(missing)
    }
    #expect(error.kind == .notFound && error.errno == ENOENT && error.file == missing)
    try folder.write("a", [])
    error = try #require(throws: ColonnadeError.self) {
      _ = try fileSystem.createExclusively(folder.path("a"))
    }
    #expect(error.kind == .io && error.errno == EEXIST && error.hint != nil)
    error = try #require(throws: ColonnadeError.self) {
      _ = try fileSystem.openForReading(folder.path("a\0b"))
    }
    #expect(error.kind == .invalidArgument)
    error = try #require(throws: ColonnadeError.self) { _ = try fileSystem.map(folder.path) }
    #expect(error.errno == EISDIR)
    error = try #require(throws: ColonnadeError.self) {
      try fileSystem.link(folder.path("a"), to: folder.path("a"))
    }
    #expect(error.errno == EEXIST)
  }

  @Test func namesAreLinkedRenamedAndRemoved() throws {
    let folder = try ScratchFolder()
    try folder.write("a", [1])
    try fileSystem.link(folder.path("a"), to: folder.path("b"))
    #expect(try fileSystem.status(of: folder.path("b")).linkCount == 2)
    let error = try #require(throws: ColonnadeError.self) {
      try fileSystem.renameExclusively(folder.path("a"), to: folder.path("b"))
    }
    #expect(error.errno == EEXIST)
    try fileSystem.renameExclusively(folder.path("a"), to: folder.path("c"))
    try folder.write("d", [2])
    try fileSystem.rename(folder.path("d"), to: folder.path("c"))
    #expect(try fileSystem.readAll(folder.path("c"), limit: 9).array == [2])
    #expect(try fileSystem.list(folder.path).map(\.name) == ["b", "c"])
    try fileSystem.remove(folder.path("b"))
    #expect(try !fileSystem.exists(folder.path("b")))
    #expect(try !fileSystem.exists(folder.path("c/below")))
  }

  @Test func foldersAreMadeWithThoseAbove() throws {
    let folder = try ScratchFolder()
    let deep = folder.path("x/y/z/")
    #expect(
      try fileSystem.makeFolders(deep) == [folder.path("x"), folder.path("x/y"), deep])
    #expect(try fileSystem.makeFolders(deep) == [])
    try folder.write("f", [])
    #expect(throws: ColonnadeError.self) { try fileSystem.makeFolders(folder.path("f")) }
    #expect(throws: ColonnadeError.self) { try fileSystem.makeFolders(folder.path("f/g")) }
    let entries = try fileSystem.list(folder.path)
    #expect(entries.map(\.name) == ["f", "x"] && entries.map(\.kind) == [.file, .folder])
    let error = try #require(throws: ColonnadeError.self) {
      try fileSystem.removeFolder(folder.path("x"))
    }
    #expect(error.errno == ENOTEMPTY)
  }

  @Test func aFullDiskIsSaidPlainly() throws {
    guard try fileSystem.exists("/dev/full") else { return }
    let handle = try fileSystem.createOrReplace("/dev/full")
    let error = try #require(throws: ColonnadeError.self) { try handle.write([1]) }
    #expect(
      error.errno == ENOSPC && error.hint == "the disk is full: free some space and run again")
  }

  @Test func randomNamesDiffer() {
    #expect(fileSystem.randomBytes(16) != fileSystem.randomBytes(16))
    #expect(fileSystem.randomName().utf8.count == 32)
  }

  @Test func pathsAreJoinedAndSplit() {
    #expect(Path.join("a", "b") == "a/b")
    #expect(Path.join("a/", "b") == "a/b")
    #expect(Path.join("", "b") == "b")
    #expect(Path.parent(of: "a/b") == "a")
    #expect(Path.parent(of: "/a") == "/")
    #expect(Path.parent(of: "/") == "/")
    #expect(Path.parent(of: "a") == ".")
    #expect(Path.parent(of: "a//b//") == "a")
    #expect(Path.name(of: "a/b//") == "b")
    #expect(Path.name(of: "b") == "b")
  }
}
