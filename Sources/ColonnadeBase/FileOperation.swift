// The calls of a `FileSystem` by name, for journals and for choosing where a fault strikes.

/// One kind of call on a `FileSystem`.
package enum FileOperation: String, Sendable, CaseIterable {
  case openRead = "open-read"
  case create
  case replace
  case read
  case readAt = "read-at"
  case write
  case sync
  case close
  case status
  case map
  case populate
  case syncFolder = "sync-folder"
  case link
  case rename
  case renameExclusively = "rename-exclusively"
  case remove
  case makeFolder = "make-folder"
  case removeFolder = "remove-folder"
  case list
  /// No call: a named point of a protocol; its name stands in place of the path.
  case transition

  /// Whether the call changes what is on disk, so that a kill around it is worth trying.
  package var changesDisk: Bool {
    switch self {
    case .create, .replace, .write, .sync, .syncFolder, .link, .rename, .renameExclusively,
      .remove, .makeFolder, .removeFolder:
      true
    case .openRead, .read, .readAt, .close, .status, .map, .populate, .list, .transition: false
    }
  }
}
