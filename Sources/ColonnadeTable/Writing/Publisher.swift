// Makes a new version of a table true, or leaves the table as it was. Spec: spec/table.md,
// "Publishing".
// Invariants: when `publish` starts, everything the new root reaches except manifests is durable;
// every step is durable before the next begins; nothing is removed once `link` was tried and its
// outcome is not known; a version that another writer published is made durable before it is
// built on.

import ColonnadeArrays
import ColonnadeBase

/// The named points of a commit, in order.
package enum CommitTransition: String, CaseIterable, Sendable {
  case started
  case dataWritten = "data-written"
  case dataSynced = "data-synced"
  case manifestsWritten = "manifests-written"
  case manifestsSynced = "manifests-synced"
  case rootWritten = "root-written"
  case rootSynced = "root-synced"
  case linked
  case published
  case cleaned
}

/// How a file is given a name that must be new.
enum ExclusiveNaming {
  case link
  case rename
}

/// One commit on its way.
struct Publisher {
  let folder: TableFolder
  let naming: ExclusiveNaming
  let commitID: String
  let isNamed: Bool
  let maximumAttemptCount: Int

  static let attemptCount = 10

  private var fileSystem: any FileSystem { folder.fileSystem }

  /// Publishes the root that `build` makes on top of the latest one.
  /// - Parameters:
  ///   - parent: the latest root known; `nil` where the table is being made.
  ///   - build: the next root on a parent, with the manifests it wrote and fsynced for this attempt;
  ///     called anew on every attempt.
  /// - Throws: `.commitConflict` where others were always faster, or made the table first;
  ///   `.commitUnknown` where the outcome is not known.
  func publish(
    on parent: SnapshotRoot?,
    build: (SnapshotRoot?) throws(ColonnadeError) -> (root: SnapshotRoot, merged: [String])
  ) throws(ColonnadeError) -> CommitOutcome {
    var parent = parent
    for attempt in 0..<maximumAttemptCount {
      if let repeated = try alreadyCommitted(parent) {
        return CommitOutcome(snapshot: repeated, wasAlreadyCommitted: true, rebaseCount: attempt)
      }
      var (root, merged) = try build(parent)
      root.isRenamed = naming == .rename
      reach(.manifestsWritten)
      try fileSystem.synchronizeFolder(folder.manifests)
      reach(.manifestsSynced)
      let pending = Path.join(folder.snapshots, folder.freshPendingName())
      do throws(ColonnadeError) {
        let bytes = try root.encoded()
        // Nothing is published that a reader would refuse: a name or a text beyond its limits.
        do throws(ColonnadeError) {
          _ = try SnapshotRoot(decoding: bytes)
        } catch {
          throw ColonnadeError(
            .limitExceeded, "the table's root would break a limit: \(error.message)",
            file: folder.path)
        }
        try writeWhole(bytes, to: pending)
        if parent == nil {
          try fileSystem.synchronizeFolder(folder.path)
          try fileSystem.synchronizeFolder(Path.parent(of: folder.path))
        }
      } catch {
        removeQuietly(pending)
        for name in merged { removeQuietly(Path.join(folder.manifests, name)) }
        throw error
      }
      reach(.rootSynced)
      if try give(root, pending) {
        return CommitOutcome(
          snapshot: Snapshot(root: root, folder: folder), wasAlreadyCommitted: false,
          rebaseCount: attempt)
      }
      // Another writer has the version. What it published is made durable before it counts.
      let winner: SnapshotRoot
      do {
        try folder.settleSnapshots()
        winner = try folder.root(root.version)
      } catch {
        throw unknown(error)
      }
      if winner.rootID == root.rootID {
        // Ours after all: the file system had carried out a call and answered it twice.
        removeQuietly(pending)
        return CommitOutcome(
          snapshot: Snapshot(root: winner, folder: folder), wasAlreadyCommitted: false,
          rebaseCount: attempt)
      }
      removeQuietly(pending)
      for name in merged { removeQuietly(Path.join(folder.manifests, name)) }
      guard parent != nil else {
        if let repeated = try alreadyCommitted(winner) {
          return CommitOutcome(
            snapshot: repeated, wasAlreadyCommitted: true, rebaseCount: attempt)
        }
        throw ColonnadeError(
          .commitConflict, "another writer made the table first", file: folder.path,
          hint: "append the rows to it")
      }
      parent = try latest(after: root.version)
      pause(attempt)
    }
    throw ColonnadeError(
      .commitConflict,
      "other writers were faster \(maximumAttemptCount) times; nothing was published",
      file: folder.path, hint: "run it again")
  }

