// Numbers of a root's layout that the encoder and the decoder share. Spec: spec/table.md, "Root".

import ColonnadeBase
import ColonnadeFormat

enum RootLayout {
  /// Sections beside those of the format.
  enum Section: UInt16 {
    case commit = 33
    case partitionings = 34
    case sortOrder = 35
    case manifests = 36
    case namedCommits = 37
    case properties = 38
  }

  /// Flags of a commit.
  static let isNamed: UInt8 = 1
  static let isRenamed: UInt8 = 2
}

extension FileReader {
  /// A section of a root; `nil` where it is absent.
  func rootSection(_ section: RootLayout.Section) throws(ColonnadeError) -> ByteCursor? {
    guard let content = try content(ofSection: section.rawValue) else { return nil }
    let offset = sections.first { $0.kindCode == section.rawValue }?.offset
    return ByteCursor(content, fileOffset: offset ?? 0)
  }

  func neededRootSection(_ section: RootLayout.Section) throws(ColonnadeError) -> ByteCursor {
    guard let cursor = try rootSection(section) else {
      throw ColonnadeError(
        .corrupt, "it is no root of a table: section \(section.rawValue) is missing", file: path)
    }
    return cursor
  }
}
