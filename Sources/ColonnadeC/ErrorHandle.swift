// Errors as C sees them: an opaque record whose parts are asked for one by one.

// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CColonnade
import ColonnadeBase

/// An error and its texts, which C reads in place.
final class ErrorHandle: Handle {
  let error: ColonnadeError
  private let message: CText
  private let hint: CText?
  private let file: CText?
  private let text: CText

  init(_ error: ColonnadeError) {
    self.error = error
    message = CText(error.message)
    hint = error.hint.map { CText($0) }
    file = error.file.map { CText($0) }
    text = CText(error.description)
  }

  var messagePointer: UnsafePointer<CChar> { unsafe message.pointer }
  var hintPointer: UnsafePointer<CChar>? { unsafe hint.map { unsafe $0.pointer } }
  var filePointer: UnsafePointer<CChar>? { unsafe file.map { unsafe $0.pointer } }
  var descriptionPointer: UnsafePointer<CChar> { unsafe text.pointer }
}

extension ColonnadeError {
  /// The kind as colonnade.h numbers it.
  var status: colonnade_status {
    switch kind {
    case .invalidArgument: COLONNADE_INVALID_ARGUMENT
    case .notFound: COLONNADE_NOT_FOUND
    case .schemaMismatch: COLONNADE_SCHEMA_MISMATCH
    case .corrupt: COLONNADE_CORRUPT
    case .truncated: COLONNADE_TRUNCATED
    case .unsupportedFeature: COLONNADE_UNSUPPORTED_FEATURE
    case .limitExceeded: COLONNADE_LIMIT_EXCEEDED
    case .commitConflict: COLONNADE_COMMIT_CONFLICT
    case .commitUnknown: COLONNADE_COMMIT_UNKNOWN
    case .io: COLONNADE_IO
    case .cancelled: COLONNADE_CANCELLED
    }
  }
}

/// Runs the body of a C function: what it throws becomes the status, and an error where one is asked
/// for.
func answering(
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ body: () throws(ColonnadeError) -> Void
) -> colonnade_status {
  do throws(ColonnadeError) {
    try body()
    return COLONNADE_OK
  } catch {
    if let out = unsafe out { unsafe out.pointee = ErrorHandle(error).handedOut() }
    return error.status
  }
}

/// - Throws: `.invalidArgument` where an out-parameter that is needed is NULL.
func required<T>(
  _ pointer: UnsafeMutablePointer<T>?, _ name: String
) throws(ColonnadeError) -> UnsafeMutablePointer<T> {
  guard let pointer = unsafe pointer else {
    throw ColonnadeError(.invalidArgument, "\(name) is NULL")
  }
  return unsafe pointer
}

@c @implementation
public func colonnade_error_kind(_ error: OpaquePointer?) -> colonnade_status {
  unsafe ErrorHandle.at(error)?.error.status ?? COLONNADE_OK
}

@c @implementation
public func colonnade_error_message(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
  unsafe ErrorHandle.at(error).map { unsafe $0.messagePointer }
}

@c @implementation
public func colonnade_error_hint(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
  unsafe ErrorHandle.at(error).flatMap { unsafe $0.hintPointer }
}

@c @implementation
public func colonnade_error_file(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
  unsafe ErrorHandle.at(error).flatMap { unsafe $0.filePointer }
}

@c @implementation
public func colonnade_error_description(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
  unsafe ErrorHandle.at(error).map { unsafe $0.descriptionPointer }
}

@c @implementation
public func colonnade_error_offset(_ error: OpaquePointer?) -> Int64 {
  guard case .byte(let offset) = unsafe ErrorHandle.at(error)?.error.location else { return -1 }
  return Int64(clamping: offset)
}

@c @implementation
public func colonnade_error_line(_ error: OpaquePointer?) -> Int64 {
  guard case .line(let line, _, _) = unsafe ErrorHandle.at(error)?.error.location else { return 0 }
  return Int64(line)
}

@c @implementation
public func colonnade_error_column(_ error: OpaquePointer?) -> Int64 {
  guard case .line(_, let column, _) = unsafe ErrorHandle.at(error)?.error.location else {
    return 0
  }
  return Int64(column ?? 0)
}

@c @implementation
public func colonnade_error_errno(_ error: OpaquePointer?) -> Int32 {
  unsafe ErrorHandle.at(error)?.error.errno ?? 0
}

@c @implementation
public func colonnade_error_free(_ error: OpaquePointer?) { unsafe ErrorHandle.free(error) }
