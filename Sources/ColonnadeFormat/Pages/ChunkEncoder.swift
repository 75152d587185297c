// From the slots of one field of one row group to page bodies and page entries.
// Spec: spec/encodings.md.

package import ColonnadeArrays
package import ColonnadeBase

/// Encodes chunks; re-entrant, one call a chunk.
package enum ChunkEncoder {
  /// Encodes all slots of one field in one row group.
  /// - Parameters:
  ///   - column: the slots; children are not looked at. Of lists and maps the lengths are encoded
  ///     (a null one has length 0); of structs and fixed-size lists the validity.
  ///   - layout: how many slots each row has.
  ///   - rowCount: rows of the row group, 1 to 2^20.
  ///   - compression: the column's, shared by all its chunks in the file.
  ///   - largeValues: takes values above 65,536 bytes.
  /// - Throws: `.limitExceeded` for a value above 2^30 bytes, and what the sink throws.
  package static func encode(
    column: Column, layout: RowLayout, rowCount: Int, options: EncodingOptions,
    compression: ColumnCompression, largeValues: any LargeValueSink
  ) throws(ColonnadeError) -> EncodedChunk {
    throw ColonnadeError(.unsupportedFeature, "no encoding for \(column.type)")
  }
}
