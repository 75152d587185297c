// A schema in level order: the columns first, then the children of the first field that has any.
// Invariant: children of one field are contiguous; a column's index is its position.

package import ColonnadeArrays

/// One field and its place among the others.
package struct FieldNode: Sendable {
  package let field: Field
  /// Index of the parent; `nil` for a column.
  package let parent: Int?
  /// Indices of the children, empty without.
  package let children: Range<Int>
  /// True for the struct of key and value below a map, which has no id of its own.
  package let isMapEntries: Bool
}

/// All fields of a schema, nested ones too.
package struct FieldTree: Sendable {
  package let nodes: [FieldNode]
  package let topLevelCount: Int

  package init(_ schema: Schema) {
    var found: [(field: Field, parent: Int?)] = schema.fields.map { ($0, nil) }
    var nodes: [FieldNode] = []
    var index = 0
    while index < found.count {
      let (field, parent) = found[index]
      let children = field.type.children
      nodes.append(
        FieldNode(
          field: field, parent: parent, children: found.count..<found.count + children.count,
          isMapEntries: parent.map { found[$0].field.type.code == .map } ?? false))
      for child in children { found.append((child, index)) }
      index += 1
    }
    self.nodes = nodes
    topLevelCount = schema.fields.count
  }
}
