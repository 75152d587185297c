// Tests the rows of a unit condition by condition, the cheap ones first: a column that only a later
// condition needs is decoded only where rows are left, and not at all where none is.
// Invariant: the outcome is that of the whole predicate over all rows. A row that a condition rules
// out is neither selected nor can it fail; where a row fails that is still in question, the whole
// predicate decides over all rows.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat

/// A predicate as conditions that all have to hold, in the order they are tested.
package struct ConditionFilter: Sendable {
  private struct Condition: Sendable {
    var predicate: BoundPredicate
    var columns: [Int]
    /// The one column whose integers the condition wants within a range, and nothing else.
    var range: (column: Int, integers: IntegerRange)?

    init(_ predicate: BoundPredicate) {
      self.predicate = predicate
      columns = predicate.columns
      range = predicate.integerRange
    }
  }

  private let predicate: BoundPredicate
  private let conditions: [Condition]

  /// Rows are gathered when no more than one in so many is left.
  private static let sparseness = 4

  package init(_ predicate: BoundPredicate) {
    self.predicate = predicate
    var conditions: [Condition] = []
    for part in predicate.conditions.enumerated().sorted(by: { left, right in
      (left.element.cost, left.offset) < (right.element.cost, right.offset)
    }) {
      let condition = Condition(part.element)
      // Both bounds of a column are tested at once.
      if let range = condition.range,
        let other = conditions.firstIndex(where: { $0.range?.column == range.column }),
        let known = conditions[other].range
      {
        conditions[other].predicate = .all([conditions[other].predicate, condition.predicate])
        conditions[other].range?.integers = known.integers.intersection(range.integers)
      } else {
        conditions.append(condition)
      }
    }
    self.conditions = conditions
  }

  /// The rows that match among `rowCount`, ascending, and the columns that were read, at those rows.
  /// - Parameters:
  ///   - kept: columns wanted of the rows that match; others are let go.
  ///   - test: which of all rows have a value of a column in a range, one bit each; `nil` where the
  ///     column must be read to tell.
  ///   - read: a column at some rows, or at all where `nil`.
  /// - Throws: what `test` and `read` throw, and what failed where the predicate depends on it.
  package func select(
    rowCount: Int, keeping kept: [Int],
    test: (Int, IntegerRange) throws(ColonnadeError) -> Buffer?,
    read: (Int, SelectionVector?) throws(ColonnadeError) -> Column
  ) throws(ColonnadeError) -> (rows: SelectionVector, columns: [Int: Column]) {
    // Rows still in question, and columns at these rows.
    var rows: SelectionVector?
    var columns: [Int: Column] = [:]
    // Of `rows`, those that fulfil every condition so far; `nil` for all.
    var alive: Bitmap?
    for (index, next) in conditions.enumerated() {
      let count = rows?.count ?? rowCount
      let yes: Bitmap
      if rows == nil, let range = next.range, columns[range.column] == nil,
        let bits = try test(range.column, range.integers)
      {
        yes = Bitmap(copying: bits, count: count)
      } else {
        for column in next.columns where columns[column] == nil {
          columns[column] = try read(column, rows)
        }
        let truths = Evaluator(
          columns: columns.filter { next.columns.contains($0.key) }, rowCount: count
        ).evaluate(next.predicate)
        if let failures = truths.failures, failures.limited(to: alive ?? failures.rows) != nil {
          return try selectAtOnce(rowCount: rowCount, keeping: kept, read: read)
        }
        yes = truths.yes
      }
      let holding = alive?.and(yes) ?? yes
      let isLast = index == conditions.count - 1
      let left = holding.rowCount
      if left == count {
        alive = holding
        continue
      }
      guard isLast || left * ConditionFilter.sparseness <= count else {
        alive = holding
        continue
      }
      let later = conditions[(index + 1)...]
      let chosen = SelectionVector(bits: holding.buffer, count: count)
      rows = rows.map { $0.chosen(by: chosen) } ?? chosen
      columns = columns.filter { (column, _) in
        kept.contains(column) || later.contains { $0.columns.contains(column) }
      }
      if left == 0 { return (SelectionVector([]), [:]) }
      columns = columns.mapValues { $0.take(chosen) }
      alive = nil
    }
    return (
      rows ?? SelectionVector(range: 0..<rowCount), columns.filter { kept.contains($0.key) }
    )
  }

  private func selectAtOnce(
    rowCount: Int, keeping kept: [Int],
    read: (Int, SelectionVector?) throws(ColonnadeError) -> Column
  ) throws(ColonnadeError) -> (rows: SelectionVector, columns: [Int: Column]) {
    var columns: [Int: Column] = [:]
    for column in predicate.columns { columns[column] = try read(column, nil) }
    let rows = try Evaluator(columns: columns, rowCount: rowCount).select(predicate)
    return (rows, columns.filter { kept.contains($0.key) }.mapValues { $0.take(rows) })
  }
}

