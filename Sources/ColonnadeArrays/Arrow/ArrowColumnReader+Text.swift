// Foreign text and binary: offsets become views, views are checked one by one. The bytes themselves
// are never copied.

import CKernels
import ColonnadeBase

extension ArrowColumnReader {
  /// Views of values that offsets name, and what they point into.
  func texts(
    _ level: Level, _ offsets: ArrowOffsets
  ) throws(ColonnadeError) -> (views: Buffer, data: [Buffer]) {
    if level.count == 0 { return (.empty, []) }
    let ends = try self.offsets(level, offsets)
    return offsets == .narrow
      ? try texts(level, ends, Int32.self) : try texts(level, ends, Int64.self)
  }

  /// The `count + 1` offsets of a level that has values, at any alignment.
  func offsets(_ level: Level, _ offsets: ArrowOffsets) throws(ColonnadeError) -> Buffer {
    let width = offsets.byteCount
    let (more, overflow) = (level.offset + level.count).addingReportingOverflow(1)
    guard !overflow, let buffer = level.node.buffers[1],
      let needed = ArrowBufferForm.values(byteCount: width).byteCount(of: more),
      buffer.byteCount >= needed
    else { throw broken("its offsets are too few") }
    return buffer.slice(from: level.offset * width, byteCount: (level.count + 1) * width)
  }

  private func texts<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ level: Level, _ ends: Buffer, _: Offset.Type
  ) throws(ColonnadeError) -> (views: Buffer, data: [Buffer]) {
    let bytes = level.node.buffers[2] ?? .empty
    let views = MutableBuffer(byteCount: level.count * 16)
    let lengths = MutableBuffer(byteCount: min(level.count, ArrowColumnReader.stretch) * 4)
    let lengthValues = unsafe lengths.pointer.assumingMemoryBound(to: UInt32.self)
    var data: [Buffer] = []
    /// Where the last data buffer starts in `bytes`.
    var base = 0
    var isFull = false
    var hasLong = false
    var row = 0
    var start = ends.element(Offset.self, 0)
    guard start >= 0, start <= bytes.byteCount else { throw broken("offset \(start)") }
    while row < level.count {
      if data.isEmpty || isFull {
        base = start
        isFull = false
        data.append(
          bytes.slice(
            from: base, byteCount: min(bytes.byteCount - base, ArrowColumnReader.reach)))
      }
      // A stretch of rows whose bytes the last data buffer reaches.
      var count = 0
      var end = start
      while row + count < level.count, count < ArrowColumnReader.stretch, !isFull {
        let next = ends.element(Offset.self, row + count + 1)
        guard next >= end, next <= bytes.byteCount else {
          throw broken("offset \(next) after \(end) in \(bytes.byteCount) bytes")
        }
        isFull = next - base > ArrowColumnReader.reach
        if !isFull {
          unsafe lengthValues[count] = UInt32(truncatingIfNeeded: next - end)
          end = next
          count += 1
        }
      }
      guard count > 0 || base != start else {
        throw ColonnadeError(.limitExceeded, "a value is longer than 2,147,483,647 bytes")
      }
      let from = unsafe (bytes.unsafeAddress + start).assumingMemoryBound(to: UInt8.self)
      try unsafe checkText(level, from, end - start, lengths, row..<row + count)
      let long = unsafe colonnade_views_fill(
        views.pointer + row * 16, lengthValues, count, from, end - start,
        UInt32(data.count - 1), UInt32(truncatingIfNeeded: start - base))
      hasLong = hasLong || long == 1
      row += count
      start = end
    }
    if let validity = level.validity {
      unsafe colonnade_zero_nulls(
        views.pointer, 16, ArrowBitmap.address(validity), 0, level.count)
    }
    extendLifetime(bytes)
    return (views.freeze(), hasLong ? data : [])
  }

  /// Rows converted at once.
  private static let stretch = 65_536
  /// Bytes of a data buffer that views reach.
  private static let reach = Int(Int32.max)

  /// - Throws: `malformed` where a value of a text type that is not null is not UTF-8.
  private func checkText(
    _ level: Level, _ bytes: UnsafePointer<UInt8>, _ byteCount: Int, _ lengths: MutableBuffer,
    _ rows: Range<Int>
  ) throws(ColonnadeError) {
    guard level.type.isArrowText else { return }
    let lengthValues = unsafe lengths.pointer.assumingMemoryBound(to: UInt32.self)
    if unsafe colonnade_utf8_values_are_valid(bytes, byteCount, lengthValues, rows.count) == 1 {
      return
    }
    // What lies under a null does not count.
    var at = 0
    for (index, row) in rows.enumerated() {
      let length = unsafe Int(lengthValues[index])
      if ArrowBitmap.isOne(level.validity, row),
        unsafe colonnade_utf8_is_valid(bytes + at, length) == 0
      {
        throw notText(row)
      }
      at += length
    }
  }

  private func notText(_ row: Int) -> ColonnadeError {
    ColonnadeError(malformed, "the text of row \(row) is not UTF-8", hint: "hand it over as binary")
  }

  /// Views and what they point into, checked.
  func views(_ level: Level) throws(ColonnadeError) -> (views: Buffer, data: [Buffer]) {
    let views = zeroing(try slots(level, buffer: 1, width: 16), width: 16, level)
    let data = level.node.buffers.dropFirst(2).map { $0 ?? .empty }
    var addresses: [UnsafePointer<UInt8>?] = unsafe []
    for buffer in data { unsafe addresses.append(ArrowBitmap.address(buffer)) }
    let sizes = data.map { UInt64($0.byteCount) }
    var seen: CInt = 0
    let checked = unsafe colonnade_views_check(
      views.unsafeAddress, level.count, level.validity.map { unsafe ArrowBitmap.address($0) },
      addresses, sizes, data.count, level.type.isArrowText ? 1 : 0, &seen)
    extendLifetime(data)
    guard checked == level.count else {
      // One more look at the view alone, this time not as text, tells which of the two it was.
      let isWhole = unsafe colonnade_views_check(
        views.unsafeAddress + checked * 16, 1, nil, addresses, sizes, data.count, 0, &seen)
      throw isWhole == 1 ? notText(checked) : broken("the view of row \(checked)")
    }
    let hasLong = seen & 1 != 0
    guard seen & 2 != 0 else { return (views, hasLong ? data : []) }
    let copy = MutableBuffer(byteCount: views.byteCount)
    unsafe copy.pointer.copyMemory(from: views.unsafeAddress, byteCount: views.byteCount)
    unsafe colonnade_views_clean(copy.pointer, level.count)
    return (copy.freeze(), hasLong ? data : [])
  }
}

extension DataType {
  fileprivate var isArrowText: Bool {
    switch self {
    case .string, .categorical: true
    default: false
    }
  }
}
