// Entries are searched by their order: what is found is what looking at every entry finds, in a number
// of steps that hardly grows with the entries.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import TestSupport
import Testing

@testable import ColonnadeTable

@Suite struct ManifestSearchTests {
  /// A table of one version whose entries are made up: nobody opens the data files.
  static func makeTable(
    _ path: String, schema: Schema, partitionedBy text: String, partitions: [[Value]],
    commitCount: Int = 1
  ) throws {
    let fileSystem = PosixFileSystem.shared
    let folder = TableFolder(path, in: fileSystem)
    for inner in [folder.data, folder.manifests, folder.snapshots] {
      try fileSystem.makeFolders(inner)
    }
    let partitioning = try Partitioning(parsing: text, schema: schema)
    let layout = ManifestLayout(
      schema: schema, partitioning: partitioning, partTypes: try partitioning.types(in: schema),
      sortOrder: .none)
    var manifests: [ManifestReference] = []
    for commit in 0..<commitCount {
      let entries = partitions.indices.filter { $0 % commitCount == commit }.map { index in
        NewEntry(
          fileName: String(repeating: "0", count: 32) + ".cln", fileByteCount: 1_000,
          fileID: [UInt8](repeating: 7, count: 16), rowGroups: index..<index + 1,
          firstRow: index * 10, rowCount: 10, byteCount: 100, ordinal: index,
          partition: partitions[index],
          statistics: layout.measured.map { _ in Statistics(count: 10) })
      }
      var reference = try ManifestStore(folder: folder).write(
        try layout.batch(of: entries), layout: layout, addedVersion: 1)
      reference.addedVersion = 1
      manifests.append(reference)
    }
    let root = SnapshotRoot(
      tableID: fileSystem.randomBytes(16), rootID: fileSystem.randomBytes(16), version: 1,
      parentVersion: 0, commitTime: 1, operation: .create, commitID: "made up", isNamed: false,
      writer: "test", rowCount: UInt64(partitions.count * 10),
      entryCount: UInt64(partitions.count), fileCount: 1, byteCount: 1_000,
      addedRowCount: UInt64(partitions.count * 10), nextColumnID: 1_000,
      nextPartitionFieldID: 2_000,
      columns: schema, partitioningID: 0, partitionings: [partitioning], sortOrder: .none,
      manifests: manifests, commits: .known(NamedCommits(firstVersion: 1, commits: [])),
      storedProperties: .known([]))
    let handle = try fileSystem.createExclusively(folder.rootPath(1))
    try handle.write(try root.encoded())
    try handle.close()
  }

  /// Keeps what can hold a value between two.
  static func filter(
    _ id: Int, _ range: (least: Value, greatest: Value), asked: @escaping () -> Void = {}
  ) -> EntryFilter {
    EntryFilter(columnIDs: [id]) { (part) throws(ColonnadeError) in
      asked()
      guard let statistics = try part.statistics(ofFieldID: id) else { return .kept }
      // NULL and NaN lie between no two values.
      if let nulls = statistics.nullCount, let nans = statistics.nanCount,
        nulls + nans >= statistics.count
      {
        return .skipped
      }
      guard let least = statistics.minimum?.value, let greatest = statistics.maximum?.value else {
        return .kept
      }
      if greatest.comesBefore(range.least) || range.greatest.comesBefore(least) { return .skipped }
      let isInside = !least.comesBefore(range.least) && !range.greatest.comesBefore(greatest)
      return isInside && statistics.nullCount == 0 && statistics.nanCount == 0 ? .whole : .kept
    }
  }

