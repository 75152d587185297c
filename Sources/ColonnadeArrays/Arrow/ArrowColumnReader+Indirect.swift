// Foreign values that are named instead of spelt out: dictionaries and runs. Text keeps sharing the
// bytes of the values; everything else is spelt out, within a bound on what it may grow to.

import CKernels
import ColonnadeBase

extension ArrowColumnReader {
  /// The most bytes that values named many times are spelt out to.
  static let expansionLimit: UInt64 = 1 << 30

  func checkExpansion(_ byteCount: UInt64) throws(ColonnadeError) {
    guard byteCount <= ArrowColumnReader.expansionLimit else {
      throw ColonnadeError(
        .limitExceeded,
        "an Arrow array of shared values takes \(byteCount) bytes when they are spelt out, more "
          + "than \(ArrowColumnReader.expansionLimit)", hint: "hand over smaller batches")
    }
  }

  func dictionary(
    _ level: Level, _ index: ArrowInteger, _ values: ArrowField
  ) throws(ColonnadeError) -> Column {
    guard level.node.dictionary.count == 1 else { throw broken("it lacks its dictionary") }
    let entries = try named(level.node.dictionary[0], values)
    let indices = try slots(level, buffer: 1, width: index.byteCount)
    let codes = MutableBuffer(byteCount: level.count * 4)
    let target = unsafe codes.pointer.assumingMemoryBound(to: UInt32.self)
    for row in 0..<level.count {
      guard ArrowBitmap.isOne(level.validity, row) else {
        unsafe target[row] = UInt32(truncatingIfNeeded: entries.count)
        continue
      }
      let entry =
        switch index.byteCount {
        case 1:
          index.isSigned ? indices.element(Int8.self, row) : indices.element(UInt8.self, row)
        case 2:
          index.isSigned ? indices.element(Int16.self, row) : indices.element(UInt16.self, row)
        case 4:
          index.isSigned ? indices.element(Int32.self, row) : indices.element(UInt32.self, row)
        // Unsigned numbers beyond Int64 turn negative, which is out of range as well.
        default: indices.element(Int64.self, row)
        }
      guard entry >= 0, entry < entries.count else {
        throw broken("index \(entry) in a dictionary of \(entries.count)")
      }
      unsafe target[row] = UInt32(truncatingIfNeeded: entry)
    }
    return try gather(level, entries, codes.freeze())
  }

  func runs(
    _ level: Level, _ endByteCount: Int, _ values: ArrowField
  ) throws(ColonnadeError) -> Column {
    guard level.node.children.count == 2 else {
      throw broken("\(level.node.children.count) children")
    }
    let runCount = level.node.children[0].length
    guard runCount >= 0, level.node.children[1].length >= runCount else {
      throw broken("\(runCount) run ends for \(level.node.children[1].length) values")
    }
    let endNode = level.node.children[0]
    let ends = try column(
      endNode,
      ArrowField(
        "run_ends", .integer(ArrowInteger(byteCount: endByteCount, isSigned: true)),
        isNullable: false), ArrowType.runEnds(endByteCount), mask: nil
    ).values
    func end(_ run: Int) -> Int {
      switch endByteCount {
      case 2: ends.element(Int16.self, run)
      case 4: ends.element(Int32.self, run)
      default: ends.element(Int64.self, run)
      }
    }
    var last = 0
    for run in 0..<runCount {
      guard end(run) > last else { throw broken("run end \(end(run)) after \(last)") }
      last = end(run)
    }
    guard level.offset + level.count <= last || level.count == 0 else {
      throw broken("runs of \(last) values for \(level.offset) and \(level.count) more")
    }
    // The runs in use.
    var firstRun = 0
    while level.count > 0, end(firstRun) <= level.offset { firstRun += 1 }
    var lastRun = firstRun
    while level.count > 0, end(lastRun) < level.offset + level.count { lastRun += 1 }
    let used = level.count == 0 ? 0 : lastRun - firstRun + 1
    let entries = try named(
      try part(level.node.children[1], first: firstRun, count: used), values)
    // Spelt out from very few bytes: bounded before anything is allocated.
    let sizes = RowSizes(entries)
    var total: UInt64 = 0
    var row = 0
    for run in 0..<used {
      let rows = min(end(firstRun + run) - level.offset, level.count) - row
      let bytes = max(sizes.byteCount(of: run..<run + 1), 4)
        .multipliedReportingOverflow(by: UInt64(rows))
      let sum = total.addingReportingOverflow(bytes.partialValue)
      try checkExpansion(bytes.overflow || sum.overflow ? UInt64.max : sum.partialValue)
      total = sum.partialValue
      row += rows
    }
    let codes = MutableBuffer(byteCount: level.count * 4)
    let target = unsafe codes.pointer.assumingMemoryBound(to: UInt32.self)
    var run = 0
    for row in 0..<level.count {
      if end(firstRun + run) <= level.offset + row { run += 1 }
      unsafe target[row] = UInt32(
        truncatingIfNeeded: ArrowBitmap.isOne(level.validity, row) ? run : used)
    }
    return try gather(level, entries, codes.freeze())
  }

