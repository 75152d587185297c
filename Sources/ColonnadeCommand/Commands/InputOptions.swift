// How input is read, as options of `write`.

import ArgumentParser
import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest

/// Formats of input.
enum InputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case csv, tsv, jsonl, arrow

  var ingestFormat: IngestFormat {
    switch self {
    case .csv: .csv
    case .tsv: .tsv
    case .jsonl: .jsonl
    case .arrow: .arrow
    }
  }
}

/// How bytes stand for characters.
enum InputEncoding: String, CaseIterable, ExpressibleByArgument, Sendable {
  case auto
  case utf8 = "utf-8"
  case utf16 = "utf-16"
  case latin1 = "latin-1"

  var ingestEncoding: IngestEncoding {
    switch self {
    case .auto: .automatic
    case .utf8: .utf8
    case .utf16: .utf16
    case .latin1: .latin1
    }
  }
}

/// What is known of the input beforehand; the rest is found by looking.
struct InputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "csv, tsv, jsonl or arrow (IPC stream or file); else by name and content.",
      valueName: "format"))
  var inputFormat: InputFormat?

  @Option(help: ArgumentHelp("auto, utf-8, utf-16 or latin-1.", valueName: "encoding"))
  var encoding: InputEncoding = .auto

  @Option(
    help: ArgumentHelp(
      "A file with 'name: type' a line, as 'colonnade schema' prints them.", valueName: "file"),
    completion: .file())
  var schema: String?

  @Option(
    help: ArgumentHelp("What stands between fields; 'tab' for a tab.", valueName: "character"))
  var delimiter: String?

  @Option(
    help: ArgumentHelp("What stands around quoted fields, or 'none'.", valueName: "character"))
  var quote: String?

  @Option(
    name: .customLong("null"),
    help: ArgumentHelp(
      "Text that stands for NULL, instead of an empty field; can be given again.",
      valueName: "text"))
  var nullTexts: [String] = []

  @Flag(inversion: .prefixedNo, help: "Whether the first line names the columns.")
  var header: Bool?

  @Option(help: ArgumentHelp("Lines to leave out at the start of each input.", valueName: "count"))
  var skip: Int = 0

  @Option(
    help: ArgumentHelp(
      "Put records that do not fit into this file (JSON Lines) and go on.", valueName: "file"),
    completion: .file())
  var rejects: String?

  func validate() throws {
    if skip < 0 { throw ValidationError("--skip takes a count, not \(skip)") }
    if inputFormat == .arrow, let option = textOption {
      throw ValidationError("\(option) is for text; Arrow says by itself what its columns are")
    }
  }

  /// An option given that only text has a use for.
  private var textOption: String? {
    if encoding != .auto { return "--encoding" }
    if delimiter != nil { return "--delimiter" }
    if quote != nil { return "--quote" }
    if !nullTexts.isEmpty { return "--null" }
    if header != nil { return "--header" }
    return skip > 0 ? "--skip" : nil
  }

  /// - Parameter schema: what a table that exists already asks for.
  func ingestOptions(
    schema: Schema?, in fileSystem: any FileSystem
  ) throws(ColonnadeError) -> IngestOptions {
    var options = IngestOptions()
    options.format = inputFormat?.ingestFormat
    options.encoding = encoding.ingestEncoding
    options.schema = schema
    if let path = self.schema {
      let bytes = try fileSystem.readAll(path, limit: 64 << 20)
      guard let text = String(validating: bytes.array, as: UTF8.self) else {
        throw ColonnadeError(.invalidArgument, "the schema file is not UTF-8 text", file: path)
      }
      do {
        let schema = try Schema(parsing: text, file: path)
        try schema.validate()
        options.schema = schema
      } catch { throw error.inFile(path) }
    }
    if let delimiter { options.delimiter = try byte(delimiter, of: "--delimiter") }
    switch quote {
    case "none", "": options.hasNoQuote = true
    case let quote?: options.quote = try byte(quote, of: "--quote")
    case nil: break
    }
    if !nullTexts.isEmpty { options.nullTexts = nullTexts }
    options.hasHeader = header
    options.skippedLines = skip
    return options
  }

  private func byte(_ text: String, of option: String) throws(ColonnadeError) -> UInt8 {
    switch text {
    case "tab", "\\t": return UInt8(ascii: "\t")
    case "space": return UInt8(ascii: " ")
    default: break
    }
    guard text.utf8.count == 1, let byte = text.utf8.first else {
      throw ColonnadeError(
        .invalidArgument, "\(option) takes one ASCII character, not '\(TextWidth.safe(text))'",
        hint: "'tab' and 'space' can be given by name")
    }
    return byte
  }
}

/// Sizes as options take them: `512M`, `2GiB`, `1000000`.
enum SizeText {
  /// Bytes; suffixes k, M, G and T are powers of 1000, with `i` powers of 1024.
  static func parse(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits) else { return nil }
    var suffix = text.dropFirst(digits.count).lowercased()
    if suffix.hasSuffix("b") { suffix.removeLast() }
    let isBinary = suffix.hasSuffix("i")
    if isBinary { suffix.removeLast() }
    let power: Int
    switch suffix {
    case "": power = 0
    case "k": power = 1
    case "m": power = 2
    case "g": power = 3
    case "t": power = 4
    default: return nil
    }
    guard !(isBinary && power == 0) else { return nil }
    var size = number
    for _ in 0..<power {
      let (product, overflow) = size.multipliedReportingOverflow(by: isBinary ? 1024 : 1000)
      guard !overflow else { return nil }
      size = product
    }
    return size
  }
}
