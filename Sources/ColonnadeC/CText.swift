// Text across the border: what C hands in, checked to be UTF-8, and what it is given.

import ColonnadeBase
import Glibc

/// Bytes of a text that ends in NUL, owned by a handle, for as long as the handle lives.
@safe final class CText: @unchecked Sendable {
  let pointer: UnsafePointer<CChar>

  init(_ text: String) { unsafe pointer = UnsafePointer(CText.allocated(text)) }

  deinit { unsafe free(UnsafeMutablePointer(mutating: pointer)) }

  /// A copy for the C allocator's `free`. A NUL within the text ends it early, as C texts do.
  static func allocated(_ text: String) -> UnsafeMutablePointer<CChar> {
    var text = text
    return text.withUTF8 { bytes in
      guard let copy = unsafe malloc(bytes.count + 1) else {
        // A text is short; there is no memory for anything then.
        preconditionFailure("out of memory")
      }
      if let base = bytes.baseAddress { unsafe copy.copyMemory(from: base, byteCount: bytes.count) }
      unsafe copy.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
      return unsafe copy.assumingMemoryBound(to: CChar.self)
    }
  }
}

extension String {
  /// The text at `pointer`; `nil` for NULL.
  /// - Parameter name: what it is, for the error.
  /// - Throws: `.invalidArgument` where it is not UTF-8.
  init?(c pointer: UnsafePointer<CChar>?, _ name: String) throws(ColonnadeError) {
    guard let pointer = unsafe pointer else { return nil }
    guard let text = unsafe String(validatingCString: pointer) else {
      throw ColonnadeError(.invalidArgument, "\(name) is not UTF-8 text")
    }
    self = text
  }

  /// The text at `pointer`.
  /// - Throws: `.invalidArgument` where it is NULL or not UTF-8.
  init(requiredC pointer: UnsafePointer<CChar>?, _ name: String) throws(ColonnadeError) {
    guard let text = try unsafe String(c: pointer, name) else {
      throw ColonnadeError(.invalidArgument, "\(name) is NULL")
    }
    self = text
  }
}

/// The texts of a C array.
func texts(
  _ pointers: UnsafePointer<UnsafePointer<CChar>?>?, count: Int, _ name: String
) throws(ColonnadeError) -> [String] {
  guard count > 0 else { return [] }
  guard let pointers = unsafe pointers else {
    throw ColonnadeError(.invalidArgument, "\(name) is NULL, and \(count) are announced")
  }
  var texts: [String] = []
  for index in 0..<count { texts.append(try unsafe String(requiredC: pointers[index], name)) }
  return texts
}
