// A file system that does what tests ask: it numbers every call, fails chosen ones, runs code or
// kills the process around them, and keeps a journal.
// Invariant: a call that is failed before it runs has no effect, except `close`, which always
// releases the descriptor.

import Glibc

/// One fault: where it strikes and what it does.
package struct FileFault: Sendable {
  package enum Effect: Sendable {
    /// The call does nothing and fails with this error number.
    case fail(Int32)
    /// The call is carried out and fails nevertheless, as an answer lost on a network would look.
    case failAfterwards(Int32)
    /// A read or a write moves half of the bytes; other calls are left alone.
    case short
    case before(@Sendable () -> Void)
    case after(@Sendable () -> Void)

    /// SIGKILL before the call.
    package static var kill: Effect { .before { _ = Glibc.kill(getpid(), SIGKILL) } }
    /// SIGKILL after the call.
    package static var killAfterwards: Effect { .after { _ = Glibc.kill(getpid(), SIGKILL) } }
  }

  /// Which calls are counted.
  package enum Target: Sendable {
    case every
    /// Those that change what is on disk.
    case changes
    case only(FileOperation)
  }

  let target: Target
  /// From 1.
  let number: Int
  let effect: Effect
  /// Also strikes every later call.
  let persists: Bool
  /// Counts only calls whose path holds this text; the empty text is in every path.
  let pathText: String

  /// - Parameters:
  ///   - target: the calls that are counted.
  ///   - number: which of those calls, from 1.
  ///   - persists: from that call on instead of once.
  ///   - pathText: count only calls on paths with this text in them.
  package init(
    _ effect: Effect, at target: Target = .every, number: Int, persists: Bool = false,
    pathText: String = ""
  ) {
    self.effect = effect
    self.target = target
    self.number = number
    self.persists = persists
    self.pathText = pathText
  }

  func counts(_ operation: FileOperation, _ path: String) -> Bool {
    let fits =
      switch target {
      case .every: true
      case .changes: operation.changesDisk
      case .only(let wanted): wanted == operation
      }
    return fits && (pathText.isEmpty || path.contains(pathText))
  }
}

