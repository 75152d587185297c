// What is kept of a table's versions from one opening to the next, where its file system keeps files.
// Invariant: what is found is as the folder and the root are now.

import ColonnadeBase
import ColonnadeFormat

/// The versions a folder listed.
private final class VersionList: Kept {
  let versions: [UInt64]
  /// Longer ones take a moment anyway.
  static let limit = 1 << 16
  init(_ versions: [UInt64]) { self.versions = versions }
  func rest() {}
}

/// A root that was read, and settled.
private final class SettledRoot: Kept {
  let root: SnapshotRoot
  /// Asked for columns and other parts of the root.
  private let file: FileReader
  /// Larger ones would take much memory; reading them anew is little beside reading their tables.
  static let byteLimit = 1 << 20
  init(_ root: SnapshotRoot, in file: FileReader) {
    self.root = root
    self.file = file
  }
  func rest() { file.rest() }
}

extension TableFolder {
  /// Nothing is kept for those who count what reading costs.
  private var cache: FileCache? { metrics == nil ? fileSystem.fileCache : nil }

  /// The versions there are, ascending.
  /// - Throws: `.notFound` where there is no such folder.
  func versions() throws(ColonnadeError) -> [UInt64] {
    guard let cache else { return try listedVersions() }
    // Of the folder before it is listed: what comes in between shows the next time.
    let now = fileSystem.now
    let status = try fileSystem.status(of: snapshots)
    if let list = cache.find(snapshots, status, as: VersionList.self) { return list.versions }
    let list = VersionList(try listedVersions())
    if list.versions.count <= VersionList.limit {
      fileSystem.keep(list, of: snapshots, status, asOf: now)
    }
    return list.versions
  }

  /// The root of a version that exists, from which answers are given: they must not vanish with the
  /// power. Its writer takes the other name away only after the one of the root was made durable.
  func settledRoot(_ version: UInt64) throws(ColonnadeError) -> SnapshotRoot {
    let path = rootPath(version)
    if let cache, let status = try? fileSystem.status(of: path),
      let kept = cache.find(path, status, as: SettledRoot.self)
    {
      return kept.root
    }
    let now = fileSystem.now
    let file = try FileReader(path, in: fileSystem, metrics: metrics)
    let root = try root(version, in: file)
    if root.isRenamed || file.linkCount != 1 {
      try settleSnapshots()
    } else if cache != nil, let status = file.status,
      status.byteCount <= SettledRoot.byteLimit
    {
      fileSystem.keep(SettledRoot(root, in: file), of: path, status, asOf: now)
    }
    return root
  }
}
