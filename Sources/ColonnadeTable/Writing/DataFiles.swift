// The data files of one commit: row groups are encoded on all cores and stand in the files in the
// order they were handed in, whatever the number of threads.
// Invariants: a file that is finished is durable; entries are runs of row groups of one partition
// that follow each other in one file.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// Writes row groups to files of one table.
final class DataFiles {
  /// A run of row groups on its way to an entry.
  private struct Run {
    var partition: Int
    var rowGroups: Range<Int>
    var firstRow: Int
    var rowCount: Int
    var byteCount: Int
    var statistics: [Statistics]
  }

  private struct Finished {
    var name: String
    var summary: FileSummary
    var runs: [Run]
  }

  /// A row group ready to be placed in the file it was encoded for.
  private struct EncodedDraft: Sendable {
    var partition: Int
    var group: EncodedRowGroup
  }

  let layout: ManifestLayout
  private let folder: TableFolder
  private let schema: Schema
  private let options: TableWriteOptions
  private let fileOptions: FileWriterOptions
  private let sortColumns: [(index: Int, isDescending: Bool)]
  private let partitionValues: (Int) -> [Value]

  private var writer: FileWriter?
  private var writerName = ""
  private var runs: [Run] = []
  /// Encoded and not yet written.
  private var waiting: [EncodedDraft] = []
  private var finished: [Finished] = []
  /// Every file begun, so that it can be removed.
  private var names: [String] = []
  private var manifestNames: [String] = []

  /// - Parameter partitionValues: of a partition's number.
  init(
    folder: TableFolder, schema: Schema, partitioning: Partitioning, sortOrder: SortOrder,
    options: TableWriteOptions, partitionValues: @escaping (Int) -> [Value]
  ) throws(ColonnadeError) {
    self.folder = folder
    self.schema = schema
    self.options = options
    self.partitionValues = partitionValues
    layout = ManifestLayout(
      schema: schema, partitioning: partitioning, partTypes: try partitioning.types(in: schema),
      sortOrder: sortOrder)
    sortColumns = sortOrder.keys.compactMap { key in
      schema.fields.firstIndex { $0.id == key.sourceID }.map { ($0, key.isDescending) }
    }
    for name in options.bloomFilterColumns {
      _ = try schema.field(named: name, for: "the list of Bloom filters")
    }
    var fileOptions = FileWriterOptions()
    switch options.profile {
    case .fast: fileOptions.encoding = EncodingOptions(profile: .fast)
    case .balanced: fileOptions.encoding = EncodingOptions(profile: .balanced)
    case .archive: fileOptions.encoding = EncodingOptions(profile: .archive)
    }
    fileOptions.writer = options.writerName
    fileOptions.bloomFilterColumns = Set(options.bloomFilterColumns)
    self.fileOptions = fileOptions
  }

  /// True where no row group was written.
  var isEmpty: Bool { finished.isEmpty && writer == nil }
  var fileCount: Int { finished.count }
  var byteCount: Int { finished.reduce(0) { $0 + $1.summary.byteCount } }
  var entryCount: Int { finished.reduce(0) { $0 + $1.runs.count } }

