// Appending rows of another column: whole, or gathered.

import CKernels
import ColonnadeBase

extension ColumnBuilder {
  /// Appends all rows of `column`, which has this builder's layout. Data buffers of long strings
  /// are copied, so that the builder does not hold what it came from.
  public func append(contentsOf column: Column) {
    assert(column.type.physical == physical)
    guard column.count > 0 else { return }
    appendValidity(of: column)
    let source = unsafe column.values.unsafeAddress
    switch physical {
    case .none: break
    case .bit:
      values.appendZeros((count + column.count + 7) / 8 - values.byteCount)
      unsafe colonnade_bits_copy(
        values.pointer.assumingMemoryBound(to: UInt8.self), count,
        source.assumingMemoryBound(to: UInt8.self), 0, column.count)
    case .bytes:
      let target = unsafe values.extend(by: column.count * 16)
      unsafe target.copyMemory(from: source, byteCount: column.count * 16)
      unsafe appendLongBytes(
        of: column,
        UnsafeMutableBufferPointer(
          start: target.assumingMemoryBound(to: ByteView.self), count: column.count))
    case .list:
      let offsets = unsafe source.assumingMemoryBound(to: Int32.self)
      let first = unsafe offsets[0]
      let base = Int32(truncatingIfNeeded: children[0].count) - first
      for row in 1...column.count { unsafe values.append(offsets[row] + base) }
      children[0].append(
        contentsOf: unsafe column.children[0].slice(Int(first)..<Int(offsets[column.count])))
    case .fixedList, .structure:
      for (child, source) in zip(children, column.children) { child.append(contentsOf: source) }
    default:
      let target = unsafe values.extend(by: column.count * width)
      unsafe target.copyMemory(from: source, byteCount: column.count * width)
    }
    count += column.count
  }

  /// Appends the rows of `column` that `rows` names, in that order.
  /// - Precondition: every index is below `column.count`; the layouts are equal.
  public func append(contentsOf column: Column, rows: SelectionVector) {
    unsafe append(contentsOf: column, rows: rows.unsafeRows)
    extendLifetime(rows)
  }

  /// Appends the rows of `column` at the indices `rows`.
  package func append(contentsOf column: Column, rows: UnsafeBufferPointer<UInt32>) {
    assert(column.type.physical == physical)
    guard let indices = rows.baseAddress, rows.count > 0 else { return }
    unsafe appendValidity(of: column, rows: rows)
    let source = unsafe column.values.unsafeAddress
    switch physical {
    case .none: break
    case .bit:
      let bytes = (count + rows.count + 7) / 8
      values.appendZeros(bytes - values.byteCount)
      unsafe colonnade_bits_gather(
        values.pointer.assumingMemoryBound(to: UInt8.self), count,
        source.assumingMemoryBound(to: UInt8.self), indices, rows.count)
    case .bytes: unsafe appendViews(of: column, rows: rows)
    case .list: unsafe appendLists(of: column, rows: rows)
    case .fixedList(let length):
      let elements = unsafe ColumnBuilder.elementRows(rows, length: length)
      children[0].append(contentsOf: column.children[0], rows: elements)
    case .structure:
      for (child, source) in zip(children, column.children) {
        unsafe child.append(contentsOf: source, rows: rows)
      }
    default:
      let target = unsafe values.extend(by: rows.count * width)
      switch width {
      case 1:
        unsafe colonnade_gather_1(
          target.assumingMemoryBound(to: UInt8.self), source.assumingMemoryBound(to: UInt8.self),
          indices, rows.count)
      case 2:
        unsafe colonnade_gather_2(
          target.assumingMemoryBound(to: UInt16.self),
          source.assumingMemoryBound(to: UInt16.self), indices, rows.count)
      case 4:
        unsafe colonnade_gather_4(
          target.assumingMemoryBound(to: UInt32.self),
          source.assumingMemoryBound(to: UInt32.self), indices, rows.count)
      case 8:
        unsafe colonnade_gather_8(
          target.assumingMemoryBound(to: UInt64.self),
          source.assumingMemoryBound(to: UInt64.self), indices, rows.count)
      case 16: unsafe colonnade_gather_16(target, source, indices, rows.count)
      default:
        unsafe colonnade_gather_n(
          target.assumingMemoryBound(to: UInt8.self), source.assumingMemoryBound(to: UInt8.self),
          indices, rows.count, width)
      }
    }
    count += rows.count
  }

  private func appendValidity(of column: Column, rows: UnsafeBufferPointer<UInt32>) {
    if type == .null {
      nullCount += rows.count
      return
    }
    if column.validity != nil { materialiseValidity() }
    guard let validity else { return }
    validity.appendZeros((count + rows.count + 7) / 8 - validity.byteCount)
    let target = unsafe validity.pointer.assumingMemoryBound(to: UInt8.self)
    guard let source = column.validity, let indices = rows.baseAddress else {
      unsafe colonnade_bits_set(target, count, rows.count)
      return
    }
    unsafe colonnade_bits_gather(
      target, count, source.unsafeAddress.assumingMemoryBound(to: UInt8.self), indices, rows.count)
    var valid = 0
    let bits = unsafe source.unsafeAddress.assumingMemoryBound(to: UInt8.self)
    for index in 0..<rows.count {
      let row = unsafe Int(rows[index])
      valid &+= unsafe Int((bits[row >> 3] >> UInt8(row & 7)) & 1)
    }
    nullCount += rows.count - valid
  }

