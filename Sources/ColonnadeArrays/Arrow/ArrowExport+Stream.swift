// Streams of batches through Arrow's C stream interface. The batches come from a closure, which is
// let go of at the end, at the first failure and when the stream is released.
// Invariant: after the end come only ends, after a failure only the same failure.

package import CArrow
package import ColonnadeBase
import Glibc

/// What an exported stream holds. Used by one thread at a time, as the interface demands.
@safe private final class ExportedStream {
  let layout: ArrowLayout
  var next: (() throws(ColonnadeError) -> Batch?)?
  var failure: ColonnadeError?
  /// What the last failing call said; lives until the next one or the end.
  var message: UnsafeMutablePointer<CChar>?

  init(layout: ArrowLayout, next: @escaping () throws(ColonnadeError) -> Batch?) {
    self.layout = layout
    self.next = next
  }

  deinit { unsafe free(message) }

  /// Keeps `error` for those who ask.
  /// - Returns: the errno value that says it.
  func fail(_ error: ColonnadeError) -> CInt {
    failure = error
    unsafe free(message)
    unsafe message = strdup(error.description)
    return error.streamCode
  }

  func writeNext(to target: UnsafeMutablePointer<ArrowArray>) -> CInt {
    if let failure { return failure.streamCode }
    do throws(ColonnadeError) {
      if let batch = try next?() {
        try unsafe ArrowExport.batch(batch, layout: layout, to: target)
      } else {
        next = nil
        unsafe target.initialize(to: ArrowArray())
      }
      return 0
    } catch {
      next = nil
      return fail(error)
    }
  }
}

extension ArrowExport {
  /// Fills in `target` with a stream of the batches that `next` gives until it gives `nil`.
  /// - Parameters:
  ///   - target: uninitialised or released.
  ///   - next: called on the thread that asks for a batch; let go of with the stream at the latest.
  package static func stream(
    layout: ArrowLayout, to target: UnsafeMutablePointer<ArrowArrayStream>,
    next: @escaping () throws(ColonnadeError) -> Batch?
  ) {
    let exported = ExportedStream(layout: layout, next: next)
    var stream = unsafe ArrowArrayStream()
    unsafe stream.private_data = Unmanaged.passRetained(exported).toOpaque()
    unsafe stream.get_schema = { stream, target in
      guard let exported = unsafe ArrowExport.exported(stream), let target = unsafe target else {
        return EINVAL
      }
      do throws(ColonnadeError) {
        try unsafe ArrowExport.schema(exported.layout, to: target)
        return 0
      } catch {
        return exported.fail(error)
      }
    }
    unsafe stream.get_next = { stream, target in
      guard let exported = unsafe ArrowExport.exported(stream), let target = unsafe target else {
        return EINVAL
      }
      return unsafe exported.writeNext(to: target)
    }
    unsafe stream.get_last_error = { stream in
      guard let exported = unsafe ArrowExport.exported(stream) else { return nil }
      return unsafe UnsafePointer(exported.message)
    }
    unsafe stream.release = releaseStream
    unsafe target.initialize(to: stream)
  }

  /// The last failure of a stream that `stream` made; `nil` where there was none, where the stream
  /// was released, and for streams of others.
  package static func lastError(of stream: UnsafePointer<ArrowArrayStream>) -> ColonnadeError? {
    guard let release = unsafe stream.pointee.release,
      unsafe unsafeBitCast(release, to: UInt.self) == unsafeBitCast(releaseStream, to: UInt.self)
    else { return nil }
    return unsafe exported(UnsafeMutablePointer(mutating: stream))?.failure
  }

  /// One function for all streams, by which they are known again.
  private static var releaseStream: @convention(c) (UnsafeMutablePointer<ArrowArrayStream>?) -> Void
  {
    { stream in
      guard let stream = unsafe stream, let data = unsafe stream.pointee.private_data else {
        return
      }
      unsafe stream.pointee.release = nil
      unsafe stream.pointee.private_data = nil
      unsafe Unmanaged<ExportedStream>.fromOpaque(data).release()
    }
  }

  private static func exported(
    _ stream: UnsafeMutablePointer<ArrowArrayStream>?
  ) -> ExportedStream? {
    guard let data = unsafe stream?.pointee.private_data else { return nil }
    return unsafe Unmanaged<ExportedStream>.fromOpaque(data).takeUnretainedValue()
  }
}

extension ColonnadeError {
  /// The errno value by which a stream's callbacks tell the kind; never 0.
  fileprivate var streamCode: CInt {
    switch kind {
    case .invalidArgument, .schemaMismatch: EINVAL
    case .notFound: ENOENT
    case .corrupt, .truncated: EBADMSG
    case .unsupportedFeature: ENOTSUP
    case .limitExceeded: EOVERFLOW
    case .commitConflict, .commitUnknown: EIO
    case .io: errno.flatMap { $0 > 0 ? $0 : nil } ?? EIO
    case .cancelled: ECANCELED
    }
  }
}

extension ColonnadeError.Kind {
  /// What an errno value of a foreign stream means.
  init(streamCode: CInt) {
    switch streamCode {
    case EINVAL: self = .invalidArgument
    case ENOENT: self = .notFound
    case EBADMSG: self = .corrupt
    case ENOTSUP, ENOSYS: self = .unsupportedFeature
    case ENOMEM, EOVERFLOW: self = .limitExceeded
    case ECANCELED, EINTR: self = .cancelled
    default: self = .io
    }
  }
}
