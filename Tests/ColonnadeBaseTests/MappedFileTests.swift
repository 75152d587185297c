// Mapped files: the right bytes, bounds, sharing, and a file cut short under the map.

import Glibc
import TestSupport
import Testing

@testable import ColonnadeBase

@Suite struct MappedFileTests {
  /// The real file system, mapping and reading instead of mapping.
  static let ways: [any FileSystem] = [
    PosixFileSystem(), FaultingFileSystem(), FaultingFileSystem(maps: true),
  ]

  @Test(arguments: 0..<3, [UInt64(1), 2]) func rangesHoldTheFilesBytes(
    way: Int, seed: UInt64
  ) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = try ScratchFolder("ranges\(way)\(seed)")
    let bytes = generator.bytes(700_001)
    try folder.write("a", bytes)
    let file = try Self.ways[way].map(folder.path("a"))
    #expect(file.byteCount == bytes.count)
    for _ in 0..<300 {
      let start = Int.random(in: 0...bytes.count, using: &generator)
      let most = Int.random(in: 0...200_000, using: &generator)
      let count = min(most, bytes.count - start)
      let buffer = try file.buffer(from: start, byteCount: count)
      #expect(buffer.array == Array(bytes[start..<start + count]), "seed \(seed)")
    }
    #expect(try file.buffer(from: 0, byteCount: bytes.count).array == bytes)
  }

  @Test func buffersOutliveTheFileObjectAndTheName() throws {
    let folder = try ScratchFolder()
    try folder.write("a", [UInt8](repeating: 9, count: 5000))
    let buffer = try PosixFileSystem.shared.map(folder.path("a")).buffer(from: 10, byteCount: 20)
    try PosixFileSystem.shared.remove(folder.path("a"))
    #expect(buffer.array == [UInt8](repeating: 9, count: 20))
  }

  @Test(arguments: 0..<3) func rangesBeyondTheFileAreRefused(way: Int) throws {
    let folder = try ScratchFolder("beyond\(way)")
    try folder.write("a", [UInt8](repeating: 9, count: 5000))
    let file = try Self.ways[way].map(folder.path("a"))
    for (offset, count) in [
      (0, 5001), (5000, 1), (5001, 0), (-1, 1), (0, -1), (1, Int.max), (Int.max, 1),
      (Int.min, Int.max), (4999, 2),
    ] {
      let error = try #require(throws: ColonnadeError.self) {
        _ = try file.buffer(from: offset, byteCount: count)
      }
      #expect(error.kind == .truncated && error.file == folder.path("a"))
    }
    #expect(try file.buffer(from: 5000, byteCount: 0).byteCount == 0)
  }

  @Test(arguments: 0..<3) func lengthsAreHeldToWhatIsStated(way: Int) throws {
    let folder = try ScratchFolder("stated\(way)")
    try folder.write("a", [UInt8](repeating: 9, count: 5000))
    try folder.write("empty", [])
    let fileSystem = Self.ways[way]
    #expect(try fileSystem.map(folder.path("a"), byteCount: 4000).byteCount == 4000)
    for wrong in [5001, -1] {
      let error = try #require(throws: ColonnadeError.self) {
        _ = try fileSystem.map(folder.path("a"), byteCount: wrong)
      }
      #expect(error.kind == .truncated)
    }
    let empty = try fileSystem.map(folder.path("empty"))
    #expect(try empty.buffer(from: 0, byteCount: 0).byteCount == 0)
    #expect(throws: ColonnadeError.self) { try empty.buffer(from: 0, byteCount: 1) }
  }

  @Test(arguments: 0..<3) func aFileCutShortUnderTheMapIsAnError(way: Int) throws {
    let folder = try ScratchFolder("cut\(way)")
    // Too much to be read whole.
    let granule = 8 * MappedFile.granuleByteCount
    try folder.write("a", [UInt8](repeating: 9, count: 8 * granule))
    let file = try Self.ways[way].map(folder.path("a"))
    _ = try file.buffer(from: 0, byteCount: 100)
    unsafe #expect(truncate(folder.path("a"), 2 * granule) == 0)
    #expect(try file.buffer(from: granule, byteCount: granule).array.allSatisfy { $0 == 9 })
    for (offset, count) in [(2 * granule, 1), (granule, 3 * granule), (8 * granule - 1, 1)] {
      let error = try #require(throws: ColonnadeError.self) {
        _ = try file.buffer(from: offset, byteCount: count)
      }
      #expect(error.kind == .truncated, "\(error)")
      #expect(error.message.contains("cut short"))
    }
  }

  @Test func smallFilesAreReadInOneCall() throws {
    let folder = try ScratchFolder()
    for (byteCount, reads) in [
      (1, 1), (MappedFile.wholeByteCount, 1), (MappedFile.wholeByteCount + 1, 0),
    ] {
      try folder.write("a", [UInt8](repeating: 9, count: byteCount))
      let fileSystem = FaultingFileSystem(maps: true)
      try #require(fileSystem.mapsFiles)
      let file = try fileSystem.map(folder.path("a"))
      #expect(try file.buffer(from: 0, byteCount: byteCount).array.allSatisfy { $0 == 9 })
      #expect(fileSystem.journal.filter { $0.operation == .readAt }.count == reads)
      #expect(fileSystem.journal.filter { $0.operation == .map }.count == 1 - reads)
      // What is in memory is not cut short with the file.
      unsafe #expect(truncate(folder.path("a"), 0) == 0)
      guard reads == 1 else { continue }
      #expect(try file.buffer(from: 0, byteCount: byteCount).array.allSatisfy { $0 == 9 })
    }
  }

  @Test func populatedRangesCostNoCall() throws {
    let folder = try ScratchFolder()
    let granule = MappedFile.granuleByteCount
    try folder.write("a", [UInt8](repeating: 9, count: 200 * granule))
    let fileSystem = FaultingFileSystem(maps: true)
    let file = try fileSystem.map(folder.path("a"))
    func calls() -> Int { fileSystem.journal.filter { $0.operation == .populate }.count }
    try #require(fileSystem.mapsFiles)
    try file.populate(from: 10 * granule, byteCount: granule)
    try file.populate(from: 70 * granule + 5, byteCount: 2)
    #expect(calls() == 2)
    try file.populate(from: 10 * granule + 7, byteCount: 99)
    #expect(calls() == 2)
    // Three gaps: before, between and after what is known.
    try file.populate(from: 0, byteCount: 200 * granule)
    #expect(calls() == 5)
    try file.populate(from: 0, byteCount: 200 * granule)
    #expect(calls() == 5)
  }

  /// Who comes again and again gets the neighbours, too; nobody gets more than the file has.
  @Test func whoComesOftenGetsNeighbours() throws {
    let folder = try ScratchFolder()
    let granule = MappedFile.granuleByteCount
    let count = (MappedFile.narrowCount + 3) * MappedFile.granulesAtOnce + 1
    try folder.write("a", [UInt8](repeating: 9, count: count * granule - 5))
    let fileSystem = FaultingFileSystem(maps: true)
    let file = try fileSystem.map(folder.path("a"))
    func calls() -> Int { fileSystem.journal.filter { $0.operation == .populate }.count }
    try #require(fileSystem.mapsFiles)
    for index in 0..<MappedFile.narrowCount {
      let first = index * MappedFile.granulesAtOnce * granule
      try file.populate(from: first, byteCount: 1)
      #expect(calls() == index + 1)
    }
    // Not populated with the one before it.
    try file.populate(from: granule, byteCount: 1)
    #expect(calls() == MappedFile.narrowCount + 1)
    // From here on all of eight granules.
    for index in 2..<MappedFile.granulesAtOnce {
      try file.populate(from: index * granule, byteCount: granule)
    }
    #expect(calls() == MappedFile.narrowCount + 1)
    let bytes = try file.buffer(from: (count - 1) * granule, byteCount: granule - 5)
    #expect(bytes.array.allSatisfy { $0 == 9 })
    #expect(calls() == MappedFile.narrowCount + 2)
  }

  /// Who goes on where something was asked for gets what follows; what is gone by then is no error
  /// before it is asked for.
  @Test func whoGoesOnGetsWhatFollows() throws {
    let folder = try ScratchFolder()
    let granule = MappedFile.granuleByteCount
    let once = MappedFile.granulesAtOnce
    try folder.write("a", [UInt8](repeating: 9, count: 3 * once * granule))
    let fileSystem = FaultingFileSystem(maps: true)
    let file = try fileSystem.map(folder.path("a"))
    func calls() -> Int { fileSystem.journal.filter { $0.operation == .populate }.count }
    try #require(fileSystem.mapsFiles)
    for index in 0..<once { try file.populate(from: index * granule, byteCount: 1) }
    #expect(calls() == 2)
    try file.populate(from: (once + 2) * granule, byteCount: 1)
    #expect(calls() == 3)
    try file.populate(from: (2 * once - 1) * granule, byteCount: granule)
    #expect(calls() == 3)
    unsafe #expect(truncate(folder.path("a"), (2 * once + 1) * granule) == 0)
    #expect(try file.buffer(from: 2 * once * granule, byteCount: 1).array == [9])
    #expect(calls() == 5)
  }

  /// Where the kernel tells which pages are in memory, and where it does not.
  @Test(arguments: [true, false]) func aLongRangeEndsWithAFileCutShort(isOwn: Bool) throws {
    let folder = try ScratchFolder("long\(isOwn)")
    let count = 3 << 20
    try folder.write("a", [UInt8](repeating: 9, count: count))
    let handle = try PosixFileSystem.shared.openForReading(folder.path("a"))
    let file = OpenFile(descriptor: handle.descriptor, path: folder.path("a"))
    let address = try unsafe PosixFileSystem.shared.map(file, byteCount: count)
    defer { unsafe munmap(UnsafeMutableRawPointer(mutating: address), count) }
    func populate(_ start: Int, _ end: Int) throws(ColonnadeError) {
      try unsafe PosixFileSystem.shared.populate(
        address + start, byteCount: end - start, path: file.path, isOwn: isOwn)
    }
    try populate(8 << 12, count - 100)
    #expect(unsafe address.load(fromByteOffset: count - 1, as: UInt8.self) == 9)
    // In the middle of what one fault brings in.
    let left = 2 << 20 + 5 << 12
    unsafe #expect(truncate(folder.path("a"), left) == 0)
    try populate(0, left)
    for start in [0, 1 << 20, 2 << 20] {
      let error = try #require(throws: ColonnadeError.self) { try populate(start, count) }
      #expect(error.kind == .io)
    }
  }

  @Test func aDiskThatFailsIsAnError() throws {
    let folder = try ScratchFolder()
    try folder.write("a", [UInt8](repeating: 9, count: 300_000))
    for maps in [true, false] {
      let operation: FileOperation = maps ? .populate : .readAt
      let fileSystem = FaultingFileSystem(
        faults: [FileFault(.fail(EIO), at: .only(operation), number: 2)], maps: maps)
      try #require(fileSystem.mapsFiles == maps)
      let file = try fileSystem.map(folder.path("a"))
      _ = try file.buffer(from: 0, byteCount: 10)
      let error = try #require(throws: ColonnadeError.self) {
        _ = try file.buffer(from: 200_000, byteCount: 10)
      }
      #expect(error.kind == .io && error.errno == EIO && error.file == folder.path("a"))
      // Once only: the range was not taken for populated.
      #expect(try file.buffer(from: 200_000, byteCount: 10).array == Array(repeating: 9, count: 10))
    }
  }
}
