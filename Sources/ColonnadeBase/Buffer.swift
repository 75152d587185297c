// Immutable bytes that many hold at once: carved from a block, mapped from a file, or lent by
// someone else. The owner is released when the last buffer on it goes, on any thread.
// Invariant: `pointer` stays valid for `byteCount` bytes as long as `owner` lives, and nothing
// writes to those bytes any more.

/// Keeps the memory behind buffers alive; its `deinit` gives the memory back.
open class MemoryOwner: @unchecked Sendable {
  public init() {}
}

/// A shared view of immutable bytes.
@safe public struct Buffer: @unchecked Sendable {
  /// What keeps the bytes alive; `nil` for the empty buffer and for static bytes.
  public let owner: MemoryOwner?
  @usableFromInline let pointer: UnsafeRawPointer
  public let byteCount: Int

  /// A buffer of no bytes whose address is still 64-byte aligned.
  public static let empty = Buffer()

  private init() {
    owner = nil
    unsafe pointer = UnsafeRawPointer(bitPattern: 64)!
    byteCount = 0
  }

  /// - Parameter pointer: valid for `byteCount` bytes while `owner` lives.
  public init(unsafeOwner owner: MemoryOwner?, pointer: UnsafeRawPointer, byteCount: Int) {
    precondition(byteCount >= 0)
    self.owner = owner
    unsafe self.pointer = pointer
    self.byteCount = byteCount
  }

  /// Copies the bytes of `array`.
  public init(copying array: [UInt8]) {
    self = unsafe array.withUnsafeBytes { unsafe Buffer(copying: $0) }
  }

  /// Copies `bytes`.
  public init(copying bytes: UnsafeRawBufferPointer) {
    let copy = MutableBuffer(byteCount: bytes.count)
    if let base = bytes.baseAddress {
      unsafe copy.pointer.copyMemory(from: base, byteCount: bytes.count)
    }
    self = copy.freeze()
  }

  /// The address of the first byte, valid while this buffer (or a copy of it) is held.
  @inlinable public var unsafeAddress: UnsafeRawPointer { unsafe pointer }

  /// All bytes, valid while this buffer is held.
  @inlinable public var unsafeBytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: pointer, count: byteCount)
  }

  /// The bytes as values of one width, valid while this buffer is held; an incomplete value at
  /// the end is left out. The address must suit `T`'s alignment: that of a column's buffer suits its
  /// values.
  @inlinable public func unsafeValues<T: BitwiseCopyable>(
    _ type: T.Type
  ) -> UnsafeBufferPointer<T> {
    unsafe UnsafeBufferPointer(
      start: pointer.assumingMemoryBound(to: T.self), count: byteCount / MemoryLayout<T>.stride)
  }

  /// Part of the buffer, sharing its memory.
  public func slice(from offset: Int, byteCount: Int) -> Buffer {
    precondition(offset >= 0 && byteCount >= 0 && offset <= self.byteCount - byteCount)
    return unsafe Buffer(unsafeOwner: owner, pointer: pointer + offset, byteCount: byteCount)
  }

  public func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    defer { extendLifetime(self) }
    return try unsafe body(unsafeBytes)
  }

  /// A copy as an array; for tests and small things.
  public var array: [UInt8] { unsafe Array(unsafeBytes) }
}
