// Where the text of an ingest comes from.

package import ColonnadeBase

/// One input: a file, standard input, or bytes in memory.
package struct IngestInput: Sendable {
  /// The path, or `-` for standard input; for messages and to tell the format.
  package let name: String
  /// True where the input can be read more than once.
  package let canReopen: Bool
  /// Size in bytes, packed where it is packed; `nil` where unknown.
  package let byteCount: Int?
  let openSource: @Sendable () throws(ColonnadeError) -> any ByteSource
  /// Opens a file that can be read at any place; `nil` for other inputs.
  let openHandle: (@Sendable () throws(ColonnadeError) -> FileHandle)?

  package init(
    name: String, canReopen: Bool, byteCount: Int? = nil,
    openHandle: (@Sendable () throws(ColonnadeError) -> FileHandle)? = nil,
    openSource: @escaping @Sendable () throws(ColonnadeError) -> any ByteSource
  ) {
    self.openHandle = openHandle
    self.name = name
    self.canReopen = canReopen
    self.byteCount = byteCount
    self.openSource = openSource
  }

  /// A file; `-` is standard input.
  /// - Parameter cancellation: ends waiting for a standard input that says nothing.
  /// - Throws: `.notFound` or `.io`; `.invalidArgument` for a folder.
  package init(
    path: String, fileSystem: any FileSystem, cancellation: Cancellation? = nil
  ) throws(ColonnadeError) {
    if path == "-" {
      self.init(name: path, canReopen: false) { () throws(ColonnadeError) in
        FileSource(fileSystem.standardInput(), name: path, cancellation: cancellation)
      }
      return
    }
    let status = try fileSystem.status(of: path)
    if status.kind == .folder {
      throw ColonnadeError(
        .invalidArgument, "the input is a folder", file: path, hint: "name the files in it")
    }
    let isFile = status.kind == .file
    let openHandle: @Sendable () throws(ColonnadeError) -> FileHandle = {
      () throws(ColonnadeError) in try fileSystem.openForReading(path)
    }
    self.init(
      name: path, canReopen: isFile, byteCount: isFile ? status.byteCount : nil,
      openHandle: isFile ? openHandle : nil
    ) { () throws(ColonnadeError) in FileSource(try openHandle(), name: path) }
  }

  /// Bytes in memory.
  /// - Parameters:
  ///   - step: the most bytes one read gives.
  ///   - canReopen: false to treat them like a stream.
  package init(
    bytes: [UInt8], name: String = "memory", step: Int = .max, canReopen: Bool = true
  ) {
    self.init(name: name, canReopen: canReopen, byteCount: bytes.count) {
      () throws(ColonnadeError) in
      MemorySource(bytes, name: name, step: step)
    }
  }
}

/// An open file or pipe.
final class FileSource: ByteSource {
  private let handle: FileHandle
  let name: String
  private(set) var bytesRead = 0

  private let cancellation: Cancellation?

  /// - Parameter cancellation: looked at while there is nothing to read.
  init(_ handle: FileHandle, name: String, cancellation: Cancellation? = nil) {
    self.handle = handle
    self.name = name
    self.cancellation = cancellation
  }

  func read(into target: UnsafeMutableRawBufferPointer) throws(ColonnadeError) -> Int {
    if let cancellation { try handle.waitForInput(cancellation) }
    let count = try unsafe handle.read(into: target)
    bytesRead += count
    return count
  }
}
