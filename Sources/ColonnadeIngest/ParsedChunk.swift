// What parsing one chunk gives, before it is put in order with the others.

import ColonnadeArrays

/// Rows and bad records of one chunk. Lines of `bad` count from the chunk's first line, 1.
struct ParsedChunk: Sendable {
  var batches: [Batch] = []
  var bad: [BadRecord] = []
  /// Records, good and bad.
  var recordCount = 0
  /// Line ends in the chunk.
  var lineCount = 0
  let inputIndex: Int
  /// Bytes taken from the input when the chunk was cut.
  let bytesRead: Int
}
