// `colonnade take` and `colonnade sample`: rows by their numbers.

import ArgumentParser
import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery

struct TakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "take",
    abstract: "Write rows named by their numbers.",
    discussion: """
      Rows are numbered in the order in which 'colonnade scan' writes them; the first is 0. They \
      are written in the order they are named; a number may come again. Only what holds them is \
      read. One version of a table always numbers its rows the same way; other versions may not.

      Examples:
        colonnade take flights 3 17 100-200
        colonnade take flights 5,4,3 --select 'carrier, flight' --format csv
        colonnade take flights --rows-from numbers.txt --at 1 -o rows.jsonl
      """)

  @Argument(help: "A table's folder, or a .cln file.", completion: .file())
  var table: String

  @Argument(
    help: ArgumentHelp("Numbers, and ranges such as 100-200 with both ends.", valueName: "rows"))
  var rows: [String] = []

  @Option(
    help: ArgumentHelp(
      "Read numbers and ranges from this file, or with - from standard input, between spaces, commas or lines.",
      valueName: "file"), completion: .file())
  var rowsFrom: String?

  @OptionGroup var projection: ProjectionOptions
  @OptionGroup var version: VersionOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if rows.isEmpty == (rowsFrom == nil) {
      throw ValidationError("take wants row numbers, or --rows-from and a file that holds them")
    }
  }

  func run() throws {
    let fileSystem = try FaultSetting.sharedFileSystem()
    let question = try Question(where: nil, select: projection.select)
    let target = try ReadTarget.open(table, at: version.version, in: fileSystem)
    let text = try rowsFrom.map { (path) throws(ColonnadeError) in
      try RowList.read(path, in: fileSystem)
    }
    let numbers = try RowList.parse(
      text ?? rows.joined(separator: " "), rowCount: target.rowCount, file: rowsFrom)
    try TakenRows(target: target, question: question, rows: numbers).write(
      RowsOutput(path: target.path, output: output, common: common), in: fileSystem)
  }
}

struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Write rows drawn by lot.",
    discussion: """
      Every row is as likely as any other and comes once at most; the rows are written in the \
      table's order. With the same seed the same version of a table gives the same rows.

      Examples:
        colonnade sample flights
        colonnade sample flights -n 1000 --seed 7 --select 'carrier, dep_delay' -o some.csv
      """)

  @Argument(help: "A table's folder, or a .cln file.", completion: .file())
  var table: String

  @Option(
    name: [.customShort("n"), .customLong("count")],
    help: ArgumentHelp("How many rows.", valueName: "count"))
  var count = 10

  @Option(help: ArgumentHelp("Draw the same rows again.", valueName: "number"))
  var seed: UInt64?

  @OptionGroup var projection: ProjectionOptions
  @OptionGroup var version: VersionOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if count < 0 { throw ValidationError("-n takes a count, not \(count)") }
  }

  func run() throws {
    let fileSystem = try FaultSetting.sharedFileSystem()
    let question = try Question(where: nil, select: projection.select)
    let target = try ReadTarget.open(table, at: version.version, in: fileSystem)
    let numbers = RowSample.rows(
      count: count, of: Int(clamping: target.rowCount), seed: seed ?? .random(in: 0...(.max)))
    try TakenRows(target: target, question: question, rows: numbers).write(
      RowsOutput(path: target.path, output: output, common: common), in: fileSystem)
  }
}

/// Rows by number, to be written.
private struct TakenRows {
  let target: ReadTarget
  let question: Question
  let rows: [UInt64]

  func write(_ output: RowsOutput, in fileSystem: any FileSystem) throws {
    let source = try target.source(in: fileSystem)
    try question.check(source.columns)
    let take = try Take(
      source, rows: rows,
      projection: try ScanProjection(question.projection, columns: source.columns),
      options: TakeOptions(cancellation: Process.cancellation))
    try output.write(take, in: fileSystem) { rows.count }
  }
}
