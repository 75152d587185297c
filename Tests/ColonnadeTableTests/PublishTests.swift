// The order of calls in a commit, races, and file systems that lack something.

import ColonnadeArrays
import ColonnadeBase
import Synchronization
import Testing

@testable import ColonnadeTable

@Suite struct PublishTests {
  /// Calls that change the disk, and transitions, with random names left out.
  private func changes(_ journal: [FaultingFileSystem.Call], _ table: String) -> [String] {
    journal.filter { $0.operation.changesDisk || $0.operation == .transition }.map { call in
      var path = call.path
      if path.hasPrefix(table) { path = "T" + path.dropFirst(table.count) }
      for folder in ["T/data/", "T/manifests/", "T/snapshots/.pending-"]
      where path.hasPrefix(folder) {
        path = folder + "*"
      }
      return "\(call.operation.rawValue) \(path)"
    }
  }

  private let probe = [
    "create T/snapshots/.pending-*", "link T/snapshots/.pending-*", "remove T/snapshots/.pending-*",
    "remove T/snapshots/.pending-*", "transition started",
  ]

  private func publication(_ version: String, isNew: Bool) -> [String] {
    [
      "create T/data/*", "write T/data/*", "write T/data/*", "sync T/data/*",
      "transition data-written", "sync-folder T/data", "transition data-synced",
      "create T/manifests/*", "write T/manifests/*", "write T/manifests/*", "sync T/manifests/*",
      "transition manifests-written", "sync-folder T/manifests", "transition manifests-synced",
      "create T/snapshots/.pending-*", "write T/snapshots/.pending-*", "transition root-written",
      "sync T/snapshots/.pending-*",
    ] + (isNew ? ["sync-folder T", "sync-folder P"] : []) + [
      "transition root-synced", "link T/snapshots/" + version, "transition linked",
      "sync-folder T/snapshots", "transition published", "remove T/snapshots/.pending-*",
      "transition cleaned",
    ]
  }

