// Names, types and ids of columns.
// Invariant of a valid schema: ids are unique and not negative, names of siblings are unique
// byte for byte (they may hold dots and differ in case only).

public import ColonnadeBase

/// A key and a value kept with a schema or a field, in order; Arrow's metadata.
public struct MetadataEntry: Hashable, Sendable {
  public var key: String
  public var value: String

  public init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }
}

/// A column, or a part of a nested column.
public struct Field: Hashable, Sendable {
  /// Marks a field whose id has not been given yet.
  public static let unassigned = -1

  public var name: String
  public var type: DataType
  public var isNullable: Bool
  /// Never reused within a table; `unassigned` until a table or file gives one.
  public var id: Int
  public var metadata: [MetadataEntry]

  public init(
    _ name: String, _ type: DataType, isNullable: Bool = true, id: Int = Field.unassigned,
    metadata: [MetadataEntry] = []
  ) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
    self.id = id
    self.metadata = metadata
  }
}

/// The columns of a table, a file or a batch, in order.
public struct Schema: Hashable, Sendable {
  public var fields: [Field]
  public var metadata: [MetadataEntry]

  public init(_ fields: [Field], metadata: [MetadataEntry] = []) {
    self.fields = fields
    self.metadata = metadata
  }

  /// Index of the column with exactly this name, compared byte for byte.
  /// - Complexity: O(columns).
  public func index(of name: String) -> Int? {
    fields.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
  }

  /// Depth of nesting allowed, so that no input can exhaust the stack.
  public static let maximumDepth = 32

  /// The same schema with ids given depth first, from `firstID`, to fields that have none.
  public func assigningIDs(from firstID: Int = 1) -> Schema {
    var next = max(firstID, (Schema.largestID(fields) ?? 0) + 1)
    return Schema(Schema.assign(fields, &next), metadata: metadata)
  }

  /// Largest id in use, nested fields included; `nil` where none is given.
  public var largestID: Int? { Schema.largestID(fields) }

  private static func largestID(_ fields: [Field]) -> Int? {
    var largest: Int?
    for field in fields {
      for candidate in [field.id, largestID(field.type.children) ?? unassignedID]
      where candidate >= 0 && candidate > (largest ?? -1) {
        largest = candidate
      }
    }
    return largest
  }

  private static let unassignedID = Field.unassigned

  private static func assign(_ fields: [Field], _ next: inout Int) -> [Field] {
    fields.map { field in
      var field = field
      if field.id < 0 {
        field.id = next
        next += 1
      }
      field.type = assign(field.type, &next)
      return field
    }
  }

  private static func assign(_ type: DataType, _ next: inout Int) -> DataType {
    switch type {
    case .list(let element): .list(assign([element], &next)[0])
    case .fixedList(let element, let count): .fixedList(assign([element], &next)[0], count: count)
    case .structure(let fields): .structure(assign(fields, &next))
    case .map(let key, let value):
      .map(key: assign([key], &next)[0], value: assign([value], &next)[0])
    default: type
    }
  }

  /// - Throws: `.schemaMismatch` or `.limitExceeded` naming the field that breaks a rule: two
  ///   siblings of one name, a decimal, fixed size or depth out of range.
  public func validate() throws(ColonnadeError) {
    try Schema.validate(fields, path: "", depth: 0)
  }

  private static func validate(
    _ fields: [Field], path: String, depth: Int
  ) throws(ColonnadeError) {
    guard depth < maximumDepth else {
      throw ColonnadeError(
        .limitExceeded, "field '\(path)' is nested deeper than \(maximumDepth) levels")
    }
    if let name = repeatedName(fields) {
      throw ColonnadeError(
        .schemaMismatch, "two columns are named '\(path.isEmpty ? name : path + "." + name)'")
    }
    for field in fields {
      let full = path.isEmpty ? field.name : path + "." + field.name
      switch field.type {
      case .decimal(let precision, let scale):
        guard (1...38).contains(precision), (0...precision).contains(scale) else {
          throw ColonnadeError(
            .schemaMismatch,
            "column '\(full)': decimal(\(precision), \(scale)) is not a decimal type",
            hint: "precision goes from 1 to 38, scale from 0 to the precision")
        }
      case .fixedBinary(let count), .fixedList(_, let count):
        guard (1...(1 << 20)).contains(count) else {
          throw ColonnadeError(
            .schemaMismatch, "column '\(full)': a fixed size of \(count) is out of range",
            hint: "fixed sizes go from 1 to 1,048,576")
        }
      default: break
      }
      try validate(field.type.children, path: full, depth: depth + 1)
    }
  }

  /// A name that two fields have.
  private static func repeatedName(_ fields: [Field]) -> String? {
    guard fields.count > 1 else { return nil }
    // Names of different hashes differ; most often that is all there is to see.
    let hashes = fields.map { Checksum.xxh64($0.name) }.sorted()
    guard zip(hashes, hashes.dropFirst()).contains(where: { $0 == $1 }) else { return nil }
    var names = Set<[UInt8]>()
    return fields.first { !names.insert(Array($0.name.utf8)).inserted }?.name
  }
}
