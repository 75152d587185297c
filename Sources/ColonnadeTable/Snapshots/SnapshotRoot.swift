// What one version of a table is: the contents of its root. Spec: spec/table.md, "Root".

package import ColonnadeArrays
import ColonnadeBase

/// What a commit did.
public enum TableOperation: UInt8, Sendable, CaseIterable {
  case create = 1
  case append = 2
  case replace = 3
  case replacePartitions = 4
  case delete = 5
  case compact = 6
  case changeSchema = 7
  case restore = 8
}

/// One version of a table, without its entries.
package struct SnapshotRoot: Sendable {
  package var tableID: [UInt8]
  package var rootID: [UInt8]
  package var version: UInt64
  /// 0 without.
  package var parentVersion: UInt64
  /// Microseconds since 1970.
  package var commitTime: Int64
  package var operation: TableOperation
  package var commitID: String
  /// True where the caller gave the commit id.
  package var isNamed: Bool
  package var writer: String
  package var rowCount: UInt64
  package var entryCount: UInt64
  package var fileCount: UInt64
  package var byteCount: UInt64
  package var addedRowCount: UInt64
  package var nextColumnID: Int
  package var nextPartitionFieldID: Int
  package var schema: Schema
  package var partitioningID: Int
  package var partitionings: [Partitioning]
  package var sortOrder: SortOrder
  package var manifests: [ManifestReference]
  package var namedCommits: NamedCommits
  package var properties: [MetadataEntry]

  package static let maximumByteCount = 256 << 20
  package static let maximumCommitIDByteCount = 256

  /// The partitioning that new entries follow.
  package var partitioning: Partitioning {
    partitionings.first { $0.id == partitioningID } ?? .none
  }
}

/// A manifest as a root lists it.
package struct ManifestReference: Sendable {
  package var name: String
  package var fileByteCount: UInt64
  package var fileID: [UInt8]
  package var partitioningID: Int
  /// Version of entries that state none.
  package var addedVersion: UInt64
  package var entryCount: UInt64
  package var rowCount: UInt64
  package var byteCount: UInt64
  /// One for each field of its partitioning.
  package var bounds: [PartitionBounds]
}

/// The range of one part of the partition values of many entries.
package struct PartitionBounds: Sendable {
  /// False where nothing is known.
  package var isKnown = true
  package var hasNull = false
  package var hasNaN = false
  /// The least and the greatest value that is neither NULL nor NaN.
  package var range: (least: Value, greatest: Value)?

  package static let maximumValueByteCount = 1024
}

/// The commits of some versions whose id the caller gave.
package struct NamedCommits: Sendable {
  package struct Commit: Sendable {
    package var version: UInt64
    package var id: String
  }

  package var firstVersion: UInt64
  package var commits: [Commit]

  static let span: UInt64 = 256

  /// The list of the version that follows, with its own commit where that is named.
  func following(version: UInt64, commitID: String, isNamed: Bool) -> NamedCommits {
    var next =
      version % NamedCommits.span == 0 ? NamedCommits(firstVersion: version, commits: []) : self
    if isNamed { next.commits.append(Commit(version: version, id: commitID)) }
    return next
  }

  func version(of id: String) -> UInt64? {
    commits.first { $0.id.utf8.elementsEqual(id.utf8) }?.version
  }
}
