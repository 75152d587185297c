// Rows on their way into a table: batches are divided among partitions, full row groups are sorted
// and encoded on all cores, data files are written, and one commit makes all of it true.
// Invariants: nothing shows before `commit` returned; whatever happens before that, the table is as
// it was; a writer that ends without a commit removes what it wrote.
// Spec: spec/table.md, "Publishing".

public import ColonnadeArrays
public import ColonnadeBase

/// Writes rows into a table; one commit, then it is done. Not safe to share between threads.
public final class TableWriter {
  private enum State {
    case open
    /// An error ended it; what it wrote is removed.
    case failed
    case done
  }

  package let folder: TableFolder
  /// The table's columns, with ids.
  public let schema: Schema
  public let partitioning: Partitioning
  public let sortOrder: SortOrder
  /// Rows written so far.
  public private(set) var rowCount: UInt64 = 0

  /// The version that rows are added to; `nil` where the table is being made.
  private let base: SnapshotRoot?
  private let properties: [MetadataEntry]
  private let options: TableWriteOptions
  private let naming: ExclusiveNaming
  private let router: PartitionRouter
  private let files: DataFiles
  private var state = State.open
  private var mapping: (schema: Schema, mapping: BatchMapping)?
  private var drafts: [RowGroupDraft] = []
  private var draftByteCount = 0
  /// Folders this writer made, outermost first.
  private let madeFolders: [String]

  /// Drafts are encoded together once they have as many bytes: those of the smallest drafts that memory
  /// alone cuts, one for each of up to four threads. More are not held, since what waits is memory that
  /// others cannot use again.
  private let encodedTogetherByteCount: Int
  private static let encodedTogetherCount = 256

  init(
    folder: TableFolder, base: SnapshotRoot?, schema: Schema, partitioning: Partitioning,
    sortOrder: SortOrder, properties: [MetadataEntry], options: TableWriteOptions,
    madeFolders: [String]
  ) throws(ColonnadeError) {
    self.folder = folder
    self.base = base
    self.schema = schema
    self.partitioning = partitioning
    self.sortOrder = sortOrder
    self.properties = properties
    self.options = options
    self.madeFolders = madeFolders
    encodedTogetherByteCount =
      min(4, max(1, options.threadCount ?? WorkerPool.shared.threadCount))
      * PartitionRouter.Limits().leastRowGroupByteCount
    router = try PartitionRouter(
      schema: schema, partitioning: partitioning,
      limits: PartitionRouter.Limits(
        rowGroupRowCount: max(1, min(options.rowGroupRowCount, 1 << 20)),
        budget: max(1 << 20, options.memoryByteCount)))
    let router = self.router
    files = try DataFiles(
      folder: folder, schema: schema, partitioning: partitioning, sortOrder: sortOrder,
      options: options, partitionValues: { router.values(of: $0) })
    naming = try folder.exclusiveNaming()
    folder.fileSystem.reach(CommitTransition.started.rawValue)
  }

  deinit {
    if state == .open { cleanUp() }
  }

  // MARK: rows

  /// Adds the rows of `batch`. Columns are found by name; one that the batch lacks is null.
  /// - Throws: `.schemaMismatch` where a column does not fit, `.io` where writing fails,
  ///   `.cancelled`; the writer has ended then, and the table is as it was.
  public func write(_ batch: Batch) throws(ColonnadeError) {
    try checkOpen()
    do throws(ColonnadeError) {
      try options.cancellation?.check()
      let columns = try mapping(of: batch.schema).columns(of: batch)
      try router.route(Batch(schema: schema, columns: columns, rowCount: batch.rowCount)) {
        (draft) throws(ColonnadeError) in try take(draft)
      }
      rowCount += UInt64(batch.rowCount)
    } catch {
      fail()
      throw error
    }
  }

  private func mapping(of batch: Schema) throws(ColonnadeError) -> BatchMapping {
    if let mapping, mapping.schema == batch { return mapping.mapping }
    let fresh = try BatchMapping(from: batch, to: schema)
    mapping = (batch, fresh)
    return fresh
  }

  private func take(_ draft: RowGroupDraft) throws(ColonnadeError) {
    drafts.append(draft)
    draftByteCount += draft.byteCount
    if draftByteCount >= encodedTogetherByteCount
      || drafts.count >= TableWriter.encodedTogetherCount
    {
      try encodeDrafts()
    }
  }

  private func encodeDrafts() throws(ColonnadeError) {
    let ready = drafts
    drafts = []
    draftByteCount = 0
    try files.append(ready)
  }

  // MARK: the end

