// Which rows of a batch are wanted, as 32-bit row indices.

import CKernels
public import ColonnadeBase

/// Row indices in the order they are wanted; ascending and distinct where a filter made them.
public struct SelectionVector: Sendable {
  /// `count` UInt32 indices.
  public let rows: Buffer
  public let count: Int

  /// - Parameter rows: UInt32 indices.
  public init(rows: Buffer, count: Int) {
    precondition(count >= 0 && rows.byteCount / 4 >= count)
    self.rows = rows
    self.count = count
  }

  public init(_ indices: [UInt32]) {
    let buffer = MutableBuffer(byteCount: 0, capacity: indices.count * 4)
    for index in indices { buffer.append(index) }
    self.init(rows: buffer.freeze(), count: indices.count)
  }

  /// All rows of `range`.
  public init(range: Range<Int>) {
    let buffer = MutableBuffer(byteCount: range.count * 4)
    let target = unsafe buffer.pointer.bindMemory(to: UInt32.self, capacity: range.count)
    var next = UInt32(range.lowerBound)
    for index in 0..<range.count {
      unsafe target[index] = next
      next &+= 1
    }
    self.init(rows: buffer.freeze(), count: range.count)
  }

  /// The positions of the one bits among the first `count` bits of `bits`.
  public init(bits: Buffer, count bitCount: Int) {
    precondition(bits.byteCount * 8 >= bitCount)
    let buffer = MutableBuffer(byteCount: (bitCount + 8) * 4)
    let target = unsafe buffer.pointer.bindMemory(to: UInt32.self, capacity: bitCount + 8)
    let count = unsafe colonnade_bits_to_rows(
      target, bits.unsafeAddress.assumingMemoryBound(to: UInt8.self), bitCount, 0)
    buffer.truncate(to: count * 4)
    self.init(rows: buffer.freeze(), count: count)
  }

  /// The indices, valid while this vector is held.
  @inlinable public var unsafeRows: UnsafeBufferPointer<UInt32> {
    unsafe UnsafeBufferPointer(rebasing: rows.unsafeValues(UInt32.self)[0..<count])
  }

  /// The indices as an array.
  public var array: [UInt32] { unsafe Array(unsafeRows) }
}

extension SelectionVector {
  /// The same rows counted from `delta` rows earlier.
  public func shifted(by delta: Int) -> SelectionVector {
    if delta == 0 { return self }
    let buffer = MutableBuffer(byteCount: count * 4)
    let target = unsafe buffer.pointer.assumingMemoryBound(to: UInt32.self)
    let source = unsafe unsafeRows
    let offset = UInt32(delta)
    for index in 0..<count { unsafe target[index] = source[index] &+ offset }
    return SelectionVector(rows: buffer.freeze(), count: count)
  }
}
