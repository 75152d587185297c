// What is kept of files and folders for a while after they were read: whoever asks for the same file again
// finds it mapped, with what was populated, verified and learned of it.
// Invariants: what is found is of the very file that has the path now, unchanged since it was opened; no
// file is kept longer than `keptTime` after its last use, nor longer than `mostTime` in all, nor more than
// the limits allow. Nothing is released under the lock.
// Design: "Reading a map safely".

import Glibc

/// What is kept of a file or a folder.
package protocol Kept: AnyObject, Sendable {
  /// Lets go of memory that can be made again. Others may come to use it meanwhile.
  func rest()
}

/// Open files by path, for a time. Safe on any thread, and in the child of a fork, which starts with none.
@safe package final class FileCache: @unchecked Sendable {
  /// Seconds that files are kept, where the default does not suit; read once.
  package static let variable = "COLONNADE_KEEP_SECONDS"

  /// The process's.
  package static let shared: FileCache = {
    ForkHandlers.installed
    let setting = Process.environment(variable).flatMap { Int($0) }
    return FileCache(seconds: min(max(0, setting ?? 60), 86_400))
  }()

  private struct Entry {
    let identity: FileIdentity
    /// A `Kept`; as an object it can be asked who refers to it.
    var object: AnyObject
    /// Monotonic nanoseconds.
    let since: Int64
    var lastUse: Int64
  }

  private static let second: Int64 = 1_000_000_000
  /// How long a file is kept after its last use; none is where this is 0.
  private let keptTime: Int64
  /// After that it is opened and verified anew: pages may have left memory and come back from the disk.
  private let mostTime = 600 * FileCache.second
  /// The most files, and the most bytes of them. A map costs 2 bytes of page tables per KiB that was
  /// touched, which no shortage of memory gives back.
  private let limit: Int
  private let byteLimit: Int
  private let settledMicroseconds: Int64

  private let monitor = Monitor()
  // Guarded by the monitor.
  private var entries: [String: Entry] = [:]
  private var byteCount = 0
  /// What parents kept; released by the first who asks for anything.
  private var inherited: [Entry] = []
  /// Whether a thread looks after what nobody asks for.
  private var isWatched = false

  package init(
    seconds: Int, limit: Int = 256, byteLimit: Int = 16 << 30,
    settledMicroseconds: Int64 = 2_000_000
  ) {
    keptTime = Int64(seconds) * FileCache.second
    self.limit = limit
    self.byteLimit = byteLimit
    self.settledMicroseconds = settledMicroseconds
  }

  /// What is kept of a file; it counts as used.
  /// - Parameter status: what the system says of the path now.
  /// - Returns: `nil` as well where the file is another one, changed, or kept as something else.
  package func find<Wanted: Kept>(
    _ path: String, _ status: FileStatus, as kind: Wanted.Type
  ) -> Wanted? {
    let now = FileCache.now
    let identity = FileIdentity(status)
    let (found, old) = monitor.withLock { () -> (AnyObject?, [Entry]) in
      let old = takeInherited()
      guard let index = entries.index(forKey: path),
        entries.values[index].identity == identity,
        now - entries.values[index].since < mostTime
      else { return (nil, old) }
      entries.values[index].lastUse = now
      return (entries.values[index].object, old)
    }
    release(old)
    return found as? Wanted
  }

  /// Keeps what was learned of a file, in the place of what its path meant before.
  /// - Parameters:
  ///   - status: what the system said of it when it was opened, or before it was looked at.
  ///   - time: wall clock before that, microseconds since 1970.
  package func keep(
    _ object: any Kept, of path: String, _ status: FileStatus, asOf time: Int64
  ) {
    let identity = FileIdentity(status)
    guard keptTime > 0, identity.byteCount <= byteLimit,
      identity.isSettled(at: time, after: settledMicroseconds)
    else { return forget(path) }
    let now = FileCache.now
    let entry = Entry(identity: identity, object: object, since: now, lastUse: now)
    let old = monitor.withLock { () -> [Entry] in
      var old = takeInherited() + take(path)
      if !isWatched {
        isWatched = DetachedThread.start(stackByteCount: 1 << 20) { [self] in watch() }
        // Nobody would ever let go of it.
        if !isWatched { return old }
      }
      entries[path] = entry
      byteCount += identity.byteCount
      if entries.count > limit || byteCount > byteLimit { old += takeOldest() }
      return old
    }
    release(old)
  }

  /// Lets go of a path.
  package func forget(_ path: String) {
    release(monitor.withLock { takeInherited() + take(path) })
  }

  /// Lets go of all of them: what nobody else uses is closed.
  package func releaseAll() {
    release(
      monitor.withLock {
        let all = takeInherited() + entries.values
        entries = [:]
        byteCount = 0
        monitor.signal()
        return all
      })
  }

  /// Lets those that nobody else uses rest.
  package func restAll() {
    WorkerPool.shared.enter()
    defer { WorkerPool.shared.leave() }
    for object in monitor.withLock({ idle() }) { (object as? any Kept)?.rest() }
  }

  /// How many are kept.
  package var count: Int { monitor.withLock { entries.count } }

  private static var now: Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * second + Int64(time.tv_nsec)
  }

  /// Releases what was taken out. Not while the process forks: locks are taken on the way, which the child
  /// would find taken.
  private func release(_ taken: consuming [Entry]) {
    if taken.isEmpty { return }
    WorkerPool.shared.enter()
    taken = []
    WorkerPool.shared.leave()
  }

  // MARK: with the lock held

  /// Takes an entry out, to be released behind the lock.
  private func take(_ path: String) -> [Entry] {
    guard let entry = entries.removeValue(forKey: path) else { return [] }
    byteCount -= entry.identity.byteCount
    return [entry]
  }

  private func takeInherited() -> [Entry] {
    let old = inherited
    inherited = []
    return old
  }

  /// Takes out those used longest ago, a quarter more than has to be, so that this is not done for each
  /// file of a long row.
  private func takeOldest() -> [Entry] {
    var taken: [Entry] = []
    for (path, _) in entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
      if entries.count <= limit - limit / 4, byteCount <= byteLimit - byteLimit / 4 { break }
      // The one that is kept last is the one that was just asked for.
      if entries.count == 1 { break }
      taken += take(path)
    }
    return taken
  }

  /// Those that nobody else refers to. The others are in use until now.
  private func idle() -> [AnyObject] {
    let now = FileCache.now
    var idle: [AnyObject] = []
    // By hand: a loop over the entries would refer to them a second time.
    var index = entries.startIndex
    while index < entries.endIndex {
      if isKnownUniquelyReferenced(&entries.values[index].object) {
        idle.append(entries.values[index].object)
      } else {
        entries.values[index].lastUse = now
      }
      entries.formIndex(after: &index)
    }
    return idle
  }

  // MARK: the thread that looks after them

  /// Releases what was not used for long enough, and lets the rest give back memory, until nothing is left.
  private func watch() {
    monitor.lock()
    while !entries.isEmpty {
      _ = monitor.wait(until: Monitor.deadline(milliseconds: 1000))
      _ = idle()
      let now = FileCache.now
      let unused = entries.filter { $0.value.lastUse + keptTime <= now }.keys.flatMap(take)
      monitor.unlock()
      release(unused)
      if HeldMemory.isMuch { restAll() }
      monitor.lock()
    }
    isWatched = false
    monitor.unlock()
  }

  // MARK: fork

  func prepareFork() { monitor.lock() }

  func resumeParent() { monitor.unlock() }

  func startOverInChild() {
    // Not released here, where other handlers have not run yet.
    inherited += entries.values
    entries = [:]
    byteCount = 0
    isWatched = false
    monitor.startOverInChild()
  }
}

extension FileSystem {
  /// Keeps what was learned of a file where it can be told whether it changes.
  /// - Parameters: as `FileCache.keep`.
  package func keep(
    _ object: any Kept, of path: String, _ status: FileStatus, asOf time: Int64
  ) {
    guard let fileCache, tellsChanges(path) else { return }
    fileCache.keep(object, of: path, status, asOf: time)
  }
}
