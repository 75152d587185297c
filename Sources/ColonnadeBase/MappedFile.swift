// A file's bytes in memory, mapped and immutable. Whoever wants bytes asks for a range, which is
// brought in and remembered before it is touched, so that a shortened file or a bad disk is an
// error and not a signal. Where maps cannot be populated, or faults are injected, the same address
// range is anonymous memory filled by pread.
// Invariant: bytes are handed out only after their granules were populated.
// Design: "Reading a map safely".

import CKernels
import Glibc
import Synchronization

/// A file mapped for reading; unmapped when the last buffer on it goes. A small one is read whole.
@safe package final class MappedFile: MemoryOwner, @unchecked Sendable {
  /// What is remembered as populated: a page. The first few ranges are populated as they are: a
  /// question that reads a few places of a file pays for each page that the kernel goes to.
  static let granuleByteCount = max(4096, Int(sysconf(Int32(_SC_PAGESIZE))))
  private static let granuleShift = granuleByteCount.trailingZeroBitCount
  /// Granules populated at once for those who come again and again, or go on where they were: what the
  /// kernel reads around a cold fault anyway, so that fewer would spare the disk nothing. Measured on
  /// 20,000 random rows of a cached file of 1 GiB: 0.65 µs a row with 4 KiB at once, 0.33 with 64 KiB,
  /// 0.22 with 128 KiB, 0.06 with 1 MiB; from a cold disk the same 0.3 ms a row for all of them.
  static let granulesAtOnce = max(1, (128 << 10) / granuleByteCount)
  /// So many granules behind one that is populated, somebody goes on who reads entry for entry.
  private static let nearbyCount = 4
  /// How often ranges are populated as they are asked for: one row of a table of some dozens of columns
  /// is found and read with so many, at one call each where more at once takes three.
  static let narrowCount = 64
  /// Files of so many bytes at most are copied into memory: one call, where a map takes one to make,
  /// one for each place and one to take down, and pages that the processor has to learn of. Measured
  /// on a manifest of 64 KB of which four places are read, in cache: 25 µs mapped, 12 copied.
  static let wholeByteCount = 64 << 10

  package let path: String
  /// How many bytes of the file are mapped.
  package let byteCount: Int
  /// What the system said of the file when it was opened; `nil` of bytes that were never a file's.
  package let status: FileStatus?

  private let fileSystem: any FileSystem
  private let base: UnsafeRawPointer
  /// One bit per granule, set once it is populated.
  private let populated: AtomicBits
  /// How often something was populated.
  private let broughtInCount = Atomic<Int>(0)
  /// Set where the bytes are read instead of mapped; stays open as long as the file is in use.
  private let reader: FileHandle?
  private let readerLock = Lock<Void>(())
  /// Set where the bytes are in memory as a whole, read there or never a file's.
  private let memory: Buffer?

  /// - Parameter byteCount: the length the file must have at least; only that much is mapped. `nil`
  ///   takes the length it has.
  package init(
    _ path: String, in fileSystem: any FileSystem, byteCount: Int? = nil
  ) throws(ColonnadeError) {
    let handle = try fileSystem.openForReading(path)
    let status = try handle.status()
    if status.kind == .folder {
      throw SystemFailure.error("read", path: path, code: EISDIR)
    }
    let size = byteCount ?? status.byteCount
    guard size >= 0, size <= status.byteCount else {
      throw ColonnadeError(
        .truncated, "the file has \(status.byteCount) bytes where \(size) are expected", file: path)
    }
    let base: UnsafeRawPointer
    var reader: FileHandle?
    var memory: Buffer?
    if size == 0 {
      unsafe base = Buffer.empty.unsafeAddress
    } else if fileSystem.mapsFiles, size <= MappedFile.wholeByteCount {
      let bytes = try MappedFile.whole(handle, byteCount: size)
      unsafe base = bytes.unsafeAddress
      memory = bytes
    } else if fileSystem.mapsFiles {
      let file = OpenFile(descriptor: handle.descriptor, path: path)
      unsafe base = try fileSystem.map(file, byteCount: size)
    } else {
      guard
        let pages = unsafe mmap(
          nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
        unsafe pages != MAP_FAILED
      else { throw SystemFailure.error("find memory for", path: path, code: errno) }
      unsafe base = UnsafeRawPointer(pages)
      reader = handle
    }
    self.path = path
    self.byteCount = size
    self.status = status
    self.fileSystem = fileSystem
    unsafe self.base = base
    self.reader = reader
    self.memory = memory
    populated = AtomicBits(count: memory == nil ? size >> MappedFile.granuleShift + 1 : 0)
  }

  private static func whole(
    _ handle: FileHandle, byteCount: Int
  ) throws(ColonnadeError) -> Buffer {
    let bytes = MutableBuffer(byteCount: byteCount)
    let found = try unsafe handle.read(
      at: 0, into: UnsafeMutableRawBufferPointer(start: bytes.pointer, count: byteCount))
    guard found == byteCount else { throw cutShort(handle.path, to: found, of: byteCount) }
    return bytes.freeze()
  }

  /// Bytes that stand in memory, read like those of a file.
  /// - Parameter path: what messages call them.
  package init(_ bytes: Buffer, named path: String) {
    self.path = path
    byteCount = bytes.byteCount
    status = nil
    fileSystem = PosixFileSystem.shared
    unsafe base = bytes.unsafeAddress
    reader = nil
    memory = bytes
    populated = AtomicBits(count: 0)
  }

  deinit {
    if byteCount > 0, memory == nil {
      unsafe munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
    }
  }

  /// A range of the file, populated, sharing the map.
  /// - Throws: `truncated` when the range leaves the file or the file was cut short meanwhile; `io`
  ///   when the disk fails.
  package func buffer(
    from offset: Int, byteCount count: Int
  ) throws(ColonnadeError) -> Buffer {
    try populate(from: offset, byteCount: count)
    return unsafe Buffer(unsafeOwner: self, pointer: base + offset, byteCount: count)
  }

  /// A range of the file that was populated before, as a whole or in parts.
  package func populatedBuffer(from offset: Int, byteCount count: Int) -> Buffer {
    precondition(offset >= 0 && count >= 0 && offset <= byteCount - count)
    return unsafe Buffer(unsafeOwner: self, pointer: base + offset, byteCount: count)
  }

  /// Asks the processor for bytes that are read soon; does nothing about those beyond the file or not
  /// populated yet.
  package func prefetch(from offset: Int, byteCount count: Int) {
    guard offset >= 0, count >= 0, offset <= byteCount - count else { return }
    unsafe colonnade_prefetch(base + offset, count)
  }

  /// The address of a byte, valid as long as the file is held; only what was populated may be touched.
  package func address(of offset: Int) -> UnsafeRawPointer {
    precondition(offset >= 0 && offset <= byteCount)
    return unsafe base + offset
  }

  /// Makes a range safe to touch.
  /// - Complexity: a few loads when it was populated before (one granule: one load).
  package func populate(from offset: Int, byteCount count: Int) throws(ColonnadeError) {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw ColonnadeError(
        .truncated, "\(count) bytes at \(offset) are beyond the \(byteCount) bytes of the file",
        file: path, location: .byte(UInt64(clamping: offset)))
    }
    if count == 0 || memory != nil { return }
    var granule = offset >> MappedFile.granuleShift
    let end = ((offset + count - 1) >> MappedFile.granuleShift) + 1
    while let wanted = populated.firstMissingRun(in: granule..<end) {
      let wider = widened(wanted)
      do throws(ColonnadeError) {
        try bringIn(wider)
      } catch {
        // What was not asked for may be gone: a file that was cut short behind this is no error here.
        guard wider != wanted, error.kind == .truncated else { throw error }
        try bringIn(wanted)
      }
      granule = wanted.upperBound
    }
  }

  /// The granules to populate where some are asked for.
  private func widened(_ granules: Range<Int>) -> Range<Int> {
    let before = broughtInCount.wrappingAdd(1, ordering: .relaxed).oldValue
    let isOften = before >= MappedFile.narrowCount
    let goesOn = (1...MappedFile.nearbyCount).contains { distance in
      granules.lowerBound >= distance && populated.contains(granules.lowerBound - distance)
    }
    guard isOften || (goesOn && granules.count < MappedFile.granulesAtOnce) else {
      return granules
    }
    let mask = MappedFile.granulesAtOnce - 1
    let last = (byteCount - 1) >> MappedFile.granuleShift
    let first = isOften ? granules.lowerBound & ~mask : granules.lowerBound
    return first..<min((granules.upperBound + mask) & ~mask, last + 1)
  }

  private func bringIn(_ granules: Range<Int>) throws(ColonnadeError) {
    let start = granules.lowerBound << MappedFile.granuleShift
    let end = min(granules.upperBound << MappedFile.granuleShift, byteCount)
    if reader != nil {
      try readerLock.withLock { (_) throws(ColonnadeError) in
        // Only what no other thread read meanwhile: what is marked may be in use.
        var granule = granules.lowerBound
        while let missing = populated.firstMissingRun(in: granule..<granules.upperBound) {
          try read(missing)
          populated.insert(missing)
          granule = missing.upperBound
        }
      }
      return
    }
    do {
      try unsafe fileSystem.populate(
        base + start, byteCount: end - start, path: path, isOwn: status?.isOwn ?? true)
    } catch {
      throw explain(error, offset: start)
    }
    populated.insert(granules)
  }

  /// Fills granules of anonymous memory. The caller holds the lock.
  private func read(_ granules: Range<Int>) throws(ColonnadeError) {
    guard let reader else { return }
    let start = granules.lowerBound << MappedFile.granuleShift
    let count = min(granules.count << MappedFile.granuleShift, byteCount - start)
    let target = unsafe UnsafeMutableRawBufferPointer(
      start: UnsafeMutableRawPointer(mutating: base + start), count: count)
    let found = try unsafe reader.read(at: start, into: target)
    if found < count { throw cutShort(to: start + found) }
  }

  /// A populate that failed because the file is shorter now says so.
  private func explain(_ error: ColonnadeError, offset: Int) -> ColonnadeError {
    if let status = try? fileSystem.status(of: path), status.byteCount < byteCount {
      return cutShort(to: status.byteCount)
    }
    return ColonnadeError(
      error.kind, error.message, file: path, location: .byte(UInt64(clamping: offset)),
      hint: error.hint, errno: error.errno)
  }

  private func cutShort(to size: Int) -> ColonnadeError {
    MappedFile.cutShort(path, to: size, of: byteCount)
  }

  private static func cutShort(_ path: String, to size: Int, of byteCount: Int) -> ColonnadeError {
    ColonnadeError(
      .truncated,
      "the file was cut short while it was read: \(size) of \(byteCount) bytes are left",
      file: path, location: .byte(UInt64(clamping: size)))
  }
}
