// Bytes read as the text of a predicate, bound to a schema of many types and evaluated.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery

enum PredicateInput {
  private static let schema = Schema([
    Field("a", .int32), Field("b", .string), Field("c", .float64),
    Field("d", .decimal(precision: 9, scale: 2)), Field("e", .timestamp(.microsecond, zone: nil)),
    Field("f", .bool), Field("g", .date), Field("h", .list(Field("element", .int64))),
    Field("s", .structure([Field("x", .uint64), Field("y z", .string)])), Field("u", .uint64),
  ]).assigningIDs()

  private static let rowCount = 32

  /// A few rows with nulls, NaN and extremes.
  private static func columns() throws(ColonnadeError) -> [Int: Column] {
    var columns: [Int: Column] = [:]
    for (index, field) in schema.fields.enumerated() {
      let builder = ColumnBuilder(field.type)
      for row in 0..<rowCount {
        if row % 7 == 3 {
          builder.appendNull()
          continue
        }
        let number = Int128(row * 37 - 500)
        let value: Value =
          switch field.type {
          case .int32: .integer(row == 0 ? Int128(Int32.max) : number)
          case .string: .string(row % 5 == 0 ? "" : "tëxt \(row)")
          case .float64: .float(row == 1 ? .nan : Double(row) / 3)
          case .decimal: .decimal(number, scale: 2)
          case .timestamp: .timestamp(Int64(row) * 1_000_000_007, .microsecond, zoned: false)
          case .bool: .bool(row % 2 == 0)
          case .date: .date(Int32(row * 100) - 1000)
          case .list: .list((0..<row % 4).map { .integer(Int128($0)) })
          case .structure:
            .structure([
              (name: "x", value: .integer(Int128(row))), (name: "y z", value: .string("q")),
            ])
          default: .integer(Int128(UInt64.max) - Int128(row))
          }
        try builder.append(value: value)
      }
      columns[index] = builder.finish()
    }
    return columns
  }

  static func evaluate(_ bytes: [UInt8]) throws(ColonnadeError) {
    let predicate = try Predicate(String(decoding: bytes, as: UTF8.self)).bind(schema)
    let rows = try Evaluator(columns: try columns(), rowCount: rowCount).select(predicate)
    precondition(rows.count <= rowCount)
  }
}
