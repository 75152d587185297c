// The real file system: one POSIX or Linux call per requirement; what is kept of files is not its own.

import CKernels
import Glibc

/// The operating system's files.
package final class PosixFileSystem: FileSystem {
  package static let shared = PosixFileSystem()
  /// The same for programs that link the engine and ask again and again: files that were read stay open
  /// for a while.
  package static let keepingFiles = PosixFileSystem(fileCache: FileCache.shared)

  package let fileCache: FileCache?

  package init(fileCache: FileCache? = nil) { self.fileCache = fileCache }

  /// A path as C wants it. A NUL byte would cut it short and name another file.
  private func check(_ path: String) throws(ColonnadeError) {
    if path.holdsNUL {
      throw ColonnadeError(.invalidArgument, "a path cannot hold a NUL byte", file: path)
    }
  }

  private func failure(_ action: String, _ path: String) -> ColonnadeError {
    SystemFailure.error(action, path: path, code: errno)
  }

  package func open(_ path: String, _ mode: OpenMode) throws(ColonnadeError) -> OpenFile {
    try check(path)
    let flags: Int32
    let action: String
    switch mode {
    case .read: (flags, action) = (O_RDONLY, "open the file")
    case .create: (flags, action) = (O_WRONLY | O_CREAT | O_EXCL, "create the file")
    case .replace: (flags, action) = (O_WRONLY | O_CREAT | O_TRUNC, "write the file")
    }
    let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw failure(action, path) }
    return OpenFile(descriptor: descriptor, path: path)
  }

  package func readOnce(
    _ file: OpenFile, into target: UnsafeMutableRawBufferPointer
  ) throws(ColonnadeError) -> Int {
    while true {
      let count = unsafe Glibc.read(file.descriptor, target.baseAddress, target.count)
      if count >= 0 { return count }
      guard errno == EAGAIN else { throw failure("read", file.path) }
      wait(for: file.descriptor, POLLIN)
    }
  }

  package func isReadable(_ file: OpenFile, within milliseconds: Int32) -> Bool {
    var request = pollfd(fd: file.descriptor, events: Int16(POLLIN), revents: 0)
    let ready = unsafe poll(&request, 1, milliseconds)
    // A signal ends the wait early; any other error shows in the read that follows.
    return ready > 0 || (ready < 0 && errno != EINTR)
  }

  package func readOnce(
    _ file: OpenFile, at offset: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(ColonnadeError) -> Int {
    let count = unsafe Glibc.pread(file.descriptor, target.baseAddress, target.count, offset)
    if count < 0 { throw failure("read", file.path) }
    return count
  }

  package func writeOnce(
    _ file: OpenFile, _ bytes: UnsafeRawBufferPointer
  ) throws(ColonnadeError) -> Int {
    while true {
      let count = unsafe Glibc.write(file.descriptor, bytes.baseAddress, bytes.count)
      if count >= 0 { return count }
      guard errno == EAGAIN else { throw failure("write", file.path) }
      wait(for: file.descriptor, POLLOUT)
    }
  }

  /// Standard streams may have been made non-blocking by whoever started the process.
  private func wait(for descriptor: Int32, _ event: Int32) {
    var wanted = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    _ = unsafe poll(&wanted, 1, -1)
  }

  package func synchronize(_ file: OpenFile) throws(ColonnadeError) {
    if fsync(file.descriptor) != 0 { throw failure("make the file durable (fsync)", file.path) }
  }

  package func close(_ file: OpenFile) throws(ColonnadeError) {
    // Linux releases the descriptor before it can be interrupted; closing again could close
    // another thread's file.
    if Glibc.close(file.descriptor) != 0 && errno != EINTR { throw failure("close", file.path) }
  }

  package func status(of file: OpenFile) throws(ColonnadeError) -> FileStatus {
    var found = stat()
    if unsafe fstat(file.descriptor, &found) != 0 { throw failure("examine", file.path) }
    return FileStatus(found)
  }

  /// Linux before 5.14 cannot populate on request; one page tells.
  private static let canPopulate: Bool = {
    let size = Int(sysconf(Int32(_SC_PAGESIZE)))
    guard
      let page = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      unsafe page != MAP_FAILED
    else { return false }
    defer { _ = unsafe munmap(page, size) }
    return unsafe madvise(page, size, colonnade_madv_populate_read) == 0
  }()

  package var mapsFiles: Bool { PosixFileSystem.canPopulate }

  package func map(_ file: OpenFile, byteCount: Int) throws(ColonnadeError) -> UnsafeRawPointer {
    guard
      let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_SHARED, file.descriptor, 0),
      unsafe address != MAP_FAILED
    else { throw failure("map", file.path) }
    return UnsafeRawPointer(address)
  }

  package func populate(
    _ address: UnsafeRawPointer, byteCount: Int, path: String, isOwn: Bool
  ) throws(ColonnadeError) {
    // Which pages are in memory the kernel tells of files of one's own; of others it says all.
    let code = unsafe colonnade_populate(
      UnsafeMutableRawPointer(mutating: address), byteCount, isOwn ? 1 : 0)
    // EFAULT stands for the signal that touching the page would have raised.
    if code != 0 {
      throw SystemFailure.error("read", path: path, code: code == EFAULT ? EIO : code)
    }
  }

  package func synchronizeFolder(_ path: String) throws(ColonnadeError) {
    try check(path)
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { throw failure("open the folder", path) }
    defer { _ = Glibc.close(descriptor) }
    if fsync(descriptor) != 0 { throw failure("make the folder durable (fsync)", path) }
  }

  package func link(_ existing: String, to path: String) throws(ColonnadeError) {
    try check(existing)
    try check(path)
    if unsafe Glibc.link(existing, path) != 0 { throw failure("link", path) }
  }

  package func rename(_ old: String, to new: String) throws(ColonnadeError) {
    try check(old)
    try check(new)
    if unsafe Glibc.rename(old, new) != 0 { throw failure("rename to", new) }
  }

  package func renameExclusively(_ old: String, to new: String) throws(ColonnadeError) {
    try check(old)
    try check(new)
    if unsafe colonnade_rename_exclusively(old, new) != 0 { throw failure("rename to", new) }
  }

  package func remove(_ path: String) throws(ColonnadeError) {
    try check(path)
    if unsafe unlink(path) != 0 { throw failure("remove", path) }
  }

  package func makeFolder(_ path: String) throws(ColonnadeError) {
    try check(path)
    if unsafe mkdir(path, 0o777) != 0 { throw failure("create the folder", path) }
  }

  package func removeFolder(_ path: String) throws(ColonnadeError) {
    try check(path)
    if unsafe rmdir(path) != 0 { throw failure("remove the folder", path) }
  }

  package func list(_ path: String) throws(ColonnadeError) -> [FolderEntry] {
    try check(path)
    guard let folder = unsafe opendir(path) else { throw failure("list the folder", path) }
    defer { _ = unsafe closedir(folder) }
    var entries: [FolderEntry] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(folder) else {
        if errno != 0 { throw failure("list the folder", path) }
        break
      }
      // SAFETY: readdir's record stays valid until the next call, and its name ends with a NUL.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      let kind: FileStatus.Kind
      switch Int(unsafe entry.pointee.d_type) {
      case Int(DT_REG): kind = .file
      case Int(DT_DIR): kind = .folder
      case Int(DT_LNK): kind = .symbolicLink
      default: kind = .other
      }
      entries.append(FolderEntry(name: name, kind: kind))
    }
    entries.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    return entries
  }

  package func status(of path: String) throws(ColonnadeError) -> FileStatus {
    try check(path)
    var found = stat()
    if unsafe stat(path, &found) != 0 { throw failure("examine", path) }
    return FileStatus(found)
  }

  package func tellsChanges(_ path: String) -> Bool {
    // Where maps are memory of our own they are not to be kept for long.
    guard mapsFiles else { return false }
    return unsafe colonnade_is_local(path) == 1
  }

  package func fillRandom(_ target: UnsafeMutableRawBufferPointer) {
    var generator = SystemRandomNumberGenerator()
    for index in target.indices {
      unsafe target[index] = UInt8.random(in: 0...255, using: &generator)
    }
  }

  package var now: Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return time.microseconds
  }

  package var processIdentifier: Int32 { getpid() }

  package func sleep(microseconds: Int) {
    guard microseconds > 0 else { return }
    var left = timespec(
      tv_sec: microseconds / 1_000_000, tv_nsec: microseconds % 1_000_000 * 1000)
    // A signal ends a sleep early; the rest is slept then.
    var rest = left
    while unsafe nanosleep(&left, &rest) != 0, errno == EINTR { left = rest }
  }
}

extension FileStatus {
  fileprivate init(_ found: stat) {
    switch found.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    case S_IFLNK: kind = .symbolicLink
    default: kind = .other
    }
    byteCount = max(0, Int(found.st_size))
    modificationTime = found.st_mtim.microseconds
    changeTime = found.st_ctim.microseconds
    device = UInt64(truncatingIfNeeded: found.st_dev)
    inode = UInt64(truncatingIfNeeded: found.st_ino)
    linkCount = UInt64(truncatingIfNeeded: found.st_nlink)
    isOwn = found.st_uid == geteuid()
  }
}

extension timespec {
  fileprivate var microseconds: Int64 { Int64(tv_sec) * 1_000_000 + Int64(tv_nsec) / 1000 }
}
