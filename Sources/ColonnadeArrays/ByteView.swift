// Arrow's 16-byte view of a string or binary value.
// Layout: length (Int32), then up to 12 bytes inline; or 4 bytes of prefix, the index of a data
// buffer (Int32) and the offset in it (Int32).

import ColonnadeBase

/// One value of a `bytes` column.
public struct ByteView: BitwiseCopyable, Sendable {
  public var low: UInt64
  public var high: UInt64

  public static let inlineByteCount = 12

  @inlinable public init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// A view of bytes that lie in data buffer `bufferIndex` at `offset`, inline when short.
  /// - Parameter bytes: at most 2³¹−1 bytes.
  @inlinable public init(
    _ bytes: UnsafeRawBufferPointer, bufferIndex: Int, offset: Int
  ) {
    let count = bytes.count
    if count <= ByteView.inlineByteCount {
      var words: (UInt64, UInt64) = (0, 0)
      unsafe withUnsafeMutableBytes(of: &words) { target in
        unsafe target.storeBytes(of: UInt32(truncatingIfNeeded: count), as: UInt32.self)
        for index in 0..<count { unsafe target[4 + index] = bytes[index] }
      }
      low = words.0
      high = words.1
    } else {
      let prefix = unsafe bytes.loadUnaligned(as: UInt32.self)
      low = UInt64(UInt32(truncatingIfNeeded: count)) | UInt64(prefix) << 32
      high =
        UInt64(UInt32(truncatingIfNeeded: bufferIndex))
        | UInt64(UInt32(truncatingIfNeeded: offset)) << 32
    }
  }

  /// Length of the value in bytes.
  @inlinable public var byteCount: Int { Int(UInt32(truncatingIfNeeded: low)) }
  @inlinable public var isInline: Bool { byteCount <= ByteView.inlineByteCount }
  /// Index of the data buffer; only of views that are not inline.
  @inlinable public var bufferIndex: Int { Int(UInt32(truncatingIfNeeded: high)) }
  /// Offset in the data buffer; only of views that are not inline.
  @inlinable public var offset: Int { Int(UInt32(truncatingIfNeeded: high >> 32)) }

  /// The same view with its data buffer counted from `delta` on.
  @inlinable public func shifted(by delta: Int) -> ByteView {
    isInline ? self : ByteView(low: low, high: high &+ UInt64(delta))
  }
}

extension Column {
  /// Calls `body` with the bytes of the value at `index`; a null slot is empty.
  /// - Complexity: O(1).
  public func withUnsafeBytes<R, E: Error>(
    at index: Int, _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    precondition(index >= 0 && index < count)
    defer { extendLifetime(self) }
    switch type.physical {
    case .bytes:
      let address = unsafe values.unsafeAddress + index * 16
      let view = unsafe address.load(as: ByteView.self)
      if view.isInline {
        return try unsafe body(UnsafeRawBufferPointer(start: address + 4, count: view.byteCount))
      }
      let source = unsafe data[view.bufferIndex].unsafeAddress + view.offset
      return try unsafe body(UnsafeRawBufferPointer(start: source, count: view.byteCount))
    case .fixedBytes(let width):
      return try unsafe body(
        UnsafeRawBufferPointer(start: values.unsafeAddress + index * width, count: width))
    default:
      preconditionFailure("withUnsafeBytes asks for bytes, not \(type)")
    }
  }
}
