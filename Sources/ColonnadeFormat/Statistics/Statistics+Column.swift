// Statistics of values in memory, for those whose stored ones do not tell exactly.

package import ColonnadeArrays
package import ColonnadeBase

extension Statistics {
  /// Bounds that are values of `column`, and its counts; of lists and maps, bounds of their length.
  /// - Complexity: O(values).
  package init(exactlyOf column: Column) throws(ColonnadeError) {
    let rows = 0..<column.count
    let entry = BoundScanner(column, tracksOrder: false).statistics(of: rows)
    var result = try entry.statistics(type: column.type, count: UInt64(column.count))
    switch column.type.physical {
    case .bytes, .fixedBytes:
      guard let (least, greatest) = ByteBounds(column).extremeSlots(rows) else { break }
      result.minimum = .init(column.value(at: least), isExact: true)
      result.maximum = .init(column.value(at: greatest), isExact: true)
    default: break
    }
    self = result
  }
}
