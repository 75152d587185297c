// Lists of columns as options take them.

package import ColonnadeBase

/// Lists of columns as an option takes them: `a, "b, c", d`.
package enum ColumnList {
  /// - Throws: `.invalidArgument` for an empty name or a missing quote.
  package static func parse(_ text: String, option: String) throws(ColonnadeError) -> [String] {
    var names: [String] = []
    var scalars = Array(text.unicodeScalars)[...]
    while true {
      scalars = scalars.drop { $0.properties.isWhitespace }
      var name = ""
      if scalars.first == "\"" {
        scalars = scalars.dropFirst()
        while true {
          guard let scalar = scalars.popFirst() else {
            throw ColonnadeError(
              .invalidArgument, "\(option): the closing quote is missing in '\(text)'",
              hint: "write a quote in a name twice")
          }
          if scalar == "\"" {
            guard scalars.first == "\"" else { break }
            scalars = scalars.dropFirst()
          }
          name.unicodeScalars.append(scalar)
        }
        scalars = scalars.drop { $0.properties.isWhitespace }
      } else {
        let word = scalars.prefix { $0 != "," }
        scalars = scalars.dropFirst(word.count)
        var trimmed = word
        while let last = trimmed.last, last.properties.isWhitespace { trimmed.removeLast() }
        name.unicodeScalars.append(contentsOf: trimmed)
      }
      guard !name.isEmpty else {
        throw ColonnadeError(
          .invalidArgument, "\(option): a column's name is empty in '\(text)'",
          hint: "name columns like 'a, b, \"odd, name\"'")
      }
      names.append(name)
      guard let separator = scalars.popFirst() else { return names }
      guard separator == "," else {
        throw ColonnadeError(
          .invalidArgument, "\(option): expected a comma after '\(name)'",
          hint: "name columns like 'a, b, \"odd, name\"'")
      }
    }
  }

  /// `name` as such a list and a predicate take it.
  package static func quoted(_ name: String) -> String {
    let isBare =
      !name.isEmpty && !(name.utf8.first.map { $0 >= 48 && $0 <= 57 } ?? true)
      && name.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90)
          || (byte >= 97 && byte <= 122) || byte >= 0x80
      }
    if isBare { return name }
    return "\""
      + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
