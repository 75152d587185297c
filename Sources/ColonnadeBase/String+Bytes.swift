// Text out of bytes that may be anything.

import CKernels
import Glibc

extension String {
  /// - Parameter bytes: UTF-8 where they are text at all.
  /// - Returns: `nil` where they are not. The standard library's own does the same by way of generic
  ///   code, in five times as many steps for a short name.
  package init?(utf8 bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else {
      self = ""
      return
    }
    let text = unsafe UnsafeBufferPointer(
      start: base.assumingMemoryBound(to: UInt8.self), count: bytes.count)
    guard unsafe colonnade_utf8_is_valid(text.baseAddress, text.count) != 0 else { return nil }
    self = unsafe String(decoding: text, as: UTF8.self)
  }

  /// Whether the text has exactly these bytes.
  package func isSame(as bytes: UnsafeRawBufferPointer) -> Bool {
    var text = self
    return text.withUTF8 { own in
      guard own.count == bytes.count, let first = own.baseAddress,
        let second = bytes.baseAddress
      else { return own.count == bytes.count }
      return unsafe memcmp(first, second, own.count) == 0
    }
  }

  /// Whether the text holds a NUL, at which it would end for C.
  package var holdsNUL: Bool {
    var text = self
    return text.withUTF8 { own in
      guard let first = own.baseAddress else { return false }
      return unsafe memchr(first, 0, own.count) != nil
    }
  }
}
