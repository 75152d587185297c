// A file without rows: columns, and whatever else its writer keeps in sections of its own. The root of
// a table is one. Spec: spec/file.md, spec/table.md "Root".

package import ColonnadeArrays
package import ColonnadeBase

/// Makes such files in memory: they are small, and whoever publishes one writes it in one piece.
package enum MetadataFile {
  /// - Parameters:
  ///   - schema: valid, every field with an id.
  ///   - contents: sections beside those of the format, in the order of their kinds.
  /// - Throws: `.limitExceeded` for columns beyond the format's limits.
  package static func encoded(
    schema: Schema, fileID: [UInt8], contents: [SectionContent]
  ) throws(ColonnadeError) -> Buffer {
    let header = FileHeader(fileID: fileID)
    let bytes = MutableBuffer(capacity: 1 << 13)
    header.write(to: bytes)
    let dataEnd = bytes.byteCount
    let checksums = SectionWriter(.dataChecksums)
    unsafe Checksum.appendBlocks(
      of: UnsafeRawBufferPointer(bytes.unsafeBytes),
      blockByteCount: 1 << FileData.blockShift,
      seed: Checksum.Seed(fileIdentifier: fileID), position: 0, to: checksums.content)
    let tree = FieldTree(schema)
    var assembly = MetadataAssembly(
      sections: try SchemaSections(schema, tree: tree, writer: ""),
      fieldCount: tree.nodes.count)
    let metadata = assembly.finish(
      header: header, dataEnd: UInt64(dataEnd), checksums: checksums, contents: contents)
    unsafe bytes.append(metadata.unsafeBytes)
    return bytes.freeze()
  }
}
