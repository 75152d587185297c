// The one error of the engine: what went wrong, where, and one way out.
// Invariant: anything that comes from outside (bytes, text, paths) ends here, never in a trap.

/// What the library throws, and nothing else.
///
/// A reference to an immutable record, so that `throws(ColonnadeError)` costs one pointer.
public struct ColonnadeError: Error, Sendable {
  /// The classes of failure a program can act on.
  public enum Kind: String, Sendable, CaseIterable {
    case invalidArgument, notFound, schemaMismatch, corrupt, truncated, unsupportedFeature
    case limitExceeded, commitConflict, commitUnknown, io, cancelled
  }

  /// Where in a file the failure was seen.
  public enum Location: Hashable, Sendable {
    /// Offset in bytes from the start of the file.
    case byte(UInt64)
    /// Line and column, both counted from 1; the column names a field where that is known.
    case line(Int, column: Int?, field: String?)
  }

  private final class Record: Sendable {
    let kind: Kind
    let message: String
    let file: String?
    let location: Location?
    let hint: String?
    let errno: Int32?

    init(
      kind: Kind, message: String, file: String?, location: Location?, hint: String?, errno: Int32?
    ) {
      self.kind = kind
      self.message = message
      self.file = file
      self.location = location
      self.hint = hint
      self.errno = errno
    }
  }

  private let record: Record

  public init(
    _ kind: Kind, _ message: String, file: String? = nil, location: Location? = nil,
    hint: String? = nil, errno: Int32? = nil
  ) {
    record = Record(
      kind: kind, message: message, file: file, location: location, hint: hint, errno: errno)
  }

  public var kind: Kind { record.kind }
  /// One sentence without a final stop; names the thing, not the code that noticed.
  public var message: String { record.message }
  public var file: String? { record.file }
  public var location: Location? { record.location }
  /// One way out, where there is one.
  public var hint: String? { record.hint }
  /// The operating system's error number, where it was the cause.
  public var errno: Int32? { record.errno }

  /// The same error with the file it happened in, kept if one is named already.
  public func inFile(_ path: String) -> ColonnadeError {
    guard file == nil else { return self }
    return ColonnadeError(
      kind, message, file: path, location: location, hint: hint, errno: errno)
  }

  /// The same error with a way out.
  public func withHint(_ hint: String) -> ColonnadeError {
    ColonnadeError(kind, message, file: file, location: location, hint: hint, errno: errno)
  }
}

extension ColonnadeError: CustomStringConvertible {
  /// `file:line:column: message (hint)`, the parts that are known.
  public var description: String {
    var text = ""
    if let file { text += file }
    switch location {
    case .byte(let offset): text += (file == nil ? "" : ", ") + "byte \(offset)"
    case .line(let line, let column, let field):
      text += (file == nil ? "line \(line)" : ":\(line)")
      if let column { text += ":\(column)" }
      if let field { text += ", column '\(field)'" }
    case nil: break
    }
    if !text.isEmpty { text += ": " }
    text += message
    if let hint { text += "; " + hint }
    return text
  }
}
