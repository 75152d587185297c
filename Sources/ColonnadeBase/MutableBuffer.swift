// Bytes under construction: one writer, then `freeze()` hands them on as an immutable Buffer.
// Invariant: `byteCount <= capacity`; the address is 64-byte aligned; after `freeze()` nobody
// writes.

/// A growable, 64-byte aligned run of bytes with a single owner.
///
/// New bytes are uninitialised unless said otherwise; whoever asks for them writes them.
@safe public final class MutableBuffer: @unchecked Sendable {
  var allocation: Allocation
  // One owner writes, and nothing here calls back: overlapping accesses need not be looked for. Other
  // modules would look for them all the same, so that what they see is computed.
  @usableFromInline @exclusivity(unchecked) var first: UnsafeMutableRawPointer
  @usableFromInline @safe @exclusivity(unchecked) var filled: Int
  @usableFromInline @safe @exclusivity(unchecked) var room: Int

  /// The first byte. Changes when the buffer grows.
  @inlinable public var pointer: UnsafeMutableRawPointer { unsafe first }
  @inlinable public var byteCount: Int { filled }
  @inlinable public var capacity: Int { room }

  /// - Parameters:
  ///   - byteCount: the initial size, uninitialised.
  ///   - capacity: room reserved at once; at least `byteCount`.
  public init(byteCount: Int = 0, capacity: Int = 0) {
    precondition(byteCount >= 0)
    // Many are made in case they are needed.
    allocation =
      max(byteCount, capacity) == 0
      ? Memory.nothing : Memory.shared.allocate(byteCount: max(byteCount, capacity))
    unsafe first = allocation.pointer
    filled = byteCount
    room = allocation.byteCount
  }

  /// A buffer of `count` zero bytes.
  public static func zeroed(byteCount: Int) -> MutableBuffer {
    let buffer = MutableBuffer(byteCount: byteCount)
    unsafe buffer.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    return buffer
  }

  /// Makes room for `extra` bytes past the current end.
  /// - Complexity: amortised O(1) per byte.
  public func reserve(_ extra: Int) {
    let needed = byteCount + extra
    if needed <= capacity { return }
    let grown = Memory.shared.allocate(byteCount: max(needed, capacity + capacity / 2, 256))
    unsafe grown.pointer.copyMemory(from: pointer, byteCount: byteCount)
    allocation = grown
    unsafe first = grown.pointer
    room = grown.byteCount
  }

  /// Grows by `extra` uninitialised bytes and returns the address of the first of them.
  public func extend(by extra: Int) -> UnsafeMutableRawPointer {
    if byteCount + extra > capacity { reserve(extra) }
    defer { filled += extra }
    return unsafe pointer + byteCount
  }

  /// Forgets what lies beyond `byteCount`, or all of it; keeps the memory.
  public func truncate(to byteCount: Int = 0) {
    precondition(byteCount >= 0 && byteCount <= filled)
    filled = byteCount
  }

  @inlinable public func append<T: BitwiseCopyable>(_ value: T) {
    unsafe extend(by: MemoryLayout<T>.size).storeBytes(of: value, as: T.self)
  }

  public func append(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    unsafe extend(by: bytes.count).copyMemory(from: base, byteCount: bytes.count)
  }

  public func append(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe append($0) }
  }

  /// Appends `count` zero bytes.
  public func appendZeros(_ count: Int) {
    unsafe extend(by: count).initializeMemory(as: UInt8.self, repeating: 0, count: count)
  }

  /// Pads with zeros until the size is a multiple of `alignment`, a power of two.
  public func pad(to alignment: Int) {
    let over = byteCount & (alignment - 1)
    if over != 0 { appendZeros(alignment - over) }
  }

  @inlinable public var unsafeBytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: pointer, count: byteCount)
  }

  /// The bytes as an immutable buffer sharing this memory; the caller writes no more.
  public func freeze() -> Buffer {
    unsafe Buffer(unsafeOwner: allocation, pointer: pointer, byteCount: byteCount)
  }
}
