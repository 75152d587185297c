// The root of the command line.

import ArgumentParser
import ColonnadeBase

/// `colonnade`.
struct RootCommand: ParsableCommand {
  /// The version of the command and the library.
  static let version = Release.version

  static let configuration = CommandConfiguration(
    commandName: "colonnade",
    abstract: "Columnar tables: write rows, scan the ones you need.",
    discussion: """
      A table is a folder; a .cln file is one file of it, or one on its own.

      Examples:
        colonnade write flights flights.csv --partition-by month
        colonnade scan flights --select 'carrier, flight' --where 'dep_delay > 600'
        colonnade explain flights --where "carrier = 'UA' AND distance > 2000"

      Exit codes: 0 done, 1 a check did not hold, 2 usage, 3 not found or does not \
      fit the schema, 4 corrupt, 5 commit conflict, 6 over a limit, 7 input or output, \
      8 commit unknown, 130 interrupted. A closed pipe ends a command silently.
      """,
    version: "colonnade \(version)",
    subcommands: [
      WriteCommand.self, ScanCommand.self, CountCommand.self, HeadCommand.self, SampleCommand.self,
      TakeCommand.self, SchemaCommand.self, StatsCommand.self, ExplainCommand.self,
      InspectCommand.self, VerifyCommand.self,
    ])
}
