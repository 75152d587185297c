// The way out through Arrow's C data interface: schemas and batches. Every structure filled in here
// stays valid after everything it came from is gone, and is the consumer's to release, on any thread.

package import CArrow
package import ColonnadeBase

package enum ArrowExport {
  /// Fills in `target` with the columns of `layout` as a struct.
  /// - Parameter target: uninitialised or released; left as it was on failure.
  /// - Throws: `.unsupportedFeature` for a name that Arrow's C interface cannot say,
  ///   `.limitExceeded` for metadata too long for it.
  package static func schema(
    _ layout: ArrowLayout, to target: UnsafeMutablePointer<ArrowSchema>
  ) throws(ColonnadeError) {
    let root = ArrowField(
      "", .structure(layout.fields), isNullable: false, metadata: layout.metadata)
    try unsafe ArrowSchemaWriter.write(root, to: target)
  }

  /// Fills in `target` with one column's field.
  /// - Throws: as `schema`.
  package static func field(
    _ field: ArrowField, to target: UnsafeMutablePointer<ArrowSchema>
  ) throws(ColonnadeError) {
    try unsafe ArrowSchemaWriter.write(field, to: target)
  }

  /// Fills in `target` with the rows of `batch` as a struct. Buffers are shared where layouts allow.
  /// - Parameter target: uninitialised or released; left as it was on failure.
  /// - Throws: `.limitExceeded` where values do not fit the layout asked for.
  package static func batch(
    _ batch: Batch, layout: ArrowLayout, to target: UnsafeMutablePointer<ArrowArray>
  ) throws(ColonnadeError) {
    let root = try node(batch, layout: layout)
    unsafe ArrowArrayWriter.write(root, .structure(layout.fields), to: target)
  }

  /// The rows of `batch` as one struct node, its children the columns.
  /// - Throws: as `batch(_:layout:to:)`; `.schemaMismatch` where the layout has other columns.
  package static func node(
    _ batch: Batch, layout: ArrowLayout
  ) throws(ColonnadeError) -> ArrowNode {
    if let made = batch.outgoing, made.fields == layout.fields { return made.node }
    return try OutgoingColumns(batch.columns, rowCount: batch.rowCount, layout: layout).node
  }
}

/// Columns in a layout, made ready on a thread that decodes so that the consumer's has not to copy.
package struct OutgoingColumns: Sendable {
  package let fields: [ArrowField]
  package let node: ArrowNode

  /// - Parameters:
  ///   - columns: one for each field of `layout`.
  ///   - texts: columns of text that were decoded in their layout, by field; the column is `nil` then.
  /// - Throws: as `ArrowExport.batch`.
  package init(
    _ columns: [Column?], texts: [Int: OffsetText] = [:], rowCount: Int, layout: ArrowLayout
  ) throws(ColonnadeError) {
    guard layout.fields.count == columns.count else {
      throw ColonnadeError(
        .schemaMismatch,
        "a batch of \(columns.count) columns does not fit a layout of \(layout.fields.count)")
    }
    var children: [ArrowNode] = []
    for (index, field) in layout.fields.enumerated() {
      if let text = texts[index] {
        children.append(
          ArrowNode(length: rowCount, nullCount: 0, buffers: [nil, text.ends, text.bytes]))
        continue
      }
      guard let column = columns[index] else { preconditionFailure("no column \(index)") }
      do throws(ColonnadeError) {
        children.append(try ArrowNode(exporting: column, as: field.type))
      } catch {
        throw ColonnadeError(
          error.kind, "column '\(field.name)': " + error.message, hint: error.hint)
      }
    }
    fields = layout.fields
    node = ArrowNode(length: rowCount, nullCount: 0, buffers: [nil], children: children)
  }
}

extension Batch {
  /// The same batch, to be exported in `layout` without more work. Where it does not fit the layout
  /// the export says so.
  package func ready(for layout: ArrowLayout) -> Batch {
    guard let outgoing = try? OutgoingColumns(columns, rowCount: rowCount, layout: layout) else {
      return self
    }
    var batch = self
    batch.outgoing = outgoing
    return batch
  }
}
