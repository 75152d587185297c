// Options that several commands share, parsed into what the commands need.

import ArgumentParser
import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest

extension ColorChoice: ExpressibleByArgument {}

/// What `--nan` says.
enum NaNChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
  case null, string, error

  var policy: NonFinitePolicy {
    switch self {
    case .null: .null
    case .string: .string
    case .error: .error
    }
  }
}

/// Forms that rows are written in.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case table, csv, jsonl, arrow
}

/// What `--arrow-compression` says.
enum ArrowCompressionChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
  case none, lz4, zstd

  var compression: ArrowCompression {
    switch self {
    case .none: .none
    case .lz4: .lz4
    case .zstd: .zstd
    }
  }
}

/// Lines around the cells of a table.
enum TableLines: String, CaseIterable, ExpressibleByArgument, Sendable {
  case box, plain
}

/// Options of every command.
struct CommonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Colours: auto, always or never.", valueName: "when"))
  var color: ColorChoice = .auto

  @Flag(help: "Show no progress on the terminal.")
  var noProgress = false

  var console: Console { Console(color: color) }
}

/// How rows are written, and where.
struct OutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "table, csv, jsonl or arrow. Without it: by the name given to -o, else a table on a terminal and JSON Lines in a pipe.",
      discussion:
        "Arrow is an IPC stream; with -o a file with a footer, unless the name ends in .arrows.",
      valueName: "format"))
  var format: OutputFormat?

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "Write to this file instead; it appears when all is written.", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "How JSON Lines get NaN and infinities: null, string or error.", valueName: "policy"))
  var nan: NaNChoice = .null

  @Option(
    help: ArgumentHelp(
      "How Arrow's buffers are compressed: none, lz4 or zstd.", valueName: "codec"))
  var arrowCompression: ArrowCompressionChoice = .none

  @Option(
    help: ArgumentHelp(
      "Rows a table shows at most: a number or 'all'. On a terminal 40, else all.",
      valueName: "count"))
  var rows: String?

  @Option(help: ArgumentHelp("Lines of a table: box or plain.", valueName: "lines"))
  var style: TableLines?

  /// Rows a table on a terminal shows.
  static let terminalRowCount = 40

  func validate() throws {
    if let rows, rows != "all", (Int(rows) ?? -1) < 0 {
      throw ValidationError("--rows takes a number or 'all', not '\(rows)'")
    }
  }

  /// The format asked for, or the one that fits where the rows go.
  var chosenFormat: OutputFormat {
    if let format { return format }
    if let output {
      if output.hasSuffix(".csv") { return .csv }
      if output.hasSuffix(".txt") { return .table }
      for suffix in [".arrow", ".arrows", ".ipc", ".feather"] where output.hasSuffix(suffix) {
        return .arrow
      }
      return .jsonl
    }
    return StandardStream.output.isTerminal ? .table : .jsonl
  }

  private var isTerminal: Bool { output == nil && StandardStream.output.isTerminal }

  func renderer(color: ColorChoice) -> any Renderer {
    switch chosenFormat {
    case .csv: return CSVRenderer()
    case .jsonl: return JSONLinesRenderer(nonFinite: nan.policy)
    case .arrow: return ArrowRenderer(form: arrowForm, compression: arrowCompression.compression)
    case .table: return TableRenderer(style: tableStyle(color: color))
    }
  }

  private var arrowForm: ArrowStreamOutput.Form {
    guard let output, output != "-" else { return .stream }
    return output.hasSuffix(".arrows") ? .stream : .file
  }

  func tableStyle(color: ColorChoice) -> TableStyle {
    return TableStyle(
      hasBox: (style ?? .box) == .box, isUnicode: OutputOptions.takesUnicode,
      hasColor: output == nil && color.allows(.output), width: terminalWidth,
      rowLimit: shownRowCount)
  }

  /// Rows a table shows at most; `nil` for all.
  var shownRowCount: Int? {
    switch rows {
    case "all": nil
    case let rows?: Int(rows)
    case nil: isTerminal ? OutputOptions.terminalRowCount : nil
    }
  }

  /// COLUMNS, else what the terminal says; `nil` where rows go elsewhere.
  private var terminalWidth: Int? {
    if output != nil { return nil }
    if let text = Process.environment("COLUMNS"), let width = Int(text), width > 0 { return width }
    return StandardStream.output.terminalWidth
  }

  /// Whether the locale's text is UTF-8.
  static var takesUnicode: Bool {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      guard let value = Process.environment(name), !value.isEmpty else { continue }
      let lower = value.lowercased()
      return lower.hasSuffix("utf-8") || lower.hasSuffix("utf8")
    }
    return true
  }

  /// Where the rows go.
  /// - Parameter input: the table or file read, which must not be the output.
  func open(input: String, in fileSystem: any FileSystem) throws(ColonnadeError) -> ByteOutput {
    guard let output, output != "-" else {
      guard chosenFormat != .arrow || !StandardStream.output.isTerminal else {
        throw ColonnadeError(
          .invalidArgument, "Arrow is not for terminals",
          hint: "name a file with -o, or pipe the stream into a program that reads it")
      }
      return ByteOutput(standardOutputOf: fileSystem)
    }
    try OutputOptions.refuse(output, asWellAs: input, in: fileSystem)
    return try ByteOutput(path: output, in: fileSystem)
  }

  /// - Throws: `.invalidArgument` where `output` names `input` or something inside it.
  static func refuse(
    _ output: String, of option: String = "-o", asWellAs input: String,
    in fileSystem: any FileSystem
  ) throws(ColonnadeError) {
    guard try fileSystem.exists(input) else { return }
    let source = try fileSystem.status(of: input)
    func isSource(_ path: String) throws(ColonnadeError) -> Bool {
      guard try fileSystem.exists(path) else { return false }
      let status = try fileSystem.status(of: path)
      return status.device == source.device && status.inode == source.inode
    }
    var folder = output
    while true {
      if try isSource(folder) {
        throw ColonnadeError(
          .invalidArgument, "the output '\(output)' is the input, or lies inside it",
          hint: "name another file for \(option)")
      }
      let parent = Path.parent(of: folder)
      // Relative paths end at "."; tables are not looked for above it.
      if parent == folder || parent == "." { return }
      folder = parent
    }
  }
}
