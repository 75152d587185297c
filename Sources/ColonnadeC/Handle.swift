// What C holds: references to objects of the engine as opaque pointers. Invariant: a handle owns one
// reference, taken when it was handed out and given back when it is freed; freeing NULL does nothing.

import ColonnadeBase

/// An object that C programs hold; `Pointee` tells the pointer what it points to.
protocol Handle: AnyObject {}

extension Handle {
  /// A reference of its own for C.
  func handedOut() -> OpaquePointer {
    unsafe OpaquePointer(Unmanaged.passRetained(self).toOpaque())
  }

  /// The object behind a handle that C gave back for one call; `nil` for NULL.
  // SAFETY: by the contract of colonnade.h, a handle of this kind is what such a function is given.
  static func at(_ pointer: OpaquePointer?) -> Self? {
    guard let pointer = unsafe pointer else { return nil }
    return unsafe Unmanaged<Self>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  }

  /// Gives back the reference that C held.
  static func free(_ pointer: OpaquePointer?) {
    guard let pointer = unsafe pointer else { return }
    unsafe Unmanaged<Self>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }

  /// The object behind a handle that must not be NULL.
  /// - Throws: `.invalidArgument` naming what is missing.
  static func required(
    _ pointer: OpaquePointer?, _ name: String
  ) throws(ColonnadeError) -> Self {
    guard let object = unsafe at(pointer) else {
      throw ColonnadeError(.invalidArgument, "\(name) is NULL")
    }
    return object
  }
}
