// Faults strike where they are told to, and the loops above the seam survive those that are not
// failures.

import ColonnadeBase
import Glibc
import Testing

@Suite struct FaultingFileSystemTests {
  /// What a careful writer does: a temporary file, synced, linked into place.
  static func publish(_ bytes: [UInt8], in folder: String, by fileSystem: any FileSystem) throws {
    let temporary = Path.join(folder, "temporary")
    let writer = try fileSystem.createExclusively(temporary)
    try writer.write(bytes)
    try writer.synchronize()
    try writer.close()
    try fileSystem.link(temporary, to: Path.join(folder, "final"))
    try fileSystem.remove(temporary)
    try fileSystem.synchronizeFolder(folder)
  }

  @Test func everyCallIsInTheJournal() throws {
    let folder = try ScratchFolder()
    let fileSystem = FaultingFileSystem()
    try Self.publish([1, 2, 3], in: folder.path, by: fileSystem)
    #expect(
      fileSystem.journal.map(\.operation)
        == [.create, .write, .sync, .close, .link, .remove, .syncFolder])
    #expect(fileSystem.journal[4].path == folder.path("final"))
  }

  @Test(arguments: [EIO, ENOSPC, EINTR]) func everyCallFails(code: Int32) throws {
    let bytes = (0..<200).map { UInt8($0) }
    let counting = FaultingFileSystem()
    let first = try ScratchFolder("faults")
    try Self.publish(bytes, in: first.path, by: counting)
    var failures = 0
    for persists in [false, true] {
      for number in 1...counting.callCount {
        let folder = try ScratchFolder("faults\(code)")
        let fileSystem = FaultingFileSystem(faults: [
          FileFault(.fail(code), number: number, persists: persists && code != EINTR)
        ])
        do {
          try Self.publish(bytes, in: folder.path, by: fileSystem)
        } catch let error as ColonnadeError {
          failures += 1
          #expect(error.errno == code && error.file != nil)
        }
        #expect(fileSystem.struckCount > 0)
        // The name appears with all its bytes or not at all.
        let final = folder.path("final")
        if try PosixFileSystem.shared.exists(final) {
          #expect(try PosixFileSystem.shared.readAll(final, limit: 1000).array == bytes)
        }
      }
    }
    // EINTR is not a failure where a call can be made again: open and write.
    #expect(failures == (code == EINTR ? 2 * (counting.callCount - 2) : 2 * counting.callCount))
  }

  @Test func shortWritesAndReadsAreCarriedOn() throws {
    let folder = try ScratchFolder()
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let fileSystem = FaultingFileSystem(faults: [
      FileFault(.short, at: .every, number: 1, persists: true)
    ])
    try Self.publish(bytes, in: folder.path, by: fileSystem)
    #expect(fileSystem.journal.filter { $0.operation == .write }.count > 5)
    #expect(try fileSystem.readAll(folder.path("final"), limit: 10_000).array == bytes)
    let map = try fileSystem.map(folder.path("final"))
    #expect(try map.buffer(from: 0, byteCount: 10_000).array == bytes)
    #expect(fileSystem.journal.filter { $0.operation == .readAt }.count > 5)
  }

  @Test func anAnswerCanBeLostAfterTheDeed() throws {
    let folder = try ScratchFolder()
    let fileSystem = FaultingFileSystem(faults: [
      FileFault(.failAfterwards(EIO), at: .only(.link), number: 1)
    ])
    #expect(throws: ColonnadeError.self) {
      try Self.publish([1], in: folder.path, by: fileSystem)
    }
    #expect(try PosixFileSystem.shared.exists(folder.path("final")))
  }

  @Test func faultsCanBeHeldToPaths() throws {
    let folder = try ScratchFolder()
    let fileSystem = FaultingFileSystem(faults: [
      FileFault(.fail(EACCES), at: .only(.openRead), number: 1, pathText: "/b")
    ])
    try folder.write("a", [])
    try folder.write("b", [])
    _ = try fileSystem.openForReading(folder.path("a"))
    #expect(throws: ColonnadeError.self) { try fileSystem.openForReading(folder.path("b")) }
  }

  @Test func aFailedCloseStillReleasesTheDescriptor() throws {
    let folder = try ScratchFolder()
    let fileSystem = FaultingFileSystem(faults: [
      FileFault(.fail(EIO), at: .only(.close), number: 1)
    ])
    let handle = try fileSystem.createExclusively(folder.path("a"))
    let descriptor = handle.descriptor
    #expect(throws: ColonnadeError.self) { try handle.close() }
    // Another test may have been given the number meanwhile, but then not for this file.
    var status = stat()
    let open = unsafe fstat(descriptor, &status) == 0
    let file = try PosixFileSystem.shared.status(of: folder.path("a"))
    #expect(!open || UInt64(status.st_ino) != file.inode)
  }

  @Test func clockAndRandomBytesCanBeFixed() {
    let one = FaultingFileSystem(clock: { 42 }, randomSeed: 7)
    let two = FaultingFileSystem(randomSeed: 7)
    #expect(one.now == 42)
    #expect(one.randomBytes(40) == two.randomBytes(40))
    #expect(one.randomBytes(40) != one.randomBytes(40))
  }

  @Test func settingsAreRead() throws {
    let folder = try ScratchFolder()
    let plain = try FaultSetting.fileSystem(setting: "")
    #expect(plain is PosixFileSystem)
    let failing = try FaultSetting.fileSystem(setting: "enospc@write:2+")
    let writer = try failing.createExclusively(folder.path("a"))
    try writer.write([1])
    for _ in 0..<2 {
      let error = try #require(throws: ColonnadeError.self) { try writer.write([2]) }
      #expect(error.errno == ENOSPC)
    }
    let journal = try FaultSetting.fileSystem(setting: "journal@" + folder.path("journal"))
    try journal.makeFolder(folder.path("f"))
    try journal.removeFolder(folder.path("f"))
    let text = try PosixFileSystem.shared.readAll(folder.path("journal"), limit: 1000).array
    #expect(
      String(decoding: text, as: UTF8.self)
        == "make-folder \(folder.path("f"))\nremove-folder \(folder.path("f"))\n")
    for wrong in ["kill", "kill@", "kill@link", "kill@link:0", "kill@lnk:1", "burn@link:1", "@"] {
      let error = try #require(throws: ColonnadeError.self) {
        _ = try FaultSetting.fileSystem(setting: wrong)
      }
      #expect(error.kind == .invalidArgument)
    }
  }

  @Test(arguments: ["kill@link:1", "kill-after@link:1", "kill@call:6", "kill@change:4"])
  func aSettingKillsTheProcess(setting: String) async throws {
    let folder = try ScratchFolder("kill")
    await #expect(processExitsWith: .signal(SIGKILL)) { [setting, path = folder.path as String] in
      let fileSystem = try FaultSetting.fileSystem(setting: setting)
      try FaultingFileSystemTests.publish([5], in: path, by: fileSystem)
    }
    let linked = try PosixFileSystem.shared.exists(folder.path("final"))
    #expect(linked == (setting == "kill-after@link:1" || setting == "kill@call:6"))
  }
}
