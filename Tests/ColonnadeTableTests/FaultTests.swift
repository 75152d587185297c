// Every call on the file system fails, in every way, while a table is made or rows are added: the
// table reopens at the old or the new version exactly, and what was acknowledged is there.

import CKernels
import ColonnadeArrays
import ColonnadeBase
import Glibc
import Testing

@testable import ColonnadeTable

@Suite struct FaultTests {
  /// What is done to the table, and what was there before.
  enum Scenario: String, CaseIterable, Sendable {
    /// Makes a table of rows 0–4.
    case create
    /// Adds rows to one version.
    case append
    /// Adds rows so that eight manifests are merged.
    case merge

    var startCount: Int {
      switch self {
      case .create: 0
      case .append: 1
      case .merge: 7
      }
    }

    /// Rows before.
    var before: [Int] { Array(0..<startCount * 5) }

    func run(_ path: String, in fileSystem: any FileSystem) throws(ColonnadeError) {
      let numbers = startCount * 5..<startCount * 5 + 5
      if self == .create {
        try TableFixture.create(path, numbers, in: fileSystem)
      } else {
        try TableFixture.append(path, numbers, in: fileSystem)
      }
    }

    /// A table to start from; its files can be linked, since they never change.
    func makeTemplate(_ path: String) throws {
      guard startCount > 0 else { return }
      try TableFixture.create(path, 0..<5)
      for number in 1..<startCount { try TableFixture.append(path, number * 5..<number * 5 + 5) }
    }
  }

  static func copy(_ template: String, to path: String) throws {
    let fileSystem = PosixFileSystem.shared
    guard try fileSystem.exists(template) else { return }
    for folder in ["data", "manifests", "snapshots"] {
      try fileSystem.makeFolders(Path.join(path, folder))
      for entry in try fileSystem.list(Path.join(template, folder)) {
        try fileSystem.link(
          Path.join(Path.join(template, folder), entry.name),
          to: Path.join(Path.join(path, folder), entry.name))
      }
    }
  }

  /// Rows of the table at `path`; `nil` where there is none.
  static func rows(_ path: String) throws -> [Int]? {
    do {
      return try TableFixture.numbers(of: try Table.open(path).snapshot)
    } catch let error as ColonnadeError where error.kind == .notFound {
      return nil
    }
  }

  struct Effect: Sendable {
    var name: String
    var effect: FileFault.Effect
    var persists: Bool
  }

  static let effects: [Effect] = [
    Effect(name: "EIO once", effect: .fail(SystemFailure.inputOutput), persists: false),
    Effect(name: "EIO for good", effect: .fail(SystemFailure.inputOutput), persists: true),
    Effect(
      name: "EIO after the call", effect: .failAfterwards(SystemFailure.inputOutput),
      persists: false),
    Effect(name: "ENOSPC once", effect: .fail(SystemFailure.noSpace), persists: false),
    Effect(name: "ENOSPC for good", effect: .fail(SystemFailure.noSpace), persists: true),
    Effect(name: "EINTR once", effect: .fail(SystemFailure.interrupted), persists: false),
    Effect(name: "short once", effect: .short, persists: false),
    Effect(name: "short for good", effect: .short, persists: true),
  ]

  @Test(arguments: Scenario.allCases)
  func everyCallFails(_ scenario: Scenario) throws {
    let scratch = try ScratchFolder("faults-\(scenario.rawValue)")
    let template = scratch.path("template")
    try scenario.makeTemplate(template)
    let after = scenario.before + (scenario.startCount * 5..<scenario.startCount * 5 + 5)
    let old: [Int]? = scenario == .create ? nil : scenario.before
    var pointCount = 0
    var failureCount = 0
    var unknownCount = 0
    for effect in FaultTests.effects {
      var number = 1
      while true {
        let path = scratch.path("\(effect.name) \(number)")
        try FaultTests.copy(template, to: path)
        let fileSystem = FaultingFileSystem(
          faults: [FileFault(effect.effect, number: number, persists: effect.persists)])
        var error: ColonnadeError?
        do throws(ColonnadeError) {
          try scenario.run(path, in: fileSystem)
        } catch let caught {
          error = caught
        }
        let struck = fileSystem.struckCount > 0
        let call = fileSystem.journal.dropFirst(number - 1).first.map { "\($0)" } ?? ""
        let place = "\(scenario), \(effect.name) at call \(number): \(call)"
        let found = try FaultTests.rows(path)
        if let error {
          failureCount += 1
          if error.kind == .commitUnknown {
            unknownCount += 1
            #expect(found == old || found == after, "\(place): \(error)")
          } else {
            #expect(found == old, "\(place): \(error)")
          }
          // Not an error of its own that the fault brought to light.
          #expect(error.kind != .corrupt && error.kind != .invalidArgument, "\(place): \(error)")
        } else {
          #expect(found == after, "\(place)")
        }
        // Whatever is left behind is no obstacle.
        if let found {
          try TableFixture.append(path, 1000..<1003)
          #expect(try FaultTests.rows(path) == found + [1000, 1001, 1002], "\(place)")
        } else {
          try TableFixture.create(path, 0..<5)
          #expect(try FaultTests.rows(path) == [0, 1, 2, 3, 4], "\(place)")
        }
        if try PosixFileSystem.shared.exists(path) { try ScratchFolder.empty(path) }
        guard struck else { break }
        pointCount += 1
        number += 1
      }
    }
    print(
      "\(scenario): \(pointCount) faults, \(failureCount) failures, \(unknownCount) unknown, 0 lost"
    )
    #expect(pointCount > 200)
  }

