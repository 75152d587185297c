// `colonnade schema`: columns and types, as text that is a schema file.

import ArgumentParser
import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery
import ColonnadeTable

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Show columns and their types.",
    discussion: """
      The text can be given to 'colonnade write --schema'.

      Examples:
        colonnade schema flights
        colonnade schema flights --at 1 --json
        colonnade schema flights > columns.txt
      """)

  @Argument(help: "A table's folder, or a .cln file.", completion: .file())
  var table: String

  @OptionGroup var version: VersionOptions
  @OptionGroup var metadata: MetadataOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let fileSystem = try FaultSetting.sharedFileSystem()
    let target = try ReadTarget.open(table, at: version.version, in: fileSystem)
    let output = ByteOutput(standardOutputOf: fileSystem)
    var shown = metadata.json ? try json(target).text : try text(target)
    if StandardStream.output.isTerminal {
      // Names may hold anything; a pipe gets them letter by letter, to be read as a schema again.
      let lines = shown.split(separator: "\n", omittingEmptySubsequences: false)
      shown = lines.map { TextWidth.safe(String($0)) }.joined(separator: "\n")
    }
    try output.write(shown)
  }

  private func text(_ target: ReadTarget) throws(ColonnadeError) -> String {
    var text = ""
    switch target {
    case .table(let table):
      let snapshot = table.snapshot
      text +=
        "# \(TextWidth.safe(table.path)), version \(snapshot.version), "
        + HumanText.plural(snapshot.rowCount, "row") + "\n"
      if !snapshot.partitionText.isEmpty {
        text += "# partitioned by \(TextWidth.safe(snapshot.partitionText))\n"
      }
      let sortText = try snapshot.sortText
      if !sortText.isEmpty { text += "# sorted by \(TextWidth.safe(sortText))\n" }
    case .file(let file):
      text +=
        "# \(TextWidth.safe(file.path)), one file, " + HumanText.plural(file.rowCount, "row") + "\n"
    }
    return text + (try target.schema.text)
  }

  private func json(_ target: ReadTarget) throws(ColonnadeError) -> JSONText {
    var parts: [(String, JSONText)] = []
    switch target {
    case .table(let table):
      let snapshot = table.snapshot
      parts.append(("table", .string(table.path)))
      parts.append(("version", .count(snapshot.version)))
      parts.append(("rows", .count(snapshot.rowCount)))
      parts.append(("partitionBy", .string(snapshot.partitionText)))
      parts.append(("sortBy", .string(try snapshot.sortText)))
    case .file(let file):
      parts.append(("file", .string(file.path)))
      parts.append(("rows", .count(file.rowCount)))
    }
    let schema = try target.schema
    parts.append(("columns", .list(schema.fields.map(SchemaCommand.json))))
    parts.append(("metadata", SchemaCommand.json(schema.metadata)))
    return .object(parts)
  }

  private static func json(_ field: Field) -> JSONText {
    var parts: [(String, JSONText)] = [
      ("name", .string(field.name)), ("type", .string("\(field.type)")),
      ("nullable", .bool(field.isNullable)), ("id", .count(field.id)),
    ]
    if !field.metadata.isEmpty { parts.append(("metadata", json(field.metadata))) }
    return .object(parts)
  }

  private static func json(_ metadata: [MetadataEntry]) -> JSONText {
    .object(metadata.map { ($0.key, .string($0.value)) })
  }
}