extension SelectionVector {
  /// The rows at positions `positions` of this selection.
  fileprivate func chosen(by positions: SelectionVector) -> SelectionVector {
    let buffer = MutableBuffer(byteCount: positions.count * 4)
    let target = unsafe buffer.pointer.assumingMemoryBound(to: UInt32.self)
    let (source, wanted) = unsafe (unsafeRows, positions.unsafeRows)
    for index in 0..<positions.count { unsafe target[index] = source[Int(wanted[index])] }
    extendLifetime(self)
    extendLifetime(positions)
    return SelectionVector(rows: buffer.freeze(), count: positions.count)
  }
}

extension BoundPredicate {
  /// The column and the range that its integers have to lie in for this to hold, where this says no
  /// more than that.
  fileprivate var integerRange: (column: Int, integers: IntegerRange)? {
    guard case .comparison(.field(let field), let operation, let value) = self,
      field.path.isEmpty, let all = field.type.integerRange
    else { return nil }
    let bound = Comparison.held(value)
    let wanted: IntegerRange
    switch operation {
    case .equal: wanted = IntegerRange(bound, through: bound)
    case .notEqual: return nil
    case .less: wanted = IntegerRange(all.least, through: bound - 1)
    case .lessOrEqual: wanted = IntegerRange(all.least, through: bound)
    case .greater: wanted = IntegerRange(bound + 1, through: all.greatest)
    case .greaterOrEqual: wanted = IntegerRange(bound, through: all.greatest)
    }
    return (field.column, wanted.intersection(all))
  }

  /// What testing a row costs, roughly: reading its columns and comparing.
  fileprivate var cost: Int {
    switch self {
    case .truth: return 0
    case .all(let parts), .any(let parts): return parts.reduce(1) { $0 + $1.cost }
    case .comparison(let scalar, _, _), .decided(let scalar, _), .boolean(let scalar, _),
      .isNaN(let scalar, _):
      return scalar.cost
    case .isNull(let scalar, _): return scalar.cost
    case .membership(let scalar, let values, _, _): return scalar.cost + min(values.count, 8)
    case .scalars(let left, _, let right): return left.cost + right.cost
    case .like(let scalar, let pattern, _):
      return scalar.cost + (pattern.isExact || pattern.isPrefix ? 4 : 30)
    case .test(let inner, _, _): return inner.cost
    }
  }
}

extension DataType {
  /// All integers that stand for values of the type; nil where it has none of at most 64 bits.
  fileprivate var integerRange: IntegerRange? {
    func all<Integer: FixedWidthInteger>(_ type: Integer.Type) -> IntegerRange {
      IntegerRange(Int128(Integer.min), through: Int128(Integer.max))
    }
    return switch physical {
    case .int8: all(Int8.self)
    case .int16: all(Int16.self)
    case .int32: all(Int32.self)
    case .int64: all(Int64.self)
    case .uint8: all(UInt8.self)
    case .uint16: all(UInt16.self)
    case .uint32: all(UInt32.self)
    case .uint64: all(UInt64.self)
    default: nil
    }
  }
}

extension BoundScalar {
  fileprivate var cost: Int {
    switch self {
    case .field(let field):
      switch field.type.physical {
      case .none, .bit: return 1
      case .bytes, .fixedBytes: return 8
      case .list, .fixedList, .structure: return 12
      default: return 2
      }
    case .constant: return 0
    case .arithmetic(let left, _, let right, _): return left.cost + right.cost + 4
    case .negative(let operand, _): return operand.cost + 4
    case .function(let function, let operand, _):
      return operand.cost + (function == .lower || function == .upper ? 30 : 6)
    case .cast(let operand, let type):
      return operand.cost + (type.family == operand.type.family ? 4 : 60)
    case .predicate(let predicate): return predicate.cost
    }
  }
}