  /// Sorts and encodes row groups; they stand in the file in this order. They are written while those
  /// that follow are encoded.
  func append(_ drafts: [RowGroupDraft]) throws(ColonnadeError) {
    guard !drafts.isEmpty else { return }
    let writer = try openWriter()
    let schema = self.schema
    let sortColumns = self.sortColumns
    let before = waiting
    waiting = []
    let first = before.isEmpty ? 0 : 1
    let written = Lock<[RowGroupSummary]>([])
    let encoded = ParallelResults<EncodedRowGroup>(count: drafts.count)
    try WorkerPool.shared.run(
      count: first + drafts.count, limit: options.threadCount, cancellation: options.cancellation
    ) { (turn) throws(ColonnadeError) in
      if turn < first {
        let summaries = try DataFiles.write(before, writer)
        written.withLock { $0 = summaries }
        return
      }
      let draft = drafts[turn - first]
      var batch = Batch(schema: schema, columns: draft.columns, rowCount: draft.rowCount)
      let keys = sortColumns.map {
        (column: draft.columns[$0.index], isDescending: $0.isDescending)
      }
      if let order = RowSorter(keys).permutation() { batch = batch.take(SelectionVector(order)) }
      encoded.set(turn - first, try writer.encode(rowGroup: batch))
    }
    add(written.withLock { $0 }, of: before)
    waiting = zip(drafts, encoded.takeAll()).map {
      EncodedDraft(partition: $0.partition, group: $1)
    }
    // Encoded for this file, they go to this file.
    let waitingByteCount = waiting.reduce(0) { $0 + $1.group.storedByteCount }
    if writer.byteCount + waitingByteCount >= options.fileByteCount { try finishFile() }
  }

  private static func write(
    _ groups: [EncodedDraft], _ writer: FileWriter
  ) throws(ColonnadeError) -> [RowGroupSummary] {
    var summaries: [RowGroupSummary] = []
    for encoded in groups { summaries.append(try writer.append(encoded.group)) }
    return summaries
  }

  private func add(_ summaries: [RowGroupSummary], of groups: [EncodedDraft]) {
    for (summary, encoded) in zip(summaries, groups) {
      add(summary, partition: encoded.partition)
    }
  }

  private func openWriter() throws(ColonnadeError) -> FileWriter {
    if let writer { return writer }
    writerName = folder.freshFileName()
    names.append(writerName)
    let fresh = try FileWriter(
      Path.join(folder.data, writerName), in: folder.fileSystem, schema: schema,
      options: fileOptions)
    writer = fresh
    return fresh
  }

  private func add(_ summary: RowGroupSummary, partition: Int) {
    let statistics = layout.measured.map { summary.statistics[$0.index] }
    if let last = runs.indices.last, runs[last].partition == partition {
      runs[last].rowGroups = runs[last].rowGroups.lowerBound..<summary.index + 1
      runs[last].rowCount += summary.rowCount
      runs[last].byteCount += summary.storedByteCount
      for index in statistics.indices { runs[last].statistics[index].merge(statistics[index]) }
      return
    }
    runs.append(
      Run(
        partition: partition, rowGroups: summary.index..<summary.index + 1,
        firstRow: summary.firstRow, rowCount: summary.rowCount,
        byteCount: summary.storedByteCount, statistics: statistics))
  }

  private func finishFile() throws(ColonnadeError) {
    guard let writer else { return }
    add(try DataFiles.write(waiting, writer), of: waiting)
    waiting = []
    finished.append(Finished(name: writerName, summary: try writer.finish(), runs: runs))
    self.writer = nil
    runs = []
  }

  /// Ends the last file; all of them are durable then, their folder is not.
  func finish() throws(ColonnadeError) { try finishFile() }

  /// The entries of all files, in the order of their rows.
  func entries() -> [NewEntry] {
    var entries: [NewEntry] = []
    for file in finished {
      for run in file.runs {
        entries.append(
          NewEntry(
            fileName: file.name, fileByteCount: file.summary.byteCount,
            fileID: file.summary.fileID, rowGroups: run.rowGroups, firstRow: run.firstRow,
            rowCount: run.rowCount, byteCount: run.byteCount, ordinal: entries.count,
            partition: partitionValues(run.partition), statistics: run.statistics))
      }
    }
    return entries
  }

  /// Has a manifest removed together with the files.
  func remember(manifest name: String) { manifestNames.append(name) }

  /// Removes everything that was written; what cannot be removed is a leftover.
  func remove() {
    writer?.abandon()
    writer = nil
    waiting = []
    let paths =
      names.map { Path.join(folder.data, $0) }
      + manifestNames.map { Path.join(folder.manifests, $0) }
    for path in paths {
      do { try folder.fileSystem.remove(path) } catch {}
    }
    names = []
    manifestNames = []
  }
}
