// Roots: what is written is read; every prefix and every flipped bit is an error.

import ColonnadeArrays
import ColonnadeBase
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
      addedRowCount: 4, nextColumnID: 40, nextPartitionFieldID: 1004, schema: schema,
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
      namedCommits: NamedCommits(
        firstVersion: 1, commits: [.init(version: 2, id: "job-0"), .init(version: 7, id: "job-1")]),
      properties: [MetadataEntry("owner", "me")])
  }

  @Test func readsWhatItWrites() throws {
    let root = try root()
    let bytes = try root.encoded()
    let again = try SnapshotRoot(decoding: bytes)
    #expect(again.schema == root.schema)
    #expect(again.partitionings == root.partitionings)
    #expect(again.sortOrder == root.sortOrder)
    #expect(again.properties == root.properties)
    #expect(again.tableID == root.tableID && again.rootID == root.rootID)
    #expect(again.version == 7 && again.parentVersion == 6 && again.commitTime == root.commitTime)
    #expect(again.commitID == "job-1" && again.isNamed && again.operation == .append)
    #expect(again.namedCommits.version(of: "job-0") == 2)
    #expect(again.namedCommits.version(of: "job") == nil)
    let bounds = again.manifests[0].bounds
    #expect(bounds.map(\.hasNull) == [true, false, true, false])
    #expect(bounds.map(\.hasNaN) == [false, false, false, true])
    #expect(bounds[0].range?.greatest.text == "z" && bounds[1].range?.least.text == "-3")
    #expect(bounds[2].range == nil && bounds[2].isKnown)
    // The same bytes again: nothing is lost on the way.
    #expect(try again.encoded().array == bytes.array)
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

  @Test func everyFlippedBitIsAnError() throws {
    var bytes = try root().encoded().array
    for index in bytes.indices {
      for bit in 0..<8 {
        bytes[index] ^= 1 << UInt8(bit)
        #expect(throws: ColonnadeError.self, "bit \(bit) of byte \(index)") {
          _ = try SnapshotRoot(decoding: Buffer(copying: bytes))
        }
        bytes[index] ^= 1 << UInt8(bit)
      }
    }
  }

  /// A checksum that holds does not make bytes true: with checksums made good again, flipped bits
  /// give an error or a root, never a trap.
  @Test func flippedBitsUnderGoodChecksumsDoNotTrap() throws {
    let bytes = try root().encoded().array
    var accepted = 0
    for index in 0..<bytes.count - 8 {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        func store(_ sum: UInt32, at offset: Int) {
          for part in 0..<4 {
            changed[offset + part] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * part))
          }
        }
        store(Checksum.crc32c(Array(changed[0..<28])), at: 28)
        store(Checksum.crc32c(Array(changed[0..<changed.count - 8])), at: changed.count - 8)
        do {
          let root = try SnapshotRoot(decoding: Buffer(copying: changed))
          _ = try root.encoded()
          accepted += 1
        } catch {
          #expect(
            error.kind == .corrupt || error.kind == .truncated || error.kind == .unsupportedFeature
              || error.kind == .limitExceeded, "\(error)")
        }
      }
    }
    print("\((bytes.count - 8) * 8) roots, \(accepted) read")
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
