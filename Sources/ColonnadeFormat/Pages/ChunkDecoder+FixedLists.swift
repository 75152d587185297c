// Elements of fixed-size lists at chosen rows, a list at a time: a vector lies in one piece, and a
// piece is copied as such instead of element by element.

import CKernels
package import ColonnadeArrays
package import ColonnadeBase

extension ChunkDecoder {
  /// The elements of the lists at `rows`, ascending, `length` each, of a leaf; nil where they do not lie
  /// as they are in memory, or may be shared as a run of the file.
  /// - Throws: as `decode(slots:)`.
  /// - Complexity: O(bytes of the lists), and the blocks that hold some.
  package func decodeElements(
    ofListsAt rows: SelectionVector, length: Int
  ) throws(ColonnadeError) -> Column? {
    let kind = SlotKind(shape.type)
    let selected = unsafe rows.unsafeRows
    defer { extendLifetime(rows) }
    guard kind.width > 0, kind != .bytes, kind != .lengths, length > 0,
      let first = unsafe selected.first, let last = unsafe selected.last,
      let base = selected.baseAddress
    else { return nil }
    guard Int(last) < shape.slotCount / length,
      unsafe colonnade_rows_ascend(base, selected.count) == 1
    else {
      throw ColonnadeError(
        .invalidArgument, "lists that do not ascend within \(shape.slotCount) slots")
    }
    if Int(last) - Int(first) + 1 == selected.count { return nil }
    let sink = try SlotSink(shape.type, count: selected.count * length)
    let context = context()
    let size = length * kind.width
    // Where the chunk's lists would start (modulo 2^64) if all lay like those at hand, and the first that
    // is not copied yet.
    var origin: UInt64?
    var copied = 0
    var known: KnownEntry?
    func copy(upTo end: Int) throws(ColonnadeError) {
      guard let origin, end > copied else { return }
      let next = unsafe selected[copied]
      let items = unsafe context.scratch.rows.room((end - copied) * 4)
        .assumingMemoryBound(to: UInt32.self)
      unsafe colonnade_rows_less(items, base + copied, end - copied, next)
      unsafe try data.copy(
        items: UnsafeBufferPointer(start: items, count: end - copied), of: size,
        from: origin &+ UInt64(next) &* UInt64(size), to: sink.address(copied * length))
      copied = end
    }
    var position = 0
    while position < selected.count {
      let slot = unsafe Int(selected[position]) * length
      let page = try page(holding: slot, &known).page
      guard page.range.contains(slot), page.count % length == 0,
        page.range.lowerBound % length == 0,
        let body = try PageDecoder(context, page.entry, count: page.count).plainBody
      else { return nil }
      // Pages that lie back to back are one run of lists.
      let start = body &- UInt64(page.range.lowerBound * kind.width)
      if start != origin {
        try copy(upTo: position)
        origin = start
      }
      position += unsafe colonnade_rows_lower_bound(
        base + position, selected.count - position, UInt64(page.range.upperBound / length))
    }
    try copy(upTo: position)
    return sink.finish()
  }
}

extension PageDecoder {
  /// Where the page's values start in the file, if they lie there as in memory, none of them null.
  fileprivate var plainBody: UInt64? {
    guard encoding == .plain, !entry.isFramed, nullCount == 0,
      Int(entry.byteCount) == count * width,
      entry.offset <= UInt64.max - UInt64(entry.byteCount)
    else { return nil }
    return entry.offset
  }
}
