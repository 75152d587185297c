// `colonnade verify`: reads everything there is and says what was checked.

import ArgumentParser
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery
import ColonnadeTable

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every checksum and everything that has to hold.",
    discussion: """
      Reads all of a version of a table, or of a file: checksums of metadata and data, every \
      page decoded, statistics and Bloom filters held against the values, counts of the \
      manifests held against the files. Ends with 4 where something is corrupt.

      Examples:
        colonnade verify flights
        colonnade verify flights --at 1 --json
        colonnade verify flights/data/0741418963aaab829d4d6a1259dc238d.cln
      """)

  @Argument(help: "A table's folder, or a .cln file.", completion: .file())
  var table: String

  @OptionGroup var version: VersionOptions
  @OptionGroup var metadata: MetadataOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let fileSystem = try FaultSetting.sharedFileSystem()
    let target = try ReadTarget.open(table, at: version.version, in: fileSystem)
    let progress = Progress(common.console, noun: "bytes", isAllowed: !common.noProgress)
    var verification = Verification(progress)
    switch target {
    case .table(let table): try verification.verify(table.snapshot)
    case .file(let file): try verification.verify(file)
    }
    progress.finish()
    try Process.cancellation.check()
    let output = ByteOutput(standardOutputOf: fileSystem)
    try output.write(metadata.json ? verification.json(target).text : verification.text(target))
    if !metadata.json {
      for problem in verification.problems { common.console.error(problem.description) }
    }
    guard verification.problems.isEmpty else { throw ExitCode(.corrupt) }
  }
}

/// What was checked, and what was found.
struct Verification {
  private let progress: Progress
  private(set) var problems: [ColonnadeError] = []
  private var unreadable: [String] = []
  private var rootCount = 0
  private var manifestCount = 0
  private var entryCount = 0
  private var fileCount = 0
  private var byteCount = 0
  private var rowCount: UInt64 = 0
  private var total = FileVerification()

  init(_ progress: Progress) { self.progress = progress }

  /// A version of a table.
  mutating func verify(_ snapshot: Snapshot) throws(ColonnadeError) {
    rootCount = 1
    try attempt { (verification) throws(ColonnadeError) in
      try verification.verify(try snapshot.rootFile(), isData: false)
      try snapshot.verifyParts()
    }
    for manifest in snapshot.root.manifests {
      manifestCount += 1
      try attempt { (verification) throws(ColonnadeError) in
        let path = try snapshot.folder.manifestPath(manifest.name)
        let file = try FileReader(path, in: snapshot.folder.fileSystem)
        try verification.verify(file, isData: false)
        guard file.header.fileID == manifest.fileID,
          UInt64(file.byteCount) == manifest.fileByteCount,
          UInt64(file.rowCount) == manifest.entryCount
        else {
          throw ColonnadeError(
            .corrupt, "the manifest is not the one the table's root names", file: path)
        }
      }
    }
    try attempt { (_) throws(ColonnadeError) in try snapshot.verifyOrder() }
    var entries: [TableEntry] = []
    try attempt { (_) throws(ColonnadeError) in entries = try snapshot.entries().entries }
    entryCount = entries.count
    let byFile = Dictionary(grouping: entries, by: \.path)
    for (path, entries) in byFile.sorted(by: { $0.key < $1.key }) {
      try attempt { (verification) throws(ColonnadeError) in
        let file = try FileReader(path, in: snapshot.folder.fileSystem)
        try verification.verify(file)
        for entry in entries { try Verification.check(entry, against: file) }
      }
      progress.update(
        share: Double(byteCount) / Double(max(1, snapshot.byteCount)), rowCount: byteCount,
        byteCount: 0)
    }
    if problems.isEmpty {
      let rows = entries.reduce(UInt64(0)) { $0 + $1.rowCount }
      guard rows == snapshot.rowCount else {
        report(
          ColonnadeError(
            .corrupt,
            "the manifests hold \(rows) rows and the table's root says \(snapshot.rowCount)",
            file: snapshot.folder.path))
        return
      }
    }
  }

  mutating func verify(_ file: FileReader) throws(ColonnadeError) {
    try verify(file, isData: true)
  }

