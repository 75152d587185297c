// Files that are kept open: found as long as they are used, let go by time, number and size.

import Glibc
import Synchronization
import Testing

@testable import ColonnadeBase

@Suite struct FileCacheTests {
  private final class Reader: Kept {
    let restCount = Atomic<Int>(0)
    func rest() { restCount.wrappingAdd(1, ordering: .relaxed) }
  }
  private final class Other: Kept {
    func rest() {}
  }

  /// The status of a file that changed a second after 1970, with a length.
  private func status(_ byteCount: Int = 100, inode: UInt64 = 1) -> FileStatus {
    FileStatus(
      kind: .file, byteCount: byteCount, modificationTime: 1_000_000, changeTime: 1_000_000,
      device: 1, inode: inode, linkCount: 1, isOwn: true)
  }

  private let now: Int64 = 10_000_000

  private func find(_ path: String, inode: UInt64 = 1, in cache: FileCache) -> Reader? {
    cache.find(path, status(inode: inode), as: Reader.self)
  }

  @Test func whatIsKeptIsFoundByItsPath() throws {
    let cache = FileCache(seconds: 60)
    let (first, second) = (Reader(), Reader())
    #expect(find("a", in: cache) == nil)
    cache.keep(first, of: "a", status(), asOf: now)
    cache.keep(second, of: "b", status(inode: 2), asOf: now)
    #expect(find("a", in: cache) === first)
    // Another file of the path, and one that is kept as something else, is not what is asked for.
    #expect(find("a", inode: 2, in: cache) == nil)
    #expect(cache.find("a", status(), as: FileCacheTests.Other.self) == nil)
    cache.keep(second, of: "a", status(inode: 2), asOf: now)
    #expect(find("a", in: cache) == nil && find("a", inode: 2, in: cache) === second)
    #expect(cache.count == 2)
    cache.forget("a")
    #expect(find("a", inode: 2, in: cache) == nil && find("b", inode: 2, in: cache) === second)
    cache.releaseAll()
    #expect(cache.count == 0)
  }

  @Test func anyChangeMakesAnotherIdentity() {
    func identity(_ status: FileStatus, _ user: UInt32 = 1, _ group: UInt32 = 2) -> FileIdentity {
      FileIdentity(status, user: user, group: group)
    }
    let one = identity(status())
    #expect(one == identity(status()))
    #expect(one != identity(status(101)) && one != identity(status(inode: 3)))
    // Who asks may have to be refused.
    #expect(one != identity(status(), 2, 2) && one != identity(status(), 1, 3))
    for (modified, changed) in [(1_000_001, 1_000_000), (1_000_000, 1_000_001)]
      as [(Int64, Int64)]
    {
      let other = FileStatus(
        kind: .file, byteCount: 100, modificationTime: modified, changeTime: changed, device: 1,
        inode: 1, linkCount: 1, isOwn: true)
      #expect(identity(other) != one)
    }
  }

  @Test func aFileWithoutTimesIsNotKept() {
    let cache = FileCache(seconds: 60)
    let timeless = FileStatus(
      kind: .file, byteCount: 100, modificationTime: 0, changeTime: 0, device: 1, inode: 1,
      linkCount: 1, isOwn: true)
    cache.keep(Reader(), of: "a", timeless, asOf: now)
    #expect(cache.count == 0)
  }

  @Test func whatChangedJustNowIsNotKept() {
    let cache = FileCache(seconds: 60)
    cache.keep(Reader(), of: "a", status(), asOf: 2_999_999)
    #expect(cache.count == 0)
    cache.keep(Reader(), of: "a", status(), asOf: 3_000_000)
    #expect(cache.count == 1)
    // A path that means something too young no longer means what it did.
    cache.keep(Reader(), of: "a", status(), asOf: 2_999_999)
    #expect(cache.count == 0)
  }

  @Test func thoseUsedLongestAgoGoFirst() {
    let cache = FileCache(seconds: 60, limit: 8)
    for index in 0..<8 {
      cache.keep(Reader(), of: "\(index)", status(inode: UInt64(index)), asOf: now)
    }
    #expect(find("0", inode: 0, in: cache) != nil && find("1", inode: 1, in: cache) != nil)
    cache.keep(Reader(), of: "8", status(inode: 8), asOf: now)
    let left = (0...8).filter { find("\($0)", inode: UInt64($0), in: cache) != nil }
    #expect(left == [0, 1, 5, 6, 7, 8])
  }

