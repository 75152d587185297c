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
    try question.check(target.columns)
    let explanation = try Explanation(
      target, where: question.predicate, select: question.projection,
      options: ScanOptions(cancellation: Process.cancellation), analyzing: analyze,
      in: fileSystem)
    try Process.cancellation.check()
    let output = ByteOutput(standardOutputOf: fileSystem)
    if metadata.json {
      try output.write(explanation.json.text)
    } else {
      try explanation.show(to: output, style: .forReports(color: common.color))
    }
  }
}

extension Explanation {
  /// As people read it.
  func show(to output: ByteOutput, style: TableStyle) throws(ColonnadeError) {
    var head = TextWidth.safe(target.path)
    if case .table(let table) = target { head += ", version \(table.snapshot.version)" }
    head += ": \(HumanText.plural(plan.rowsTotal, "row"))\n"
    head += "where   " + (predicateText.map { TextWidth.safe($0) } ?? "every row") + "\n"
    if predicateText != nil { head += "tests   " + names(testedColumns) + "\n" }
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
      for (reason, count) in plan[level].sortedReasons {
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

  private func names(_ columns: [String]) -> String {
    if columns.isEmpty { return "no column" }
    if columns.count == columnCount, columns.count > 8 {
      return "all \(columns.count) columns"
    }
    return columns.map { TextWidth.safe($0) }.joined(separator: ", ")
  }
}
