// How far a long command is: on standard error's terminal only, after a second, one line that is
// wiped at the end.

import ColonnadeBase

/// A line of progress: share, rows and bytes a second, time left.
final class Progress {
  private let console: Console
  private let isShown: Bool
  private let noun: String
  private let start = Process.seconds
  private var lastLook = 0.0
  private var hasLine = false

  private static let firstLook = 1.0
  private static let interval = 0.1

  /// - Parameter isAllowed: false under `--no-progress`.
  init(_ console: Console, noun: String, isAllowed: Bool) {
    self.console = console
    self.noun = noun
    isShown = isAllowed && console.isTerminal
  }

  /// Seconds since the command began its work.
  var seconds: Double { Process.seconds - start }

  /// - Parameters:
  ///   - share: 0 to 1; `nil` where the end is not known.
  ///   - rowCount: rows so far.
  ///   - byteCount: bytes so far.
  func update(share: Double?, rowCount: Int, byteCount: Int) {
    guard isShown else { return }
    let seconds = self.seconds
    guard seconds >= Progress.firstLook, seconds - lastLook >= Progress.interval else { return }
    lastLook = seconds
    let width = StandardStream.error.terminalWidth ?? 80
    let line = Progress.line(
      noun: noun, share: share, rowCount: rowCount, byteCount: byteCount, seconds: seconds)
    console.write("\r\u{1B}[2K" + TextWidth.elided(line, to: width - 1, ellipsis: "…"))
    hasLine = true
  }

  /// Wipes the line.
  func finish() {
    guard hasLine else { return }
    console.write("\r\u{1B}[2K")
    hasLine = false
  }

  static func line(
    noun: String, share: Double?, rowCount: Int, byteCount: Int, seconds: Double
  ) -> String {
    var parts: [String] = []
    if let share { parts.append(HumanText.fixed(min(max(share, 0), 1) * 100, places: 0) + " %") }
    parts.append(HumanText.count(rowCount) + " " + noun)
    if seconds > 0 {
      parts.append(HumanText.count(Int(Double(rowCount) / seconds)) + " rows/s")
      if byteCount > 0 {
        parts.append(HumanText.fixed(Double(byteCount) / seconds / 1e6, places: 0) + " MB/s")
      }
    }
    if let share, share > 0.01, share < 1 {
      parts.append(HumanText.seconds(seconds * (1 - share) / share) + " left")
    }
    return parts.joined(separator: " · ")
  }
}
