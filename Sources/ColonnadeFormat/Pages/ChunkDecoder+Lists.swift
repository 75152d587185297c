// Lists and maps: from lengths to offsets and to the slots of the child.
// Spec: spec/encodings.md "Lengths".

import CKernels
package import ColonnadeArrays
package import ColonnadeBase

extension ChunkDecoder {
  /// Lists or maps `slots`; elements are a range of the child's slots.
  /// - Throws: `.corrupt` where lengths lead outside the child's chunk.
  /// - Complexity: O(slots), and the slots before them in the first page.
  package func decodeLists(slots: Range<Int>) throws(ColonnadeError) -> ListSlots {
    try check(slots)
    let lengths = try SlotSink(shape.type, count: slots.count)
    let context = context()
    var elements: Range<UInt64>?
    try forEachPage(of: slots) { page, part, position throws(ColonnadeError) in
      lengths.filledCount = position
      let decoder = try PageDecoder(context, page.entry, count: page.count)
      try decoder.decode(part, into: lengths, at: position)
      guard decoder.encoding != .none else { return }
      let start = try elementSlot(before: part.lowerBound, of: decoder)
      if let elements, elements.upperBound != start {
        throw decoder.corrupt("elements from \(start) where \(elements.upperBound) is due")
      }
      let total = unsafe sum(lengths.address(position), part.count)
      let end = try elementEnd(start, total, of: decoder)
      elements = (elements?.lowerBound ?? start)..<end
    }
    let offsets = try offsets(of: lengths)
    let range = elements ?? 0..<0
    return ListSlots(
      validity: lengths.finishValidity(), offsets: offsets,
      elements: .range(Int(range.lowerBound)..<Int(range.upperBound)))
  }

  /// The lists or maps named, ascending.
  /// - Throws: `.corrupt` where lengths lead outside the child's chunk, `.invalidArgument` for slots
  ///   that do not ascend.
  /// - Complexity: O(slots of the pages touched), and the elements of the lists named.
  package func decodeLists(selection: SelectionVector) throws(ColonnadeError) -> ListSlots {
    if let range = try range(of: selection) { return try decodeLists(slots: range) }
    let lengths = try SlotSink(shape.type, count: selection.count)
    let context = context()
    let elements = MutableBuffer()
    unsafe try forEachPage(of: selection) { page, rows, position throws(ColonnadeError) in
      lengths.filledCount = position
      let decoder = try PageDecoder(context, page.entry, count: page.count)
      try unsafe decoder.gather(rows, into: lengths, at: position)
      guard decoder.encoding != .none, let last = unsafe rows.last else { return }
      let first = Int(page.entry.firstSlot)
      // Where each list starts is the sum of those before it.
      let before = Int(last) - first + 1
      let all = try SlotSink(shape.type, count: before)
      try decoder.decode(0..<before, into: all, at: 0)
      let values = unsafe all.address(0).assumingMemoryBound(to: UInt32.self)
      let total = unsafe sum(all.address(0), before)
      var start = try elementSlot(before: 0, of: decoder)
      _ = try elementEnd(start, total, of: decoder)
      var slot = 0
      for index in 0..<rows.count {
        let row = unsafe rows[index]
        let wanted = Int(row) - first
        while slot < wanted {
          start += unsafe UInt64(values[slot])
          slot += 1
        }
        let length = unsafe Int(values[slot])
        guard elements.byteCount / 4 + length <= Int(Int32.max) else {
          throw ColonnadeError(
            .limitExceeded, "more than 2^31 - 1 elements of lists in one read",
            hint: "read fewer rows at once")
        }
        let target = unsafe elements.extend(by: length * 4)
          .assumingMemoryBound(to: UInt32.self)
        for element in 0..<length {
          unsafe target[element] = UInt32(truncatingIfNeeded: start &+ UInt64(element))
        }
      }
    }
    let count = elements.byteCount / 4
    return ListSlots(
      validity: lengths.finishValidity(), offsets: try offsets(of: lengths),
      elements: .selection(SelectionVector(rows: elements.freeze(), count: count)))
  }

  private func sum(_ lengths: UnsafeMutableRawPointer, _ count: Int) -> UInt64 {
    let values = unsafe lengths.assumingMemoryBound(to: UInt32.self)
    var total: UInt64 = 0
    for index in 0..<count { total &+= unsafe UInt64(values[index]) }
    return total
  }

  /// The child's slot where the elements of slot `slot` of the page start.
  private func elementSlot(
    before slot: Int, of page: PageDecoder
  ) throws(ColonnadeError) -> UInt64 {
    let start = page.entry.base >> 32
    if slot == 0 { return start }
    let before = try SlotSink(shape.type, count: slot)
    try page.decode(0..<slot, into: before, at: 0)
    return unsafe start + sum(before.address(0), slot)
  }

  /// - Throws: where `total` elements from `start` on are more than the child has.
  private func elementEnd(
    _ start: UInt64, _ total: UInt64, of page: PageDecoder
  ) throws(ColonnadeError) -> UInt64 {
    let (end, overflow) = start.addingReportingOverflow(total)
    guard !overflow, end <= UInt64(shape.elementSlotCount) else {
      throw page.corrupt(
        "\(total) elements from \(start) on where the child has \(shape.elementSlotCount)")
    }
    return end
  }

  /// Offsets from 0 of lists of these lengths.
  private func offsets(of lengths: SlotSink) throws(ColonnadeError) -> Buffer {
    let target = MutableBuffer(byteCount: (lengths.count + 1) * 4)
    let values = unsafe lengths.address(0).assumingMemoryBound(to: UInt32.self)
    let offsets = unsafe target.pointer.assumingMemoryBound(to: Int32.self)
    var end: Int64 = 0
    unsafe offsets[0] = 0
    for index in 0..<lengths.count {
      end += unsafe Int64(values[index])
      guard end <= Int64(Int32.max) else {
        throw ColonnadeError(
          .limitExceeded, "more than 2^31 - 1 elements of lists in one read",
          hint: "read fewer rows at once")
      }
      unsafe offsets[index + 1] = Int32(truncatingIfNeeded: end)
    }
    return target.freeze()
  }
}
