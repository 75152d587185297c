// The columns of a scan's batches: fields of the source under the names that were asked for.

package import ColonnadeArrays
package import ColonnadeBase

/// A projection bound to a schema.
package struct ScanProjection: Sendable {
  /// The schema of the batches.
  package let schema: Schema
  /// Columns of the source that are read, ascending.
  package let columns: [Int]
  private let fields: [BoundField]
  /// Of each field the place of its column in `columns`.
  private let places: [Int]

  package init(
    _ projection: Projection, columns source: any ColumnCatalog
  ) throws(ColonnadeError) {
    var fields: [BoundField] = []
    var named: [Field] = []
    for (bound, name) in try projection.bind(source) {
      var field = try source.column(at: bound.column)
      for child in bound.path {
        let isNullable = field.isNullable
        field = field.type.children[child]
        // A field of a struct that may be null may be null.
        field.isNullable = field.isNullable || isNullable
      }
      field.name = name
      named.append(field)
      fields.append(bound)
    }
    self.fields = fields
    schema = Schema(named, metadata: try source.schemaMetadata)
    let wanted = fields.map(\.column)
    if zip(wanted, wanted.dropFirst()).allSatisfy({ $0 < $1 }) {
      columns = wanted
      places = Array(wanted.indices)
    } else {
      let columns = Set(wanted).sorted()
      let placesByColumn = Dictionary(uniqueKeysWithValues: zip(columns, columns.indices))
      self.columns = columns
      places = wanted.map { placesByColumn[$0]! }
    }
  }

  /// No columns at all: for counting.
  package static let nothing = ScanProjection()

  /// One field alone.
  init(_ field: BoundField) {
    fields = [field]
    schema = Schema([Field(field.name, field.type)])
    columns = [field.column]
    places = [0]
  }

  private init() {
    fields = []
    schema = Schema([])
    columns = []
    places = []
  }

  /// - Parameter decoded: `columns`, `rowCount` values each.
  func batch(from decoded: [Column?], rowCount: Int) -> Batch {
    Batch(
      schema: schema,
      columns: fields.indices.map { index in
        guard let column = column(index, decoded) else {
          preconditionFailure("column \(fields[index].column) was not read")
        }
        return column
      }, rowCount: rowCount)
  }

  /// A batch that leaves in `layout`.
  /// - Parameters:
  ///   - decoded: `columns`, without those of `texts`.
  ///   - texts: columns of text in their layout, by their places in `columns`.
  /// - Throws: where values do not fit the layout.
  func batch(
    from decoded: [Column?], texts: [Int: OffsetText], rowCount: Int, layout: ArrowLayout
  ) throws(ColonnadeError) -> Batch {
    var textsByField: [Int: OffsetText] = [:]
    for (index, place) in places.enumerated() { textsByField[index] = texts[place] }
    let outgoing = try OutgoingColumns(
      fields.indices.map { column($0, decoded) }, texts: textsByField, rowCount: rowCount,
      layout: layout)
    return Batch(schema: schema, outgoing: outgoing)
  }

  private func column(_ index: Int, _ decoded: [Column?]) -> Column? {
    var column = decoded[places[index]]
    // Children of a null struct are null themselves.
    for child in fields[index].path { column = column?.children[child] }
    return column
  }

  /// Columns of the source whose text leaves `layout` with 32-bit offsets, wherever it is asked for.
  func offsetTextColumns(_ layout: ArrowLayout) -> Set<Int> {
    guard layout.fields.count == fields.count else { return [] }
    var columns = Set(fields.map(\.column))
    for (field, target) in zip(fields, layout.fields) {
      switch target.type {
      case .string(.offsets(.narrow)) where field.path.isEmpty,
        .binary(.offsets(.narrow)) where field.path.isEmpty:
        break
      default: columns.remove(field.column)
      }
    }
    return columns
  }
}
