// `colonnade inspect`: how a table or a file is made, from snapshots down to pages.

import ArgumentParser
import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery
import ColonnadeTable

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show how a table or a file is made, down to its pages.",
    discussion: """
      Of a table: its version, partitions and files. Of a file: sections, row groups and \
      columns with their encodings. --chunks and --pages go deeper, for both. --why stores the \
      first rows of a row group again in every way that suits each column, and shows what each \
      would take; the writer takes the least price, bytes with the time to decode counted in \
      bytes, as far as samples tell it beforehand.

      Examples:
        colonnade inspect flights
        colonnade inspect flights --select 'dep_delay, tailnum' --chunks
        colonnade inspect flights --select dep_delay --why
        colonnade inspect flights/data/0741418963aaab829d4d6a1259dc238d.cln --pages
      """)

  @Argument(help: "A table's folder, or a .cln file.", completion: .file())
  var table: String

  @OptionGroup var projection: ProjectionOptions

  @Flag(help: "Show each column in each row group.")
  var chunks = false

  @Flag(help: "Show each page.")
  var pages = false

  @Flag(help: "Show what each encoding would take, of the first file.")
  var why = false

  @Option(help: "With --why: what to weigh bytes against time for.")
  var profile: ProfileChoice = .balanced

  @Option(help: ArgumentHelp("Only this row group of each file.", valueName: "index"))
  var rowGroup: Int?

  @OptionGroup var version: VersionOptions
  @OptionGroup var metadata: MetadataOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let fileSystem = try FaultSetting.sharedFileSystem()
    let target = try ReadTarget.open(table, at: version.version, in: fileSystem)
    let question = try Question(where: nil, select: projection.select)
    let schema = try target.schema
    try question.check(schema)
    let columns = Set(
      try question.projection.bind(schema).map { schema.fields[$0.field.column].id })
    var files: [FileInspection] = []
    var entries: [TableEntry] = []
    switch target {
    case .table(let table):
      entries = try table.snapshot.entries().entries
      var seen = Set<String>()
      for entry in entries where seen.insert(entry.path).inserted {
        try Process.cancellation.check()
        files.append(
          try FileInspection(
            try FileReader(entry.path, in: fileSystem), columns: columns, rowGroup: rowGroup))
      }
    case .file(let file):
      files.append(try FileInspection(file, columns: columns, rowGroup: rowGroup))
    }
    let output = ByteOutput(standardOutputOf: fileSystem)
    if metadata.json {
      try output.write(try json(target, entries, files).text)
      return
    }
    let style = TableStyle.forReports(color: common.color)
    if case .table(let table) = target {
      try output.write(try InspectCommand.head(table.snapshot))
      try InspectCommand.show(entries, to: output, style)
    }
    if case .file(let file) = target { try FileInspection.showSections(of: file, output, style) }
    try FileInspection.showColumns(of: files, output, style)
    if chunks || pages {
      for file in files { try file.showChunks(output, style, withPages: pages) }
    }
    for comparison in try comparisons(files) {
      try comparison.show(output, style, profile: encodingProfile)
    }
  }

  private var encodingProfile: EncodingProfile {
    EncodingProfile(rawValue: profile.rawValue) ?? .balanced
  }

  private func comparisons(
    _ files: [FileInspection]
  ) throws(ColonnadeError) -> [EncodingComparison] {
    guard why, let file = files.first else { return [] }
    return try EncodingComparison.all(of: file, profile: encodingProfile)
  }

  private static func head(_ snapshot: Snapshot) throws(ColonnadeError) -> String {
    let time = Value.timestamp(snapshot.commitTime, .microsecond, zoned: true).text
    var text = TextWidth.safe(snapshot.folder.path) + ", version \(snapshot.version): "
    text += HumanText.plural(snapshot.rowCount, "row") + " in "
    text += HumanText.plural(snapshot.fileCount, "file") + ", "
    text += HumanText.bytes(snapshot.byteCount) + "\n"
    text += "table id      \(snapshot.tableID)\n"
    text += "committed     \(time) by \(TextWidth.safe(snapshot.writer)), \(snapshot.operation)"
    text += ", \(HumanText.plural(snapshot.addedRowCount, "row")) added\n"
    text += "commit id     \(TextWidth.safe(snapshot.commitID))\n"
    let (partition, sort) = (snapshot.partitionText, try snapshot.sortText)
    text += "partitioned   \(partition.isEmpty ? "not" : "by " + TextWidth.safe(partition))\n"
    text += "sorted        \(sort.isEmpty ? "not" : "by " + TextWidth.safe(sort))\n"
    text += "manifests     \(snapshot.root.manifests.count)\n\n"
    return text
  }

  /// Entries beyond this many are counted and not shown.
  private static let shownEntryCount = 100

  private static func show(
    _ entries: [TableEntry], to output: ByteOutput, _ style: TableStyle
  ) throws(ColonnadeError) {
    var report = ReportTable([
      "partition", "rows>", "stored>", "row groups>", "version>", "file",
    ])
    for entry in entries.prefix(shownEntryCount) {
      report.append([
        entry.partitionText.isEmpty ? "(all)" : entry.partitionText,
        HumanText.count(entry.entryRowCount), HumanText.bytes(entry.byteCount),
        entry.rowGroups.count == 1
          ? "\(entry.rowGroups.lowerBound)"
          : "\(entry.rowGroups.lowerBound)–\(entry.rowGroups.upperBound - 1)",
        "\(entry.addedVersion)", "data/" + entry.fileName,
      ])
    }
    if !report.isEmpty { try report.show(to: output, style: style) }
    if entries.count > shownEntryCount {
      try output.write("… and \(HumanText.count(entries.count - shownEntryCount)) more\n")
    }
    try output.write("\n")
  }

  private func json(
    _ target: ReadTarget, _ entries: [TableEntry], _ files: [FileInspection]
  ) throws(ColonnadeError) -> JSONText {
    var parts: [(String, JSONText)] = [("table", .string(target.path))]
    if case .table(let table) = target {
      let snapshot = table.snapshot
      parts += [
        ("version", .count(snapshot.version)), ("tableID", .string(snapshot.tableID)),
        ("commitID", .string(snapshot.commitID)), ("writer", .string(snapshot.writer)),
        ("operation", .string("\(snapshot.operation)")), ("rows", .count(snapshot.rowCount)),
        ("bytes", .count(snapshot.byteCount)), ("partitionBy", .string(snapshot.partitionText)),
        ("sortBy", .string(try snapshot.sortText)),
        (
          "entries",
          .list(
            entries.map { entry in
              .object([
                ("partition", .string(entry.partitionText)),
                ("rows", .count(entry.entryRowCount)), ("bytes", .count(entry.byteCount)),
                ("file", .string("data/" + entry.fileName)),
                ("firstRowGroup", .count(entry.rowGroups.lowerBound)),
                ("rowGroups", .count(entry.rowGroups.count)),
                ("version", .count(entry.addedVersion)),
              ])
            })
        ),
      ]
    }
    var described: [JSONText] = []
    for file in files { described.append(try file.json(withPages: pages)) }
    parts.append(("files", .list(described)))
    if why {
      parts.append(("profile", .string(profile.rawValue)))
      parts.append(("comparisons", .list(try comparisons(files).map(\.json))))
    }
    return .object(parts)
  }
}
