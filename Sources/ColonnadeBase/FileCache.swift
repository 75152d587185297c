// What is kept of files and folders for a while after they were read: whoever asks the same file again
// finds it mapped, with what was populated, verified and learned of it.
// Invariants: what is found is of the very file that has the path now, unchanged since it was opened; no
// file is kept longer than `seconds` after its last use, nor more than the limits allow. Nothing is
// released under the lock.
// Design: "Reading a map safely".

import Glibc

/// Which file it is, and in which state: two that are equal hold the same bytes.
package struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64
  let byteCount: Int
  let modificationTime: Int64
  let changeTime: Int64
  /// Differs where the process goes on as another user, who may have to be refused.
  let isOwn: Bool

  package init(_ status: FileStatus) {
    device = status.device
    inode = status.inode
    byteCount = status.byteCount
    modificationTime = status.modificationTime
    changeTime = status.changeTime
    isOwn = status.isOwn
  }
}

/// What is kept of a file or a folder.
package protocol KeptFile: AnyObject, Sendable {
  /// Lets go of memory that can be made again, where nobody reads just now.
  func rest()
}

/// Open files by path, for a time. Safe on any thread, and in the child of a fork, which starts with none.
@safe package final class FileCache: @unchecked Sendable {
  /// Seconds that files are kept, where the default does not suit.
  package static let variable = "COLONNADE_KEEP_SECONDS"

  /// The process's.
  package static let shared: FileCache = {
    ForkHandlers.installed
    let setting = Process.environment(variable).flatMap { Int($0) }
    return FileCache(seconds: min(max(0, setting ?? 60), 86_400))
  }()

  private struct Entry {
    let identity: FileIdentity
    /// A `KeptFile`; as an object it can be asked who refers to it.
    var kept: AnyObject
    /// Monotonic nanoseconds.
    var lastUse: Int64
  }

  /// How long a file is kept after its last use; none is where this is 0.
  private let nanoseconds: Int64
  /// The most files, and the most bytes of them. A map costs 2 bytes of page tables per KiB that was
  /// touched, which no shortage of memory gives back.
  private let limit: Int
  private let byteLimit: Int
  /// A file that changed so short a time before it was opened may change again without its times
  /// telling: clocks of file systems tick in up to two seconds.
  private let settledMicroseconds: Int64

  private let monitor = Monitor()
  // Guarded by the monitor.
  private var entries: [String: Entry] = [:]
  private var byteCount = 0
  /// What a parent kept, released by the first who asks.
  private var inherited: [String: Entry] = [:]
  /// Whether a thread waits to release what nobody asks for.
  private var isWatched = false

  package init(
    seconds: Int, limit: Int = 256, byteLimit: Int = 16 << 30,
    settledMicroseconds: Int64 = 2_000_000
  ) {
    nanoseconds = Int64(seconds) * 1_000_000_000
    self.limit = limit
    self.byteLimit = byteLimit
    self.settledMicroseconds = settledMicroseconds
  }

  /// What is kept of a file; it counts as used.
  /// - Parameter status: what the system says of the path now.
  /// - Returns: `nil` as well where the file is another one, changed, or kept as something else.
  package func find<Kept: KeptFile>(
    _ path: String, _ status: FileStatus, as kind: Kept.Type
  ) -> Kept? {
    // Released behind the lock.
    var old: [String: Entry] = [:]
    let found = monitor.withLock { () -> AnyObject? in
      swap(&old, &inherited)
      guard let index = entries.index(forKey: path),
        entries.values[index].identity == FileIdentity(status)
      else { return nil }
      entries.values[index].lastUse = FileCache.now
      return entries.values[index].kept
    }
    return found as? Kept
  }

  /// Keeps what was learned of a file, in the place of what its path meant before.
  /// - Parameters:
  ///   - status: what the system said of it when it was opened, or before it was looked at.
  ///   - now: wall clock, microseconds since 1970.
  package func keep(
    _ kept: any KeptFile, of path: String, _ status: FileStatus, now: Int64
  ) {
    guard nanoseconds > 0, status.byteCount <= byteLimit,
      now - max(status.modificationTime, status.changeTime) >= settledMicroseconds
    else { return forget(path) }
    let entry = Entry(identity: FileIdentity(status), kept: kept, lastUse: FileCache.now)
    var old = monitor.withLock {
      var released = take([path])
      entries[path] = entry
      byteCount += status.byteCount
      if entries.count > limit || byteCount > byteLimit { released += takeOldest() }
      if !isWatched {
        isWatched = DetachedThread.start(stackByteCount: 256 << 10) { [self] in watch() }
      }
      return released
    }
    release(&old)
  }

  /// Lets go of a path.
  package func forget(_ path: String) {
    var old = monitor.withLock { take([path]) }
    release(&old)
  }

  /// Lets go of all of them: what nobody else uses is closed.
  package func releaseAll() {
    var all = monitor.withLock { take(Array(entries.keys)) }
    release(&all)
  }

  /// Lets those that nobody else uses rest.
  package func restAll() {
    let idle = monitor.withLock { () -> [AnyObject] in
      var idle: [AnyObject] = []
      // By hand: a loop over the entries would hold them a second time.
      var index = entries.startIndex
      while index < entries.endIndex {
        if isKnownUniquelyReferenced(&entries.values[index].kept) {
          idle.append(entries.values[index].kept)
        }
        entries.formIndex(after: &index)
      }
      return idle
    }
    for kept in idle { (kept as? any KeptFile)?.rest() }
  }

  /// How many are kept.
  package var count: Int { monitor.withLock { entries.count } }

  private static var now: Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Takes entries out, for the caller to release behind the lock, which it holds.
  private func take(_ paths: [String]) -> [Entry] {
    var taken: [Entry] = []
    for path in paths {
      guard let entry = entries.removeValue(forKey: path) else { continue }
      byteCount -= entry.identity.byteCount
      taken.append(entry)
    }
    return taken
  }

  /// Releases what was taken out. Not while the process forks: locks are taken on the way, which the child
  /// would find taken.
  private func release(_ taken: inout [Entry]) {
    if taken.isEmpty { return }
    WorkerPool.shared.enter()
    taken = []
    WorkerPool.shared.leave()
  }

  /// Takes out those used longest ago, a quarter more than has to be, so that this is not done for each
  /// file of a long row. The caller holds the lock.
  private func takeOldest() -> [Entry] {
    var taken: [Entry] = []
    for (path, _) in entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
      if entries.count <= limit - limit / 4, byteCount <= byteLimit - byteLimit / 4 { break }
      // The one that is kept last is the one that was just asked for.
      if entries.count == 1 { break }
      taken += take([path])
    }
    return taken
  }

  /// Releases what was not used for long enough, until nothing is left.
  private func watch() {
    monitor.lock()
    while let oldest = entries.values.map(\.lastUse).min() {
      let now = FileCache.now
      if oldest + nanoseconds > now {
        let wait = (oldest + nanoseconds - now) / 1_000_000 + 1
        _ = monitor.wait(until: Monitor.deadline(milliseconds: Int(wait)))
        continue
      }
      var unused = take(
        entries.filter { $0.value.lastUse + nanoseconds <= now }.map(\.key))
      monitor.unlock()
      release(&unused)
      monitor.lock()
    }
    isWatched = false
    monitor.unlock()
  }

  // MARK: fork

  func prepareFork() { monitor.lock() }

  func resumeParent() { monitor.unlock() }

  func startOverInChild() {
    // Threads that are not here may have held locks inside what was kept: nobody is to find it.
    swap(&inherited, &entries)
    entries = [:]
    byteCount = 0
    isWatched = false
    monitor.startOverInChild()
  }
}
