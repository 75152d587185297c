// Text under construction, as UTF-8 bytes in one growing block: what renderers, messages and
// manifests write values into. Invariant: `byteCount <= capacity`; bytes past `byteCount` are free.

import ColonnadeBase

/// A growable run of UTF-8 bytes, owned by one writer.
@safe public struct TextBuffer: ~Copyable {
  @usableFromInline var storage: UnsafeMutablePointer<UInt8>
  /// Bytes written so far.
  public var byteCount: Int { count }
  @usableFromInline var count = 0
  @usableFromInline var capacity: Int

  /// - Parameter capacity: bytes reserved at once.
  public init(capacity: Int = 256) {
    self.capacity = max(capacity, 64)
    unsafe storage = UnsafeMutablePointer<UInt8>.allocate(capacity: self.capacity)
  }

  deinit { unsafe storage.deallocate() }

  /// Makes room for `extra` bytes and returns the address of the first.
  ///
  /// Whoever asks writes at most `extra` bytes there and then calls `advance`.
  /// - Complexity: amortised O(1) per byte.
  @inlinable @inline(__always)
  mutating func room(_ extra: Int) -> UnsafeMutablePointer<UInt8> {
    if count + extra > capacity { grow(extra) }
    return unsafe storage + count
  }

  @inlinable @inline(__always)
  mutating func advance(_ extra: Int) { count += extra }

  @usableFromInline @inline(never)
  mutating func grow(_ extra: Int) {
    let larger = max(byteCount + extra, capacity * 2)
    let target = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    unsafe target.update(from: storage, count: byteCount)
    unsafe storage.deallocate()
    unsafe storage = target
    capacity = larger
  }

  /// Forgets what was written and keeps the memory.
  public mutating func removeAll() { count = 0 }

  /// Forgets what was written past `byteCount`.
  public mutating func truncate(to byteCount: Int) {
    precondition(byteCount >= 0 && byteCount <= self.byteCount)
    count = byteCount
  }

  /// Appends one byte.
  @inlinable @inline(__always)
  public mutating func append(byte: UInt8) {
    unsafe room(1).pointee = byte
    advance(1)
  }

  /// Appends `count` times the byte `byte`.
  public mutating func append(repeating byte: UInt8, count: Int) {
    guard count > 0 else { return }
    unsafe room(count).update(repeating: byte, count: count)
    advance(count)
  }

  @inlinable
  public mutating func append(_ text: StaticString) {
    let count = text.utf8CodeUnitCount
    unsafe room(count).update(from: text.utf8Start, count: count)
    advance(count)
  }

  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { bytes in unsafe append(bytes: UnsafeRawBufferPointer(bytes)) }
  }

  @inlinable
  public mutating func append(bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    unsafe UnsafeMutableRawPointer(room(bytes.count)).copyMemory(
      from: base, byteCount: bytes.count)
    advance(bytes.count)
  }

  /// All bytes, valid until the next append.
  public borrowing func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try unsafe body(UnsafeRawBufferPointer(start: storage, count: byteCount))
  }

  /// What was written from byte `offset` on.
  public borrowing func text(from offset: Int = 0) -> String {
    precondition(offset >= 0 && offset <= byteCount)
    return unsafe String(
      decoding: UnsafeBufferPointer(start: storage + offset, count: byteCount - offset),
      as: UTF8.self)
  }
}
