// The environment variable that puts one fault into a whole process, for tests that kill the
// command.
//
//   COLONNADE_FAULT=EFFECT@OPERATION:NUMBER
//
// EFFECT is `kill` (SIGKILL before the call), `kill-after`, `short`, or an error number by name
// (`eio`, `enospc`, `eintr`, `eacces`, `edquot`, `emfile`); a `+` after NUMBER strikes every later call
// as well. OPERATION is a name of `FileOperation` (`write`, `sync`, `sync-folder`, `link`, …), or
// `call` for calls of every kind, or `change` for calls that change what is on disk. NUMBER counts
// from 1.
//
//   COLONNADE_FAULT=kill@transition:NAME
//
// strikes at the named point of a protocol (spec/table.md, "Publishing").
//
//   COLONNADE_FAULT=journal@PATH
//
// injects nothing and appends one line per call, `operation path`, to PATH.

import Glibc

/// Reads `COLONNADE_FAULT`.
package enum FaultSetting {
  package static let variable = "COLONNADE_FAULT"

  private static let shared: Result<any FileSystem, ColonnadeError> = {
    do throws(ColonnadeError) {
      return .success(try fileSystem())
    } catch {
      return .failure(error)
    }
  }()

  /// The one file system of a program that honours the variable; the same at each call, so that
  /// calls are counted together.
  package static func sharedFileSystem() throws(ColonnadeError) -> any FileSystem {
    try shared.get()
  }

  /// The file system this process uses: the real one, or with the fault the environment asks for.
  /// - Throws: `invalidArgument` when the variable is set and cannot be read.
  package static func fileSystem() throws(ColonnadeError) -> any FileSystem {
    // SAFETY: read once at the start of the process, copied before anything changes it.
    guard let text = unsafe getenv(variable) else { return PosixFileSystem.shared }
    return try fileSystem(setting: unsafe String(cString: text))
  }

  /// - Parameter setting: the variable's text; empty for no fault.
  package static func fileSystem(
    setting: String, base: any FileSystem = PosixFileSystem.shared
  ) throws(ColonnadeError) -> any FileSystem {
    if setting.isEmpty { return base }
    let parts = setting.split(separator: "@", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw unreadable(setting) }
    if parts[0] == "journal" {
      let file = try base.createOrReplace(parts[1])
      let observer: @Sendable (FaultingFileSystem.Call) -> Void = { call in
        // A journal that cannot be written is of no use to the test that asked for it.
        do { try file.write(Array("\(call)\n".utf8)) } catch { _exit(97) }
      }
      return FaultingFileSystem(base, maps: true, observer: observer)
    }
    let effect = try effect(parts[0], setting)
    let place = parts[1].split(separator: ":").map(String.init)
    guard place.count == 2 else { throw unreadable(setting) }
    if place[0] == FileOperation.transition.rawValue {
      return FaultingFileSystem(
        base,
        faults: [FileFault(effect, at: .only(.transition), number: 1, pathText: place[1])],
        maps: true)
    }
    let persists = place[1].hasSuffix("+")
    guard let number = Int(persists ? String(place[1].dropLast()) : place[1]), number > 0 else {
      throw unreadable(setting)
    }
    let target: FileFault.Target
    switch place[0] {
    case "call": target = .every
    case "change": target = .changes
    default:
      guard let operation = FileOperation(rawValue: place[0]) else { throw unreadable(setting) }
      target = .only(operation)
    }
    // Faults of reading need pread; kills and faults of writing leave maps as they are.
    let maps: Bool
    if case .only(.readAt) = target { maps = false } else { maps = true }
    return FaultingFileSystem(
      base, faults: [FileFault(effect, at: target, number: number, persists: persists)],
      maps: maps)
  }

  private static func effect(
    _ name: String, _ setting: String
  ) throws(ColonnadeError) -> FileFault.Effect {
    switch name {
    case "kill": return .kill
    case "kill-after": return .killAfterwards
    case "short": return .short
    case "eio": return .fail(EIO)
    case "enospc": return .fail(ENOSPC)
    case "eintr": return .fail(EINTR)
    case "eacces": return .fail(EACCES)
    case "edquot": return .fail(EDQUOT)
    case "emfile": return .fail(EMFILE)
    default: throw unreadable(setting)
    }
  }

  private static func unreadable(_ setting: String) -> ColonnadeError {
    ColonnadeError(
      .invalidArgument, "\(variable) is '\(setting)', which is not a fault",
      hint: "it reads EFFECT@OPERATION:NUMBER, as in kill@link:1")
  }
}
