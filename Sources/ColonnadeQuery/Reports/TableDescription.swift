// A table or a file in one JSON object: what programs ask first.

import ColonnadeArrays
package import ColonnadeBase
import ColonnadeTable

/// What a table or file is, from what opening it read.
package struct TableDescription: Sendable {
  package let target: ReadTarget
  /// The table's versions, ascending; none of a file.
  package let versions: [UInt64]

  /// - Throws: what listing the table's folder throws.
  package init(_ target: ReadTarget) throws(ColonnadeError) {
    self.target = target
    switch target {
    case .table(let table): versions = try table.versions()
    case .file: versions = []
    }
  }

  /// - Throws: what reading a file's schema throws.
  package func json() throws(ColonnadeError) -> JSONText {
    var (partitionedBy, sortedBy) = ("", "")
    if case .table(let table) = target {
      partitionedBy = table.snapshot.partitionText
      sortedBy = try table.snapshot.sortText
    }
    return .object([
      ("table", .string(target.path)), ("version", .count(target.version)),
      ("rows", .count(target.rowCount)), ("bytes", .count(target.byteCount)),
      ("partitionedBy", .string(partitionedBy)), ("sortedBy", .string(sortedBy)),
      (
        "columns",
        .list(
          try target.schema.fields.map { field in
            .object([
              ("name", .string(field.name)), ("type", .string("\(field.type)")),
              ("nullable", .bool(field.isNullable)),
            ])
          })
      ),
      ("versions", .list(versions.map { .count($0) })),
    ])
  }
}
