// A table: a folder of immutable files whose latest root says what is true. Spec: spec/table.md.

import ColonnadeArrays
public import ColonnadeBase
package import ColonnadeFormat

/// Which version of a table is meant.
public enum TableVersion: Hashable, Sendable {
  case latest
  case number(UInt64)
  /// The latest version at a time, microseconds since 1970.
  case time(Int64)
}

/// A table, opened at one version; what others commit later does not show.
public struct Table: Sendable {
  package let folder: TableFolder
  /// The version it was opened at.
  public let snapshot: Snapshot

  init(folder: TableFolder, snapshot: Snapshot) {
    self.folder = folder
    self.snapshot = snapshot
  }

  /// The table's folder.
  public var path: String { folder.path }

  /// - Throws: `.notFound` where there is no table or no such version.
  /// - Complexity: O(versions there are) small steps, and the size of one root; O(1) where both were read a
  ///   moment ago.
  public static func open(
    _ path: String, at version: TableVersion = .latest
  ) throws(ColonnadeError) -> Table {
    try open(path, at: version, in: PosixFileSystem.keepingFiles)
  }

  /// Closes files that were read and that nothing holds any more. Files stay open for a minute after their
  /// last use, or as many seconds as the environment variable `COLONNADE_KEEP_SECONDS` says at the first
  /// opening (0: not at all): who opens a table again finds them mapped, with what was verified of them, unless
  /// they changed meanwhile. Until then a deleted file takes its place on the disk, and its file system
  /// cannot be unmounted.
  public static func releaseFiles() { FileCache.shared.releaseAll() }

  package static func open(
    _ path: String, at version: TableVersion = .latest, in fileSystem: any FileSystem,
    metrics: ReadMetrics? = nil
  ) throws(ColonnadeError) -> Table {
    let folder = TableFolder(path, in: fileSystem, metrics: metrics)
    return Table(folder: folder, snapshot: try folder.snapshot(at: version))
  }

  /// The same table at another version; `.latest` sees what was committed since.
  public func at(_ version: TableVersion) throws(ColonnadeError) -> Table {
    Table(folder: folder, snapshot: try folder.snapshot(at: version))
  }

  /// The versions there are, ascending.
  public func versions() throws(ColonnadeError) -> [UInt64] { try folder.versions() }

  /// The version a commit made; `nil` where no commit has the id.
  /// - Parameter id: compared byte for byte with ids that callers gave.
  public func version(ofCommit id: String) throws(ColonnadeError) -> UInt64? {
    try folder.version(ofCommit: id, from: try folder.snapshot(at: .latest).root)
  }

  /// Whether a path is a table's folder.
  package static func exists(
    _ path: String, in fileSystem: any FileSystem
  ) throws(ColonnadeError) -> Bool {
    try TableFolder(path, in: fileSystem).state() == .table
  }
}

extension TableFolder {
  enum State: Equatable {
    /// Nothing has the name.
    case missing
    /// A folder that is empty, or holds only what a writer that did not end left behind.
    case vacant
    case table
    /// Something else; says what.
    case foreign(String)
  }

  func state() throws(ColonnadeError) -> State {
    let status: FileStatus
    do {
      status = try fileSystem.status(of: path)
    } catch {
      if error.kind == .notFound { return .missing }
      throw error
    }
    guard status.kind == .folder else { return .foreign("is a file") }
    let names = try fileSystem.list(path).map(\.name)
    if names.contains("snapshots"), try !versions().isEmpty { return .table }
    if let other = names.first(where: { !TableFolder.ownNames.contains($0) }) {
      return .foreign("is a folder that holds '\(other)'")
    }
    return .vacant
  }

  /// - Throws: `.notFound` where there is no table or no such version.
  func snapshot(at version: TableVersion) throws(ColonnadeError) -> Snapshot {
    let versions: [UInt64]
    do {
      versions = try self.versions()
    } catch {
      if error.kind == .notFound || error.errno == SystemFailure.notAFolder {
        throw try noTable()
      }
      throw error
    }
    guard let latest = versions.last else { throw try noTable() }
    switch version {
    case .latest: return Snapshot(root: try settledRoot(latest), folder: self)
    case .number(let number):
      guard versions.contains(number) else {
        throw ColonnadeError(
          .notFound, "the table has no version \(number)", file: path,
          hint: "its versions go from \(versions[0]) to \(latest)")
      }
      return Snapshot(root: try settledRoot(number), folder: self)
    case .time(let time):
      // Commit times ascend with versions.
      var (low, high) = (0, versions.count)
      while low < high {
        let middle = (low + high) / 2
        if try root(versions[middle]).commitTime <= time {
          low = middle + 1
        } else {
          high = middle
        }
      }
      guard low > 0 else {
        throw ColonnadeError(
          .notFound, "the table did not exist at that time", file: path,
          hint: "its first version was committed at "
            + Value.timestamp(try root(versions[0]).commitTime, .microsecond, zoned: true).text)
      }
      return Snapshot(root: try settledRoot(versions[low - 1]), folder: self)
    }
  }

  /// The root of a version that exists.
  func root(_ version: UInt64) throws(ColonnadeError) -> SnapshotRoot {
    try root(version, in: try FileReader(rootPath(version), in: fileSystem, metrics: metrics))
  }

  func root(
    _ version: UInt64, in file: FileReader
  ) throws(ColonnadeError) -> SnapshotRoot {
    let root = try SnapshotRoot(reading: file)
    guard root.version == version else {
      throw ColonnadeError(
        .corrupt, "the root of version \(root.version) stands here", file: file.path)
    }
    return root
  }

  private func noTable() throws(ColonnadeError) -> ColonnadeError {
    switch try state() {
    case .missing:
      return ColonnadeError(
        .notFound, "there is no table", file: path, hint: "check the path, or write a table there")
    case .foreign(let what) where what == "is a file":
      return ColonnadeError(
        .notFound, "it is a file and not a table", file: path,
        hint: "a table is a folder; a single .cln file can be scanned by its own name")
    case .foreign, .vacant, .table:
      return ColonnadeError(
        .notFound, "the folder is not a table: it has no committed version", file: path,
        hint: "check the path, or write a table to a folder of its own")
    }
  }

  /// Looks through the named commits, from `root` back.
  /// - Parameter version: versions up to this one are not looked at.
  func version(
    ofCommit id: String, from root: SnapshotRoot, after version: UInt64 = 0
  ) throws(ColonnadeError) -> UInt64? {
    var root = root
    while true {
      let named = try root.namedCommits
      if let found = named.version(of: id) { return found }
      let first = named.firstVersion
      guard first > version + 1 else { return nil }
      root = try self.root(first - 1)
    }
  }
}
