// Columns of a batch as columns of a table, found by name. Invariant: what comes out has the
// table's columns, in the table's order, with no null where the table allows none.

import ColonnadeArrays
import ColonnadeBase

/// Where each column of a table stands in batches of one schema.
struct BatchMapping {
  private let table: Schema
  /// For each column of the table, its index in the batch; `nil` where the batch lacks it.
  private let indices: [Int?]

  /// - Throws: `.schemaMismatch` where a column is unknown, missing though it cannot be null, or of
  ///   another type.
  init(from batch: Schema, to table: Schema) throws(ColonnadeError) {
    self.table = table
    try batch.validate()
    var byName: [[UInt8]: Int] = [:]
    for (index, field) in batch.fields.enumerated() { byName[Array(field.name.utf8)] = index }
    var indices: [Int?] = []
    for field in table.fields {
      let index = byName.removeValue(forKey: Array(field.name.utf8))
      if let index {
        let type = batch.fields[index].type
        guard BatchMapping.isSame(type, field.type) || BatchMapping.isText(type, field.type) else {
          throw ColonnadeError(
            .schemaMismatch,
            "column '\(field.name)' has type \(type), and \(field.type) in the table",
            hint: "convert the column, or state its type with --schema")
        }
      } else if !field.isNullable {
        throw ColonnadeError(
          .schemaMismatch, "column '\(field.name)' is missing, and it cannot be null",
          hint: "add the column to the input")
      }
      indices.append(index)
    }
    if let index = byName.values.min() {
      let name = batch.fields[index].name
      throw ColonnadeError(
        .schemaMismatch, "the table has no column '\(name)'",
        hint: "leave the column out, or write a new table with it")
    }
    self.indices = indices
  }

  func columns(of batch: Batch) throws(ColonnadeError) -> [Column] {
    var columns: [Column] = []
    columns.reserveCapacity(indices.count)
    for (field, index) in zip(table.fields, indices) {
      guard let index else {
        let builder = ColumnBuilder(field.type, capacity: batch.rowCount)
        for _ in 0..<batch.rowCount { builder.appendNull() }
        columns.append(builder.finish())
        continue
      }
      let column = batch.columns[index]
      if !field.isNullable, column.nullCount > 0 {
        throw ColonnadeError(
          .schemaMismatch, "column '\(field.name)' holds a null, and it cannot be null",
          hint: "fill the nulls, or write a table whose column may be null")
      }
      columns.append(
        BatchMapping.isText(column.type, field.type)
          ? column.relabelled(as: field.type) : column)
    }
    return columns
  }

  /// Whether both hold text: a dictionary of texts is text to a column that is no categorical, and
  /// the other way round.
  private static func isText(_ left: DataType, _ right: DataType) -> Bool {
    switch (left, right) {
    case (.string, .categorical), (.categorical, .string), (.categorical, .categorical): true
    default: false
    }
  }

  /// Whether two types hold the same values; ids, metadata and what may be null aside.
  static func isSame(_ left: DataType, _ right: DataType) -> Bool {
    switch (left, right) {
    case (.list(let left), .list(let right)): return isSame(left.type, right.type)
    case (.fixedList(let left, let leftCount), .fixedList(let right, let rightCount)):
      return leftCount == rightCount && isSame(left.type, right.type)
    case (.structure(let left), .structure(let right)):
      return left.count == right.count
        && zip(left, right).allSatisfy {
          $0.name.utf8.elementsEqual($1.name.utf8) && isSame($0.type, $1.type)
        }
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      return isSame(leftKey.type, rightKey.type) && isSame(leftValue.type, rightValue.type)
    default: return left == right
    }
  }
}
