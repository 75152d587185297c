// Types of all columns of one chunk, by looking at every field.

import CIngest
import ColonnadeArrays
import ColonnadeBase

enum CSVTypeScan {
  /// What the columns of `chunk` look like. Records that are not rows are left out: the scan will
  /// name them.
  static func looks(
    _ chunk: TextChunk, dialect: CSVDialect, columnCount: Int, hasHeader: Bool, nulls: NullTexts
  ) -> [ColumnLooks] {
    defer { extendLifetime(chunk) }
    var kernel = dialect.kernel
    let text = unsafe chunk.text.unsafeAddress.assumingMemoryBound(to: CChar.self)
    var looks = [colonnade_looks](repeating: colonnade_looks(), count: columnCount)
    let rowsPerBlock = max(1, CSVChunkParser.fieldsPerBlock / max(columnCount, 1))
    let fields = MutableBuffer(byteCount: (rowsPerBlock + 1) * columnCount * 8)
    let starts = MutableBuffer(byteCount: rowsPerBlock * 4)
    var bad = [colonnade_csv_bad_record](repeating: colonnade_csv_bad_record(), count: 64)
    var nullTexts = unsafe nulls.kernel()
    let table = unsafe fields.pointer.assumingMemoryBound(to: colonnade_csv_field.self)
    var offset = 0
    var skipsHeader = hasHeader && chunk.isFirst
    while offset < chunk.byteCount {
      let progress = unsafe colonnade_csv_tokenise(
        &kernel, text, chunk.byteCount, offset, UInt32(truncatingIfNeeded: columnCount), table, 0,
        nil, starts.pointer.assumingMemoryBound(to: UInt32.self), skipsHeader ? 1 : rowsPerBlock,
        &bad, skipsHeader ? 1 : 64)
      offset = progress.offset
      if skipsHeader {
        skipsHeader = false
        continue
      }
      unsafe nullTexts.withUnsafeMutableBufferPointer { nullTexts in
        var cells = unsafe colonnade_cells()
        unsafe cells.text = UnsafePointer(text)
        unsafe cells.stride = columnCount
        unsafe cells.rowCount = progress.rowCount
        unsafe cells.nulls = UnsafePointer(nullTexts.baseAddress)
        unsafe cells.nullTextCount = nullTexts.count
        for column in 0..<columnCount {
          unsafe cells.fields = UnsafePointer(table + column)
          unsafe colonnade_cells_look(&cells, &looks[column])
        }
      }
    }
    return looks.map { ColumnLooks($0) }
  }
}
