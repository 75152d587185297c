// Where in a text something stands, so that an error can point at it.

package import ColonnadeBase

/// A run of bytes of the text an expression was read from.
public struct SourceRange: Hashable, Sendable {
  /// Offset of the first byte.
  public var start: Int
  /// Offset past the last byte.
  public var end: Int

  public init(_ start: Int, _ end: Int) {
    self.start = start
    self.end = end
  }

  /// The range of expressions that were built and not read.
  public static let none = SourceRange(0, 0)

  /// From the beginning of the one to the end of the other.
  package func through(_ other: SourceRange) -> SourceRange {
    SourceRange(min(start, other.start), max(end, other.end))
  }
}

/// The text of a predicate or a projection.
package struct SourceText: Sendable {
  package let text: String
  package let bytes: [UInt8]

  package init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
  }

  /// What stands in `range`.
  package func slice(_ range: SourceRange) -> String {
    let start = max(0, min(range.start, bytes.count))
    return String(decoding: bytes[start..<max(start, min(range.end, bytes.count))], as: UTF8.self)
  }

  /// Line and column of byte `offset`, from 1; columns count characters, as a caret does.
  package func position(of offset: Int) -> (line: Int, column: Int) {
    let before = bytes[..<max(0, min(offset, bytes.count))]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return (line, String(decoding: before[start...], as: UTF8.self).count + 1)
  }

  /// An error that points at `range`.
  package func error(
    _ kind: ColonnadeError.Kind, _ message: String, at range: SourceRange, hint: String? = nil
  ) -> ColonnadeError {
    let position = position(of: range.start)
    return ColonnadeError(
      kind, message, location: .line(position.line, column: position.column, field: nil),
      hint: hint)
  }
  package func error(
    _ message: String, at range: SourceRange, hint: String? = nil
  ) -> ColonnadeError {
    error(.invalidArgument, message, at: range, hint: hint)
  }
}
