// How the columns of an Arrow stream become those of a schema: found by name, of the same types.

import ColonnadeArrays
import ColonnadeBase

/// Settled once for a stream, then shared by all threads.
struct ArrowPlan: Sendable {
  private let name: String
  private let schema: Schema
  /// For each column of the schema, its index in the stream.
  private let indices: [Int]
  /// True where the stream has the schema as it is.
  private let isSame: Bool

  /// - Throws: `.schemaMismatch` naming the column that is missing, unknown, or of another type.
  init(name: String, _ stream: Schema, as schema: Schema) throws(ColonnadeError) {
    self.name = name
    self.schema = schema
    isSame = stream == schema
    var byName: [[UInt8]: Int] = [:]
    for (index, field) in stream.fields.enumerated() { byName[Array(field.name.utf8)] = index }
    var indices: [Int] = []
    for field in schema.fields {
      guard let index = byName.removeValue(forKey: Array(field.name.utf8)) else {
        throw ColonnadeError(
          .schemaMismatch, "there is no column '\(field.name)'", file: name,
          hint: "add it to the input")
      }
      let found = stream.fields[index]
      guard ArrowPlan.fits(found.type, field.type) else {
        throw ColonnadeError(
          .schemaMismatch,
          "column '\(field.name)' has type \(found.type) and not \(field.type)", file: name,
          hint: "cast the column where the stream is written")
      }
      indices.append(index)
    }
    if let index = byName.values.min() {
      throw ColonnadeError(
        .schemaMismatch, "no column '\(stream.fields[index].name)' is expected", file: name,
        hint: "leave it out of the input, or add it to the schema")
    }
    self.indices = indices
  }

  /// One schema for several streams, which must have the same columns: that of the first, where
  /// what may be null in one may be null.
  static func schema(
    of streams: [(file: String, schema: Schema)]
  ) throws(ColonnadeError) -> Schema {
    var schema = streams[0].schema
    for stream in streams.dropFirst() {
      for field in stream.schema.fields where field.isNullable {
        if let index = schema.index(of: field.name) { schema.fields[index].isNullable = true }
      }
      _ = try ArrowPlan(name: stream.file, stream.schema, as: schema)
    }
    return schema
  }

  func decode(
    _ encoded: ArrowEncodedBatch, inputIndex: Int
  ) throws(ColonnadeError) -> ParsedChunk {
    var chunk = ParsedChunk(inputIndex: inputIndex, bytesRead: encoded.bytesRead)
    for batch in try encoded.batches() {
      chunk.recordCount += batch.rowCount
      chunk.batches.append(isSame ? batch : try mapped(batch))
    }
    return chunk
  }

  private func mapped(_ batch: Batch) throws(ColonnadeError) -> Batch {
    var columns: [Column] = []
    for (field, index) in zip(schema.fields, indices) {
      let column = batch.columns[index]
      guard field.isNullable || column.nullCount == 0 else {
        throw ColonnadeError(
          .schemaMismatch, "column '\(field.name)' holds a null, and it cannot be null", file: name,
          hint: "fill the nulls, or let the column be null")
      }
      columns.append(column.retyped(as: field.type))
    }
    return Batch(schema: schema, columns: columns, rowCount: batch.rowCount)
  }

  /// Whether values of one type are values of another as they lie: ids and metadata aside, and text
  /// is text whether it is a categorical or not.
  private static func fits(_ type: DataType, _ wanted: DataType) -> Bool {
    func parts(_ part: Field, _ wanted: Field) -> Bool {
      (wanted.isNullable || !part.isNullable) && fits(part.type, wanted.type)
    }
    switch (type, wanted) {
    case (.string, .categorical), (.categorical, .string), (.categorical, .categorical): return true
    case (.list(let element), .list(let wanted)): return parts(element, wanted)
    case (.fixedList(let element, let count), .fixedList(let wanted, let wantedCount)):
      return count == wantedCount && parts(element, wanted)
    case (.structure(let fields), .structure(let wanted)):
      return fields.count == wanted.count
        && zip(fields, wanted).allSatisfy {
          $0.name.utf8.elementsEqual($1.name.utf8) && parts($0, $1)
        }
    case (.map(let key, let value), .map(let wantedKey, let wantedValue)):
      return fits(key.type, wantedKey.type) && parts(value, wantedValue)
    default: return type == wanted
    }
  }
}

extension Column {
  /// The same values under a type that lies alike, at every level.
  fileprivate func retyped(as type: DataType) -> Column {
    if type == self.type { return self }
    return Column(
      unchecked: type, count: count, nullCount: nullCount, validity: validity, values: values,
      data: data,
      children: zip(children, type.children).map { $0.retyped(as: $1.type) })
  }
}
