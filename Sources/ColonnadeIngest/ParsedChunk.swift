// What parsing one chunk gives, before it is put in order with the others.

import ColonnadeArrays

/// Rows and bad records of one chunk. Lines of `bad` count from the chunk's first line, 1.
struct ParsedChunk: Sendable {
  var batches: [Batch] = []
  var bad: [BadRecord] = []
  /// What in the columns of the input may change a type that was found at its start; empty where
  /// types are settled.
  var looks: [ColumnLooks] = []
  /// Records, good and bad.
  var recordCount = 0
  /// Line ends in the chunk.
  var lineCount = 0
  let inputIndex: Int
  /// Bytes taken from the input when the chunk was cut.
  let bytesRead: Int
}

extension Batch {
  /// The rows that are not in `rows`, which are ascending.
  func without(_ rows: [UInt32]) -> Batch {
    var kept: [UInt32] = []
    kept.reserveCapacity(rowCount - rows.count)
    var skipped = rows[...]
    for row in 0..<UInt32(truncatingIfNeeded: rowCount) {
      if row == skipped.first { skipped.removeFirst() } else { kept.append(row) }
    }
    return take(SelectionVector(kept))
  }
}
