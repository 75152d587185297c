// Names to columns and fields of structs. A quoted name means exactly itself; unquoted names joined
// with dots mean the longest name that is there; case is ignored where only one column fits so.

import ColonnadeArrays
package import ColonnadeBase

extension Binder {
  /// The column or field that `path` names.
  /// - Throws: `.notFound` with the nearest name.
  package func field(
    _ path: ColumnPath, _ range: SourceRange = .none
  ) throws(ColonnadeError) -> BoundField {
    let (index, used) = try find(path.parts[...], in: columns, path, range, within: nil)
    let column = try columns.column(at: index)
    var bound = BoundField(
      column: index, columnID: column.id, path: [], type: column.type, name: column.name)
    var rest = path.parts.dropFirst(used)
    while !rest.isEmpty {
      guard case .structure(let fields) = bound.type else {
        throw failure(
          .notFound, at: range, "column '\(bound.name)' has no fields: its type is \(bound.type)")
      }
      let (index, used) = try find(rest, in: Schema(fields), path, range, within: bound.name)
      bound.ancestors.append(bound)
      bound.path.append(index)
      bound.type = fields[index].type
      bound.name += "." + fields[index].name
      rest = rest.dropFirst(used)
    }
    return bound
  }

  /// The field whose name is the longest beginning of `parts`, and how many parts it took.
  /// - Complexity: O(parts) where the name is exact; a name in another case looks at all.
  private func find(
    _ parts: ArraySlice<ColumnPath.Part>, in fields: any ColumnCatalog, _ path: ColumnPath,
    _ range: SourceRange, within parent: String?
  ) throws(ColonnadeError) -> (index: Int, used: Int) {
    // Unquoted parts may be one name with dots; a quoted part stands for itself.
    let joined = parts.prefix { !$0.isQuoted }.count
    for count in stride(from: max(1, joined), through: 1, by: -1) {
      let name = parts.prefix(count).map(\.name).joined(separator: ".")
      if let index = try fields.columnIndex(named: name) { return (index, count) }
    }
    let names = try fields.columnNames
    if joined > 0 {
      for count in stride(from: joined, through: 1, by: -1) {
        let name = parts.prefix(count).map(\.name).joined(separator: ".").lowercased()
        let matching = names.indices.filter { names[$0].lowercased() == name }
        if matching.count == 1 { return (matching[0], count) }
        if matching.count > 1 {
          let names = matching.map { "\"\(names[$0])\"" }.joined(separator: ", ")
          throw failure(
            .notFound, at: range, "the name '\(path.text)' fits more than one column",
            hint: "quote the one that is meant: \(names)")
        }
      }
    }
    let first = parts.first?.name ?? ""
    let wanted = parent == nil && joined > 1 ? path.text : first
    let near =
      SpellingSuggestion.nearest(to: wanted, among: names)
      ?? SpellingSuggestion.nearest(to: first, among: names)
    var hint =
      near.map { "did you mean '\($0)'?" }
      ?? SpellingSuggestion.hint(
        for: wanted, among: names, what: parent == nil ? "columns" : "fields")
    if near == nil && parent == nil && parts.first?.isQuoted == true {
      hint = "a text stands in 'single' quotes; " + hint
    }
    throw failure(
      .notFound, at: range,
      parent.map { "column '\($0)' has no field '\(first)'" } ?? "unknown column '\(wanted)'",
      hint: hint)
  }
}
