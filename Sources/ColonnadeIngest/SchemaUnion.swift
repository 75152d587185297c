// One schema for several inputs: columns united by name, in the order they first appear.

import ColonnadeArrays
import ColonnadeBase

enum SchemaUnion {
  /// - Throws: `.schemaMismatch` naming both inputs where one holds text and another holds
  ///   something else under the same name.
  static func schema(of inputs: [LookedInput]) throws(ColonnadeError) -> Schema {
    var columns: [(name: String, looks: ColumnLooks, file: String)] = []
    var indices: [[UInt8]: Int] = [:]
    for input in inputs {
      for (name, looks) in zip(input.names, input.looks) {
        guard let index = indices[Array(name.utf8)] else {
          indices[Array(name.utf8)] = columns.count
          columns.append((name, looks, input.input.name))
          continue
        }
        var united = columns[index].looks
        united.formUnion(looks)
        let before = columns[index].looks
        if united.type == .string, before.hasValues, looks.hasValues,
          before.type != looks.type
        {
          throw ColonnadeError(
            .schemaMismatch,
            "column '\(name)' holds \(looks.type) here and \(before.type) in \(columns[index].file)",
            file: input.input.name, hint: "settle its type with --schema")
        }
        columns[index].looks = united
      }
    }
    return Schema(columns.map { Field($0.name, $0.looks.type) })
  }
}
