// Whether the types found at the start of separated text are those of all of it.
// Invariant: where all fields parse and what is found changes no type, neither does a whole look.

import CIngest
import ColonnadeArrays

/// Looks at the fields of one chunk again while they are parsed.
struct CSVTypeProof {
  private enum Column {
    /// Once a column is text it stays text.
    case settled
    /// Only fields that are unusual for the kind can change the type.
    case plain(colonnade_cell_kind)
    case other
  }

  private let columns: [Column]
  private var looks: [colonnade_looks]

  /// - Parameter start: what the columns looked like at the start.
  init(_ start: [ColumnLooks]) {
    columns = start.map { looks in
      if looks.seen & UInt32(COLONNADE_SEEN_TEXT) != 0 { return .settled }
      if case .fixed(let type, _) = CellType(looks.type) {
        switch type.kind {
        case COLONNADE_CELL_INT64, COLONNADE_CELL_FLOAT64, COLONNADE_CELL_DATE:
          return .plain(type.kind)
        default: break
        }
      }
      return .other
    }
    looks = [colonnade_looks](repeating: colonnade_looks(), count: start.count)
  }

  /// - Parameter block: rows of the chunk, its `fields` at the first column.
  mutating func look(at block: colonnade_cells) {
    var cells = unsafe block
    for (column, kind) in columns.enumerated() {
      unsafe cells.fields = block.fields + column
      switch kind {
      case .settled: break
      case .plain(let kind): unsafe colonnade_cells_look_again(&cells, kind, &looks[column])
      case .other: unsafe colonnade_cells_look(&cells, &looks[column])
      }
    }
  }

  var found: [ColumnLooks] { looks.map { ColumnLooks($0) } }
}