  /// The path of the table the child writes; one child at a time.
  private static func killedChild(
    _ scenario: Scenario, _ path: String, _ fault: FileFault
  ) -> Int32 {
    final class Context {
      let run: () -> Int32
      init(_ run: @escaping () -> Int32) { self.run = run }
    }
    let context = Context {
      do throws(ColonnadeError) {
        try scenario.run(path, in: FaultingFileSystem(faults: [fault], maps: true))
        return 0
      } catch {
        return 1
      }
    }
    return withExtendedLifetime(context) {
      unsafe colonnade_run_in_child(
        { context in
          // SAFETY: the parent keeps it until the child has ended; the child has a copy.
          guard let context = unsafe context else { return 3 }
          return unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue().run()
        }, Unmanaged.passUnretained(context).toOpaque(), 60)
    }
  }

  /// SIGKILL before and after every call that changes the disk, and at every named transition. Runs
  /// in a process of its own, since it forks.
  @Test func writersAreKilledEverywhere() async {
    let result = await #expect(
      processExitsWith: .exitCode(0), observing: [\.standardOutputContent]
    ) {
      do {
        exit(try FaultTests.killEverywhere())
      } catch {
        print("\(error)")
        exit(9)
      }
    }
    print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
  }

  static func killEverywhere() throws -> Int32 {
    let killed: Int32 = 256 + 9
    var killCount = 0
    var transitionCount = 0
    for scenario in Scenario.allCases {
      let scratch = try ScratchFolder("kills-\(scenario.rawValue)")
      let template = scratch.path("template")
      try scenario.makeTemplate(template)
      let after = scenario.before + (scenario.startCount * 5..<scenario.startCount * 5 + 5)
      let old: [Int]? = scenario == .create ? nil : scenario.before
      func check(_ fault: FileFault, _ place: String, mayBe: [[Int]?]) throws -> Bool? {
        let path = scratch.path("t")
        try copy(template, to: path)
        let status = killedChild(scenario, path, fault)
        guard status == killed || status == 0 else {
          print("\(place): the child ended with \(status)")
          return nil
        }
        let found = try rows(path)
        guard mayBe.contains(where: { $0 == found }) else {
          print("\(place): found \(String(describing: found))")
          return nil
        }
        // The killed writer's files are no obstacle.
        if found == nil {
          try TableFixture.create(path, 0..<3)
        } else {
          try TableFixture.append(path, 1000..<1003)
        }
        _ = try rows(path)
        try ScratchFolder.empty(path)
        return status == killed
      }
      for effect in [FileFault.Effect.kill, .killAfterwards] {
        var number = 1
        while true {
          guard
            let wasKilled = try check(
              FileFault(effect, at: .changes, number: number), "\(scenario), change \(number)",
              mayBe: [old, after])
          else { return 1 }
          if !wasKilled { break }
          killCount += 1
          number += 1
        }
      }
      for transition in CommitTransition.allCases {
        let isPublished = [.linked, .published, .cleaned].contains(transition)
        guard
          let wasKilled = try check(
            FileFault(
              .kill, at: .only(.transition), number: 1, pathText: transition.rawValue),
            "\(scenario), \(transition.rawValue)", mayBe: [isPublished ? after : old]),
          wasKilled
        else { return 2 }
        transitionCount += 1
      }
    }
    print(
      "\(killCount) kills around changes of the disk, \(transitionCount) at transitions, 0 lost")
    return killCount > 120 && transitionCount == 30 ? 0 : 3
  }

  private static func appendInChild(_ path: String, _ worker: Int) -> Int32 {
    final class Context {
      let path: String
      let worker: Int
      init(_ path: String, _ worker: Int) { (self.path, self.worker) = (path, worker) }

      func run() -> Int32 {
        for turn in 0..<6 {
          let first = 1000 + worker * 100 + turn * 10
          while true {
            do throws(ColonnadeError) {
              try TableFixture.append(path, first..<first + 10)
              break
            } catch {
              guard error.kind == .commitConflict else { return 1 }
            }
          }
        }
        return 0
      }
    }
    let context = Context(path, worker)
    return withExtendedLifetime(context) {
      unsafe colonnade_run_in_child(
        { context in
          // SAFETY: the parent keeps it until the child has ended; the child has a copy.
          guard let context = unsafe context else { return 3 }
          return unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue().run()
        }, Unmanaged.passUnretained(context).toOpaque(), 60)
    }
  }

  @Test func processesAppendTogether() async {
    await #expect(processExitsWith: .exitCode(0)) {
      do {
        exit(try FaultTests.appendFromProcesses())
      } catch {
        print("\(error)")
        exit(9)
      }
    }
  }

  static func appendFromProcesses() throws -> Int32 {
    let scratch = try ScratchFolder("processes")
    let path = scratch.path("t")
    try TableFixture.create(path, 0..<10)
    try WorkerPool(threadCount: 4).run(count: 4) { (worker) throws(ColonnadeError) in
      let status = appendInChild(path, worker)
      guard status == 0 else { throw ColonnadeError(.io, "a child ended with \(status)") }
    }
    let snapshot = try Table.open(path).snapshot
    let expected = (0..<4).flatMap { worker in (0..<60).map { 1000 + worker * 100 + $0 } }
    let found = try TableFixture.numbers(of: snapshot)
    return snapshot.version == 25 && found == Array(0..<10) + expected ? 0 : 2
  }
}
