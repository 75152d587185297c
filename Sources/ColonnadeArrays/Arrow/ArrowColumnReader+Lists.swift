// Foreign lists: 32-bit offsets are shared where they start at 0, everything else is made so.

import ColonnadeBase

extension ArrowColumnReader {
  /// Lists and maps, whose offsets ascend.
  func lists(
    _ level: Level, _ element: ArrowField, _ offsets: ArrowOffsets
  ) throws(ColonnadeError) -> Column {
    let child = try onlyChild(level)
    guard level.count > 0 else { return try assemble(level, child, element, [0]) }
    let ends = try self.offsets(level, offsets)
    func end(_ index: Int) -> Int {
      offsets == .narrow ? ends.element(Int32.self, index) : ends.element(Int64.self, index)
    }
    let first = end(0)
    var last = first
    var hasHidden = false
    guard first >= 0 else { throw broken("offset \(first)") }
    for row in 0..<level.count {
      let next = end(row + 1)
      guard next >= last else { throw broken("offset \(next) after \(last)") }
      if next > last, !ArrowBitmap.isOne(level.validity, row) { hasHidden = true }
      last = next
    }
    guard last <= child.length else {
      throw broken("offset \(last) in \(child.length) elements")
    }
    if hasHidden {
      return try gather(level, child, element) { row in end(row)..<end(row + 1) }
    }
    let count = last - first
    guard count <= ArrowColumnReader.countLimit else { throw tooManyElements(count) }
    let part = try part(child, first: first, count: count)
    if first == 0, offsets == .narrow,
      unsafe UInt(bitPattern: ends.unsafeAddress) % 4 == 0
    {
      let elements = try column(part, element, elementType(level), mask: nil)
      return column(level, values: ends, children: [elements])
    }
    // Counted from the first element in use, so that the child holds no others.
    return try assemble(
      level, part, element,
      (0...level.count).lazy.map { Int32(truncatingIfNeeded: end($0) - first) })
  }

  /// Lists that name a start and a size each.
  func listViews(
    _ level: Level, _ element: ArrowField, _ offsets: ArrowOffsets
  ) throws(ColonnadeError) -> Column {
    let child = try onlyChild(level)
    guard level.count > 0 else { return try assemble(level, child, element, [0]) }
    let starts = try slots(level, buffer: 1, width: offsets.byteCount)
    let sizes = try slots(level, buffer: 2, width: offsets.byteCount)
    func number(_ buffer: Buffer, _ index: Int) -> Int {
      offsets == .narrow ? buffer.element(Int32.self, index) : buffer.element(Int64.self, index)
    }
    func range(_ row: Int) -> Range<Int> {
      let start = number(starts, row)
      return start..<start + number(sizes, row)
    }
    var next: Int?
    var first = 0
    var isInOrder = true
    for row in 0..<level.count where ArrowBitmap.isOne(level.validity, row) {
      let start = number(starts, row)
      let size = number(sizes, row)
      guard start >= 0, size >= 0, start <= child.length, size <= child.length - start else {
        throw broken("a list of \(size) elements from \(start) on in \(child.length)")
      }
      if size == 0 { continue }
      if next == nil { first = start }
      if start != next ?? start { isInOrder = false }
      next = start + size
    }
    guard isInOrder else { return try gather(level, child, element, range) }
    let part = try part(child, first: first, count: (next ?? first) - first)
    guard part.length <= ArrowColumnReader.countLimit else { throw tooManyElements(part.length) }
    var end: Int32 = 0
    var ends: [Int32] = [0]
    ends.reserveCapacity(level.count + 1)
    for row in 0..<level.count {
      if ArrowBitmap.isOne(level.validity, row) {
        end += Int32(truncatingIfNeeded: number(sizes, row))
      }
      ends.append(end)
    }
    return try assemble(level, part, element, ends)
  }

  private func onlyChild(_ level: Level) throws(ColonnadeError) -> ArrowNode {
    guard level.node.children.count == 1 else {
      throw broken("\(level.node.children.count) children")
    }
    return level.node.children[0]
  }

  private func elementType(_ level: Level) -> DataType { level.type.children[0].type }

  /// The lists that `ends` cut out of all of `child`.
  private func assemble(
    _ level: Level, _ child: ArrowNode, _ element: ArrowField, _ ends: some Sequence<Int32>
  ) throws(ColonnadeError) -> Column {
    var child = child
    if level.count == 0 { child = try part(child, first: 0, count: 0) }
    let elements = try column(child, element, elementType(level), mask: nil)
    let offsets = MutableBuffer(capacity: (level.count + 1) * 4)
    for end in ends { offsets.append(end) }
    return column(level, values: offsets.freeze(), children: [elements])
  }

  /// The lists whose elements lie at `range`, in a child of their own: elements of null lists stay
  /// behind, shared ones are copied.
  private func gather(
    _ level: Level, _ child: ArrowNode, _ element: ArrowField, _ range: (Int) -> Range<Int>
  ) throws(ColonnadeError) -> Column {
    guard child.length <= ArrowColumnReader.countLimit else { throw tooManyElements(child.length) }
    let used = MutableBuffer.zeroed(byteCount: (child.length + 7) / 8)
    var count = 0
    for row in 0..<level.count where ArrowBitmap.isOne(level.validity, row) {
      ArrowBitmap.set(used, range(row))
      // Each is at most the child's length, and rows are below 2³¹: no overflow.
      count += range(row).count
    }
    guard count <= ArrowColumnReader.countLimit else { throw tooManyElements(count) }
    let elements = try column(
      child, element, elementType(level),
      mask: ArrowBitmap.normal(used.freeze(), count: child.length))
    let sizes = RowSizes(elements)
    var total: UInt64 = 0
    for row in 0..<level.count where ArrowBitmap.isOne(level.validity, row) {
      // Four bytes more each, for the index by which they are gathered.
      total += sizes.byteCount(of: range(row)) + UInt64(range(row).count) * 4
      try checkExpansion(total)
    }
    let rows = MutableBuffer(capacity: count * 4)
    let offsets = MutableBuffer(capacity: (level.count + 1) * 4)
    offsets.append(Int32(0))
    for row in 0..<level.count {
      if ArrowBitmap.isOne(level.validity, row) {
        for index in range(row) { rows.append(UInt32(truncatingIfNeeded: index)) }
      }
      offsets.append(Int32(truncatingIfNeeded: rows.byteCount / 4))
    }
    let taken = elements.take(SelectionVector(rows: rows.freeze(), count: count))
    return column(level, values: offsets.freeze(), children: [taken])
  }
}
