// Rows of a column: slices share memory, selections gather.

import CKernels
import ColonnadeBase

extension Column {
  /// Rows `range`. Shares memory except for bitmaps that would start inside a byte.
  /// - Complexity: O(1), or O(rows / 8) for bitmaps and null counts.
  public func slice(_ range: Range<Int>) -> Column {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    if range.count == count { return self }
    let sliced = validity.map { Column.bits($0, range) }
    let nulls: Int
    if type == .null {
      nulls = range.count
    } else if let sliced {
      nulls = range.count - Column.oneBits(sliced, range.count)
    } else {
      nulls = 0
    }
    var values = Buffer.empty
    var children = self.children
    switch type.physical {
    case .none: break
    case .bit: values = Column.bits(self.values, range)
    case .bytes:
      values = self.values.slice(from: range.lowerBound * 16, byteCount: range.count * 16)
    case .list:
      values = self.values.slice(
        from: range.lowerBound * 4, byteCount: (range.count + 1) * 4)
    case .fixedList(let width):
      children = children.map {
        $0.slice(range.lowerBound * width..<range.upperBound * width)
      }
    case .structure: children = children.map { $0.slice(range) }
    default:
      let width = type.physical.fixedByteCount ?? 0
      values = self.values.slice(
        from: range.lowerBound * width, byteCount: range.count * width)
    }
    return Column(
      unchecked: type, count: range.count, nullCount: nulls, validity: sliced, values: values,
      data: data, children: children)
  }

  /// The rows named by `rows`, in that order; an index may come more than once.
  /// - Precondition: every index is below `count`.
  /// - Complexity: O(rows), and the elements of lists copied.
  public func take(_ rows: SelectionVector) -> Column {
    let builder = ColumnBuilder(type, capacity: rows.count)
    builder.append(contentsOf: self, rows: rows)
    return builder.finish()
  }

  /// All rows of all columns, which share one type.
  public static func concatenate(_ columns: [Column]) -> Column {
    precondition(!columns.isEmpty)
    if columns.count == 1 { return columns[0] }
    let builder = ColumnBuilder(
      columns[0].type, capacity: columns.reduce(0) { $0 + $1.count })
    for column in columns { builder.append(contentsOf: column) }
    return builder.finish()
  }

  static func oneBits(_ buffer: Buffer, _ count: Int) -> Int {
    unsafe colonnade_bits_count(
      buffer.unsafeAddress.assumingMemoryBound(to: UInt8.self), count)
  }

  private static func bits(_ buffer: Buffer, _ range: Range<Int>) -> Buffer {
    let target = MutableBuffer.zeroed(byteCount: (range.count + 7) / 8)
    unsafe colonnade_bits_copy(
      target.pointer.assumingMemoryBound(to: UInt8.self), 0,
      buffer.unsafeAddress.assumingMemoryBound(to: UInt8.self), range.lowerBound, range.count)
    return target.freeze()
  }
}
