// How one input's records become rows of the schema: settled once, then shared by all threads.

import CIngest
import ColonnadeArrays
import ColonnadeBase

/// Dialect and column mapping of one input.
struct CSVPlan: Sendable {
  let name: String
  let dialect: CSVDialect
  /// True where the first record names the columns.
  let hasHeader: Bool
  /// Names of the columns as the input has them.
  let names: [String]
  let schema: Schema
  /// Position in the input of each column of the schema; `nil` where the input lacks it.
  let positions: [Int?]
  let nulls: NullTexts
  /// What the columns of the input looked like at its start, where their types have yet to be
  /// proved; empty otherwise.
  let looks: [ColumnLooks]

  /// Columns of the input.
  var columnCount: Int { names.count }
}

/// The texts that stand for null, in one block of memory the C side can read.
struct NullTexts: Sendable {
  private let bytes: Buffer
  private let ranges: [Range<Int>]

  init(_ texts: [String]) {
    var all: [UInt8] = []
    var ranges: [Range<Int>] = []
    for text in texts {
      let start = all.count
      all.append(contentsOf: text.utf8)
      ranges.append(start..<all.count)
    }
    bytes = Buffer(copying: all + [0])
    self.ranges = ranges
  }

  /// The texts as the C side wants them; valid while `self` lives.
  @unsafe func kernel() -> [colonnade_null_text] {
    unsafe ranges.map { range in
      unsafe colonnade_null_text(
        text: bytes.unsafeAddress.assumingMemoryBound(to: CChar.self) + range.lowerBound,
        length: UInt32(truncatingIfNeeded: range.count))
    }
  }
}