  @Test func bytesAreBounded() {
    let cache = FileCache(seconds: 60, byteLimit: 1000)
    for index in 0..<10 {
      cache.keep(Reader(), of: "\(index)", status(300, inode: UInt64(index)), asOf: now)
      #expect(cache.count <= 3)
    }
    #expect(cache.find("9", status(300, inode: 9), as: Reader.self) != nil)
    cache.keep(Reader(), of: "large", status(1001), asOf: now)
    #expect(cache.find("large", status(1001), as: Reader.self) == nil && cache.count > 0)
    cache.keep(Reader(), of: "just so", status(1000), asOf: now)
    #expect(cache.find("just so", status(1000), as: Reader.self) != nil && cache.count == 1)
  }

  @Test func onlyThoseThatNobodyUsesRest() throws {
    let cache = FileCache(seconds: 60)
    let used = Reader()
    cache.keep(used, of: "used", status(), asOf: now)
    cache.keep(Reader(), of: "idle", status(inode: 2), asOf: now)
    cache.restAll()
    #expect(used.restCount.load(ordering: .relaxed) == 0)
    let idle = try #require(find("idle", inode: 2, in: cache))
    #expect(idle.restCount.load(ordering: .relaxed) == 1)
    cache.restAll()
    #expect(idle.restCount.load(ordering: .relaxed) == 1)
  }

  @Test func nothingIsKeptForNoTime() {
    let cache = FileCache(seconds: 0)
    cache.keep(Reader(), of: "a", status(), asOf: now)
    #expect(cache.count == 0)
  }

  @Test func whatNobodyAsksForIsReleasedWithoutACall() async throws {
    let cache = FileCache(seconds: 1)
    weak var unused: Reader?
    do {
      let reader = Reader()
      unused = reader
      cache.keep(reader, of: "unused", status(), asOf: now)
      cache.keep(Reader(), of: "used", status(inode: 2), asOf: now)
    }
    // Asked for again and again, one of them stays; the other goes by itself.
    let clock = ContinuousClock()
    var lastUse = clock.now
    for _ in 0..<100 where unused != nil {
      let asked = clock.now
      let isFound = find("used", inode: 2, in: cache) != nil
      // A busy machine may have let us sleep too long.
      let isInTime = clock.now - lastUse < .milliseconds(900)
      #expect(isFound || !isInTime)
      lastUse = asked
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(unused == nil)
    for _ in 0..<100 where cache.count > 0 { try await Task.sleep(for: .milliseconds(100)) }
    #expect(cache.count == 0)
    // The thread that released it has ended; the next file is watched over as well.
    cache.keep(Reader(), of: "a", status(), asOf: now)
    for _ in 0..<100 where cache.count > 0 { try await Task.sleep(for: .milliseconds(100)) }
    #expect(cache.count == 0)
  }

  private final class Tally: Sendable {
    let count = Atomic<Int>(0)
  }
  /// Says elsewhere how often it rested, so that nobody has to refer to it.
  private final class Told: Kept {
    private let tally: Tally
    init(_ tally: Tally) { self.tally = tally }
    func rest() { tally.count.wrappingAdd(1, ordering: .relaxed) }
  }

  /// Files that are only kept give back what can be made again once all of them hold much.
  @Test func filesThatNobodyUsesRestWhereMuchIsHeld() {
    let (idle, used) = (Tally(), Tally())
    let reader = Told(used)
    let (path, other) = ("idle \(#function)", "used \(#function)")
    FileCache.shared.keep(Told(idle), of: path, status(), asOf: now)
    FileCache.shared.keep(reader, of: other, status(inode: 2), asOf: now)
    let memory = HeldMemory()
    memory.add(65 << 20)
    memory.clear()
    #expect(idle.count.load(ordering: .relaxed) > 0)
    #expect(used.count.load(ordering: .relaxed) == 0)
    FileCache.shared.forget(path)
    FileCache.shared.forget(other)
    extendLifetime(reader)
  }
}
