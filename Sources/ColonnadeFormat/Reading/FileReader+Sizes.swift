// Bytes that a column takes in the file.

package import ColonnadeBase

extension FileReader {
  /// Bytes stored for a column's pages in a row group, those of fields below it included.
  package func storedByteCount(column: Int, rowGroup: Int) throws(ColonnadeError) -> UInt64 {
    do {
      var total: UInt64 = 0
      var pending = [try reference(column: column)]
      while let field = pending.popLast() {
        total &+= try chunk(field: field.index, rowGroup: rowGroup).storedByteCount
        pending += field.children
      }
      return total
    } catch { throw error.inFile(path) }
  }
}
