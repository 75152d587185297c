// Where a command's data goes: standard output or a file, through one buffer.
// Invariants: a file appears under its name whole or not at all (written beside it, then renamed);
// a closed pipe is not an error.

import ColonnadeArrays
import ColonnadeBase

/// Thrown inside the command when whoever read our output went away.
struct ClosedPipe: Error {}

/// A buffered stream of bytes to standard output or a file.
final class ByteOutput {
  private let fileSystem: any FileSystem
  private let handle: FileHandle
  /// The name the file gets in the end and the one it has until then; `nil` for standard output,
  /// pipes and devices.
  private let target: (path: String, temporary: String)?
  private var isFinished = false
  /// Bytes handed to the system so far.
  private(set) var byteCount = 0
  /// True once the reader of our output went away; everything after is dropped.
  private(set) var isClosedByReader = false

  /// Renderers flush when they hold this many bytes.
  static let flushByteCount = 128 << 10

  /// Standard output.
  init(standardOutputOf fileSystem: any FileSystem) {
    self.fileSystem = fileSystem
    handle = fileSystem.standardOutput()
    target = nil
  }

  /// A file at `path`, which replaces what is there when all is written.
  init(path: String, in fileSystem: any FileSystem) throws(ColonnadeError) {
    self.fileSystem = fileSystem
    if try fileSystem.exists(path) {
      switch try fileSystem.status(of: path).kind {
      case .folder:
        throw ColonnadeError(
          .invalidArgument, "'\(path)' is a folder", hint: "name a file for -o to write")
      case .other:
        // A pipe or a device takes bytes as they come.
        handle = try fileSystem.createOrReplace(path)
        target = nil
        return
      case .file, .symbolicLink: break
      }
    }
    let temporary = Path.join(
      Path.parent(of: path), ".\(Path.name(of: path)).\(fileSystem.randomName(byteCount: 6)).part")
    handle = try fileSystem.createExclusively(temporary)
    target = (path, temporary)
  }

  deinit { if !isFinished { abandon() } }

  /// Hands the buffer's bytes to the system and empties it.
  func flush(_ buffer: inout TextBuffer) throws(ColonnadeError) {
    try unsafe buffer.withUnsafeBytes { (bytes) throws(ColonnadeError) in try unsafe write(bytes) }
    buffer.removeAll()
  }

  /// Hands `bytes` to the system.
  func write(_ bytes: UnsafeRawBufferPointer) throws(ColonnadeError) {
    guard !isClosedByReader else { return }
    do {
      try unsafe handle.write(bytes)
      byteCount += bytes.count
    } catch {
      guard target == nil, error.errno == SystemFailure.brokenPipe else { throw error }
      isClosedByReader = true
    }
  }

  func flushIfLarge(_ buffer: inout TextBuffer) throws(ColonnadeError) {
    if buffer.byteCount >= ByteOutput.flushByteCount { try flush(&buffer) }
  }

  /// Writes `text` at once.
  func write(_ text: String) throws(ColonnadeError) {
    var buffer = TextBuffer(capacity: text.utf8.count + 64)
    buffer.append(text)
    try flush(&buffer)
  }

  /// Makes the file durable under its name.
  func finish() throws(ColonnadeError) {
    guard !isFinished, let target else { return }
    try handle.synchronize()
    try handle.close()
    try fileSystem.rename(target.temporary, to: target.path)
    isFinished = true
  }

  /// Removes what was written; nothing stays behind.
  func abandon() {
    isFinished = true
    guard let target else { return }
    handle.closeQuietly()
    do { try fileSystem.remove(target.temporary) } catch {}
  }
}
