// Which file something is, and in which state, by what the system says of it.

import Glibc

/// Device, inode, length and times: who changes a file, or puts another in its place, changes one of them,
/// but for what is written through a map that was written to before, which files of ours never are.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  let byteCount: Int
  private let modificationTime: Int64
  private let changeTime: Int64
  /// Who asks: another user of the process may have to be refused.
  private let user: UInt32
  private let group: UInt32

  package init(_ status: FileStatus) {
    self.init(status, user: geteuid(), group: getegid())
  }

  init(_ status: FileStatus, user: UInt32, group: UInt32) {
    device = status.device
    inode = status.inode
    byteCount = status.byteCount
    modificationTime = status.modificationTime
    changeTime = status.changeTime
    self.user = user
    self.group = group
  }

  /// Whether it changed so short a time before `time`, in microseconds since 1970, that it may change
  /// again without its times telling: clocks of file systems tick in up to two seconds. Times that a file
  /// system does not know never tell.
  func isSettled(at time: Int64, after microseconds: Int64) -> Bool {
    changeTime > 0 && time - max(modificationTime, changeTime) >= microseconds
  }
}
