// Roots: what is written is read; every prefix is an error, every flipped bit an error or nothing.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import FuzzTargets
import Glibc
import Testing

@testable import ColonnadeTable

@Suite struct RootTests {
  private func root() throws -> SnapshotRoot {
    let schema = Schema(
      [
        Field("key", .string), Field("ts", .timestamp(.nanosecond, zone: "UTC"), isNullable: false),
        Field("price", .decimal(precision: 30, scale: 4)),
        Field(
          "nested",
          .structure([
            Field("a b", .list(Field("element", .float32))),
            Field(
              "m", .map(key: Field("key", .string, isNullable: false), value: Field("value", .int8))
            ),
          ]), metadata: [MetadataEntry("k", "v")]),
        Field("vector", .fixedList(Field("element", .float32), count: 64)),
        Field("c", .categorical(ordered: true)), Field("id", .fixedBinary(byteCount: 16)),
        Field("x", .float64), Field("t", .time(.second)), Field("d", .duration(.millisecond)),
      ], metadata: [MetadataEntry("origin", "test")]
    ).assigningIDs()
    let partitioning = try Partitioning(
      parsing: "key, month(ts), bucket(16, price), x", schema: schema)
    return SnapshotRoot(
      tableID: [UInt8](1...16), rootID: [UInt8](17...32), version: 7, parentVersion: 6,
      commitTime: 1_700_000_000_000_000, operation: .append, commitID: "job-1", isNamed: true,
      writer: "test", rowCount: 10, entryCount: 3, fileCount: 2, byteCount: 1000,
      addedRowCount: 4, nextColumnID: 40, nextPartitionFieldID: 1004, columns: schema,
      partitioningID: 0, partitionings: [partitioning],
      sortOrder: try SortOrder(parsing: "ts desc, key", schema: schema),
      manifests: [
        ManifestReference(
          name: String(repeating: "a", count: 32) + ".cln", fileByteCount: 99,
          fileID: [UInt8](33...48), partitioningID: 0, addedVersion: 7, entryCount: 3,
          rowCount: 10, byteCount: 900,
          bounds: [
            PartitionBounds(hasNull: true, range: (.string(""), .string("z"))),
            PartitionBounds(range: (.integer(-3), .integer(600))),
            PartitionBounds(hasNull: true),
            PartitionBounds(hasNaN: true, range: (.float(-1.5), .float(2))),
          ])
      ],
      commits: .known(
        NamedCommits(
          firstVersion: 1,
          commits: [.init(version: 2, id: "job-0"), .init(version: 7, id: "job-1")])
      ),
      storedProperties: .known([MetadataEntry("owner", "me")]))
  }

  @Test func readsWhatItWrites() throws {
    let root = try root()
    let bytes = try root.encoded()
    let again = try SnapshotRoot(decoding: bytes)
    #expect(try again.schema == root.schema)
    #expect(again.partitionings == root.partitionings)
    #expect(again.sortOrder == root.sortOrder)
    #expect(try again.properties == root.properties)
    #expect(again.tableID == root.tableID && again.rootID == root.rootID)
    #expect(again.version == 7 && again.parentVersion == 6 && again.commitTime == root.commitTime)
    #expect(again.commitID == "job-1" && again.isNamed && again.operation == .append)
    #expect(try again.namedCommits.version(of: "job-0") == 2)
    #expect(try again.namedCommits.version(of: "job") == nil)
    let bounds = again.manifests[0].bounds
    #expect(bounds.map(\.hasNull) == [true, false, true, false])
    #expect(bounds.map(\.hasNaN) == [false, false, false, true])
    #expect(bounds[0].range?.greatest.text == "z" && bounds[1].range?.least.text == "-3")
    #expect(bounds[2].range == nil && bounds[2].isKnown)
    // The same bytes again: nothing is lost on the way.
    #expect(try again.encoded().array == bytes.array)
  }

  private static let golden: String = {
    let tests = "\(#filePath)".split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    return tests.joined(separator: "/") + "/Fixtures/format-0/roots/root"
  }()

