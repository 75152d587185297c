// Where a table's files stand, and which names are its own. Spec: spec/table.md.
// Invariant: a name that comes from a root or a manifest is checked before a path is made of it, so
// that nothing outside the folder is ever opened.

package import ColonnadeBase
package import ColonnadeFormat

/// A table's folder in a file system.
package struct TableFolder: Sendable {
  package let path: String
  package let fileSystem: any FileSystem
  /// Counts what reading roots and manifests costs.
  package let metrics: ReadMetrics?

  package init(_ path: String, in fileSystem: any FileSystem, metrics: ReadMetrics? = nil) {
    self.path = path
    self.fileSystem = fileSystem
    self.metrics = metrics
  }

  package var data: String { Path.join(path, "data") }
  package var manifests: String { Path.join(path, "manifests") }
  package var snapshots: String { Path.join(path, "snapshots") }

  /// Every name a table's folder can hold, reserved ones included.
  static let ownNames = ["branches", "data", "manifests", "snapshots", "tags", "writers"]

  package static let fileSuffix = ".cln"
  static let pendingPrefix = ".pending-"
  private static let versionDigits = 20

  /// A name for a data file or a manifest.
  func freshFileName() -> String { fileSystem.randomName() + TableFolder.fileSuffix }

  func freshPendingName() -> String { TableFolder.pendingPrefix + fileSystem.randomName() }

  /// Path of a data file.
  /// - Throws: `.corrupt` where the name is not one that a table gives.
  package func dataPath(_ name: String) throws(ColonnadeError) -> String {
    Path.join(data, try TableFolder.checked(name))
  }

  /// Path of a manifest.
  /// - Throws: `.corrupt` where the name is not one that a table gives.
  package func manifestPath(_ name: String) throws(ColonnadeError) -> String {
    Path.join(manifests, try TableFolder.checked(name))
  }

  func rootPath(_ version: UInt64) -> String {
    Path.join(snapshots, TableFolder.rootName(version))
  }

  static func rootName(_ version: UInt64) -> String {
    let digits = String(version).utf8
    let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: versionDigits - digits.count)
    return String(decoding: zeros + digits, as: UTF8.self)
  }

  /// The version a name in `snapshots/` stands for; `nil` for leftovers.
  static func version(ofRootNamed name: String) -> UInt64? {
    guard name.utf8.count == versionDigits, name.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
      let version = UInt64(name), version > 0
    else { return nil }
    return version
  }

  private static func checked(_ name: String) throws(ColonnadeError) -> String {
    let isOurs =
      name.utf8.count == 36 && name.hasSuffix(fileSuffix)
      && name.utf8.prefix(32).allSatisfy { byte in
        (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102)
      }
    guard isOurs else {
      throw ColonnadeError(
        .corrupt, "the table names a file '\(name)', which is not one of its own")
    }
    return name
  }

  /// The versions whose roots the folder lists, ascending.
  /// - Throws: `.notFound` where there is no such folder.
  func listedVersions() throws(ColonnadeError) -> [UInt64] {
    try fileSystem.list(snapshots).compactMap { entry in
      TableFolder.version(ofRootNamed: entry.name)
    }.sorted()
  }

  /// Makes what others published durable before it is relied on. File systems that cannot do that
  /// for a folder, or that nobody writes to, are excepted.
  func settleSnapshots() throws(ColonnadeError) {
    do {
      try fileSystem.synchronizeFolder(snapshots)
    } catch {
      guard SystemFailure.cannotSynchronize(error.errno) else { throw error }
    }
  }
}
