// Standard error: notes, progress and errors; data never goes there.

import ColonnadeBase
import Synchronization

/// Writes lines for people to standard error.
struct Console: Sendable {
  let hasColor: Bool
  let isTerminal: Bool

  /// - Parameter choice: what `--color` said.
  init(color choice: ColorChoice) {
    isTerminal = StandardStream.error.isTerminal
    hasColor = choice.allows(.error)
  }

  private static let handle = FileHandle(
    OpenFile(descriptor: 2, path: "standard error"), in: PosixFileSystem.shared,
    closesOnRelease: false)

  /// Writes `text` as it is. A standard error that takes no text is no reason to stop.
  func write(_ text: String) {
    do { try Console.handle.write(Array(text.utf8)) } catch {}
  }

  /// A line that is not part of the result.
  func note(_ text: String) { write(text + "\n") }

  /// `colonnade: error: what; hint`, and the lines that show where. The message holds paths and
  /// text of the input: what could steer a terminal, or end the line, is spelled out.
  func error(_ message: String, detail: [String] = []) {
    let label = hasColor ? "\u{1B}[1;31merror:\u{1B}[0m" : "error:"
    write(
      (["colonnade: \(label) \(TextWidth.safe(message))"] + detail).joined(separator: "\n") + "\n")
  }

  func warning(_ message: String) {
    let label = hasColor ? "\u{1B}[1;33mwarning:\u{1B}[0m" : "warning:"
    write("colonnade: \(label) \(TextWidth.safe(message))\n")
  }
}

/// When colours are used.
enum ColorChoice: String, CaseIterable, Sendable {
  case auto, always, never

  /// Whether text on `stream` may be coloured: `auto` asks for a terminal that takes colours and
  /// no NO_COLOR (https://no-color.org).
  func allows(_ stream: StandardStream) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto:
      if let value = Process.environment("NO_COLOR"), !value.isEmpty { return false }
      return stream.isTerminal && Process.environment("TERM") != "dumb"
    }
  }
}
