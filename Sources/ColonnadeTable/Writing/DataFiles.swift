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

  /// Sorts, encodes and writes row groups; they stand in the file in this order.
  func append(_ drafts: [RowGroupDraft]) throws(ColonnadeError) {
    guard !drafts.isEmpty else { return }
    let writer = try openWriter()
    let schema = self.schema
    let sortColumns = self.sortColumns
    let encoded = Lock([EncodedRowGroup?](repeating: nil, count: drafts.count))
    try WorkerPool.shared.run(
      count: drafts.count, limit: options.threadCount, cancellation: options.cancellation
    ) { (index) throws(ColonnadeError) in
      let draft = drafts[index]
      var batch = Batch(schema: schema, columns: draft.columns, rowCount: draft.rowCount)
      let keys = sortColumns.map {
        (column: draft.columns[$0.index], isDescending: $0.isDescending)
      }
      if let order = RowSorter(keys).permutation() { batch = batch.take(SelectionVector(order)) }
      let group = try writer.encode(rowGroup: batch)
      encoded.withLock { $0[index] = group }
    }
    let groups = encoded.withLock { $0 }
    for (draft, group) in zip(drafts, groups) {
      guard let group else { continue }
      add(try writer.append(group), partition: draft.partition)
    }
    if writer.byteCount >= options.fileByteCount { try finishFile() }
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
