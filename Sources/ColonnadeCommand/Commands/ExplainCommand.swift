// `colonnade explain`: what a question skips at each level, and why.

import ArgumentParser
import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery
import ColonnadeTable

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show what a question skips at each level, and why.",
    discussion: """
      Plans the scan from metadata and reads no row; with --analyze it runs the scan too, drops \
      the rows, and shows what was read. 'whole' counts what matches as a whole, so that no \
      row of it is tested.

      Examples:
        colonnade explain flights --where 'month = 7 AND dep_delay > 600'
        colonnade explain flights --where "dest = 'ANC'" --select carrier --analyze
      """)

  @Argument(help: "A table's folder, or a .cln file.", completion: .file())
  var table: String

  @OptionGroup var projection: ProjectionOptions
  @OptionGroup var filter: FilterOptions

  @Flag(help: "Run the scan and show what it read.")
  var analyze = false

  @OptionGroup var version: VersionOptions
  @OptionGroup var metadata: MetadataOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let fileSystem = try FaultSetting.sharedFileSystem()
    let question = try Question(where: filter.predicate, select: projection.select)
    let target = try ReadTarget.open(table, at: version.version, in: fileSystem)
    let source = try target.source(in: fileSystem)
    try question.check(source.schema)
    let predicate = try question.predicate?.bind(source.schema)
    let columns = try ScanProjection(question.projection, schema: source.schema)
    let plan = try Scan.plan(source, projection: columns, predicate: predicate)
    var explanation = Explanation(
      target: target, predicate: filter.predicate, schema: source.schema,
      testedColumns: predicate?.columns ?? [], readColumns: columns.columns, plan: plan)
    if analyze {
      let metrics = ReadMetrics()
      explanation.actual = try Explanation.Actual(
        try Scan(
          try target.source(in: fileSystem, metrics: metrics), projection: columns,
          predicate: predicate, options: ScanOptions(cancellation: Process.cancellation)),
        metrics)
      try Process.cancellation.check()
    }
    let output = ByteOutput(standardOutputOf: fileSystem)
    if metadata.json {
      try output.write(explanation.json.text)
    } else {
      try explanation.show(to: output, style: .forReports(color: common.color))
    }
  }
}

/// What is known of a scan, before it and after.
struct Explanation {
  /// What a scan did.
  struct Actual {
    let report: ScanReport
    let seconds: Double
    /// Bytes of the batches handed out.
    let byteCount: Int
    let read: ReadMetrics

    /// Runs a scan and drops its rows.
    /// - Parameter read: what the scan's files count in.
    init(_ scan: Scan, _ read: ReadMetrics) throws(ColonnadeError) {
      self.read = read
      let start = Process.seconds
      var bytes = 0
      while let batch = try scan.next() { bytes += batch.byteCount }
      seconds = Process.seconds - start
      byteCount = bytes
      report = scan.metrics.report
    }
  }

  let target: ReadTarget
  let predicate: String?
  let schema: Schema
  let testedColumns: [Int]
  let readColumns: [Int]
  let plan: ScanReport
  var actual: Actual?

  // MARK: for people

  func show(to output: ByteOutput, style: TableStyle) throws(ColonnadeError) {
    var head = TextWidth.safe(target.path)
    if case .table(let table) = target { head += ", version \(table.snapshot.version)" }
    head += ": \(HumanText.plural(plan.rowsTotal, "row"))\n"
    head += "where   " + (predicate.map { TextWidth.safe($0) } ?? "every row") + "\n"
    if predicate != nil { head += "tests   " + names(testedColumns) + "\n" }
    head += "reads   " + names(readColumns) + "\n\n"
    try output.write(head)

    var levels = ReportTable(["level", "there>", "skipped>", "whole>", "left>"])
    for level in shownLevels {
      let counts = plan[level]
      levels.append([
        level.name, HumanText.count(counts.considered), HumanText.count(counts.pruned),
        HumanText.count(counts.matchedWhole), HumanText.count(counts.kept),
      ])
    }
    levels.append([
      "rows", HumanText.count(plan.rowsTotal), HumanText.count(plan.rowsTotal - plan.rowsRead),
      nil, HumanText.count(plan.rowsRead),
    ])
    try levels.show(to: output, style: style)

    var reasons = ReportTable(["skipped>", "because of"])
    for level in shownLevels {
      for (reason, count) in Explanation.sorted(plan[level].reasons) {
        reasons.append([HumanText.plural(count, String(level.name.dropLast())), reason])
      }
    }
    if !reasons.isEmpty {
      try output.write("\n")
      try reasons.show(to: output, style: style)
    }
    try output.write(
      "\nestimated: " + HumanText.plural(plan.rowsRead, "row") + " to read, "
        + HumanText.percent(plan.rowsRead, of: plan.rowsTotal) + " of all\n")
    if let actual { try output.write(text(actual) + "\n") }
  }