  private func reach(_ transition: CommitTransition) { fileSystem.reach(transition.rawValue) }

  /// Gives the root its name.
  /// - Returns: false where another root has it.
  private func give(_ root: SnapshotRoot, _ pending: String) throws(ColonnadeError) -> Bool {
    let path = folder.rootPath(root.version)
    do {
      switch naming {
      case .link: try fileSystem.link(pending, to: path)
      case .rename: try fileSystem.renameExclusively(pending, to: path)
      }
    } catch {
      if error.errno == SystemFailure.exists { return false }
      throw unknown(error)
    }
    reach(.linked)
    do {
      try fileSystem.synchronizeFolder(folder.snapshots)
    } catch {
      throw unknown(error)
    }
    reach(.published)
    if naming == .link { removeQuietly(pending) }
    reach(.cleaned)
    return true
  }

  private func unknown(_ cause: ColonnadeError) -> ColonnadeError {
    ColonnadeError(
      .commitUnknown,
      "it is not known whether commit '\(commitID)' was published: \(cause.message)",
      file: cause.file,
      hint: isNamed
        ? "run it again with the same --commit-id: it is published once at most"
        : "look for commit '\(commitID)' in the table's history before running it again",
      errno: cause.errno)
  }

  private func alreadyCommitted(_ parent: SnapshotRoot?) throws(ColonnadeError) -> Snapshot? {
    guard isNamed, let parent,
      let version = try folder.version(ofCommit: commitID, from: parent)
    else { return nil }
    return Snapshot(root: try folder.root(version), folder: folder)
  }

  /// The latest root, at least the one of `version`.
  private func latest(after version: UInt64) throws(ColonnadeError) -> SnapshotRoot {
    let versions = try folder.listedVersions()
    return try folder.root(max(version, versions.last ?? version))
  }

  private func writeWhole(_ bytes: Buffer, to path: String) throws(ColonnadeError) {
    let handle = try fileSystem.createExclusively(path)
    defer { handle.closeQuietly() }
    try handle.write(bytes)
    reach(.rootWritten)
    try handle.synchronize()
    try handle.close()
  }

  /// Removes a file nobody can reach; what cannot be removed is a leftover.
  private func removeQuietly(_ path: String) {
    do { try fileSystem.remove(path) } catch {}
  }

  private func pause(_ attempt: Int) {
    let most = 1000 << min(attempt, 6)
    let random = fileSystem.randomBytes(4).reduce(0) { $0 << 8 | Int($1) }
    fileSystem.sleep(microseconds: random % most)
  }
}

extension TableFolder {
  /// Which way of naming a root works here, tried on a file that is removed again.
  /// - Throws: `.unsupportedFeature` where neither does.
  func exclusiveNaming() throws(ColonnadeError) -> ExclusiveNaming {
    let first = Path.join(snapshots, freshPendingName())
    let second = Path.join(snapshots, freshPendingName())
    let handle = try fileSystem.createExclusively(first)
    handle.closeQuietly()
    defer {
      for path in [first, second] {
        do { try fileSystem.remove(path) } catch {}
      }
    }
    do {
      try fileSystem.link(first, to: second)
      return .link
    } catch {
      guard SystemFailure.isUnsupported(error.errno) else { throw error }
    }
    do {
      try fileSystem.renameExclusively(first, to: second)
      return .rename
    } catch {
      guard SystemFailure.isUnsupported(error.errno) else { throw error }
    }
    throw ColonnadeError(
      .unsupportedFeature,
      "the file system has neither hard links nor renames that keep what exists", file: path,
      hint: "without them two writers could overwrite each other; choose another file system")
  }
}
