// The column that a chunk refers to, found, checked and decoded where a page asks for it.
// Invariant: it refers to no other, so that reading a column reads at most two.
// Spec: spec/file.md "Chunks", spec/encodings.md "Encodings", 10.

package import ColonnadeArrays
import ColonnadeBase

/// A chunk's reference, not looked at yet.
struct ReferencedColumn: ReferenceSource {
  let file: FileReader
  /// The field that refers.
  let field: FieldReference
  /// From its index to that of the field referred to.
  let distance: Int
  let rowGroup: Int
  let rowCount: Int
  let data: any DataSource
  /// Columns decoded already.
  let shared: DecodedColumns?

  func column(slots: Range<Int>) throws(ColonnadeError) -> Column {
    try column(.range(slots)) { decoder throws(ColonnadeError) in try decoder.decode(slots: slots) }
  }

  func column(selection: SelectionVector) throws(ColonnadeError) -> Column {
    try column(.selection(selection)) { decoder throws(ColonnadeError) in
      try decoder.decode(selection: selection)
    }
  }

  private func column(
    _ wanted: WantedSlots, _ decode: (ChunkDecoder) throws(ColonnadeError) -> Column
  ) throws(ColonnadeError) -> Column {
    let index = field.index + distance
    guard field.index < file.columnCount, (0..<file.columnCount).contains(index) else {
      throw ColonnadeError(
        .corrupt, "field \(field.index) refers to field \(index) among \(file.columnCount) columns")
    }
    let target = try file.reference(column: index)
    do throws(ColonnadeError) {
      if let known = shared?.column(index, rowGroup: rowGroup, wanted) { return known }
      guard SlotKind(target.field.type).mayRefer else {
        throw ColonnadeError(.corrupt, "nothing can refer to values of \(target.field.type)")
      }
      let chunk = try file.chunk(field: index, rowGroup: rowGroup)
      guard chunk.reference == 0 else {
        throw ColonnadeError(.corrupt, "what is referred to has a reference itself")
      }
      let decoder = try file.decoder(target, rowGroup: rowGroup, rowCount: rowCount, data: data)
      guard decoder.shape.slotCount == rowCount else {
        throw ColonnadeError(.corrupt, "\(decoder.shape.slotCount) slots of \(rowCount) rows")
      }
      file.data.metrics?.countValues(wanted.count)
      let decoded = try decode(decoder)
      shared?.keep(decoded, index, rowGroup: rowGroup, wanted)
      return decoded
    } catch {
      throw ColonnadeError(
        error.kind, "it refers to column '\(target.field.name)': \(error.message)",
        file: error.file, location: error.location, hint: error.hint, errno: error.errno)
    }
  }
}

/// Columns of one run of rows, so that one that others refer to is decoded once.
package final class DecodedColumns: Sendable {
  private struct Entry {
    let rowGroup: Int
    let wanted: WantedSlots
    let column: Column
  }

  private let entries: Lock<[Int: Entry]>

  /// - Parameter columnCount: so many are read, where that is known.
  package init(columnCount: Int = 0) {
    entries = Lock(Dictionary(minimumCapacity: columnCount))
  }

  /// Keeps a column that was decoded without this, at `selection` or, where that is nil, at `rows`.
  package func keep(
    _ column: Column, at index: Int, rowGroup: Int, rows: Range<Int>, selection: SelectionVector?
  ) {
    keep(column, index, rowGroup: rowGroup, selection.map { .selection($0) } ?? .range(rows))
  }

  /// A column that may be referred to, where it was decoded at exactly these slots.
  func column(_ index: Int, rowGroup: Int, _ wanted: WantedSlots) -> Column? {
    guard let entry = entries.withLock({ $0[index] }), entry.rowGroup == rowGroup,
      entry.wanted.isSame(as: wanted)
    else { return nil }
    return entry.column
  }

  /// Keeps a column for those that refer to it; of columns that none may refer to nothing.
  func keep(_ column: Column, _ index: Int, rowGroup: Int, _ wanted: WantedSlots) {
    guard SlotKind(column.type).mayRefer else { return }
    let entry = Entry(rowGroup: rowGroup, wanted: wanted, column: column)
    entries.withLock { $0[index] = entry }
  }
}