  private func text(_ actual: Actual) -> String {
    let report = actual.report
    var text = "actual:    " + HumanText.plural(report.rowsRead, "row") + " read, "
    text += HumanText.count(report.rowsReturned) + " returned"
    if report.projectionsSkipped > 0 {
      text +=
        "; " + HumanText.plural(report.projectionsSkipped, "batch", "batches")
        + " without a match, of which only the tested columns were read"
    }
    text += "\n           " + HumanText.plural(actual.read.pageCount, "page") + ", "
    text += HumanText.bytes(actual.read.byteCount) + " of "
    text += HumanText.bytes(target.byteCount) + " of files"
    return text + ", in \(HumanText.seconds(actual.seconds))"
  }

  private var shownLevels: [ScanLevel] {
    ScanLevel.allCases.filter { plan[$0].considered > 0 }
  }

  private func names(_ columns: [Int]) -> String {
    if columns.isEmpty { return "no column" }
    if columns.count == schema.fields.count, columns.count > 8 {
      return "all \(columns.count) columns"
    }
    return columns.map { TextWidth.safe(schema.fields[$0].name) }.joined(separator: ", ")
  }

  /// The reasons that skipped most, first.
  private static func sorted(_ reasons: [String: Int]) -> [(String, Int)] {
    reasons.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }

  // MARK: for programs

  var json: JSONText {
    var parts: [(String, JSONText)] = [("table", .string(target.path))]
    if case .table(let table) = target {
      parts.append(("version", .count(table.snapshot.version)))
    }
    parts += [
      ("where", .optional(predicate)),
      ("testedColumns", .list(testedColumns.map { .string(schema.fields[$0].name) })),
      ("readColumns", .list(readColumns.map { .string(schema.fields[$0].name) })),
      ("plan", Explanation.json(plan)),
    ]
    if let actual {
      parts.append(("actual", Explanation.json(actual.report)))
      parts.append(("seconds", .number(actual.seconds)))
      parts.append(("bytesReturned", .count(actual.byteCount)))
      parts.append(("bytesRead", .count(actual.read.byteCount)))
      parts.append(("pagesRead", .count(actual.read.pageCount)))
      parts.append(("blocksVerified", .count(actual.read.verifiedBlockCount)))
    }
    return .object(parts)
  }

  private static func json(_ report: ScanReport) -> JSONText {
    .object([
      ("rows", .count(report.rowsTotal)), ("rowsRead", .count(report.rowsRead)),
      ("rowsReturned", .count(report.rowsReturned)),
      ("projectionsSkipped", .count(report.projectionsSkipped)),
      (
        "levels",
        .list(
          ScanLevel.allCases.map { level in
            let counts = report[level]
            return .object([
              ("level", .string(level.name)), ("considered", .count(counts.considered)),
              ("skipped", .count(counts.pruned)), ("whole", .count(counts.matchedWhole)),
              ("left", .count(counts.kept)),
              (
                "reasons",
                .list(
                  sorted(counts.reasons).map {
                    .object([("because", .string($0.0)), ("count", .count($0.1))])
                  })
              ),
            ])
          })
      ),
    ])
  }
}
