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
    guard layout.fields.count == batch.columns.count else {
      throw ColonnadeError(
        .schemaMismatch,
        "a batch of \(batch.columns.count) columns does not fit a layout of \(layout.fields.count)")
    }
    var children: [ArrowNode] = []
    for (column, field) in zip(batch.columns, layout.fields) {
      do throws(ColonnadeError) {
        children.append(try ArrowNode(exporting: column, as: field.type))
      } catch {
        throw ColonnadeError(
          error.kind, "column '\(field.name)': " + error.message, hint: error.hint)
      }
    }
    return ArrowNode(length: batch.rowCount, nullCount: 0, buffers: [nil], children: children)
  }
}

/// Columns in a layout, made ready on a thread that decodes so that the consumer's has not to copy.
struct OutgoingColumns: Sendable {
  let fields: [ArrowField]
  let node: ArrowNode
}

extension Batch {
  /// The same batch, to be exported in `layout` without more work. Where it does not fit the layout
  /// the export says so.
  package func ready(for layout: ArrowLayout) -> Batch {
    guard let node = try? ArrowExport.node(self, layout: layout) else { return self }
    var batch = self
    batch.outgoing = OutgoingColumns(fields: layout.fields, node: node)
    return batch
  }
}