  /// What is committed is what is written; COLONNADE_WRITE_GOLDENS=1 writes it anew.
  @Test func theGoldenRootIsWritten() throws {
    let fileSystem = PosixFileSystem.shared
    let bytes = try root().encoded()
    if unsafe getenv("COLONNADE_WRITE_GOLDENS") != nil {
      try fileSystem.makeFolders(Path.parent(of: Self.golden))
      if try fileSystem.exists(Self.golden) { try fileSystem.remove(Self.golden) }
      let handle = try fileSystem.createExclusively(Self.golden)
      try handle.write(bytes)
      try handle.close()
    }
    let kept = try fileSystem.readAll(Self.golden, limit: 1 << 20)
    #expect(kept.array == bytes.array)
    let read = try SnapshotRoot(reading: try FileReader(Self.golden, in: fileSystem))
    #expect(try read.schema == root().schema)
  }

  @Test func longBoundsAreLeftOut() throws {
    var root = try root()
    root.manifests[0].bounds[0].range = (.string("a"), .string(String(repeating: "x", count: 2000)))
    let again = try SnapshotRoot(decoding: try root.encoded())
    #expect(!again.manifests[0].bounds[0].isKnown)
    #expect(again.manifests[0].bounds[0].hasNull)
  }

  @Test func everyPrefixIsAnError() throws {
    let bytes = try root().encoded().array
    for count in 0..<bytes.count {
      #expect(throws: ColonnadeError.self, "\(count) bytes") {
        _ = try SnapshotRoot(decoding: Buffer(copying: Array(bytes.prefix(count))))
      }
    }
  }

  /// As text all that a root says; what is not asked for is not read, so all of it is asked.
  private static func contents(_ bytes: [UInt8]) throws(ColonnadeError) -> String {
    let root = try SnapshotRoot(decoding: Buffer(copying: bytes))
    var text = "\(root.tableID) \(root.rootID) \(root.version) \(root.parentVersion) "
    text += "\(root.commitTime) \(root.operation) \(root.commitID) \(root.isNamed) "
    text += "\(root.isRenamed) \(root.writer) \(root.rowCount) \(root.entryCount) "
    text += "\(root.fileCount) \(root.byteCount) \(root.addedRowCount) \(root.nextColumnID) "
    text += "\(root.nextPartitionFieldID) \(root.partitioningID) \(root.partitionings) "
    text += "\(root.sortOrder) \(root.manifests) \(try root.namedCommits) "
    text += "\(try root.properties) \(try root.schema)"
    for field in try root.schema.fields {
      text += "\(try root.columns.columnIndex(named: field.name) as Any)"
      text += "\(try root.columns.columnIndex(id: field.id) as Any)"
    }
    return text
  }

  private static func isSound(_ bytes: [UInt8]) -> Bool {
    do throws(ColonnadeError) {
      let file = try FileReader(MappedFile(Buffer(copying: bytes), named: "root"))
      return try file.verify(threadLimit: 1).isSound
    } catch {
      return false
    }
  }

  @Test func everyFlippedBitIsAnErrorOrNothing() throws {
    var bytes = try root().encoded().array
    let whole = try Self.contents(bytes)
    #expect(Self.isSound(bytes))
    var errorCount = 0
    for index in bytes.indices {
      for bit in 0..<8 {
        bytes[index] ^= 1 << UInt8(bit)
        do throws(ColonnadeError) {
          #expect(try Self.contents(bytes) == whole, "bit \(bit) of byte \(index)")
        } catch {
          errorCount += 1
        }
        #expect(!Self.isSound(bytes), "bit \(bit) of byte \(index)")
        bytes[index] ^= 1 << UInt8(bit)
      }
    }
    // The rest are bytes that nobody asks for: padding, sections a root has no use of.
    #expect(errorCount > bytes.count * 8 * 9 / 10)
  }

  /// A checksum that holds does not make bytes true: with checksums made good again, flipped bits
  /// give an error or a root, never a trap.
  @Test func flippedBitsUnderGoodChecksumsDoNotTrap() throws {
    let bytes = try root().encoded().array
    var accepted = 0
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        do throws(ColonnadeError) {
          let root = try SnapshotRoot(decoding: Buffer(copying: FileSealer.reseal(changed)))
          accepted += 1
          // What can be read need not be what may be written.
          do throws(ColonnadeError) { _ = try root.encoded() } catch {}
        } catch {
          #expect(
            error.kind == .corrupt || error.kind == .truncated || error.kind == .unsupportedFeature
              || error.kind == .limitExceeded || error.kind == .schemaMismatch, "\(error)")
        }
      }
    }
    print("\(bytes.count * 8) roots, \(accepted) read")
    #expect(accepted > 100)
  }

  /// Counts that no table has are refused before anything is added up.
  @Test func countsBeyondAnyTableAreRefused() throws {
    for (rows, entries) in [(UInt64.max, 3), (10, UInt64.max), (1 << 62, 3), (10, 1 << 62)] {
      var root = try root()
      root.rowCount = rows
      root.entryCount = entries
      root.manifests[0].entryCount = entries
      let bytes = try root.encoded()
      let error = #expect(throws: ColonnadeError.self) { try SnapshotRoot(decoding: bytes) }
      #expect(error?.kind == .corrupt)
    }
  }

  /// Entries that together have more rows than the root says are refused when they are listed.
  @Test func moreRowsThanTheTableHasAreRefused() throws {
    let scratch = try ScratchFolder()
    try TableFixture.create(scratch.path("t"), 0..<20, partitionedBy: "key")
    let snapshot = try Table.open(scratch.path("t")).snapshot
    var root = snapshot.root
    #expect(try Snapshot(root: root, folder: snapshot.folder).entries().entries.isEmpty == false)
    root.rowCount = 19
    let error = #expect(throws: ColonnadeError.self) {
      try Snapshot(root: root, folder: snapshot.folder).entries()
    }
    #expect(error?.kind == .corrupt)
  }

  @Test func aDataFileIsNoRoot() throws {
    let schema = Schema([Field("a", .int8)]).assigningIDs()
    let bytes = try MetadataFile.encoded(
      schema: schema, fileID: [UInt8](0..<16), contents: [])
    let error = #expect(throws: ColonnadeError.self) { _ = try SnapshotRoot(decoding: bytes) }
    #expect(error?.kind == .corrupt)
    #expect(error?.message.contains("root") == true)
  }

  @Test func aSectionThatIsRequiredAndNotKnownIsNamed() throws {
    for isRequired in [true, false] {
      let content = MutableBuffer()
      ByteSink(content).writeU32(7)
      let root = try root()
      let known = try root.sections()
      let bytes = try MetadataFile.encoded(
        schema: try root.schema, fileID: root.rootID,
        contents: known + [SectionContent(kindCode: 39, isRequired: isRequired, content: content)])
      if isRequired {
        let error = #expect(throws: ColonnadeError.self) { _ = try SnapshotRoot(decoding: bytes) }
        #expect(error?.kind == .unsupportedFeature)
        #expect(error?.message.contains("39") == true)
      } else {
        #expect(try SnapshotRoot(decoding: bytes).version == 7)
      }
    }
  }

  @Test func namesStayInsideTheFolder() throws {
    let folder = TableFolder("t", in: PosixFileSystem.shared)
    for name in [
      "../../etc/passwd", "..", "", "a/b.cln", String(repeating: "a", count: 36),
      String(repeating: "A", count: 32) + ".cln", String(repeating: "0", count: 31) + "/.cln",
      String(repeating: "0", count: 32) + ".clx",
    ] {
      #expect(throws: ColonnadeError.self) { try folder.dataPath(name) }
      #expect(throws: ColonnadeError.self) { try folder.manifestPath(name) }
    }
    let good = folder.freshFileName()
    #expect(try folder.dataPath(good) == "t/data/" + good)
    #expect(TableFolder.version(ofRootNamed: "00000000000000000012") == 12)
    for name in [
      "12", "00000000000000000000", ".pending-00", "0000000000000000001x", "99999999999999999999",
    ] {
      #expect(TableFolder.version(ofRootNamed: name) == nil)
    }
  }
}
