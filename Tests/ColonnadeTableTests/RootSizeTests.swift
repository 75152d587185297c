// Roots that are as large as one may be, larger, or smaller than they say. Large ones are files with a
// hole: they take no room, and nothing that is read lies in the hole.

import ColonnadeBase
import ColonnadeFormat
import FuzzTargets
import Glibc
import Testing

@testable import ColonnadeTable

@Suite struct RootSizeTests {
  private static let tailByteCount = 64

  /// A table of 20 rows, and its root; it is gone with its folder.
  private static func table() throws -> (
    folder: ScratchFolder, path: String, rootPath: String, root: [UInt8]
  ) {
    let folder = try ScratchFolder()
    let path = folder.path("t")
    try TableFixture.create(path, 0..<20, partitionedBy: "key")
    let rootPath = TableFolder(path, in: PosixFileSystem.shared).rootPath(1)
    let root = try PosixFileSystem.shared.readAll(rootPath, limit: 1 << 20)
    return (folder, path, rootPath, root.array)
  }

  /// A table's root, cut where its section table begins.
  private struct Parts {
    let bytes: [UInt8]
    let tableStart: Int

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      let tail = bytes.count - tailByteCount
      tableStart = tail - 32 * Int(bytes[tail + 8])
    }

    /// Section table and tail as they stand at the end of a file of `byteCount` bytes: with a section
    /// more, which nobody knows or needs, from here to there.
    func end(of byteCount: Int) -> [UInt8] {
      let tail = bytes.count - tailByteCount
      var end = Array(bytes[tableStart..<tail])
      func append(_ value: Int, _ width: Int) {
        for index in 0..<width { end.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
      }
      let start = byteCount - end.count - 32 - tailByteCount
      let size = start - tableStart
      append(60, 2)
      append(0, 6)
      append(tableStart, 8)
      append(size, 8)
      append(size - 4 * ((size + 4095) / 4096), 8)
      let seed = Checksum.Seed(fileIdentifier: Array(bytes[16..<32]))
      let checksum = Checksum.crc32c(end, continuing: seed.at(position: UInt64(start)))
      let table = end.count
      append(start, 8)
      append(table / 32, 4)
      append(Int(checksum), 4)
      append(byteCount, 8)
      end += bytes[tail + 24..<tail + 52]
      append(Int(Checksum.crc32c(Array(end[table...]))), 4)
      return end + bytes[(tail + 56)...]
    }

    /// Writes the root with a hole in front of its section table, so that it has `byteCount` bytes.
    func write(_ path: String, byteCount: Int) throws {
      let end = end(of: byteCount)
      let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      try #require(descriptor >= 0)
      defer { close(descriptor) }
      let front = unsafe pwrite(descriptor, bytes, tableStart, 0)
      let back = unsafe pwrite(descriptor, end, end.count, byteCount - end.count)
      try #require(front == tableStart && back == end.count)
    }
  }

  @Test func aRootIsReadUpToItsCapAndRefusedBeyond() throws {
    let (scratch, path, rootPath, root) = try Self.table()
    defer { extendLifetime(scratch) }
    let most = SnapshotRoot.maximumByteCount
    #expect(most == 256 << 20)

    try Parts(root).write(rootPath, byteCount: most)
    let snapshot = try Table.open(path).snapshot
    #expect(snapshot.root.rowCount == 20)
    #expect(try snapshot.entries().entries.isEmpty == false)

    for byteCount in [most + 8, 16 * most] {
      try Parts(root).write(rootPath, byteCount: byteCount)
      let error = #expect(throws: ColonnadeError.self) { try Table.open(path) }
      #expect(error?.kind == .limitExceeded && error?.file == rootPath)
      #expect(error?.message.contains("\(byteCount) bytes") == true)
    }
  }

  /// Beyond the cap none of a root's own sections is looked at: one that is damaged does not show.
  @Test func nothingOfALargeRootIsReadFirst() throws {
    let (scratch, path, rootPath, whole) = try Self.table()
    var root = whole
    defer { extendLifetime(scratch) }
    for section in try FileReader(rootPath, in: PosixFileSystem.shared).sections
    where section.isContent { root[Int(section.offset)] ^= 1 }
    for (byteCount, kind) in [
      (SnapshotRoot.maximumByteCount, ColonnadeError.Kind.corrupt),
      (SnapshotRoot.maximumByteCount + 8, .limitExceeded),
    ] {
      try Parts(root).write(rootPath, byteCount: byteCount)
      let error = #expect(throws: ColonnadeError.self) { try Table.open(path) }
      #expect(error?.kind == kind)
    }
  }

  /// Sizes that a small file only claims are compared with the file before memory is taken for them.
  @Test func sizesThatAreOnlyClaimedAreRefused() throws {
    let root = try Self.table().root
    let parts = Parts(root)
    for claimed in [SnapshotRoot.maximumByteCount, SnapshotRoot.maximumByteCount + 8, 1 << 60] {
      let whole = Array(root[..<parts.tableStart]) + parts.end(of: claimed)
      let error = #expect(throws: ColonnadeError.self) {
        try SnapshotRoot(decoding: Buffer(copying: whole))
      }
      #expect(error?.kind == .truncated, "the tail says \(claimed) bytes")

      for section in 0..<Int(root[root.count - Self.tailByteCount + 8]) {
        var changed = root
        let blocks = claimed / 4092
        // Of the section: its size, with the number of entries that belongs to it.
        for (at, value) in [(16, blocks * 4096), (24, blocks * 4092)] {
          for index in 0..<8 {
            changed[parts.tableStart + section * 32 + at + index] =
              UInt8(truncatingIfNeeded: value >> (8 * index))
          }
        }
        let error = #expect(throws: ColonnadeError.self) {
          try SnapshotRoot(decoding: Buffer(copying: FileSealer.reseal(changed)))
        }
        #expect(error?.kind == .corrupt, "section \(section) says \(claimed) bytes")
      }
    }
  }
}