  @Test func whatIsFoundIsWhatEveryEntryTells() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let schema = Schema([
      Field("number", .int64), Field("text", .string), Field("x", .float64), Field("day", .date),
    ]).assigningIDs()
    func value(_ column: Int) -> Value {
      if Int.random(in: 0..<30, using: &generator) == 0 { return .null }
      let number = Int.random(in: -40...40, using: &generator)
      switch column {
      case 0: return .integer(Int128(number))
      case 1:
        // Longer than statistics keep.
        return .string(String(repeating: "v", count: abs(number)) + "\(number)")
      case 2:
        return .float(Int.random(in: 0..<20, using: &generator) == 0 ? .nan : Double(number))
      default: return .date(Int32(number))
      }
    }
    let scratch = try ScratchFolder()
    for (turn, (text, columns)) in [
      ("number", [0]), ("text, number", [1, 0]), ("x", [2]), ("day, x, text", [3, 2, 1]),
      ("bucket(7, text), number", [1, 0]), ("truncate(10, number), day", [0, 3]),
    ].enumerated() {
      let path = scratch.path("t\(turn)")
      let partitioning = try Partitioning(parsing: text, schema: schema)
      let partitions = try (0..<2_000).map { _ in
        try zip(partitioning.fields, columns).map { field, column in
          let source = value(column)
          if source.isNull { return source }
          let builder = ColumnBuilder(schema.fields[column].type)
          try builder.append(value: source)
          return try field.transform.apply(to: builder.finish()).value(at: 0)
        }
      }
      try Self.makeTable(
        path, schema: schema, partitionedBy: text, partitions: partitions, commitCount: 1 + turn % 3
      )
      let snapshot = try Table.open(path).snapshot
      try snapshot.verifyOrder()
      let all = try snapshot.entries().entries
      #expect(all.count == 2_000)
      for _ in 0..<40 {
        let column = columns.randomElement(using: &generator) ?? 0
        let (one, other) = (value(column), value(column))
        if one.isNull || other.isNull || one.isNaN || other.isNaN { continue }
        let range = other.comesBefore(one) ? (other, one) : (one, other)
        let filter = Self.filter(column + 1, range)
        let expected = try all.filter { try filter.verdict($0) != .skipped }
        let found = try snapshot.entries(filter)
        #expect(
          found.entries.map(\.ordinal) == expected.map(\.ordinal), "\(text) \(range), seed \(seed)")
        for entry in found.entries {
          #expect(
            try entry.matchesWhole == (filter.verdict(entry) == .whole),
            "\(text) \(range) \(entry.partition), seed \(seed)")
        }
        #expect(found.prunedEntryCount == UInt64(2_000 - expected.count))
      }
    }
  }

  @Test func stepsHardlyGrowWithEntries() throws {
    let schema = Schema([Field("k", .int64), Field("v", .int64)]).assigningIDs()
    let scratch = try ScratchFolder()
    var costs: [(asked: Int, blocks: Int, values: Int)] = []
    for count in [10, 1_000, 60_000] {
      let path = scratch.path("t\(count)")
      try Self.makeTable(
        path, schema: schema, partitionedBy: "k",
        partitions: (0..<count).map { [.integer(Int128($0))] })
      let metrics = ReadMetrics()
      let snapshot = try Table.open(path, in: PosixFileSystem.shared, metrics: metrics).snapshot
      let wanted = Value.integer(Int128(count * 3 / 7))
      var asked = 0
      let found = try snapshot.entries(Self.filter(1, (wanted, wanted)) { asked += 1 })
      #expect(found.entries.count == 1 && found.entries[0].matchesWhole)
      #expect(found.entries[0].partition[0].text == wanted.text)
      #expect(metrics.fileCount == 2)
      costs.append((asked, metrics.metadataBlockCount, metrics.valueCount))
    }
    print("steps, blocks, values for 10, 1,000, 60,000 entries: \(costs)")
    // The manifest; of 118 zones runs of 15, of 2, and zones; of 512 entries runs of 64, of 8, entries.
    #expect(costs[2].asked <= 1 + 3 * 8 + 3 * 8)
    #expect(costs[2].blocks <= costs[0].blocks + 24)
    // Of a zone the partition values and the row counts, of the entry the rest.
    #expect(costs[2].values <= 2 * 512 + 16)
  }

  /// Searching relies on the order; what is out of order is found by those who verify.
  @Test func entriesOutOfOrderAreFoundOut() throws {
    let schema = Schema([Field("k", .int64)]).assigningIDs()
    let scratch = try ScratchFolder()
    let path = scratch.path("t")
    try Self.makeTable(
      path, schema: schema, partitionedBy: "k", partitions: (0..<700).map { [.integer($0 % 650)] })
    let snapshot = try Table.open(path).snapshot
    try snapshot.verifyOrder()

    let folder = snapshot.folder
    let partitioning = snapshot.partitioning
    let layout = ManifestLayout(
      schema: schema, partitioning: partitioning, partTypes: try partitioning.types(in: schema),
      sortOrder: .none)
    let manifest = try ManifestFile(
      snapshot.root.manifests[0], partitioning: partitioning, in: snapshot.access)
    let columns = try layout.schema.fields.map { field in
      Column.concatenate(
        try (0..<manifest.zoneCount).compactMap { try manifest.column(field.name, zone: $0) })
    }
    let swapped = [UInt32](0..<600) + [601, 600] + (602..<700)
    let batch = Batch(schema: layout.schema, columns: columns, rowCount: 700)
      .take(SelectionVector(swapped))
    var root = snapshot.root
    root.manifests = [
      try ManifestStore(folder: folder).write(batch, layout: layout, addedVersion: 1)
    ]
    let error = #expect(throws: ColonnadeError.self) {
      try Snapshot(root: root, folder: folder).verifyOrder()
    }
    #expect(error?.kind == .corrupt)
    #expect(error?.message.contains("entry 89 of zone 1") == true, "\(error as Any)")
  }
}
