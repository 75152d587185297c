// How many bytes rows of a column take in memory when they are copied, so that copying shared rows
// many times can be bounded before it is done.

import ColonnadeBase

enum RowSizes {
  /// Every row takes so many bytes.
  case same(UInt64)
  /// Bytes of all rows before each index, and of all.
  case sums([UInt64])

  /// - Complexity: O(values of the column).
  init(_ column: Column) {
    switch column.type.physical {
    case .none: self = .same(0)
    case .bit: self = .same(1)
    case .bytes:
      let views = unsafe column.values.unsafeValues(ByteView.self)
      self = RowSizes.sums(column.count) { row in
        let byteCount = unsafe views[row].byteCount
        return 16 + UInt64(byteCount > ByteView.inlineByteCount ? byteCount : 0)
      }
      extendLifetime(column)
    case .list:
      let elements = RowSizes(column.children[0])
      // Elements count four bytes more, for the index by which they are gathered.
      self = RowSizes.sums(column.count) { row in
        let range = column.elements(at: row)
        return 4 + elements.byteCount(of: range) + UInt64(range.count) * 4
      }
    case .fixedList(let length):
      let elements = RowSizes(column.children[0])
      if case .same(let size) = elements {
        self = .same((size + 4) * UInt64(length))
      } else {
        self = RowSizes.sums(column.count) { row in
          elements.byteCount(of: row * length..<(row + 1) * length) + UInt64(length) * 4
        }
      }
    case .structure:
      let parts = column.children.map { RowSizes($0) }
      self = RowSizes.sums(column.count) { row in
        parts.reduce(1) { $0 + $1.byteCount(of: row..<row + 1) }
      }
    default: self = .same(UInt64(column.type.physical.fixedByteCount ?? 0))
    }
  }

  private static func sums(_ count: Int, _ byteCount: (Int) -> UInt64) -> RowSizes {
    var sums: [UInt64] = [0]
    sums.reserveCapacity(count + 1)
    var sum: UInt64 = 0
    for row in 0..<count {
      // A column that lies in memory is far from 2⁶⁴ bytes: no overflow.
      sum += byteCount(row)
      sums.append(sum)
    }
    return .sums(sums)
  }

  /// Bytes of the rows of `range`.
  func byteCount(of range: Range<Int>) -> UInt64 {
    switch self {
    case .same(let size): size * UInt64(range.count)
    case .sums(let sums): sums[range.upperBound] - sums[range.lowerBound]
    }
  }
}
