// The one seam to the operating system: every call on files, the clock and random bytes goes
// through a `FileSystem`, which tests replace to inject faults, kills and time.
// Invariant: each requirement is one system call (or one that cannot be split), so that a fault can
// be put before or after every one of them; loops over short writes and EINTR stand above the seam,
// in `FileSystem+Whole.swift`.

/// How a file is opened.
package enum OpenMode: Sendable {
  /// For reading; must exist.
  case read
  /// For writing; must not exist (EEXIST).
  case create
  /// For writing; emptied when it exists.
  case replace
}

/// A descriptor and the path it was opened at.
package struct OpenFile: Sendable {
  package let descriptor: Int32
  /// For messages.
  package let path: String

  package init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }
}

/// What the operating system says about a path.
package struct FileStatus: Sendable {
  package enum Kind: Sendable { case file, folder, symbolicLink, other }

  package let kind: Kind
  package let byteCount: Int
  /// Microseconds since 1970.
  package let modificationTime: Int64
  /// When anything of it changed last, its length, rights and names as well; microseconds since 1970.
  package let changeTime: Int64
  /// Two paths name the same file when both numbers agree.
  package let device: UInt64
  package let inode: UInt64
  package let linkCount: UInt64
  /// Whether it belongs to the user who runs the process.
  package let isOwn: Bool
}

/// One name in a folder.
package struct FolderEntry: Sendable {
  package let name: String
  /// `other` also where the file system does not say.
  package let kind: FileStatus.Kind
}

/// The operating system, as far as files go.
///
/// Errors have the kind `notFound` for ENOENT and `io` for the rest; `errno` and `file` are set.
/// Paths with a NUL byte are refused as `invalidArgument`.
package protocol FileSystem: AnyObject, Sendable {
  func open(_ path: String, _ mode: OpenMode) throws(ColonnadeError) -> OpenFile

  /// One read from where the descriptor stands. May be short; 0 at the end of the file.
  func readOnce(
    _ file: OpenFile, into target: UnsafeMutableRawBufferPointer
  ) throws(ColonnadeError) -> Int

  /// Whether a read would not have to wait: there are bytes, or the end. Waits at most
  /// `milliseconds` to find out.
  func isReadable(_ file: OpenFile, within milliseconds: Int32) -> Bool

  /// One read at `offset`. May be short; 0 at the end of the file.
  func readOnce(
    _ file: OpenFile, at offset: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(ColonnadeError) -> Int

  /// One write where the descriptor stands. May be short.
  func writeOnce(_ file: OpenFile, _ bytes: UnsafeRawBufferPointer) throws(ColonnadeError) -> Int

  /// fsync. After a failure the file's contents are unknown: it is never tried again on the same
  /// descriptor.
  func synchronize(_ file: OpenFile) throws(ColonnadeError)

  /// The descriptor is gone afterwards even when this throws.
  func close(_ file: OpenFile) throws(ColonnadeError)

  func status(of file: OpenFile) throws(ColonnadeError) -> FileStatus

  /// What is kept of files that were read; `nil` where each is to be opened anew.
  var fileCache: FileCache? { get }

  /// Whether the times and lengths that the system says of a path are those of now: of local file systems,
  /// not of those that ask another machine or program now and then.
  func tellsChanges(_ path: String) -> Bool

  /// False where mapped files are to be read with `readOnce(_:at:into:)` instead.
  var mapsFiles: Bool { get }

  /// Maps the first `byteCount` bytes (at least 1) for reading; `unmap` gives the range back.
  func map(_ file: OpenFile, byteCount: Int) throws(ColonnadeError) -> UnsafeRawPointer

  /// Brings mapped pages in, so that touching them later raises no signal. `address` is
  /// page-aligned.
  /// - Parameter isOwn: whether the file is the user's own.
  func populate(
    _ address: UnsafeRawPointer, byteCount: Int, path: String, isOwn: Bool
  ) throws(ColonnadeError)

  /// fsync of a folder: makes names created, linked, renamed or removed in it durable.
  func synchronizeFolder(_ path: String) throws(ColonnadeError)

  /// A second name for a file; EEXIST when the name is taken.
  func link(_ existing: String, to path: String) throws(ColonnadeError)

  /// Replaces `new` when it exists.
  func rename(_ old: String, to new: String) throws(ColonnadeError)

  /// EEXIST when `new` exists; EINVAL or ENOSYS where the file system cannot tell.
  func renameExclusively(_ old: String, to new: String) throws(ColonnadeError)

  /// Removes a name of a file.
  func remove(_ path: String) throws(ColonnadeError)

  /// EEXIST when the name is taken; the folder above must exist.
  func makeFolder(_ path: String) throws(ColonnadeError)

  /// Removes an empty folder.
  func removeFolder(_ path: String) throws(ColonnadeError)

  /// The names in a folder without `.` and `..`, sorted by their bytes.
  func list(_ path: String) throws(ColonnadeError) -> [FolderEntry]

  /// Follows symbolic links.
  func status(of path: String) throws(ColonnadeError) -> FileStatus

  func fillRandom(_ target: UnsafeMutableRawBufferPointer)

  /// Wall clock, microseconds since 1970.
  var now: Int64 { get }

  var processIdentifier: Int32 { get }

  /// Lets the calling thread rest.
  func sleep(microseconds: Int)

  /// A named point between two steps of a protocol, for tests that kill there. Nothing happens in
  /// a real file system.
  func reach(_ transition: String)
}

extension FileSystem {
  package var fileCache: FileCache? { nil }
  package func tellsChanges(_ path: String) -> Bool { false }
  package func reach(_ transition: String) {}
}
