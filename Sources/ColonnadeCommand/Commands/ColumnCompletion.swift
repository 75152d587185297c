// Names of a table's columns for the shell's completion.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery
import ColonnadeTable

/// Completes column names of the table that a command line names.
enum ColumnCompletion {
  /// - Parameter arguments: the words typed so far, the program and the word being typed included.
  /// - Returns: nothing where no table is named yet; completion never fails aloud.
  static func names(for arguments: [String]) -> [String] {
    let fileSystem = PosixFileSystem.shared
    for word in arguments.dropFirst(2) where !word.hasPrefix("-") {
      guard let target = try? ReadTarget.open(word, at: .latest, in: fileSystem),
        let names = try? target.columns.columnNames
      else { continue }
      return names.map { ColumnList.quoted($0) }
    }
    return []
  }

  /// Lists of columns: the last name is completed, those before it stay.
  /// - Parameters:
  ///   - index: which argument is being typed; out of range where the shell does not say.
  ///   - word: what of it stands before the cursor; empty where the shell does not say.
  static func list(for arguments: [String], index: Int, word: String) -> [String] {
    let typed = word.isEmpty && arguments.indices.contains(index) ? arguments[index] : word
    let head = typed.lastIndex(of: ",").map { String(typed[...$0]) } ?? ""
    return names(for: arguments).map { head + $0 }
  }
}
