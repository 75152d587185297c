// What a reading command is asked for: which columns, which rows, of which version.

import ArgumentParser
import ColonnadeBase
import ColonnadeQuery
import ColonnadeTable

/// Options that say which version of a table is read.
struct VersionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read this version, or the latest at this time (2024-01-31T12:00:00Z).",
      valueName: "version|time"))
  var at: String?

  func validate() throws {
    if let at, (try? TableVersion(text: at)) == nil {
      throw ValidationError(
        "--at takes a version, 1 or more, or a time like 2024-01-31T12:00:00Z, not '\(at)'")
    }
  }

  var version: TableVersion { at.flatMap { try? TableVersion(text: $0) } ?? .latest }
}

/// Options that say which rows are asked for.
struct FilterOptions: ParsableArguments {
  @Option(
    name: [.customLong("where")],
    // A predicate may begin with a minus.
    parsing: .unconditional,
    help: ArgumentHelp(
      "Only rows for which this SQL predicate is true.",
      discussion: "Texts stand in 'single', odd names in \"double\" quotes.",
      valueName: "predicate"),
    completion: .custom { arguments, _, _ in ColumnCompletion.names(for: arguments) })
  var predicate: String?
}

/// Options that say which columns are asked for.
struct ProjectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only these columns, in this order, separated by commas.", valueName: "columns"),
    completion: .custom { arguments, index, word in
      ColumnCompletion.list(for: arguments, index: index, word: word)
    })
  var select: String?

  /// The columns named, `nil` for all.
  func columns() throws(ColonnadeError) -> [String]? {
    guard let select else { return nil }
    return try ColumnList.parse(select, option: "--select")
  }
}
