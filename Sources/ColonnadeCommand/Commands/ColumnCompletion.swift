// Names of a table's columns for the shell's completion.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeTable

/// Completes column names of the table that a command line names.
enum ColumnCompletion {
  /// - Parameter arguments: the words typed so far, the program and the word being typed included.
  /// - Returns: nothing where no table is named yet; completion never fails aloud.
  static func names(for arguments: [String]) -> [String] {
    let fileSystem = PosixFileSystem.shared
    for word in arguments.dropFirst(2) where !word.hasPrefix("-") {
      guard let target = try? ReadTarget.open(word, at: .latest, in: fileSystem),
        let schema = try? target.schema
      else { continue }
      return schema.fields.map { ColumnList.quoted($0.name) }
    }
    return []
  }
}
