// `colonnade count`: how many rows match; none is read where statistics tell.

import ArgumentParser
import ColonnadeBase
import ColonnadeQuery

struct CountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Count rows.",
    discussion: """
      Rows are read only where statistics do not tell whether they match.

      Examples:
        colonnade count flights
        colonnade count flights --where 'dep_delay > 60 AND month = 7'
      """)

  @Argument(help: "A table's folder, or a .cln file.", completion: .file())
  var table: String

  @OptionGroup var filter: FilterOptions
  @OptionGroup var version: VersionOptions
  @OptionGroup var metadata: MetadataOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let fileSystem = try FaultSetting.sharedFileSystem()
    let question = try Question(where: filter.predicate, select: nil)
    let target = try ReadTarget.open(table, at: version.version, in: fileSystem)
    let source = try target.source(in: fileSystem)
    try question.check(source.columns)
    let count = try Scan.count(
      source, predicate: try question.predicate?.bind(source.columns),
      options: ScanOptions(cancellation: Process.cancellation))
    try Process.cancellation.check()
    let output = ByteOutput(standardOutputOf: fileSystem)
    try output.write(
      metadata.json ? JSONText.object([("rows", .count(count))]).text : "\(count)\n")
  }
}
