// An open file. Closes itself when the last reference goes; a writer that cares whether closing
// worked calls `close()`.
// Invariant: the descriptor is closed exactly once.

import Synchronization

/// An open file of a `FileSystem`.
package final class FileHandle: Sendable {
  private let file: OpenFile
  private let fileSystem: any FileSystem
  private let closesOnRelease: Bool
  private let isClosed = Atomic<Bool>(false)

  package init(_ file: OpenFile, in fileSystem: any FileSystem, closesOnRelease: Bool = true) {
    self.file = file
    self.fileSystem = fileSystem
    self.closesOnRelease = closesOnRelease
  }

  deinit { closeQuietly() }

  package var path: String { file.path }
  package var descriptor: Int32 { file.descriptor }

  package func status() throws(ColonnadeError) -> FileStatus {
    try fileSystem.status(of: file)
  }

  /// Reads on from where the file stands; may be short, 0 only at the end.
  package func read(
    into target: UnsafeMutableRawBufferPointer
  ) throws(ColonnadeError) -> Int {
    if unsafe target.isEmpty { return 0 }
    return try fileSystem.uninterrupted { () throws(ColonnadeError) in
      try unsafe fileSystem.readOnce(file, into: target)
    }
  }

  /// Waits until a read would not have to, looking at `cancellation` several times a second.
  /// - Throws: `cancelled`.
  package func waitForInput(_ cancellation: Cancellation) throws(ColonnadeError) {
    repeat { try cancellation.check() } while !fileSystem.isReadable(file, within: 100)
  }

  /// Fills `target` from `offset` on, as far as the file goes.
  /// - Returns: how many bytes there were; fewer than asked for only at the end of the file.
  package func read(
    at offset: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(ColonnadeError) -> Int {
    var done = 0
    while done < target.count {
      let count = try fileSystem.uninterrupted { () throws(ColonnadeError) in
        try unsafe fileSystem.readOnce(
          file, at: offset + done, into: UnsafeMutableRawBufferPointer(rebasing: target[done...]))
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Writes all of `bytes` where the file stands.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(ColonnadeError) {
    var done = 0
    while done < bytes.count {
      let count = try fileSystem.uninterrupted { () throws(ColonnadeError) in
        try unsafe fileSystem.writeOnce(
          file, UnsafeRawBufferPointer(rebasing: bytes[done...]))
      }
      guard count > 0 else {
        throw ColonnadeError(.io, "the system wrote no bytes and gave no reason", file: path)
      }
      done += count
    }
  }

  package func write(_ bytes: [UInt8]) throws(ColonnadeError) {
    try write(Buffer(copying: bytes))
  }

  package func write(_ buffer: Buffer) throws(ColonnadeError) {
    try unsafe buffer.withUnsafeBytes { (bytes) throws(ColonnadeError) in
      try unsafe write(bytes)
    }
  }

  /// fsync.
  package func synchronize() throws(ColonnadeError) {
    try fileSystem.synchronize(file)
  }

  /// Closes the file and reports what the system had left to say.
  package func close() throws(ColonnadeError) {
    guard closesOnRelease, !isClosed.exchange(true, ordering: .acquiringAndReleasing) else {
      return
    }
    try fileSystem.close(file)
  }

  /// Closes a file whose contents no longer matter.
  package func closeQuietly() {
    do { try close() } catch {}
  }
}
