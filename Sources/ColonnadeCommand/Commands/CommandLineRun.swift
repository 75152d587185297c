// One run of the command line: parse, run, and turn whatever was thrown into a message and an exit
// code. Invariant: everything the user sees on failure starts with `colonnade: error:`.

import ArgumentParser
import ColonnadeBase
import ColonnadeQuery

/// Runs the command that `arguments` ask for.
enum CommandLineRun {
  /// - Returns: the exit code.
  static func run(_ arguments: [String]) -> Int32 {
    Process.ignoreBrokenPipes()
    Process.catchInterrupts()
    let console = Console(color: color(in: arguments))
    do {
      var command = try RootCommand.parseAsRoot(arguments)
      try command.run()
      return Process.isInterrupted ? 130 : 0
    } catch {
      return report(error, arguments, console)
    }
  }

  /// Says what went wrong and chooses the exit code.
  private static func report(_ error: any Error, _ arguments: [String], _ console: Console) -> Int32
  {
    switch error {
    case is ClosedPipe: return 0
    case let error as ExitCode: return error.rawValue
    case let error as ColonnadeError:
      if Process.isInterrupted || error.kind == .cancelled { return 130 }
      console.error(error.description)
      return ExitCode(error.kind).rawValue
    case let error as ArgumentTextError:
      console.error(error.error.withoutLocation.description, detail: error.detail)
      return ExitCode(error.error.kind).rawValue
    default: return reportUsage(error, arguments, console)
    }
  }

  /// Help and version go to standard output; everything else is a mistake on the command line.
  private static func reportUsage(
    _ error: any Error, _ arguments: [String], _ console: Console
  ) -> Int32 {
    if RootCommand.exitCode(for: error) == .success {
      let output = ByteOutput(standardOutputOf: PosixFileSystem.shared)
      do { try output.write(RootCommand.fullMessage(for: error) + "\n") } catch { return 7 }
      return 0
    }
    if let name = arguments.first, !name.hasPrefix("-"), !names.contains(name) {
      let near = SpellingSuggestion.nearest(to: name, among: names)
      console.error(
        "there is no command '\(TextWidth.safe(name))'; "
          + (near.map { "did you mean '\($0)'?" } ?? "'colonnade --help' lists them"))
      return ExitCode.usage.rawValue
    }
    let help = arguments.first.flatMap { names.contains($0) ? " " + $0 : nil } ?? ""
    let text = sentence(RootCommand.message(for: error), help: "'colonnade\(help) --help'")
    let lines = text.split(separator: "\n").map { TextWidth.safe(String($0)) }
    console.error(lines.first ?? "", detail: Array(lines.dropFirst()))
    return ExitCode.usage.rawValue
  }

  /// The parser's message in the form of all others: no capital, no stop, one way out.
  private static func sentence(_ message: String, help: String) -> String {
    var text = message
    if text.hasSuffix(".") { text.removeLast() }
    if let first = text.first { text = first.lowercased() + text.dropFirst() }
    if let split = text.firstRange(of: ". Did you mean") {
      return text[..<split.lowerBound] + "; did you mean" + text[split.upperBound...]
    }
    return text + "; \(help) tells more"
  }

  private static var names: [String] {
    RootCommand.configuration.subcommands.map { $0._commandName } + ["help"]
  }

  /// What `--color` says, before the command line is parsed.
  private static func color(in arguments: [String]) -> ColorChoice {
    for (index, argument) in arguments.enumerated() {
      if argument == "--color", index + 1 < arguments.count {
        return ColorChoice(rawValue: arguments[index + 1]) ?? .auto
      }
      if argument.hasPrefix("--color=") {
        return ColorChoice(rawValue: String(argument.dropFirst(8))) ?? .auto
      }
    }
    return .auto
  }
}

extension ColonnadeError {
  /// The same error without where it is, for messages that show the place themselves.
  var withoutLocation: ColonnadeError {
    ColonnadeError(kind, message, hint: hint, errno: errno)
  }
}
