// Chosen bytes among many that lie together: blocks that hold none are not verified, and those that
// hold some are verified several at a time wherever they lie.

import CKernels
package import ColonnadeBase

extension FileData {
  /// So many items are verified, then copied, while their blocks are near.
  private static let itemsAtOnce = 256
  /// Larger ones are asked for one by one.
  private static let greatestItem = 1 << 16
  /// The bytes between two items that are populated with them: what one fault brings in.
  private static let populatedGap = 1 << 16

  package func copy(
    items: UnsafeBufferPointer<UInt32>, of size: Int, from offset: UInt64,
    to target: UnsafeMutableRawPointer
  ) throws(ColonnadeError) {
    guard let base = items.baseAddress, let last = unsafe items.last, size > 0 else { return }
    guard size <= FileData.greatestItem else {
      unsafe try copyEach(items, of: size, from: offset, to: target)
      return
    }
    try check(offset: offset, byteCount: (Int(last) + 1) * size)
    metrics?.countRequest(byteCount: items.count * size)
    let start = Int(offset)
    // An item lies in as many blocks as its bytes fill, and one more.
    let blocks = MutableBuffer(
      byteCount: FileData.itemsAtOnce * ((size >> FileData.blockShift) + 2) * 4)
    let chosen = unsafe blocks.pointer.assumingMemoryBound(to: UInt32.self)
    var done = 0
    while done < items.count {
      let some = min(FileData.itemsAtOnce, items.count - done)
      let first = unsafe start + Int(items[done]) * size
      let origin = first >> FileData.blockShift
      var next = origin
      var missing = 0
      for index in done..<done + some {
        let from = unsafe start + Int(items[index]) * size
        let end = (from + size - 1) >> FileData.blockShift + 1
        next = max(next, from >> FileData.blockShift)
        while next < end {
          if !isVerified(next) {
            unsafe chosen[missing] = UInt32(truncatingIfNeeded: next - origin)
            missing += 1
          }
          next += 1
        }
      }
      if missing > 0 {
        unsafe try verify(UnsafeBufferPointer(start: chosen, count: missing), from: origin)
      }
      unsafe try populate(UnsafeBufferPointer(start: base + done, count: some), size, start)
      unsafe colonnade_gather_n(
        (target + done * size).assumingMemoryBound(to: UInt8.self),
        address(of: start), base + done, some, size)
      done += some
    }
  }

  package func data(
    offset: UInt64, byteCount: Int, parts: UnsafeBufferPointer<UInt32>
  ) throws(ColonnadeError) -> Buffer {
    try check(offset: offset, byteCount: byteCount)
    let start = Int(offset)
    let first = start >> FileData.blockShift
    let end = (start + byteCount + (1 << FileData.blockShift) - 1) >> FileData.blockShift
    // The last block of the data area may be shorter than others.
    guard end - first <= 64, end <= wholeBlockCount else {
      return try data(offset: offset, byteCount: byteCount)
    }
    var wanted: UInt64 = 0
    var touched = 0
    for part in stride(from: 0, to: parts.count - 1, by: 2) {
      let (low, high) = unsafe (Int(parts[part]), Int(parts[part + 1]))
      precondition(low < high && high <= byteCount)
      let from = UInt64((start + low) >> FileData.blockShift - first)
      let last = UInt64((start + high - 1) >> FileData.blockShift - first)
      wanted |= UInt64.max >> (63 - last) & UInt64.max << from
      touched += high - low
    }
    metrics?.countRequest(byteCount: touched)
    try verify(wanted, from: first, count: end - first)
    return try map.buffer(from: start, byteCount: byteCount)
  }

  /// Populates the items, those near one another at once.
  private func populate(
    _ items: UnsafeBufferPointer<UInt32>, _ size: Int, _ start: Int
  ) throws(ColonnadeError) {
    var from = unsafe start + Int(items[0]) * size
    var end = from + size
    for index in 1..<items.count {
      let next = unsafe start + Int(items[index]) * size
      if next - end > FileData.populatedGap {
        try populate(from: from, byteCount: end - from)
        from = next
      }
      end = next + size
    }
    try populate(from: from, byteCount: end - from)
  }
}
