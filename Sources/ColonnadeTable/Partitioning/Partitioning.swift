// How a table's rows are divided, and in what order rows stand inside a row group.
// Invariant of a resolved partitioning: every source is a top-level column of the table's schema
// and its transform applies to the column's type. Spec: spec/table.md.

public import ColonnadeArrays
public import ColonnadeBase

/// One part of a partition value: a transform of one column.
public struct PartitionField: Hashable, Sendable {
  /// Never reused within a table; the first is `firstID`.
  public var id: Int
  /// The column's id.
  public var sourceID: Int
  public var transform: Transform
  /// As `--partition-by` states it: `month(ts)`.
  public var name: String

  public static let firstID = 1000

  public init(id: Int, sourceID: Int, transform: Transform, name: String) {
    self.id = id
    self.sourceID = sourceID
    self.transform = transform
    self.name = name
  }
}

/// The parts of a table's partition values; no parts where everything is one partition.
public struct Partitioning: Hashable, Sendable {
  /// Counted from 0; manifests name the partitioning their entries follow.
  public var id: Int
  public var fields: [PartitionField]

  public static let maximumFieldCount = 64

  public static let none = Partitioning(id: 0, fields: [])

  public init(id: Int, fields: [PartitionField]) {
    self.id = id
    self.fields = fields
  }

  /// - Parameters:
  ///   - text: `model, month(ts), bucket(16, user)`; empty for one partition.
  ///   - schema: has ids.
  /// - Throws: `.invalidArgument` where the text cannot be read, `.schemaMismatch` where a column
  ///   is missing or a transform does not apply to its type.
  public init(parsing text: String, schema: Schema) throws(ColonnadeError) {
    var fields: [PartitionField] = []
    for term in try PartitionText.parse(partitioning: text) {
      let source = try schema.field(
        named: term.column, for: "--partition-by")
      guard term.transform.resultType(of: source.type) != nil else {
        throw ColonnadeError(
          .schemaMismatch,
          "\(term.transform.name) does not apply to column '\(source.name)' of type \(source.type)",
          hint: Partitioning.hint(term.transform, source.type))
      }
      let name = term.transform.description(of: source.name)
      guard !fields.contains(where: { $0.sourceID == source.id && $0.transform == term.transform })
      else {
        throw ColonnadeError(.invalidArgument, "the table is partitioned by '\(name)' twice")
      }
      fields.append(
        PartitionField(
          id: PartitionField.firstID + fields.count, sourceID: source.id,
          transform: term.transform, name: name))
    }
    guard fields.count <= Partitioning.maximumFieldCount else {
      throw ColonnadeError(
        .limitExceeded,
        "a table is partitioned by \(Partitioning.maximumFieldCount) columns at most")
    }
    self.init(id: 0, fields: fields)
  }

  private static func hint(_ transform: Transform, _ type: DataType) -> String? {
    switch transform {
    case .identity: type.isNested ? "partition by a column that holds single values" : nil
    case .year, .month, .day: "it needs a date or a timestamp"
    case .hour: "it needs a timestamp"
    case .bucket: "it needs integers, decimals, dates, times, text or binary"
    case .truncate: "it needs integers, decimals, text or binary"
    }
  }

  /// The types of the partition value's parts.
  /// - Throws: `.corrupt` where a source is missing or a transform does not apply.
  package func types(in columns: any ColumnCatalog) throws(ColonnadeError) -> [DataType] {
    var types: [DataType] = []
    for field in fields {
      guard let source = try columns.column(id: field.sourceID),
        let type = field.transform.resultType(of: source.type)
      else {
        throw ColonnadeError(
          .corrupt, "partition field '\(field.name)' does not fit the table's schema")
      }
      types.append(type)
    }
    return types
  }
}

/// One column that rows are sorted by.
public struct SortKey: Hashable, Sendable {
  /// The column's id.
  public var sourceID: Int
  public var isDescending: Bool

  public init(sourceID: Int, isDescending: Bool = false) {
    self.sourceID = sourceID
    self.isDescending = isDescending
  }
}

/// How rows are sorted inside each row group; no keys where they stay as they came. Nulls come
/// last either way; NaN is the greatest value; text compares by bytes.
public struct SortOrder: Hashable, Sendable {
  public var keys: [SortKey]

  public static let none = SortOrder(keys: [])

  public init(keys: [SortKey]) {
    self.keys = keys
  }

  /// - Parameters:
  ///   - text: `a, b desc`; empty for no order.
  ///   - schema: has ids.
  /// - Throws: `.invalidArgument` where the text cannot be read, `.schemaMismatch` where a column
  ///   is missing or cannot be ordered.
  public init(parsing text: String, schema: Schema) throws(ColonnadeError) {
    var keys: [SortKey] = []
    for term in try PartitionText.parse(sortOrder: text) {
      let source = try schema.field(named: term.column, for: "--sort-by")
      guard !source.type.isNested, source.type != .null else {
        throw ColonnadeError(
          .schemaMismatch, "column '\(source.name)' of type \(source.type) cannot be sorted by")
      }
      guard !keys.contains(where: { $0.sourceID == source.id }) else {
        throw ColonnadeError(.invalidArgument, "the table is sorted by '\(source.name)' twice")
      }
      keys.append(SortKey(sourceID: source.id, isDescending: term.isDescending))
    }
    self.init(keys: keys)
  }
}

extension Schema {
  /// - Throws: `.schemaMismatch` naming the columns there are.
  func field(named name: String, for option: String) throws(ColonnadeError) -> Field {
    if let index = index(of: name) { return fields[index] }
    let names = fields.prefix(12).map(\.name)
    let alike = fields.first { $0.name.lowercased() == name.lowercased() }?.name
    throw ColonnadeError(
      .schemaMismatch, "\(option) names a column '\(name)' that the table does not have",
      hint: alike.map { "did you mean '\($0)'?" }
        ?? "the columns are \(names.joined(separator: ", "))"
        + (fields.count > names.count ? ", …" : ""))
  }
}