  /// The values that others name; nulls among them are allowed whatever the schema says of them,
  /// because it is the naming field that says whether a row may be null.
  private func named(
    _ node: ArrowNode, _ field: ArrowField
  ) throws(ColonnadeError) -> Column {
    var field = field
    field.isNullable = true
    return try column(node, field, try field.field().type, mask: nil)
  }

  /// The entries that `codes` name, of which the one past the last stands for null.
  private func gather(
    _ level: Level, _ entries: Column, _ codes: Buffer
  ) throws(ColonnadeError) -> Column {
    let source = unsafe codes.unsafeValues(UInt32.self)
    if level.type.physical != .bytes {
      let sizes = RowSizes(entries)
      var total: UInt64 = 0
      try checkExpansion(sizes.byteCount(of: 0..<entries.count))
      for row in 0..<level.count where unsafe Int(source[row]) < entries.count {
        let entry = unsafe Int(source[row])
        // Both are below the limit: no overflow.
        total += sizes.byteCount(of: entry..<entry + 1)
        try checkExpansion(total)
      }
      let builder = ColumnBuilder(level.type, capacity: entries.count + 1)
      builder.append(contentsOf: entries)
      builder.appendNull()
      return builder.finish().take(SelectionVector(rows: codes, count: level.count))
    }
    let views = MutableBuffer(byteCount: (entries.count + 1) * 16)
    unsafe views.pointer.copyMemory(
      from: entries.values.unsafeAddress, byteCount: entries.count * 16)
    unsafe (views.pointer + entries.count * 16).storeBytes(
      of: ByteView(low: 0, high: 0), as: ByteView.self)
    let target = MutableBuffer(byteCount: level.count * 16)
    unsafe colonnade_views_gather(
      target.pointer, views.pointer, codes.unsafeAddress.assumingMemoryBound(to: UInt32.self),
      level.count, 0)
    var validity = level.validity
    if entries.nullCount > 0 {
      let bits = MutableBuffer.zeroed(byteCount: (level.count + 7) / 8)
      for row in 0..<level.count {
        let entry = unsafe Int(source[row])
        if entry < entries.count, !entries.isNull(at: entry) {
          ArrowBitmap.set(bits, row..<row + 1)
        }
      }
      validity = ArrowBitmap.normal(bits.freeze(), count: level.count)
    }
    return column(
      Level(node: level.node, type: level.type, validity: validity), values: target.freeze(),
      data: entries.data)
  }
}

extension ArrowType {
  fileprivate static func runEnds(_ byteCount: Int) -> DataType {
    byteCount == 2 ? .int16 : byteCount == 4 ? .int32 : .int64
  }
}
