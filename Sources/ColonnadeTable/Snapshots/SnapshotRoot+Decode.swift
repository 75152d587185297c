// A root from bytes that may be anything. Spec: spec/table.md, "Root".
// Invariant: every count is bounded by the bytes that are left before memory is taken for it.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat

extension SnapshotRoot {
  /// Reads a root that stands in memory, whole.
  /// - Throws: `.corrupt` or `.truncated` where the bytes are no root, `.unsupportedFeature` where
  ///   they ask for what this version does not know.
  package init(decoding bytes: Buffer) throws(ColonnadeError) {
    self = try SnapshotRoot(reading: try FileReader(MappedFile(bytes, named: "the root")))
    _ = try schema
    _ = try namedCommits
    _ = try properties
  }

  /// Reads all but the columns, the named commits and the properties, which are read where someone
  /// asks.
  /// - Complexity: O(partitionings + manifests).
  package init(reading file: FileReader) throws(ColonnadeError) {
    do throws(ColonnadeError) {
      guard file.byteCount <= SnapshotRoot.maximumByteCount else {
        throw ColonnadeError(
          .limitExceeded,
          "the root has \(file.byteCount) bytes, more than \(SnapshotRoot.maximumByteCount)")
      }
      for section in file.sections where section.isContent && section.isRequired {
        guard RootLayout.Section(rawValue: section.kindCode) != nil else {
          throw ColonnadeError(
            .unsupportedFeature,
            "the table uses section \(section.kindCode), not known to this version",
            hint: "install a newer Colonnade")
        }
      }
      try self.init(sectionsOf: file)
    } catch {
      throw error.inFile(file.path)
    }
  }

  private init(sectionsOf file: FileReader) throws(ColonnadeError) {
    var commit = try file.neededRootSection(.commit)
    let (partitioningID, partitionings) = try SnapshotRoot.partitionings(
      try file.neededRootSection(.partitionings))
    let types = try partitionings.map { (partitioning) throws(ColonnadeError) in
      try partitioning.types(in: file)
    }
    guard partitionings.contains(where: { $0.id == partitioningID }) else {
      throw ColonnadeError(
        .corrupt, "the root names partitioning \(partitioningID), which is missing")
    }
    rootID = file.header.fileID
    tableID = try commit.readBytes(16).array
    version = try commit.readU64()
    parentVersion = try commit.readU64()
    commitTime = try commit.readI64()
    let code = try commit.readU8()
    guard let operation = TableOperation(rawValue: code) else {
      throw commit.corrupt("the operation of a commit has the code \(code)")
    }
    self.operation = operation
    let flags = try commit.readU8()
    isNamed = flags & RootLayout.isNamed != 0
    isRenamed = flags & RootLayout.isRenamed != 0
    try commit.skip(6)
    rowCount = try commit.readU64()
    entryCount = try commit.readU64()
    guard rowCount < 1 << 62, entryCount < 1 << 62 else {
      throw commit.corrupt("a table of \(rowCount) rows in \(entryCount) entries")
    }
    fileCount = try commit.readU64()
    byteCount = try commit.readU64()
    addedRowCount = try commit.readU64()
    nextColumnID = Int(try commit.readU32())
    nextPartitionFieldID = Int(try commit.readU32())
    commitID = try commit.readString(limit: SnapshotRoot.maximumCommitIDByteCount)
    writer = try commit.readString(limit: 1 << 16)
    guard version > parentVersion else {
      throw ColonnadeError(.corrupt, "version \(version) has the parent \(parentVersion)")
    }
    columns = file
    self.partitioningID = partitioningID
    self.partitionings = partitionings
    sortOrder = try SnapshotRoot.sortOrder(try file.neededRootSection(.sortOrder), file)
    manifests = try SnapshotRoot.manifests(
      try file.neededRootSection(.manifests), partitionings, types, version: version)
    var listed: UInt64 = 0
    for manifest in manifests {
      let (sum, overflow) = listed.addingReportingOverflow(manifest.entryCount)
      guard !overflow, sum <= entryCount else {
        throw ColonnadeError(
          .corrupt, "the manifests list more entries than the \(entryCount) of the table")
      }
      listed = sum
    }
    guard listed == entryCount else {
      throw ColonnadeError(
        .corrupt, "the manifests list \(listed) entries, the table has \(entryCount)")
    }
    commits = .stored(file)
    storedProperties = .stored(file)
  }

  /// The commits of some versions whose id the caller gave.
  package var namedCommits: NamedCommits {
    get throws(ColonnadeError) {
      switch commits {
      case .known(let commits): return commits
      case .stored(let file):
        do {
          return try SnapshotRoot.namedCommits(
            try file.neededRootSection(.namedCommits), version)
        } catch { throw error.inFile(file.path) }
      }
    }
  }

  /// Key-value metadata of the table.
  package var properties: [MetadataEntry] {
    get throws(ColonnadeError) {
      switch storedProperties {
      case .known(let properties): return properties
      case .stored(let file):
        do {
          guard var cursor = try file.rootSection(.properties) else { return [] }
          return try SnapshotRoot.metadata(&cursor)
        } catch { throw error.inFile(file.path) }
      }
    }
  }

  /// A count of things that take at least `least` bytes each.
  private static func count(
    _ cursor: inout ByteCursor, least: Int, _ what: String
  ) throws(ColonnadeError) -> Int {
    let count = Int(try cursor.readU32())
    guard count <= cursor.remaining / least else {
      throw cursor.corrupt("the root states \(count) \(what), more than it has bytes for")
    }
    return count
  }

