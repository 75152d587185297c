// The types of a snapshot's columns by id: asked for those a question names, and kept.

import ColonnadeArrays
import ColonnadeBase

/// The columns of a snapshot by id.
final class TableColumns: Sendable {
  let catalog: any ColumnCatalog
  /// An inner `nil` for an id that no column has.
  private let known = Lock<[Int: DataType?]>([:])

  init(_ catalog: any ColumnCatalog) { self.catalog = catalog }

  func type(ofColumn id: Int) throws(ColonnadeError) -> DataType? {
    if let type = known.withLock({ $0[id] }) { return type }
    let type = try catalog.column(id: id)?.type
    known.withLock { $0[id] = .some(type) }
    return type
  }

  /// The fields of a partitioning with the types of their sources.
  /// - Throws: `.corrupt` where a source is missing.
  func sources(of partitioning: Partitioning) throws(ColonnadeError) -> [PartitionSource] {
    try partitioning.fields.map { (field) throws(ColonnadeError) in
      guard let type = try type(ofColumn: field.sourceID) else {
        throw ColonnadeError(
          .corrupt, "partition field '\(field.name)' does not fit the table's schema")
      }
      return PartitionSource(field: field, type: type)
    }
  }
}
