// Ending work early, from C.

// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CColonnade
import ColonnadeBase

/// A cancellation, and the question that the thread which made it is asked meanwhile.
final class CancellationHandle: Handle {
  let cancellation: Cancellation

  init(_ cancellation: Cancellation) { self.cancellation = cancellation }

  // The program may free the context now.
  deinit { cancellation.detach() }
}

/// What C gave to be asked.
@safe private struct Poll: @unchecked Sendable {
  let function: @convention(c) (UnsafeMutableRawPointer?) -> Bool
  let context: UnsafeMutableRawPointer?
}

@c @implementation
public func colonnade_cancellation_new(
  _ poll: (@convention(c) (UnsafeMutableRawPointer?) -> Bool)?, _ context: UnsafeMutableRawPointer?
) -> OpaquePointer? {
  guard let poll = unsafe poll else {
    return unsafe CancellationHandle(Cancellation()).handedOut()
  }
  let asked = unsafe Poll(function: poll, context: context)
  return unsafe CancellationHandle(
    Cancellation(poll: { unsafe asked.function(asked.context) })
  ).handedOut()
}

@c @implementation
public func colonnade_cancellation_cancel(_ cancellation: OpaquePointer?) {
  unsafe CancellationHandle.at(cancellation)?.cancellation.cancel()
}

@c @implementation
public func colonnade_cancellation_is_cancelled(_ cancellation: OpaquePointer?) -> Bool {
  unsafe CancellationHandle.at(cancellation)?.cancellation.isCancelled ?? false
}

@c @implementation
public func colonnade_cancellation_free(_ cancellation: OpaquePointer?) {
  unsafe CancellationHandle.free(cancellation)
}