  private mutating func verify(_ file: FileReader, isData: Bool) throws(ColonnadeError) {
    let found = try file.verify(cancellation: Process.cancellation)
    byteCount += file.byteCount
    if isData {
      fileCount += 1
      rowCount += UInt64(file.rowCount)
    }
    total.metadataBlockCount += found.metadataBlockCount
    total.dataBlockCount += found.dataBlockCount
    total.chunkCount += found.chunkCount
    total.pageCount += found.pageCount
    total.slotCount += found.slotCount
    total.statisticsCount += found.statisticsCount
    total.bloomFilterCount += found.bloomFilterCount
    for reason in found.unreadable where !unreadable.contains(reason) { unreadable.append(reason) }
    for problem in found.problems { report(problem) }
  }

  /// What a manifest says of a run of row groups has to be what stands in the file.
  private static func check(_ entry: TableEntry, against file: FileReader) throws(ColonnadeError) {
    func corrupt(_ what: String) -> ColonnadeError {
      ColonnadeError(.corrupt, "the table's manifest and the file differ: \(what)", file: file.path)
    }
    guard file.header.fileID == entry.fileID else { throw corrupt("it is another file") }
    guard file.byteCount == entry.fileByteCount else {
      throw corrupt("\(file.byteCount) bytes instead of \(entry.fileByteCount)")
    }
    guard entry.rowGroups.lowerBound >= 0, entry.rowGroups.upperBound <= file.rowGroupCount else {
      throw corrupt("row groups \(entry.rowGroups) of \(file.rowGroupCount)")
    }
    var rows = 0
    for index in entry.rowGroups {
      let group = try file.rowGroup(at: index)
      if index == entry.rowGroups.lowerBound, Int(group.firstRow) != entry.firstRow {
        throw corrupt("row group \(index) starts at row \(group.firstRow)")
      }
      rows += group.rowCount
    }
    guard rows == entry.entryRowCount else {
      throw corrupt("\(rows) rows instead of \(entry.entryRowCount)")
    }
  }

  /// Runs one part; a fault of the data is a problem, one of the disk ends the work.
  private mutating func attempt(
    _ body: (inout Verification) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    do {
      try body(&self)
    } catch {
      if error.kind == .io || error.kind == .cancelled { throw error }
      report(error)
    }
  }

  private mutating func report(_ problem: ColonnadeError) {
    if problems.count < FileVerification.problemLimit { problems.append(problem) }
  }

  // MARK: words

  func text(_ target: ReadTarget) -> String {
    var checked: [String] = []
    if rootCount > 0 {
      checked.append(
        "1 root, \(HumanText.plural(manifestCount, "manifest")), "
          + HumanText.plural(entryCount, "entry", "entries"))
    }
    checked += [
      HumanText.plural(fileCount, "file") + " of rows, " + HumanText.bytes(byteCount),
      HumanText.plural(total.metadataBlockCount, "metadata block") + " and "
        + HumanText.plural(total.dataBlockCount, "data block") + " against their checksums",
      HumanText.plural(total.chunkCount, "column chunk") + ", "
        + HumanText.plural(total.pageCount, "page") + ", "
        + HumanText.plural(total.slotCount, "value") + " decoded",
      HumanText.plural(total.statisticsCount, "statistic") + " and "
        + HumanText.plural(total.bloomFilterCount, "Bloom filter") + " against the values",
    ]
    var text = TextWidth.safe(target.path) + ": "
    text +=
      problems.isEmpty
      ? "no fault found\n" : HumanText.plural(problems.count, "fault") + " found\n"
    for line in checked { text += "  checked " + line + "\n" }
    for reason in unreadable { text += "  not read: " + TextWidth.safe(reason) + "\n" }
    return text
  }

  func json(_ target: ReadTarget) -> JSONText {
    .object([
      ("table", .string(target.path)), ("isSound", .bool(problems.isEmpty)),
      ("manifests", .count(manifestCount)), ("entries", .count(entryCount)),
      ("files", .count(fileCount)), ("rows", .count(rowCount)), ("bytes", .count(byteCount)),
      ("metadataBlocks", .count(total.metadataBlockCount)),
      ("dataBlocks", .count(total.dataBlockCount)), ("chunks", .count(total.chunkCount)),
      ("pages", .count(total.pageCount)), ("values", .count(total.slotCount)),
      ("statistics", .count(total.statisticsCount)),
      ("bloomFilters", .count(total.bloomFilterCount)),
      ("unreadable", .list(unreadable.map { .string($0) })),
      ("problems", .list(problems.map { .string($0.description) })),
    ])
  }
}