/// Wraps a file system and injects faults.
package final class FaultingFileSystem: FileSystem {
  package struct Call: Sendable, Hashable, CustomStringConvertible {
    package let operation: FileOperation
    package let path: String
    package var description: String { "\(operation.rawValue) \(path)" }
  }

  private struct State {
    var journal: [Call] = []
    var callCount = 0
    var faults: [(fault: FileFault, seen: Int)] = []
    var struckCount = 0
  }

  private let base: any FileSystem
  private let state = Lock(State())
  private let clock: (@Sendable () -> Int64)?
  private let isSeeded: Bool
  private let random: Lock<UInt64>
  private let observer: (@Sendable (Call) -> Void)?
  /// False by default, so that faults of reading reach the reader through pread.
  package let mapsFiles: Bool

  /// - Parameters:
  ///   - maps: true lets files be mapped; otherwise they are read with pread, which can be failed.
  ///   - clock: replaces the wall clock; microseconds since 1970.
  ///   - randomSeed: replaces the system's random bytes with a repeatable sequence.
  ///   - observer: told of every call before it is carried out.
  package init(
    _ base: any FileSystem = PosixFileSystem.shared, faults: [FileFault] = [], maps: Bool = false,
    clock: (@Sendable () -> Int64)? = nil, randomSeed: UInt64? = nil,
    observer: (@Sendable (Call) -> Void)? = nil
  ) {
    self.base = base
    mapsFiles = maps && base.mapsFiles
    self.clock = clock
    isSeeded = randomSeed != nil
    random = Lock(randomSeed ?? 0)
    self.observer = observer
    state.withLock { $0.faults = faults.map { ($0, 0) } }
  }

  /// Adds a fault; it counts calls from now on.
  package func inject(_ fault: FileFault) {
    state.withLock { $0.faults.append((fault, 0)) }
  }

  /// Forgets all faults and the journal.
  package func reset() {
    state.withLock { $0 = State() }
  }

  /// Every call so far, in order.
  package var journal: [Call] { state.withLock { $0.journal } }

  package var callCount: Int { state.withLock { $0.callCount } }

  /// How often a fault struck.
  package var struckCount: Int { state.withLock { $0.struckCount } }

  /// Carries out one call, with the faults that fall on it. `body` is told whether to move only
  /// half of its bytes.
  private func call<Result>(
    _ operation: FileOperation, _ path: String, alwaysRuns: Bool = false,
    _ body: (_ short: Bool) throws(ColonnadeError) -> Result
  ) throws(ColonnadeError) -> Result {
    let call = Call(operation: operation, path: path)
    let effects: [FileFault.Effect] = state.withLock { state in
      state.callCount += 1
      state.journal.append(call)
      var effects: [FileFault.Effect] = []
      for index in state.faults.indices where state.faults[index].fault.counts(operation, path) {
        state.faults[index].seen += 1
        let (fault, seen) = state.faults[index]
        if seen == fault.number || (fault.persists && seen > fault.number) {
          effects.append(fault.effect)
          state.struckCount += 1
        }
      }
      return effects
    }
    observer?(call)
    var short = false
    for effect in effects {
      switch effect {
      case .before(let action): action()
      case .short: short = true
      case .fail(let code):
        if alwaysRuns { _ = try body(false) }
        throw SystemFailure.error("\(operation.rawValue) (injected)", path: path, code: code)
      case .failAfterwards, .after: break
      }
    }
    let result = try body(short)
    for effect in effects {
      switch effect {
      case .after(let action): action()
      case .failAfterwards(let code):
        throw SystemFailure.error("\(operation.rawValue) (injected)", path: path, code: code)
      case .before, .short, .fail: break
      }
    }
    return result
  }

  private static func half(_ count: Int) -> Int { max(1, count / 2) }

  package func open(_ path: String, _ mode: OpenMode) throws(ColonnadeError) -> OpenFile {
    let operation: FileOperation
    switch mode {
    case .read: operation = .openRead
    case .create: operation = .create
    case .replace: operation = .replace
    }
    return try call(operation, path) { (_) throws(ColonnadeError) in try base.open(path, mode) }
  }

  package func isReadable(_ file: OpenFile, within milliseconds: Int32) -> Bool {
    base.isReadable(file, within: milliseconds)
  }

  package func readOnce(
    _ file: OpenFile, into target: UnsafeMutableRawBufferPointer
  ) throws(ColonnadeError) -> Int {
    try call(.read, file.path) { (short) throws(ColonnadeError) in
      let count = short ? FaultingFileSystem.half(target.count) : target.count
      return try unsafe base.readOnce(
        file, into: UnsafeMutableRawBufferPointer(rebasing: target.prefix(count)))
    }
  }

  package func readOnce(
    _ file: OpenFile, at offset: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(ColonnadeError) -> Int {
    try call(.readAt, file.path) { (short) throws(ColonnadeError) in
      let count = short ? FaultingFileSystem.half(target.count) : target.count
      return try unsafe base.readOnce(
        file, at: offset, into: UnsafeMutableRawBufferPointer(rebasing: target.prefix(count)))
    }
  }

  package func writeOnce(
    _ file: OpenFile, _ bytes: UnsafeRawBufferPointer
  ) throws(ColonnadeError) -> Int {
    try call(.write, file.path) { (short) throws(ColonnadeError) in
      let count = short ? FaultingFileSystem.half(bytes.count) : bytes.count
      return try unsafe base.writeOnce(
        file, UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
    }
  }

  package func synchronize(_ file: OpenFile) throws(ColonnadeError) {
    try call(.sync, file.path) { (_) throws(ColonnadeError) in try base.synchronize(file) }
  }

  package func close(_ file: OpenFile) throws(ColonnadeError) {
    try call(.close, file.path, alwaysRuns: true) { (_) throws(ColonnadeError) in
      try base.close(file)
    }
  }

  package func status(of file: OpenFile) throws(ColonnadeError) -> FileStatus {
    try call(.status, file.path) { (_) throws(ColonnadeError) in try base.status(of: file) }
  }

  package func map(_ file: OpenFile, byteCount: Int) throws(ColonnadeError) -> UnsafeRawPointer {
    unsafe try call(.map, file.path) { (_) throws(ColonnadeError) in
      try unsafe base.map(file, byteCount: byteCount)
    }
  }

  package func populate(
    _ address: UnsafeRawPointer, byteCount: Int, path: String, isOwn: Bool
  ) throws(ColonnadeError) {
    try call(.populate, path) { (_) throws(ColonnadeError) in
      try unsafe base.populate(address, byteCount: byteCount, path: path, isOwn: isOwn)
    }
  }

  package func synchronizeFolder(_ path: String) throws(ColonnadeError) {
    try call(.syncFolder, path) { (_) throws(ColonnadeError) in try base.synchronizeFolder(path) }
  }

  package func link(_ existing: String, to path: String) throws(ColonnadeError) {
    try call(.link, path) { (_) throws(ColonnadeError) in try base.link(existing, to: path) }
  }

  package func rename(_ old: String, to new: String) throws(ColonnadeError) {
    try call(.rename, new) { (_) throws(ColonnadeError) in try base.rename(old, to: new) }
  }

  package func renameExclusively(_ old: String, to new: String) throws(ColonnadeError) {
    try call(.renameExclusively, new) { (_) throws(ColonnadeError) in
      try base.renameExclusively(old, to: new)
    }
  }

  package func remove(_ path: String) throws(ColonnadeError) {
    try call(.remove, path) { (_) throws(ColonnadeError) in try base.remove(path) }
  }

  package func makeFolder(_ path: String) throws(ColonnadeError) {
    try call(.makeFolder, path) { (_) throws(ColonnadeError) in try base.makeFolder(path) }
  }

  package func removeFolder(_ path: String) throws(ColonnadeError) {
    try call(.removeFolder, path) { (_) throws(ColonnadeError) in try base.removeFolder(path) }
  }

  package func list(_ path: String) throws(ColonnadeError) -> [FolderEntry] {
    try call(.list, path) { (_) throws(ColonnadeError) in try base.list(path) }
  }

  package func status(of path: String) throws(ColonnadeError) -> FileStatus {
    try call(.status, path) { (_) throws(ColonnadeError) in try base.status(of: path) }
  }

  package func fillRandom(_ target: UnsafeMutableRawBufferPointer) {
    guard isSeeded else { return unsafe base.fillRandom(target) }
    random.withLock { state in
      for index in target.indices {
        // SplitMix64.
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        unsafe target[index] = UInt8(truncatingIfNeeded: bits >> 56)
      }
    }
  }

  package var now: Int64 { clock?() ?? base.now }

  package var processIdentifier: Int32 { base.processIdentifier }

  package func sleep(microseconds: Int) { base.sleep(microseconds: microseconds) }

  /// Kills and other actions strike here; there is no call that could fail.
  package func reach(_ transition: String) {
    do { try call(.transition, transition) { (_) throws(ColonnadeError) in } } catch {}
  }
}