  private func appendValidity(of column: Column) {
    if type == .null {
      nullCount += column.count
      return
    }
    if column.validity != nil { materialiseValidity() }
    guard let validity else { return }
    validity.appendZeros((count + column.count + 7) / 8 - validity.byteCount)
    let target = unsafe validity.pointer.assumingMemoryBound(to: UInt8.self)
    guard let source = column.validity else {
      unsafe colonnade_bits_set(target, count, column.count)
      return
    }
    unsafe colonnade_bits_copy(
      target, count, source.unsafeAddress.assumingMemoryBound(to: UInt8.self), 0, column.count)
    nullCount += column.nullCount
  }

  private func appendViews(of column: Column, rows: UnsafeBufferPointer<UInt32>) {
    let source = unsafe column.values.unsafeAddress.assumingMemoryBound(to: ByteView.self)
    let target = unsafe UnsafeMutableBufferPointer(
      start: values.extend(by: rows.count * 16).assumingMemoryBound(to: ByteView.self),
      count: rows.count)
    for index in 0..<rows.count { unsafe target[index] = source[Int(rows[index])] }
    unsafe appendLongBytes(of: column, target)
  }

  /// Copies what long views of `column` point to, and points them to the copy.
  private func appendLongBytes(of column: Column, _ target: UnsafeMutableBufferPointer<ByteView>) {
    var longByteCount = 0
    for index in 0..<target.count {
      let view = unsafe target[index]
      longByteCount &+= view.isInline ? 0 : view.byteCount
    }
    if longByteCount == 0 { return }
    guard longByteCount <= ColumnBuilder.dataByteCount else {
      unsafe appendLongViews(of: column, target)
      return
    }
    // All long values go to one data buffer, copied in one go without a check for each. Where room
    // for more values was asked for, they are taken to be as long as these.
    if tail == nil {
      let share = Double(values.capacity / 16) / Double(count + target.count)
      let expected = Int(Double(longByteCount) * min(share, 1024) * 1.05)
      _ = roomInTail(for: max(longByteCount, min(expected, ColumnBuilder.expectedDataByteCount)))
    }
    let tail = roomInTail(for: longByteCount)
    var offset = tail.byteCount
    var free = unsafe tail.extend(by: longByteCount)
    let bufferIndex = UInt64(UInt32(data.count))
    let bases = unsafe column.data.map { unsafe $0.unsafeAddress }
    unsafe bases.withUnsafeBufferPointer { bases in
      for index in 0..<target.count {
        let view = unsafe target[index]
        if view.isInline { continue }
        let byteCount = view.byteCount
        unsafe free.copyMemory(from: bases[view.bufferIndex] + view.offset, byteCount: byteCount)
        unsafe target[index] = ByteView(
          low: view.low,
          high: bufferIndex | UInt64(UInt32(truncatingIfNeeded: offset)) << 32)
        unsafe free += byteCount
        offset += byteCount
      }
    }
  }

  /// Long values that do not fit one data buffer together.
  private func appendLongViews(
    of column: Column, _ target: UnsafeMutableBufferPointer<ByteView>
  ) {
    for index in 0..<target.count {
      let view = unsafe target[index]
      if view.isInline { continue }
      let bytes = unsafe UnsafeRawBufferPointer(
        start: column.data[view.bufferIndex].unsafeAddress + view.offset, count: view.byteCount)
      let tail = roomInTail(for: bytes.count)
      unsafe target[index] = ByteView(
        low: view.low,
        high: UInt64(UInt32(data.count)) | UInt64(UInt32(tail.byteCount)) << 32)
      unsafe tail.append(bytes)
    }
  }

  private func appendLists(of column: Column, rows: UnsafeBufferPointer<UInt32>) {
    let offsets = unsafe column.values.unsafeAddress.assumingMemoryBound(to: Int32.self)
    let elements = MutableBuffer()
    var end = children[0].count
    for index in 0..<rows.count {
      let row = unsafe Int(rows[index])
      let first = unsafe offsets[row]
      let last = unsafe offsets[row + 1]
      end += Int(last - first)
      values.append(Int32(truncatingIfNeeded: end))
      for element in first..<last { elements.append(UInt32(bitPattern: element)) }
    }
    let count = elements.byteCount / 4
    children[0].append(
      contentsOf: column.children[0],
      rows: SelectionVector(rows: elements.freeze(), count: count))
  }

  private static func elementRows(
    _ rows: UnsafeBufferPointer<UInt32>, length: Int
  ) -> SelectionVector {
    let buffer = MutableBuffer(byteCount: rows.count * length * 4)
    let target = unsafe buffer.pointer.assumingMemoryBound(to: UInt32.self)
    var next = 0
    for index in 0..<rows.count {
      let first = unsafe UInt32(truncatingIfNeeded: Int(rows[index]) * length)
      for element in 0..<UInt32(truncatingIfNeeded: length) {
        unsafe target[next] = first &+ element
        next &+= 1
      }
    }
    return SelectionVector(rows: buffer.freeze(), count: next)
  }
}
