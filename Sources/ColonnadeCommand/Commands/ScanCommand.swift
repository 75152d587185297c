// `colonnade scan`: the rows and columns asked for.

import ArgumentParser
import ColonnadeBase
import ColonnadeQuery

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Write the rows and columns asked for.",
    discussion: """
      Partitions, files, row groups and zones that cannot hold a row for which the predicate \
      is true are not read; 'colonnade explain' shows which. Commits come \
      in their order, in each its row groups as they were written: rows of one partition value, \
      in the order they came, or sorted where the table has a sort order.

      Examples:
        colonnade scan flights --select 'carrier, flight' --where 'dep_delay > 600'
        colonnade scan flights --where "carrier IN ('UA', 'AA') AND month = 7" -o ua.csv
        colonnade scan flights --where "dest LIKE 'A%' AND arr_delay IS NULL" --limit 20
        colonnade scan flights --at 1 --format jsonl --nan string > rows.jsonl
        colonnade scan flights --where 'month = 7' --format arrow | program
        colonnade scan flights -o flights.arrow --arrow-compression zstd
      """)

  @Argument(help: "A table's folder, or a .cln file.", completion: .file())
  var table: String

  @OptionGroup var projection: ProjectionOptions
  @OptionGroup var filter: FilterOptions

  @Option(help: ArgumentHelp("At most this many rows.", valueName: "count"))
  var limit: Int?

  @OptionGroup var version: VersionOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit takes a count, not \(limit)") }
  }

  func run() throws {
    let fileSystem = try FaultSetting.sharedFileSystem()
    let question = try Question(where: filter.predicate, select: projection.select)
    let target = try ReadTarget.open(table, at: version.version, in: fileSystem)
    try RowsCommand(
      target: target, question: question, limit: limit, output: output, common: common
    ).run(in: fileSystem)
  }
}

/// `colonnade head`: the first rows.
struct HeadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "head",
    abstract: "Write the first rows.",
    discussion: """
      Examples:
        colonnade head flights
        colonnade head flights -n 3 --select 'carrier, dest' --format jsonl
      """)

  @Argument(help: "A table's folder, or a .cln file.", completion: .file())
  var table: String

  @Option(
    name: [.customShort("n"), .customLong("limit")],
    help: ArgumentHelp("How many rows.", valueName: "count"))
  var count = 10

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
    try RowsCommand(
      target: target, question: question, limit: count, output: output, common: common
    ).run(in: fileSystem)
  }
}
