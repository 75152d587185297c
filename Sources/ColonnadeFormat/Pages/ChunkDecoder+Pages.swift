// Which pages hold the slots that are asked for. Spec: spec/file.md "Chunks".

import CKernels
import ColonnadeArrays
import ColonnadeBase

extension ChunkDecoder {
  /// A page and how many slots it has.
  struct Page {
    let entry: PageEntry
    let count: Int

    var range: Range<Int> { Int(entry.firstSlot)..<Int(entry.firstSlot) + count }
  }

  var pageCount: Int {
    shape.pageShift > 20
      ? 0 : (shape.rowCount + (1 << Int(shape.pageShift)) - 1) >> Int(shape.pageShift)
  }

  func corrupt(_ message: String) -> ColonnadeError { ColonnadeError(.corrupt, message) }

  func check(_ slots: Range<Int>) throws(ColonnadeError) {
    guard slots.lowerBound >= 0, slots.upperBound <= shape.slotCount else {
      throw ColonnadeError(
        .invalidArgument, "slots \(slots) of a chunk of \(shape.slotCount)")
    }
  }

  /// The range of a selection without gaps; nil where it has some. Checks that it ascends.
  func range(of selection: SelectionVector) throws(ColonnadeError) -> Range<Int>? {
    let rows = unsafe selection.unsafeRows
    defer { extendLifetime(selection) }
    guard let first = unsafe rows.first, let last = unsafe rows.last, let base = rows.baseAddress
    else { return 0..<0 }
    guard Int(last) < shape.slotCount, unsafe colonnade_rows_ascend(base, rows.count) == 1 else {
      throw ColonnadeError(
        .invalidArgument, "slots that do not ascend within a chunk of \(shape.slotCount)")
    }
    guard Int(last) - Int(first) + 1 == rows.count else { return nil }
    // As many as the range has, but an index may come twice.
    for index in 0..<rows.count where unsafe Int(rows[index]) != Int(first) + index { return nil }
    return Int(first)..<Int(last) + 1
  }

  /// An entry that was read, and its index: where one page ends the next one starts, which often is the
  /// next one asked for.
  typealias KnownEntry = (index: Int, entry: PageEntry)

  /// Page `index`, with the slots up to the next one.
  /// - Parameter known: the entry read last.
  private func page(
    _ index: Int, _ known: inout KnownEntry?
  ) throws(ColonnadeError) -> Page {
    let entry: PageEntry
    if let known, known.index == index {
      entry = known.entry
    } else {
      entry = try pages.page(at: index)
    }
    let start = Int(entry.firstSlot)
    var end = shape.slotCount
    if index + 1 < pageCount {
      let next = try pages.page(at: index + 1)
      known = (index + 1, next)
      end = Int(next.firstSlot)
    }
    guard start <= end, end <= shape.slotCount, index > 0 || start == 0 else {
      throw ColonnadeError(
        .corrupt,
        "page \(index) of a chunk of \(shape.slotCount) slots has slots \(start) to \(end)",
        location: .byte(entry.offset))
    }
    return Page(entry: entry, count: end - start)
  }

