// The columns of a manifest. Spec: spec/table.md, "Manifest".

import ColonnadeArrays

/// Names and ids of a manifest's columns for one table schema and partitioning.
struct ManifestLayout {
  /// The columns that hold statistics of one column of the table.
  struct Measured {
    /// The column's id, type and index in the table's schema.
    let id: Int
    let type: DataType
    let index: Int

    var hasNaN: Bool {
      switch type {
      case .float16, .float32, .float64: true
      default: false
      }
    }
  }

  let schema: Schema
  let partitioning: Partitioning
  let partTypes: [DataType]
  let measured: [Measured]

  static let maximumMeasuredCount = 64
  /// A zone of a manifest is 2^zoneShift entries.
  static let zoneShift = 9
  /// Bit 7 of `bounds`: a missing bound means nothing.
  static let unknown: UInt8 = 0x80
  static let minimumWidened: UInt8 = 1
  static let maximumWidened: UInt8 = 2

  static func partitionName(_ fieldID: Int) -> String { "partition " + String(fieldID) }
  static func minimumName(_ id: Int) -> String { "minimum " + String(id) }
  static func maximumName(_ id: Int) -> String { "maximum " + String(id) }
  static func nullsName(_ id: Int) -> String { "nulls " + String(id) }
  static func nansName(_ id: Int) -> String { "nans " + String(id) }
  static func boundsName(_ id: Int) -> String { "bounds " + String(id) }

  static let addedVersionName = "added_version"
  static let rowCountName = "row_count"
  static let rowCountIndex = 6
  /// The columns every manifest begins with, as many as ids from 1.
  static let fixed: [(name: String, type: DataType)] = [
    ("file", .string), ("file_size", .int64), ("file_id", .fixedBinary(byteCount: 16)),
    ("first_row_group", .int64), ("row_group_count", .int64), ("first_row", .int64),
    (rowCountName, .int64), ("byte_count", .int64), (addedVersionName, .int64), ("ordinal", .int64),
  ]

  /// - Parameter partTypes: of the partitioning's fields.
  init(
    schema table: Schema, partitioning: Partitioning, partTypes: [DataType], sortOrder: SortOrder
  ) {
    self.partitioning = partitioning
    self.partTypes = partTypes
    let wanted = Set(
      partitioning.fields.map(\.sourceID) + sortOrder.keys.map(\.sourceID))
    let candidates = table.fields.indices.filter { index in
      let field = table.fields[index]
      return !field.type.isNested && field.type != .null && field.id < 1 << 27
    }
    let first = candidates.filter { wanted.contains(table.fields[$0].id) }
    let others = candidates.filter { !wanted.contains(table.fields[$0].id) }
    measured = (first + others).prefix(ManifestLayout.maximumMeasuredCount).sorted().map { index in
      Measured(id: table.fields[index].id, type: table.fields[index].type, index: index)
    }
    var fields: [Field] = ManifestLayout.fixed.enumerated().map { index, column in
      Field(
        column.name, column.type, isNullable: column.name == ManifestLayout.addedVersionName,
        id: index + 1)
    }
    for (field, type) in zip(partitioning.fields, partTypes) {
      fields.append(Field(ManifestLayout.partitionName(field.id), type, id: field.id))
    }
    for column in measured {
      let base = (1 << 20) + 8 * column.id
      fields.append(Field(ManifestLayout.minimumName(column.id), column.type, id: base))
      fields.append(Field(ManifestLayout.maximumName(column.id), column.type, id: base + 1))
      fields.append(Field(ManifestLayout.nullsName(column.id), .int64, id: base + 2))
      if column.hasNaN {
        fields.append(Field(ManifestLayout.nansName(column.id), .int64, id: base + 3))
      }
      fields.append(
        Field(ManifestLayout.boundsName(column.id), .uint8, isNullable: false, id: base + 4))
    }
    schema = Schema(fields)
  }
}