  private static func metadata(
    _ cursor: inout ByteCursor
  ) throws(ColonnadeError) -> [MetadataEntry] {
    let entryCount = try count(&cursor, least: 8, "metadata entries")
    var entries: [MetadataEntry] = []
    for _ in 0..<entryCount {
      let key = try cursor.readString(limit: 16 << 20)
      entries.append(MetadataEntry(key, try cursor.readString(limit: 16 << 20)))
    }
    return entries
  }

  private static func partitionings(
    _ start: ByteCursor
  ) throws(ColonnadeError) -> (Int, [Partitioning]) {
    var cursor = start
    let current = Int(try cursor.readU32())
    let partitioningCount = try count(&cursor, least: 8, "partitionings")
    var partitionings: [Partitioning] = []
    for _ in 0..<partitioningCount {
      let id = Int(try cursor.readU32())
      let fieldCount = try count(&cursor, least: 20, "partition fields")
      guard fieldCount <= Partitioning.maximumFieldCount,
        !partitionings.contains(where: { $0.id == id })
      else { throw cursor.corrupt("partitioning \(id) is given twice or has too many fields") }
      var fields: [PartitionField] = []
      for _ in 0..<fieldCount {
        let fieldID = Int(try cursor.readU32())
        let sourceID = Int(try cursor.readU32())
        let code = try cursor.readU32()
        let parameter = try cursor.readU32()
        guard (PartitionField.firstID..<1 << 20).contains(fieldID), code < 256 else {
          throw cursor.corrupt("partition field \(fieldID) is out of range")
        }
        fields.append(
          PartitionField(
            id: fieldID, sourceID: sourceID,
            transform: try Transform(code: UInt8(code), parameter: parameter),
            name: try cursor.readString(limit: 1 << 16)))
      }
      partitionings.append(Partitioning(id: id, fields: fields))
    }
    return (current, partitionings)
  }

  private static func sortOrder(
    _ start: ByteCursor, _ columns: any ColumnCatalog
  ) throws(ColonnadeError) -> SortOrder {
    var cursor = start
    let keyCount = try count(&cursor, least: 8, "sort keys")
    var keys: [SortKey] = []
    for _ in 0..<keyCount {
      let id = Int(try cursor.readU32())
      let flags = try cursor.readU32()
      guard try columns.columnIndex(id: id) != nil else {
        throw cursor.corrupt("the table is sorted by column \(id), which is missing")
      }
      keys.append(SortKey(sourceID: id, isDescending: flags & 1 == 1))
    }
    return SortOrder(keys: keys)
  }

  private static func manifests(
    _ start: ByteCursor, _ partitionings: [Partitioning], _ types: [[DataType]], version: UInt64
  ) throws(ColonnadeError) -> [ManifestReference] {
    var cursor = start
    let manifestCount = try count(&cursor, least: 72, "manifests")
    var manifests: [ManifestReference] = []
    manifests.reserveCapacity(manifestCount)
    for _ in 0..<manifestCount {
      let name = try cursor.readString(limit: 256)
      let fileByteCount = try cursor.readU64()
      let fileID = try cursor.readBytes(16).array
      let partitioningID = Int(try cursor.readU32())
      let content = try cursor.readU32() & 0xFF
      guard content == 0 else {
        throw ColonnadeError(
          .unsupportedFeature, "manifest content \(content) is not known to this version")
      }
      let addedVersion = try cursor.readU64()
      let entryCount = try cursor.readU64()
      let rowCount = try cursor.readU64()
      let byteCount = try cursor.readU64()
      let boundsCount = try count(&cursor, least: 1, "bounds")
      guard let index = partitionings.firstIndex(where: { $0.id == partitioningID }),
        boundsCount == types[index].count, addedVersion <= version
      else { throw cursor.corrupt("manifest '\(name)' does not fit the table's partitionings") }
      var bounds: [PartitionBounds] = []
      for type in types[index] { bounds.append(try partitionBounds(&cursor, type)) }
      manifests.append(
        ManifestReference(
          name: name, fileByteCount: fileByteCount, fileID: fileID,
          partitioningID: partitioningID, addedVersion: addedVersion, entryCount: entryCount,
          rowCount: rowCount, byteCount: byteCount, bounds: bounds))
    }
    return manifests
  }

  private static func partitionBounds(
    _ cursor: inout ByteCursor, _ type: DataType
  ) throws(ColonnadeError) -> PartitionBounds {
    let flags = try cursor.readU8()
    guard flags & 1 == 1 else {
      return PartitionBounds(isKnown: false, hasNull: true, hasNaN: true, range: nil)
    }
    var bounds = PartitionBounds(hasNull: flags & 2 != 0, hasNaN: flags & 4 != 0)
    if flags & 8 != 0 {
      var values: [Value] = []
      for _ in 0..<2 {
        let size = Int(try cursor.readU32())
        guard size <= PartitionBounds.maximumValueByteCount else {
          throw cursor.corrupt("a partition value's bound has \(size) bytes")
        }
        values.append(try ValueBytes.decoded(try cursor.readBytes(size), as: type))
      }
      bounds.range = (values[0], values[1])
    }
    return bounds
  }

  private static func namedCommits(
    _ start: ByteCursor, _ version: UInt64
  ) throws(ColonnadeError) -> NamedCommits {
    var cursor = start
    let firstVersion = try cursor.readU64()
    let commitCount = try count(&cursor, least: 12, "named commits")
    guard firstVersion >= 1, firstVersion <= version else {
      throw cursor.corrupt("the named commits of version \(version) start at \(firstVersion)")
    }
    var commits: [NamedCommits.Commit] = []
    for _ in 0..<commitCount {
      let version = try cursor.readU64()
      commits.append(
        NamedCommits.Commit(
          version: version, id: try cursor.readString(limit: maximumCommitIDByteCount)))
    }
    return NamedCommits(firstVersion: firstVersion, commits: commits)
  }
}
