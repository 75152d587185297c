// The order of rows by some of their columns: nulls last, NaN greatest, −0 equal to 0, text by
// bytes, equal rows as they came.

import ColonnadeArrays
import ColonnadeBase

/// Sorts row indices by columns.
struct RowSorter {
  private let keys: [SortColumn]
  private let rowCount: Int

  /// - Parameter columns: of equal count, not nested, the most significant first.
  init(_ columns: [(column: Column, isDescending: Bool)]) {
    keys = columns.map { SortColumn($0.column, isDescending: $0.isDescending) }
    rowCount = columns.first?.column.count ?? 0
  }

  /// - Returns: all rows in order; `nil` where they stand in order already.
  /// - Complexity: O(rows · log rows), O(rows) for rows in order.
  func permutation() -> [UInt32]? {
    guard let first = keys.first, rowCount > 1 else { return nil }
    if (1..<rowCount).allSatisfy({ compare($0 - 1, $0) <= 0 }) { return nil }
    struct Item {
      var prefix: UInt64
      var row: UInt32
    }
    var items = (0..<rowCount).map { Item(prefix: first.prefixes[$0], row: UInt32($0)) }
    items.sort { left, right in
      if left.prefix != right.prefix { return left.prefix < right.prefix }
      let order = compare(Int(left.row), Int(right.row))
      return order == 0 ? left.row < right.row : order < 0
    }
    return items.map(\.row)
  }

  private func compare(_ left: Int, _ right: Int) -> Int {
    for key in keys {
      let order = key.compare(left, right)
      if order != 0 { return order }
    }
    return 0
  }
}

/// One column as numbers that order like its values.
private struct SortColumn {
  /// Ordered like the values as far as it goes; a null's is the greatest number.
  let prefixes: [UInt64]
  /// Where equal prefixes leave open which value comes first.
  private let column: Column
  private let isExact: Bool
  private let isDescending: Bool

  init(_ column: Column, isDescending: Bool) {
    self.column = column
    self.isDescending = isDescending
    func prefixes(_ body: (Int) -> UInt64) -> [UInt64] {
      (0..<column.count).map { row in
        if column.isNull(at: row) { return .max }
        let prefix = body(row)
        return isDescending ? ~prefix : prefix
      }
    }
    func load<T: BitwiseCopyable>(_ type: T.Type, _ row: Int) -> T {
      precondition((row + 1) * MemoryLayout<T>.size <= column.values.byteCount)
      return unsafe column.values.unsafeAddress.loadUnaligned(
        fromByteOffset: row * MemoryLayout<T>.size, as: T.self)
    }
    func signed(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) ^ (1 << 63) }
    func float(_ value: Double) -> UInt64 {
      if value.isNaN { return .max - 1 }
      let bits = (value == 0 ? 0.0 : value).bitPattern
      return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }
    isExact =
      switch column.type.physical {
      case .bytes, .fixedBytes, .int128: false
      default: true
      }
    switch column.type.physical {
    case .bit:
      self.prefixes = prefixes { row in
        UInt64((load(UInt8.self, row >> 3) >> UInt8(row & 7)) & 1)
      }
    case .int8: self.prefixes = prefixes { signed(Int64(load(Int8.self, $0))) }
    case .int16: self.prefixes = prefixes { signed(Int64(load(Int16.self, $0))) }
    case .int32: self.prefixes = prefixes { signed(Int64(load(Int32.self, $0))) }
    case .int64: self.prefixes = prefixes { signed(load(Int64.self, $0)) }
    case .uint8: self.prefixes = prefixes { UInt64(load(UInt8.self, $0)) }
    case .uint16: self.prefixes = prefixes { UInt64(load(UInt16.self, $0)) }
    case .uint32: self.prefixes = prefixes { UInt64(load(UInt32.self, $0)) }
    case .uint64: self.prefixes = prefixes { load(UInt64.self, $0) }
    case .float16:
      self.prefixes = prefixes { float(Double(Float(float16Bits: load(UInt16.self, $0)))) }
    case .float32: self.prefixes = prefixes { float(Double(load(Float.self, $0))) }
    case .float64: self.prefixes = prefixes { float(load(Double.self, $0)) }
    case .int128:
      self.prefixes = prefixes { row in
        signed(Int64(truncatingIfNeeded: load(Int128.self, row) >> 64))
      }
    case .bytes, .fixedBytes:
      self.prefixes = prefixes { row in
        unsafe column.withUnsafeBytes(at: row) { bytes in
          var prefix: UInt64 = 0
          for index in 0..<min(8, bytes.count) {
            prefix |= unsafe UInt64(bytes[index]) << UInt64(56 - 8 * index)
          }
          return prefix
        }
      }
    case .none, .list, .fixedList, .structure:
      self.prefixes = [UInt64](repeating: 0, count: column.count)
    }
  }

  /// Negative where `left` comes first, 0 where the values are equal.
  func compare(_ left: Int, _ right: Int) -> Int {
    if prefixes[left] != prefixes[right] { return prefixes[left] < prefixes[right] ? -1 : 1 }
    switch (column.isNull(at: left), column.isNull(at: right)) {
    case (true, true): return 0
    case (true, false): return 1
    case (false, true): return -1
    case (false, false): break
    }
    if isExact { return 0 }
    let order: Int
    if column.type.physical == .int128 {
      let values = unsafe column.values.unsafeValues(Int128.self)
      let (first, second) = (unsafe values[left], unsafe values[right])
      order = first == second ? 0 : first < second ? -1 : 1
      extendLifetime(column)
    } else {
      order = unsafe column.withUnsafeBytes(at: left) { first in
        unsafe column.withUnsafeBytes(at: right) { second in
          let count = min(first.count, second.count)
          for index in 0..<count where unsafe first[index] != second[index] {
            return unsafe first[index] < second[index] ? -1 : 1
          }
          return first.count - second.count
        }
      }
    }
    return isDescending ? -order : order
  }
}
