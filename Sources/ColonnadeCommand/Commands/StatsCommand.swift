// `colonnade stats`: what is known of each column without reading a row.

import ArgumentParser
import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery
import ColonnadeTable

struct StatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Show least and greatest values, nulls and bytes of each column.",
    discussion: """
      From metadata alone; no row is read unless --exact asks for it. A bound that was cut or \
      widened when it was stored is marked: least with ≥, greatest with ≤. Of lists and maps, \
      bounds are of their length.

      Examples:
        colonnade stats flights
        colonnade stats flights --select 'dep_delay, arr_delay' --json
      """)

  @Argument(help: "A table's folder, or a .cln file.", completion: .file())
  var table: String

  @Flag(help: "Read rows where metadata does not tell a bound exactly.")
  var exact = false

  @OptionGroup var projection: ProjectionOptions
  @OptionGroup var version: VersionOptions
  @OptionGroup var metadata: MetadataOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let fileSystem = try FaultSetting.sharedFileSystem()
    let target = try ReadTarget.open(table, at: version.version, in: fileSystem)
    let question = try Question(where: nil, select: projection.select)
    try question.check(target.columns)
    var statistics = try ColumnStatistics(
      target, select: question.projection, cancellation: Process.cancellation)
    if exact { try statistics.settle(in: fileSystem, cancellation: Process.cancellation) }
    let output = ByteOutput(standardOutputOf: fileSystem)
    if metadata.json {
      try output.write(statistics.json.text)
    } else {
      try show(statistics, output)
    }
  }

  private func show(
    _ statistics: ColumnStatistics, _ output: ByteOutput
  ) throws(ColonnadeError) {
    var report = ReportTable([
      "column", "type", "least", "greatest", "nulls>", "stored>", "raw>", "ratio>",
    ])
    let summaries = statistics.summaries
    for summary in summaries {
      let statistics = summary.statistics
      let (stored, raw) = (summary.storedByteCount, summary.rawByteCount)
      report.append([
        summary.field.name, "\(summary.field.type)",
        StatsCommand.bound(statistics?.minimum, "≥ ", summary.field.type),
        StatsCommand.bound(statistics?.maximum, "≤ ", summary.field.type),
        statistics?.nullCount.map { nulls in
          nulls == 0 ? "0" : HumanText.percent(nulls, of: statistics?.count ?? 0)
        },
        HumanText.bytes(stored), HumanText.bytes(raw),
        stored == 0 ? nil : HumanText.fixed(Double(raw) / Double(stored), places: 1) + "×",
      ])
    }
    try report.show(to: output, style: TableStyle.forReports(color: common.color))
    let stored = summaries.reduce(0) { $0 + $1.storedByteCount }
    let raw = summaries.reduce(0) { $0 + $1.rawByteCount }
    try output.write(
      HumanText.plural(statistics.target.rowCount, "row") + ", \(HumanText.bytes(stored)) of "
        + "\(HumanText.bytes(raw)) of values\n")
  }

  /// A bound as people read it.
  static func bound(_ bound: Statistics.Bound?, _ mark: String, _ type: DataType) -> String? {
    guard let bound else { return nil }
    return (bound.isExact ? "" : mark) + bound.value.text(as: type.isNested ? .int64 : type)
  }
}

extension TableStyle {
  /// Reports on standard output.
  static func forReports(color: ColorChoice) -> TableStyle {
    TableStyle(
      hasBox: false, isUnicode: OutputOptions.takesUnicode, hasColor: color.allows(.output),
      width: StandardStream.output.terminalWidth, rowLimit: nil, isReport: true)
  }
}