  /// Makes the rows a new version of the table; the writer is done then.
  /// - Parameter commitID: names the commit, so that running it again publishes it once at most;
  ///   1 to 256 bytes. `nil` draws a random one.
  /// - Throws: `.commitConflict` where others changed the table so that the rows do not fit any
  ///   more, `.commitUnknown` where the rows may have been published or not; other errors mean that
  ///   they were not.
  public func commit(commitID: String? = nil) throws(ColonnadeError) -> CommitOutcome {
    try checkOpen()
    do throws(ColonnadeError) {
      if let commitID, !(1...SnapshotRoot.maximumCommitIDByteCount).contains(commitID.utf8.count) {
        throw ColonnadeError(
          .invalidArgument,
          "a commit id has 1 to \(SnapshotRoot.maximumCommitIDByteCount) bytes")
      }
      try router.finish { (draft) throws(ColonnadeError) in try take(draft) }
      try encodeDrafts()
      try files.finish()
      // From here on what is done cannot be undone.
      try options.cancellation?.check()
      let outcome = try publish(commitID)
      if outcome.wasAlreadyCommitted { cleanUp() }
      state = .done
      return outcome
    } catch {
      if error.kind == .commitUnknown {
        // What was written may be part of the table.
        state = .done
      } else {
        fail()
      }
      throw error
    }
  }

  /// Ends without a commit and removes what was written.
  public func abandon() {
    guard state == .open else { return }
    fail()
  }

  private func publish(_ commitID: String?) throws(ColonnadeError) -> CommitOutcome {
    let fileSystem = folder.fileSystem
    fileSystem.reach(CommitTransition.dataWritten.rawValue)
    if !files.isEmpty { try fileSystem.synchronizeFolder(folder.data) }
    fileSystem.reach(CommitTransition.dataSynced.rawValue)

    let identifier = commitID ?? fileSystem.randomName()
    let manifests = ManifestStore(folder: folder)
    let new: ManifestReference? =
      files.isEmpty
      ? nil
      : try manifests.write(
        try files.layout.batch(of: files.entries()), layout: files.layout, addedVersion: 0)
    if let new { files.remember(manifest: new.name) }
    let publisher = Publisher(
      folder: folder, naming: naming, commitID: identifier, isNamed: commitID != nil,
      maximumAttemptCount: base == nil ? 1 : Publisher.attemptCount)
    let parent = try base.map { (base) throws(ColonnadeError) in try folder.latestRoot(after: base)
    }
    return try publisher.publish(on: parent) { (parent) throws(ColonnadeError) in
      var root = try nextRoot(on: parent, identifier, isNamed: commitID != nil)
      if var new {
        new.addedVersion = root.version
        root.manifests.append(new)
      }
      let merged = try manifests.compact(&root)
      return (root, merged)
    }
  }

  /// The root that follows `parent`, its manifests not yet this commit's.
  private func nextRoot(
    on parent: SnapshotRoot?, _ commitID: String, isNamed: Bool
  ) throws(ColonnadeError) -> SnapshotRoot {
    let fileSystem = folder.fileSystem
    if let parent {
      guard try parent.schema == schema, parent.partitioning == partitioning,
        parent.sortOrder == sortOrder
      else {
        throw ColonnadeError(
          .commitConflict, "the table's columns or its partitioning changed since writing began",
          file: folder.path, hint: "run it again")
      }
    }
    let version = (parent?.version ?? 0) + 1
    let named = try parent?.namedCommits ?? NamedCommits(firstVersion: 1, commits: [])
    return SnapshotRoot(
      tableID: parent?.tableID ?? fileSystem.randomBytes(16),
      rootID: fileSystem.randomBytes(16), version: version,
      parentVersion: parent?.version ?? 0,
      commitTime: max(fileSystem.now, (parent?.commitTime ?? Int64.min) &+ 1),
      operation: base == nil ? .create : .append, commitID: commitID, isNamed: isNamed,
      writer: options.writerName, rowCount: (parent?.rowCount ?? 0) + rowCount,
      entryCount: (parent?.entryCount ?? 0) + UInt64(files.entryCount),
      fileCount: (parent?.fileCount ?? 0) + UInt64(files.fileCount),
      byteCount: (parent?.byteCount ?? 0) + UInt64(files.byteCount), addedRowCount: rowCount,
      nextColumnID: parent?.nextColumnID ?? (schema.largestID ?? 0) + 1,
      nextPartitionFieldID: parent?.nextPartitionFieldID
        ?? PartitionField.firstID + partitioning.fields.count,
      columns: schema, partitioningID: partitioning.id,
      partitionings: parent?.partitionings ?? [partitioning], sortOrder: sortOrder,
      manifests: parent?.manifests ?? [],
      commits: .known(named.following(version: version, commitID: commitID, isNamed: isNamed)),
      storedProperties: .known(try parent?.properties ?? properties))
  }

  private func checkOpen() throws(ColonnadeError) {
    guard state == .open else {
      throw ColonnadeError(
        .invalidArgument, "the writer of the table has ended", file: folder.path,
        hint: "open another one")
    }
  }

  private func fail() {
    state = .failed
    drafts = []
    cleanUp()
  }

  /// Removes what no root can reach; what cannot be removed is a leftover that readers ignore.
  private func cleanUp() {
    files.remove()
    guard base == nil else { return }
    for path in [folder.snapshots, folder.manifests, folder.data] + madeFolders.reversed() {
      do { try folder.fileSystem.removeFolder(path) } catch {}
    }
  }
}

extension TableFolder {
  /// The latest root, which is `base` or a later one.
  func latestRoot(after base: SnapshotRoot) throws(ColonnadeError) -> SnapshotRoot {
    guard let latest = try listedVersions().last, latest > base.version else { return base }
    return try settledRoot(latest)
  }
}
