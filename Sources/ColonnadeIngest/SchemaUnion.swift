// One schema for several inputs: columns united by name, in the order they first appear.

import ColonnadeArrays
import ColonnadeBase

enum SchemaUnion {
  /// - Throws: `.schemaMismatch` naming both inputs where they hold different things under one
  ///   name, and where there is no record to find columns in.
  static func schema(of inputs: [LookedInput]) throws(ColonnadeError) -> Schema {
    var separated: [(file: String, look: CSVLook)] = []
    var json: [(file: String, look: JSONLook)] = []
    var arrow: [(file: String, schema: Schema)] = []
    for input in inputs {
      switch input.content {
      case .csv(let look): separated.append((input.input.name, look))
      case .json(let look): json.append((input.input.name, look))
      case .arrow(let source): arrow.append((input.input.name, source.schema))
      }
    }
    if let first = arrow.first {
      if let text = separated.first?.file ?? json.first?.file {
        throw ColonnadeError(
          .invalidArgument, "\(first.file) is Arrow and \(text) is text",
          hint: "write them one after the other, or settle the types with --schema")
      }
      return try ArrowPlan.schema(of: arrow)
    }
    if let first = separated.first, let second = json.first {
      throw ColonnadeError(
        .invalidArgument, "\(first.file) is separated text and \(second.file) is JSON",
        hint: "write them one after the other, or settle the types with --schema")
    }
    let fields =
      json.isEmpty ? try self.fields(ofSeparated: separated) : try self.fields(ofJSON: json)
    if fields.isEmpty && json.allSatisfy({ $0.look.recordCount == 0 }) {
      throw ColonnadeError(
        .schemaMismatch, "there is no record to find columns in", file: inputs[0].input.name,
        hint: "name the columns and types with --schema")
    }
    return Schema(fields)
  }

  private static func fields(
    ofSeparated inputs: [(file: String, look: CSVLook)]
  ) throws(ColonnadeError) -> [Field] {
    var columns: [(name: String, looks: ColumnLooks, file: String)] = []
    var indices: [[UInt8]: Int] = [:]
    for (file, look) in inputs {
      for (name, looks) in zip(look.names, look.looks) {
        guard let index = indices[Array(name.utf8)] else {
          indices[Array(name.utf8)] = columns.count
          columns.append((name, looks, file))
          continue
        }
        let before = columns[index].looks
        var united = before
        united.formUnion(looks)
        if united.type == .string, before.hasValues, looks.hasValues, before.type != looks.type {
          throw conflict(name, looks.type, file, before.type, columns[index].file)
        }
        columns[index].looks = united
      }
    }
    return columns.map { Field($0.name, $0.looks.type) }
  }

  private static func fields(
    ofJSON inputs: [(file: String, look: JSONLook)]
  ) throws(ColonnadeError) -> [Field] {
    var columns: [(name: String, shape: JSONShape, file: String)] = []
    var indices: [[UInt8]: Int] = [:]
    for (file, look) in inputs {
      for member in look.shape.members {
        let name = String(decoding: member.name, as: UTF8.self)
        // By itself first, so that a contradiction inside one input names that input alone.
        let type = try member.shape.type(path: name, file: file)
        guard let index = indices[member.name] else {
          indices[member.name] = columns.count
          columns.append((name, member.shape, file))
          continue
        }
        let before = columns[index].shape
        columns[index].shape.formUnion(member.shape, lineBase: 0)
        do {
          _ = try columns[index].shape.type(path: name, file: file)
        } catch {
          let other = try before.type(path: name, file: columns[index].file)
          throw conflict(name, type, file, other, columns[index].file)
        }
      }
    }
    var fields: [Field] = []
    for column in columns {
      fields.append(Field(column.name, try column.shape.type(path: column.name, file: column.file)))
    }
    return fields
  }

  private static func conflict(
    _ name: String, _ type: DataType, _ file: String, _ other: DataType, _ otherFile: String
  ) -> ColonnadeError {
    ColonnadeError(
      .schemaMismatch, "column '\(name)' holds \(type) here and \(other) in \(otherFile)",
      file: file, hint: "settle its type with --schema")
  }
}
