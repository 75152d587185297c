// `colonnade write`: text or Arrow in, one commit of a table out.

import ArgumentParser
import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeIngest
import ColonnadeQuery
import ColonnadeTable

/// What happens to a table that exists.
enum WriteMode: String, CaseIterable, ExpressibleByArgument, Sendable {
  case create, append
}

/// How much time is spent on small files.
enum ProfileChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
  case fast, balanced, archive
}

struct WriteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "write",
    abstract: "Write CSV, TSV, JSON Lines or Arrow as rows of a table.",
    discussion: """
      Delimiter, quotes, header and types are found from the text, a type that every row has; a \
      schema file and the options below override what is found. A value that does not fit is an \
      error that names its line, unless --rejects takes it. Arrow streams and files bring their \
      schema with them. The rows appear all at once, in one commit, or not at all. Input may be \
      gzip or zstd.

      Examples:
        colonnade write flights flights.csv --partition-by month
        colonnade write flights late.csv.gz --mode append --commit-id 2013-12
        colonnade write events - --input-format jsonl --sort-by 'user, ts' \\
            --partition-by 'model, day(ts), bucket(16, user)' < events.jsonl
        program | colonnade write results - --input-format arrow
        colonnade write numbers data.tsv --schema columns.txt --null NA \\
            --rejects bad.jsonl
      """)

  @Argument(help: "The table's folder.", completion: .directory)
  var table: String

  @Argument(help: "Files to read, in this order; - is standard input.", completion: .file())
  var inputs: [String]

  @Option(help: "create a table, or append to one.")
  var mode: WriteMode = .create

  @Option(
    help: ArgumentHelp(
      "How rows are split: columns, or year, month, day, hour, bucket(count, c), truncate(width, c) of them.",
      valueName: "terms"))
  var partitionBy: String?

  @Option(
    help: ArgumentHelp(
      "Order of rows within a partition's row groups: 'user, ts desc'.", valueName: "columns"))
  var sortBy: String?

  @Option(
    help: ArgumentHelp(
      "Names the commit: written again, nothing happens twice.", valueName: "id"))
  var commitId: String?

  @Option(help: "fast, balanced or archive: time spent on making files small.")
  var profile: ProfileChoice = .balanced

  @Option(
    help: ArgumentHelp(
      "Columns that are looked up by exact value and get Bloom filters.", valueName: "columns"))
  var bloomFilters: String?

  @Option(help: ArgumentHelp("Threads at most.", valueName: "count"))
  var threads: Int?

  @Option(help: ArgumentHelp("Memory for rows on their way, like 512M or 2GiB.", valueName: "size"))
  var memory: String?

  @OptionGroup var input: InputOptions
  @OptionGroup var metadata: MetadataOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if inputs.isEmpty { throw ValidationError("name an input, or - for standard input") }
    if let threads, threads < 1 { throw ValidationError("--threads takes a count, not \(threads)") }
    if let memory, SizeText.parse(memory) == nil {
      throw ValidationError("--memory takes a size like 512M or 2GiB, not '\(memory)'")
    }
    if mode == .append, partitionBy != nil || sortBy != nil {
      throw ValidationError("a table keeps its partitioning and order; leave them out to append")
    }
  }

  func run() throws {
    let fileSystem = try FaultSetting.sharedFileSystem()
    if let threads { WorkerPool.shared.setThreadCount(threads) }
    try refuseRejectsAsInput(fileSystem)
    let existing: Table?
    switch mode {
    case .create:
      if try Table.exists(table, in: fileSystem) {
        throw ColonnadeError(
          .invalidArgument, "there is a table already", file: table,
          hint: "add rows to it with --mode append, or choose another path")
      }
      existing = nil
    case .append: existing = try Table.open(table, in: fileSystem)
    }
    var rejects: RejectsFile?
    if let path = input.rejects { rejects = try RejectsFile(path, in: fileSystem) }
    let progress = Progress(common.console, noun: "rows", isAllowed: !common.noProgress)
    defer { progress.finish() }
    var opened: [IngestInput] = []
    for path in inputs {
      opened.append(
        try IngestInput(
          path: path, fileSystem: fileSystem, cancellation: Process.cancellation))
    }
    var options = try input.ingestOptions(schema: try existing?.snapshot.schema, in: fileSystem)
    // Most files hold to the end what they begin with: reading them once is tried first. What was
    // set aside cannot be taken back.
    options.looksAtStartOnly = rejects == nil
    var written = try ingest(opened, options, into: existing, rejects, progress, fileSystem)
    if written == nil {
      options.looksAtStartOnly = false
      written = try ingest(opened, options, into: existing, rejects, progress, fileSystem)
    }
    guard let (source, writer) = written else {
      preconditionFailure("a whole look settles the types")
    }
    try Process.cancellation.check()
    // What was set aside is safe before the rest is said to be done.
    try rejects?.finish()
    let outcome = try writer.commit(commitID: commitId)
    progress.finish()
    try report(outcome, writer, source, seconds: progress.seconds, fileSystem)
    // An interrupt that came too late stopped nothing: 130 would have the rows written again.
    throw ExitCode.success
  }

  /// Reads all rows into a writer that has yet to commit.
  /// - Returns: nil where the types found at the start of the input are not those of all of it;
  ///   nothing is left behind then.
  private func ingest(
    _ inputs: [IngestInput], _ options: IngestOptions, into existing: Table?,
    _ rejects: RejectsFile?, _ progress: Progress, _ fileSystem: any FileSystem
  ) throws -> (source: IngestSource, writer: TableWriter)? {
    let source: IngestSource
    if let rejects {
      source = try Ingest.open(
        inputs: inputs, options: options, cancellation: Process.cancellation,
        rejects: rejects.append)
    } else {
      source = try Ingest.open(
        inputs: inputs, options: options, cancellation: Process.cancellation)
    }
    let writer: TableWriter
    do {
      writer = try self.writer(on: existing, schema: source.schema, fileSystem)
    } catch {
      // What does not suit these types may suit others.
      if source.hasUnprovedTypes { return nil }
      throw error
    }
    do {
      while let batch = try source.next() {
        try Process.cancellation.check()
        try writer.write(batch)
        progress.update(
          share: source.byteCount.map { $0 > 0 ? Double(source.bytesRead) / Double($0) : 1 },
          rowCount: source.rowsRead, byteCount: source.bytesRead)
      }
    } catch {
      guard source.needsWholeLook else { throw error }
      source.stop()
      writer.abandon()
      return nil
    }
    return (source, writer)
  }

  private func writer(
    on existing: Table?, schema: Schema, _ fileSystem: any FileSystem
  ) throws(ColonnadeError) -> TableWriter {
    var options = TableWriteOptions()
    options.profile = WriteProfile(rawValue: profile.rawValue) ?? .balanced
    options.threadCount = threads
    options.cancellation = Process.cancellation
    if let size = memory.flatMap(SizeText.parse) { options.memoryByteCount = size }
    if let bloomFilters {
      options.bloomFilterColumns = try ColumnList.parse(bloomFilters, option: "--bloom-filters")
    }
    options.writerName = "colonnade \(RootCommand.version)"
    if let existing { return try existing.append(options: options) }
    return try Table.create(
      table, schema: schema, partitionedBy: partitionBy ?? "", sortedBy: sortBy ?? "",
      options: options, in: fileSystem)
  }

  private func refuseRejectsAsInput(_ fileSystem: any FileSystem) throws(ColonnadeError) {
    guard let rejects = input.rejects else { return }
    for path in inputs where path != "-" {
      try OutputOptions.refuse(rejects, of: "--rejects", asWellAs: path, in: fileSystem)
    }
  }

  /// What was done, on standard error; as JSON, on standard output.
  private func report(
    _ outcome: CommitOutcome, _ writer: TableWriter, _ source: IngestSource, seconds: Double,
    _ fileSystem: any FileSystem
  ) throws(ColonnadeError) {
    let snapshot = outcome.snapshot
    if metadata.json {
      let output = ByteOutput(standardOutputOf: fileSystem)
      try output.write(
        JSONText.object([
          ("table", .string(table)), ("version", .count(snapshot.version)),
          ("commitID", .string(snapshot.commitID)),
          ("wasAlreadyCommitted", .bool(outcome.wasAlreadyCommitted)),
          ("rowsRead", .count(source.rowsRead)), ("rowsWritten", .count(writer.rowCount)),
          ("rowsRejected", .count(source.rowsRejected)), ("bytesRead", .count(source.bytesRead)),
          ("rows", .count(snapshot.rowCount)), ("files", .count(snapshot.fileCount)),
          ("bytes", .count(snapshot.byteCount)), ("seconds", .number(seconds)),
        ]).text)
      return
    }
    if outcome.wasAlreadyCommitted {
      common.console.note(
        "commit '\(TextWidth.safe(snapshot.commitID))' was made before, as version "
          + "\(snapshot.version); nothing was written")
      return
    }
    var text = HumanText.plural(source.rowsRead, "row") + " read, "
    text += HumanText.plural(writer.rowCount, "row") + " written"
    if source.rowsRejected > 0 || input.rejects != nil {
      text += ", \(HumanText.count(source.rowsRejected)) rejected"
    }
    text +=
      "; version \(snapshot.version) has \(HumanText.plural(snapshot.rowCount, "row")) in "
      + HumanText.plural(snapshot.fileCount, "file") + ", " + HumanText.bytes(snapshot.byteCount)
      + " (\(HumanText.seconds(seconds))"
    if seconds > 0.5 {
      text += ", " + HumanText.bytes(Int(Double(source.bytesRead) / seconds)) + "/s"
    }
    common.console.note(text + ")")
  }
}

/// Records set aside, as JSON Lines; the file appears when all are known.
private final class RejectsFile {
  private let output: ByteOutput
  private var buffer = TextBuffer(capacity: 64 << 10)

  init(_ path: String, in fileSystem: any FileSystem) throws(ColonnadeError) {
    output = try ByteOutput(path: path, in: fileSystem)
  }

  func append(_ record: BadRecord) throws(ColonnadeError) {
    unsafe record.json.withUnsafeBytes { unsafe buffer.append(bytes: $0) }
    try output.flushIfLarge(&buffer)
  }

  func finish() throws(ColonnadeError) {
    try output.flush(&buffer)
    try output.finish()
  }
}