  /// The page that holds `slot`, or the one it should stand in, and its index.
  func page(
    holding slot: Int, _ known: inout KnownEntry?
  ) throws(ColonnadeError) -> (index: Int, page: Page) {
    let count = pageCount
    guard count > 0 else { throw corrupt("slot \(slot) of a chunk without pages") }
    // As many slots in each row: no search. One in each: no division either.
    let isOne = shape.slotCount == shape.rowCount
    if isOne || (shape.rowCount > 0 && shape.slotCount % shape.rowCount == 0) {
      let row = isOne ? slot : slot / (shape.slotCount / shape.rowCount)
      let guess = min(count - 1, row >> Int(shape.pageShift))
      let page = try page(guess, &known)
      if page.range.contains(slot) { return (guess, page) }
    }
    var low = 0
    var high = count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if Int(try pages.page(at: middle).firstSlot) <= slot {
        low = middle
      } else {
        high = middle - 1
      }
    }
    return (low, try page(low, &known))
  }

  /// Calls `body` with each page that has slots of `slots`, the part of the page asked for, and
  /// where that part goes.
  func forEachPage(
    of slots: Range<Int>,
    _ body: (Page, Range<Int>, Int) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    var slot = slots.lowerBound
    guard slot < slots.upperBound else { return }
    var known: KnownEntry?
    var (index, page) = try page(holding: slot, &known)
    while true {
      if page.count > 0 || page.range.lowerBound != slot {
        guard page.range.contains(slot) else { throw corrupt("no page has slot \(slot)") }
        let end = min(slots.upperBound, page.range.upperBound)
        let start = page.range.lowerBound
        try body(page, slot - start..<end - start, slot - slots.lowerBound)
        slot = end
        if slot >= slots.upperBound { return }
      }
      index += 1
      guard index < pageCount else { throw corrupt("pages end before slot \(slot)") }
      page = try self.page(index, &known)
    }
  }

  /// The same for chosen slots, ascending and below the chunk's number.
  func forEachPage(
    of selection: SelectionVector,
    _ body: (Page, UnsafeBufferPointer<UInt32>, Int) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    var chosen = ChosenPages(of: selection, in: self)
    while let (page, rows, position) = try unsafe chosen.page() {
      try chosen.prefetch(behind: rows.count)
      try unsafe body(page, rows, position)
      chosen.pass(rows.count)
    }
  }

  /// `slots` as a slice of the file, where they are plain values of fixed width that lie back to
  /// back; nil where they must be decoded.
  func sharedColumn(_ slots: Range<Int>) throws(ColonnadeError) -> Column? {
    let kind = SlotKind(shape.type)
    guard kind.width > 0, kind != .bytes, kind != .lengths, !slots.isEmpty else { return nil }
    var start: UInt64?
    var expected: UInt64 = 0
    var nulls = false
    var known: PageContext?
    var read: KnownEntry?
    var (index, page) = try page(holding: slots.lowerBound, &read)
    var slot = slots.lowerBound
    while true {
      let entry = page.entry
      guard entry.encodingCode == Encoding.plain.rawValue, !entry.isFramed,
        page.range.contains(slot)
      else { return nil }
      let context = known ?? context()
      known = context
      let decoder = try PageDecoder(context, entry, count: page.count)
      guard Int(entry.byteCount) == page.count * kind.width else { return nil }
      if start == nil {
        let skipped = UInt64((slot - page.range.lowerBound) * kind.width)
        let (first, overflow) = entry.offset.addingReportingOverflow(skipped)
        guard !overflow else { throw decoder.corrupt("lies outside the file") }
        start = first
      } else if entry.offset != expected {
        return nil
      }
      let (end, overflow) = entry.offset.addingReportingOverflow(UInt64(entry.byteCount))
      guard !overflow else { throw decoder.corrupt("lies outside the file") }
      expected = end
      if decoder.hasNulls { nulls = true }
      slot = page.range.upperBound
      if slot >= slots.upperBound { break }
      index += 1
      guard index < pageCount else { return nil }
      page = try self.page(index, &read)
    }
    guard let start else { return nil }
    let values = try data.data(offset: start, byteCount: slots.count * kind.width)
    // What no writer lays so is copied: 16-byte integers are loaded as such.
    let alignment = min(16, kind.width & -kind.width)
    guard unsafe Int(bitPattern: values.unsafeAddress) & (alignment - 1) == 0 else { return nil }
    guard nulls else {
      return Column(
        unchecked: shape.type, count: slots.count, nullCount: 0, validity: nil, values: values)
    }
    let validity = try decodeValidity(slots: slots)
    if let bits = validity.bits {
      // The writer stores zero for nulls, but that is not for a reader to believe.
      guard
        unsafe colonnade_nulls_are_zero(
          values.unsafeAddress, UInt32(kind.width),
          bits.unsafeAddress.assumingMemoryBound(to: UInt8.self), 0, slots.count) == 1
      else { return nil }
    }
    return Column(
      unchecked: shape.type, count: slots.count, nullCount: validity.nullCount,
      validity: validity.bits, values: values)
  }
}
