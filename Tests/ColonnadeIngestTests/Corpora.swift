// Where other projects' test files lie: `$COLONNADE_CORPORA`, or beside the project.

import ColonnadeBase
import Glibc

enum Corpora {
  /// The folder of one corpus; `nil` where it is absent.
  static func folder(_ name: String) -> String? {
    var candidates: [String] = []
    if let set = unsafe getenv("COLONNADE_CORPORA") {
      candidates.append(unsafe String(cString: set))
    }
    // This file is Tests/ColonnadeIngestTests/Corpora.swift.
    let parts = #filePath.split(separator: "/")
    candidates.append("/" + parts.dropLast(4).joined(separator: "/") + "/shared/corpora")
    for candidate in candidates {
      let folder = candidate + "/" + name
      if (try? PosixFileSystem.shared.exists(folder)) == true { return folder }
    }
    print("skipped: corpus \(name) is absent; set COLONNADE_CORPORA to where it is")
    return nil
  }

  /// Names in a folder of a corpus.
  static func files(_ folder: String) throws -> [String] {
    try PosixFileSystem.shared.list(folder).map(\.name)
  }

  static func read(_ path: String) throws -> [UInt8] {
    try PosixFileSystem.shared.readAll(path, limit: 64 << 20).array
  }
}
