// What a command says and how it ends when something went wrong.

import ArgumentParser
import ColonnadeBase

extension ExitCode {
  /// A check did not hold.
  static let checkFailed = ExitCode(1)
  /// The command line makes no sense.
  static let usage = ExitCode(2)

  /// The exit code of each kind of failure.
  init(_ kind: ColonnadeError.Kind) {
    switch kind {
    case .invalidArgument: self = .usage
    case .notFound, .schemaMismatch, .unsupportedFeature: self.init(3)
    case .corrupt, .truncated: self.init(4)
    case .commitConflict: self.init(5)
    case .limitExceeded: self.init(6)
    case .io: self.init(7)
    case .commitUnknown: self.init(8)
    case .cancelled: self.init(130)
    }
  }
}

/// An error with the text of a predicate (or another argument) it points into.
struct ArgumentTextError: Error {
  let error: ColonnadeError
  /// What the option is called.
  let option: String
  let text: String

  /// The text and, below it, a caret where the error is.
  var detail: [String] {
    guard case .line(let line, let column?, _)? = error.location else {
      return ["  \(option) '\(TextWidth.safe(text))'"]
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard line >= 1, line <= lines.count else { return [] }
    // Columns count characters from 1.
    let shown = TextWidth.safe(String(lines[line - 1]))
    let before = TextWidth.safe(String(lines[line - 1].prefix(max(0, column - 1))))
    return ["  " + shown, "  " + String(repeating: " ", count: TextWidth.of(before)) + "^"]
  }
}