  @Test func commitsFollowTheStatedOrder() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    let creating = FaultingFileSystem()
    try TableFixture.create(path, 0..<10, in: creating)
    let made = changes(creating.journal, path).map {
      $0.hasSuffix(" " + scratch.path) ? "sync-folder P" : $0
    }
    #expect(
      made == [
        "make-folder T", "make-folder T/data", "make-folder T/manifests", "make-folder T/snapshots",
        "sync-folder P",
      ] + probe + publication("00000000000000000001", isNew: true))
    let appending = FaultingFileSystem()
    try TableFixture.append(path, 10..<20, in: appending)
    // What another writer published and cleaned up behind itself is durable.
    #expect(
      changes(appending.journal, path) == probe
        + publication("00000000000000000002", isNew: false))
  }

  /// A root is relied on once its name is durable: its writer says so by taking the pending name
  /// away, and where it did not, whoever reads makes the name durable.
  @Test func whatMayNotBeDurableIsMadeSoBeforeItIsReliedOn() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    let snapshots = Path.join(path, "snapshots")
    try TableFixture.create(path, 0..<10)
    func opened() throws -> [String] {
      let reading = FaultingFileSystem()
      _ = try Table.open(path, in: reading)
      return changes(reading.journal, path)
    }
    #expect(try opened() == [])
    // The writer ended between the link and the end of its commit.
    let pending = Path.join(snapshots, ".pending-0123456789abcdef0123456789abcdef")
    try PosixFileSystem.shared.link(Path.join(snapshots, "00000000000000000001"), to: pending)
    #expect(try opened() == ["sync-folder T/snapshots"])
    let appending = FaultingFileSystem()
    try TableFixture.append(path, 10..<20, in: appending)
    #expect(
      changes(appending.journal, path) == ["sync-folder T/snapshots"] + probe
        + publication("00000000000000000002", isNew: false))
    #expect(try opened() == [])
    // A rename leaves one name only, durable or not.
    let renaming = FaultingFileSystem(
      faults: [
        FileFault(.fail(SystemFailure.notPermitted), at: .only(.link), number: 1, persists: true)
      ])
    try TableFixture.append(path, 20..<30, in: renaming)
    #expect(try opened() == ["sync-folder T/snapshots"])
    #expect(try TableFixture.numbers(of: try Table.open(path).snapshot) == Array(0..<30))
  }

  @Test func appendsRebase() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    try TableFixture.create(path, 0..<10)
    let writers = try (1...3).map { number in
      let writer = try Table.open(path).append()
      try writer.write(TableFixture.batch(number * 10..<number * 10 + 10))
      return writer
    }
    for (index, writer) in writers.enumerated() {
      #expect(try writer.commit().snapshot.version == UInt64(index + 2))
    }
    #expect(try TableFixture.numbers(of: try Table.open(path).snapshot) == Array(0..<40))
  }

  /// Another commit arrives between the look at the latest version and the link, again and again.
  @Test func losersTryAgain() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    try TableFixture.create(path, 0..<10)
    let next = Shared(100)
    let intrude: @Sendable () -> Void = {
      next.change { $0 += 1 }
      let number = next.value
      do { try TableFixture.append(path, number..<number + 1) } catch {
        print("intruder: \(error)")
      }
    }
    let fileSystem = FaultingFileSystem(
      faults: (1...4).map { FileFault(.before(intrude), at: .only(.link), number: $0 + 1) })
    let outcome = try TableFixture.append(path, 10..<20, in: fileSystem)
    #expect(outcome.rebaseCount == 4 && outcome.snapshot.version == 6)
    #expect(
      try TableFixture.numbers(of: try Table.open(path).snapshot) == Array(0..<20)
        + Array(101...104))
    // One pending root, one manifest of ours, none of the lost attempts.
    let pending = try PosixFileSystem.shared.list(Path.join(path, "snapshots")).filter {
      $0.name.hasPrefix(".")
    }
    #expect(pending.isEmpty)

    // Ten times in a row is a conflict, with nothing published.
    let busy = FaultingFileSystem(
      faults: [FileFault(.before(intrude), at: .only(.link), number: 2, persists: true)])
    #expect {
      try TableFixture.append(path, 20..<30, in: busy)
    } throws: {
      ($0 as? ColonnadeError)?.kind == .commitConflict
    }
    #expect(
      try TableFixture.numbers(of: try Table.open(path).snapshot) == Array(0..<20)
        + Array(101...114))
  }

  @Test func aRepeatedIDInARaceIsFound() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    try TableFixture.create(path, 0..<10)
    let twin: @Sendable () -> Void = {
      do { try TableFixture.append(path, 10..<20, commitID: "job") } catch {
        print("twin: \(error)")
      }
    }
    let fileSystem = FaultingFileSystem(
      faults: [FileFault(.before(twin), at: .only(.link), number: 2)])
    let outcome = try TableFixture.append(path, 10..<20, commitID: "job", in: fileSystem)
    #expect(outcome.wasAlreadyCommitted && outcome.snapshot.version == 2)
    #expect(try TableFixture.numbers(of: try Table.open(path).snapshot) == Array(0..<20))
  }

  @Test func onlyOneWriterMakesATable() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    let first = try Table.create(path, schema: TableFixture.schema)
    let second = try Table.create(path, schema: TableFixture.schema)
    try first.write(TableFixture.batch(0..<10))
    try second.write(TableFixture.batch(10..<20))
    _ = try second.commit()
    #expect {
      _ = try first.commit()
    } throws: {
      ($0 as? ColonnadeError)?.kind == .commitConflict
    }
    #expect(try TableFixture.numbers(of: try Table.open(path).snapshot) == Array(10..<20))
  }

  /// A file system that carries out the link and answers that the name exists.
  @Test func answersThatComeTwiceAreUnderstood() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    try TableFixture.create(path, 0..<10)
    let fileSystem = FaultingFileSystem(
      faults: [FileFault(.failAfterwards(SystemFailure.exists), at: .only(.link), number: 2)])
    let outcome = try TableFixture.append(path, 10..<20, in: fileSystem)
    #expect(outcome.snapshot.version == 2 && !outcome.wasAlreadyCommitted)
    #expect(try TableFixture.numbers(of: try Table.open(path).snapshot) == Array(0..<20))
  }

  @Test func unknownOutcomesNameTheCommit() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    try TableFixture.create(path, 0..<10)
    let fileSystem = FaultingFileSystem(
      faults: [
        FileFault(.failAfterwards(SystemFailure.inputOutput), at: .only(.link), number: 2)
      ])
    #expect {
      try TableFixture.append(path, 10..<20, commitID: "night-7", in: fileSystem)
    } throws: { error in
      guard let error = error as? ColonnadeError else { return false }
      return error.kind == .commitUnknown && error.message.contains("night-7") && error.hint != nil
    }
    // The same job again finds out that it had happened.
    let again = try TableFixture.append(path, 10..<20, commitID: "night-7")
    #expect(again.wasAlreadyCommitted && again.snapshot.version == 2)
    #expect(try TableFixture.numbers(of: try Table.open(path).snapshot) == Array(0..<20))
  }

  @Test func withoutHardLinksRootsAreRenamed() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    func withoutLinks(_ more: [FileFault] = []) -> FaultingFileSystem {
      FaultingFileSystem(
        faults: [
          FileFault(.fail(SystemFailure.notPermitted), at: .only(.link), number: 1, persists: true)
        ]
          + more)
    }
    try TableFixture.create(path, 0..<10, in: withoutLinks())
    try TableFixture.append(path, 10..<20, in: withoutLinks())
    #expect(try TableFixture.numbers(of: try Table.open(path).snapshot) == Array(0..<20))
    // Without both, nothing is written at all.
    let neither = withoutLinks([
      FileFault(
        .fail(SystemFailure.notPermitted), at: .only(.renameExclusively), number: 1, persists: true)
    ])
    #expect {
      try TableFixture.create(scratch.path("u"), 0..<10, in: neither)
    } throws: {
      ($0 as? ColonnadeError)?.kind == .unsupportedFeature
    }
    #expect(try !PosixFileSystem.shared.exists(scratch.path("u")))
  }

  @Test func threadsAppendTogether() throws {
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    try TableFixture.create(path, 0..<10)
    let retries = Shared(0)
    try WorkerPool(threadCount: 4).run(count: 4) { (worker) throws(ColonnadeError) in
      for turn in 0..<6 {
        let first = 1000 + worker * 100 + turn * 10
        while true {
          do throws(ColonnadeError) {
            let outcome = try TableFixture.append(path, first..<first + 10)
            retries.change { $0 += outcome.rebaseCount }
            break
          } catch {
            guard error.kind == .commitConflict else { throw error }
          }
        }
      }
    }
    let snapshot = try Table.open(path).snapshot
    #expect(snapshot.version == 25)
    let expected = (0..<4).flatMap { worker in (0..<60).map { 1000 + worker * 100 + $0 } }
    #expect(try TableFixture.numbers(of: snapshot) == Array(0..<10) + expected)
    print("24 appends by 4 threads, \(retries.value) rebased")
  }
}

/// A number that threads change.
private final class Shared: Sendable {
  private let number: Mutex<Int>
  init(_ value: Int) { number = Mutex(value) }
  var value: Int { number.withLock { $0 } }
  func change(_ body: (inout Int) -> Void) { number.withLock { body(&$0) } }
}
