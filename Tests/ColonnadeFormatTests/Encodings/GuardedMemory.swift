// Bytes that end where an unreadable page begins: one byte read too many ends the test.

import ColonnadeBase
import Glibc

/// A copy of some bytes with nothing readable behind them.
@safe final class GuardedMemory: MemoryOwner, @unchecked Sendable {
  private let start: UnsafeMutableRawPointer
  private let mapped: Int

  /// - Returns: nil where the system gives no memory.
  static func copy(_ bytes: UnsafeRawBufferPointer) -> Buffer? {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let room = (bytes.count + page - 1) / page * page
    guard
      let start = unsafe mmap(
        nil, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      unsafe start != MAP_FAILED
    else { return nil }
    let owner = unsafe GuardedMemory(start, room + page)
    guard unsafe mprotect(start + room, page, PROT_NONE) == 0 else { return nil }
    let first = unsafe start + room - bytes.count
    if let base = bytes.baseAddress {
      unsafe first.copyMemory(from: base, byteCount: bytes.count)
    }
    return unsafe Buffer(unsafeOwner: owner, pointer: first, byteCount: bytes.count)
  }

  private init(_ start: UnsafeMutableRawPointer, _ mapped: Int) {
    unsafe self.start = start
    self.mapped = mapped
  }

  deinit { unsafe munmap(start, mapped) }
}
