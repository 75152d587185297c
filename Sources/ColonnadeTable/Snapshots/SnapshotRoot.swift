// What one version of a table is: the contents of its root. Spec: spec/table.md, "Root".

package import ColonnadeArrays
import ColonnadeBase
package import ColonnadeFormat

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

/// A part of a root that stands in memory, or in the root until someone asks for it.
package enum RootPart<Part: Sendable>: Sendable {
  case known(Part)
  case stored(FileReader)
}

/// One version of a table, without its entries.
package struct SnapshotRoot: Sendable {
  package var tableID: [UInt8]
  /// The root's id as a file.
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
  /// True where the root got its name by a rename, after which its links do not tell whether that is
  /// durable.
  package var isRenamed = false
  package var writer: String
  package var rowCount: UInt64
  package var entryCount: UInt64
  package var fileCount: UInt64
  package var byteCount: UInt64
  package var addedRowCount: UInt64
  package var nextColumnID: Int
  package var nextPartitionFieldID: Int
  /// Looked up one by one where the root was read.
  package var columns: any ColumnCatalog
  package var partitioningID: Int
  package var partitionings: [Partitioning]
  package var sortOrder: SortOrder
  package var manifests: [ManifestReference]
  package var commits: RootPart<NamedCommits>
  package var storedProperties: RootPart<[MetadataEntry]>

  package static let maximumByteCount = 256 << 20
  package static let maximumCommitIDByteCount = 256

  /// All columns.
  /// - Throws: `.corrupt` where an id is out of range or given twice.
  /// - Complexity: O(fields).
  package var schema: Schema {
    get throws(ColonnadeError) {
      let schema = try columns.wholeSchema
      var ids = Set<Int>()
      var pending = schema.fields
      while let field = pending.popLast() {
        guard field.id >= 1, field.id < nextColumnID, ids.insert(field.id).inserted else {
          throw ColonnadeError(
            .corrupt, "the id \(field.id) of column '\(field.name)' is out of range or given twice")
        }
        // The struct between a map and its key and value has no id.
        if case .map(let key, let value) = field.type {
          pending += [key, value]
        } else {
          pending += field.type.children
        }
      }
      return schema
    }
  }

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
