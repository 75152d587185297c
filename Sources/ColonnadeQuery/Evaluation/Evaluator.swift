// Conditions and values over the columns of one batch, a whole column at a time.
// Spec: spec/semantics.md.

import CKernels
package import ColonnadeArrays
package import ColonnadeBase

/// A value for every row, or one constant for all of them.
struct EvaluatedScalar {
  /// One row where `isConstant`. Rows that failed are null.
  var column: Column
  var isConstant: Bool
  var failures: Failures?
}

/// Evaluates bound expressions over columns of equal count.
package struct Evaluator {
  /// Column of the schema → its values.
  let columns: [Int: Column]
  let rowCount: Int

  /// - Parameter columns: at least the columns the expressions read, `rowCount` values each.
  package init(columns: [Int: Column], rowCount: Int) {
    precondition(columns.values.allSatisfy { $0.count == rowCount })
    self.columns = columns
    self.rowCount = rowCount
  }

  /// The rows for which `predicate` is true, as a bitmap of `rowCount` bits.
  /// - Throws: what failed, where a row's answer depends on it.
  package func selectedBits(_ predicate: BoundPredicate) throws(ColonnadeError) -> Buffer {
    let truths = evaluate(predicate)
    if let failures = truths.failures { throw failures.error }
    return truths.yes.buffer
  }

  /// The rows for which `predicate` is true, ascending.
  /// - Throws: what failed, where a row's answer depends on it.
  package func select(_ predicate: BoundPredicate) throws(ColonnadeError) -> SelectionVector {
    SelectionVector(bits: try selectedBits(predicate), count: rowCount)
  }

  // MARK: conditions

  func evaluate(_ predicate: BoundPredicate) -> Truths {
    switch predicate {
    case .truth(let truth): return Truths(truth, count: rowCount)
    case .all(let parts):
      var result = evaluate(parts[0])
      for part in parts.dropFirst() { result = result.and(evaluate(part)) }
      return result
    case .any(let parts):
      var result = evaluate(parts[0])
      for part in parts.dropFirst() { result = result.or(evaluate(part)) }
      return result
    case .comparison(let scalar, let operation, let value):
      let evaluated = evaluate(scalar)
      return truths(evaluated) { column in Comparison.compare(column, operation, value) }
    case .scalars(let left, let operation, let right):
      let (first, second) = (spread(evaluate(left)), spread(evaluate(right)))
      let holds = Comparison.compare(first.column, operation, second.column)
      let known = Bitmap(validity: first.column).and(Bitmap(validity: second.column))
      return Truths(
        holds, known: known, isNegated: false,
        failures: Failures.union(first.failures, second.failures))
    case .decided(let scalar, let answer):
      return truths(evaluate(scalar)) { column in
        answer ? Bitmap(ones: column.count) : Bitmap(zeros: column.count)
      }
    case .membership(let scalar, let values, let hasNull, let isNegated):
      var result = truths(evaluate(scalar)) { column in Membership.find(values, in: column) }
      if hasNull { result.no = Bitmap(zeros: rowCount) }
      if isNegated { swap(&result.yes, &result.no) }
      return result
    case .like(let scalar, let pattern, let isNegated):
      var result = truths(evaluate(scalar)) { column in Evaluator.like(column, pattern) }
      if isNegated { swap(&result.yes, &result.no) }
      return result
    case .isNull(let scalar, let isNegated):
      let value = spread(evaluate(scalar))
      let known = value.failures.map { $0.rows.inverted } ?? Bitmap(ones: rowCount)
      return Truths(
        Bitmap(validity: value.column), known: known, isNegated: !isNegated,
        failures: value.failures)
    case .isNaN(let scalar, let isNegated):
      let value = spread(evaluate(scalar))
      let holds = Comparison.nan(value.column).and(Bitmap(validity: value.column))
      let known = value.failures.map { $0.rows.inverted } ?? Bitmap(ones: rowCount)
      return Truths(holds, known: known, isNegated: isNegated, failures: value.failures)
    case .boolean(let scalar, let isNegated):
      var result = truths(evaluate(scalar)) { column in
        Bitmap(copying: column.values, count: column.count)
      }
      if isNegated { swap(&result.yes, &result.no) }
      return result
    case .test(let inner, let truth, let isNegated):
      return evaluate(inner).test(truth, isNegated: isNegated)
    }
  }

  /// `compare` asked of the values; NULL where the value is null.
  private func truths(
    _ scalar: EvaluatedScalar, _ compare: (Column) -> Bitmap
  ) -> Truths {
    let value = spread(scalar)
    let holds = compare(value.column)
    guard value.column.validity != nil || value.column.type == .null else {
      return Truths(yes: holds, no: holds.inverted, failures: value.failures)
    }
    return Truths(
      holds, known: Bitmap(validity: value.column), isNegated: false, failures: value.failures)
  }

  private static func like(_ column: Column, _ pattern: LikePattern) -> Bitmap {
    if !pattern.ignoresCase {
      switch pattern.shape {
      case .everything: return Bitmap(ones: column.count)
      case .exact(let bytes): return Comparison.match(column, bytes, COLONNADE_MATCH_EQUAL)
      case .prefix(let bytes): return Comparison.match(column, bytes, COLONNADE_MATCH_PREFIX)
      case .suffix(let bytes): return Comparison.match(column, bytes, COLONNADE_MATCH_SUFFIX)
      case .contains(let bytes): return Comparison.match(column, bytes, COLONNADE_MATCH_CONTAINS)
      case .general: break
      }
    }
    let result = Bitmap(zeros: column.count)
    var lowered: [UInt8] = []
    for row in 0..<column.count {
      let fits = unsafe column.withUnsafeBytes(at: row) { bytes in
        guard pattern.ignoresCase else { return unsafe pattern.matches(bytes) }
        lowered.removeAll(keepingCapacity: true)
        unsafe CaseMapping.lower.append(bytes, to: &lowered)
        return unsafe lowered.withUnsafeBytes { unsafe pattern.matches($0) }
      }
      if fits { result.insert(row) }
    }
    return result
  }

  // MARK: values

  func evaluate(_ scalar: BoundScalar) -> EvaluatedScalar {
    switch scalar {
    case .field(let field):
      return EvaluatedScalar(column: column(of: field), isConstant: false)
    case .constant(let value, let type):
      return EvaluatedScalar(column: Evaluator.constant(value, type), isConstant: true)
    case .arithmetic(let left, let operation, let right, let type):
      return Arithmetic.evaluate(
        evaluate(left), operation, evaluate(right), type, rowCount: rowCount)
    case .negative(let operand, let type):
      return Arithmetic.evaluate(
        EvaluatedScalar(column: Evaluator.constant(.integer(0), type), isConstant: true),
        .subtract, evaluate(operand), type, rowCount: rowCount, isNegation: true)
    case .function(let function, let operand, let type):
      return Functions.evaluate(function, evaluate(operand), type)
    case .cast(let operand, let type): return Casting.evaluate(evaluate(operand), type)
    case .predicate(let predicate):
      let truths = evaluate(predicate)
      let known = truths.yes.or(truths.no)
      return EvaluatedScalar(
        column: Column(
          unchecked: .bool, count: rowCount, nullCount: rowCount - known.rowCount,
          validity: known.buffer, values: truths.yes.buffer),
        isConstant: false, failures: truths.failures)
    }
  }

  /// The values of a field; null also where a struct around it is.
  private func column(of field: BoundField) -> Column {
    guard var column = columns[field.column] else {
      preconditionFailure("column \(field.name) was not given to the evaluator")
    }
    for index in field.path {
      let child = column.children[index]
      guard column.nullCount > 0 else {
        column = child
        continue
      }
      let known = Bitmap(validity: column).and(Bitmap(validity: child))
      column = Column(
        unchecked: child.type, count: child.count, nullCount: child.count - known.rowCount,
        validity: known.buffer, values: child.values, data: child.data, children: child.children)
    }
    return column
  }

  /// One row that holds `value`.
  static func constant(_ value: Value, _ type: DataType) -> Column {
    let builder = ColumnBuilder(type)
    var fitting = value
    if case .decimal(_, let scale) = type, let number = value.exactNumber?.floor(scale: scale) {
      fitting = .decimal(number.unscaled, scale: scale)
    } else if type == .float64, let number = value.exactNumber {
      fitting = .float(number.double)
    }
    do throws(ColonnadeError) {
      try builder.append(value: fitting)
    } catch {
      // The binder gives constants types that hold them; a null keeps the count right.
      builder.appendNull()
    }
    return builder.finish()
  }

  /// A constant as a column of all rows.
  func spread(_ scalar: EvaluatedScalar) -> EvaluatedScalar {
    guard scalar.isConstant, rowCount != 1 else {
      return EvaluatedScalar(
        column: scalar.column, isConstant: false, failures: scalar.failures)
    }
    let rows = SelectionVector([UInt32](repeating: 0, count: rowCount))
    return EvaluatedScalar(
      column: scalar.column.take(rows), isConstant: false,
      failures: scalar.failures.map {
        Failures(rows: Bitmap(ones: rowCount), error: $0.error)
      })
  }
}
