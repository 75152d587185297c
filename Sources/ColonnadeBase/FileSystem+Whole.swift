// Whole operations over the single calls of a `FileSystem`: loops over short reads, short writes
// and EINTR, whole files, chains of folders.

extension FileSystem {
  /// Runs `call` again as long as a signal interrupts it.
  @inline(__always)
  func uninterrupted<Result>(
    _ call: () throws(ColonnadeError) -> Result
  ) throws(ColonnadeError) -> Result {
    while true {
      do {
        return try call()
      } catch {
        guard error.errno == SystemFailure.interrupted else { throw error }
      }
    }
  }

  /// Opens an existing file for reading.
  package func openForReading(_ path: String) throws(ColonnadeError) -> FileHandle {
    let file = try uninterrupted { () throws(ColonnadeError) in try open(path, .read) }
    return FileHandle(file, in: self)
  }

  /// Makes a file that must not exist yet (EEXIST) and opens it for writing.
  package func createExclusively(_ path: String) throws(ColonnadeError) -> FileHandle {
    let file = try uninterrupted { () throws(ColonnadeError) in try open(path, .create) }
    return FileHandle(file, in: self)
  }

  /// Makes a file, or empties the one there is, and opens it for writing.
  package func createOrReplace(_ path: String) throws(ColonnadeError) -> FileHandle {
    let file = try uninterrupted { () throws(ColonnadeError) in try open(path, .replace) }
    return FileHandle(file, in: self)
  }

  /// The process's standard input; closing it does nothing.
  package func standardInput() -> FileHandle {
    FileHandle(OpenFile(descriptor: 0, path: "standard input"), in: self, closesOnRelease: false)
  }

  /// The process's standard output; closing it does nothing.
  package func standardOutput() -> FileHandle {
    FileHandle(OpenFile(descriptor: 1, path: "standard output"), in: self, closesOnRelease: false)
  }

  /// Maps a whole file for reading.
  /// - Parameter byteCount: the length it must have at least, from a manifest for example; `nil`
  ///   takes the length the file has.
  /// - Throws: `truncated` when the file is shorter.
  package func map(_ path: String, byteCount: Int? = nil) throws(ColonnadeError) -> MappedFile {
    try MappedFile(path, in: self, byteCount: byteCount)
  }

  /// A whole file.
  /// - Throws: `limitExceeded` when it has more than `limit` bytes.
  package func readAll(_ path: String, limit: Int) throws(ColonnadeError) -> Buffer {
    let handle = try openForReading(path)
    defer { handle.closeQuietly() }
    let expected = try handle.status().byteCount
    if expected > limit { throw tooLarge(path, limit) }
    // Read on past the stated size: pipes and /proc state none, and files grow.
    let buffer = MutableBuffer(capacity: max(4096, expected + 1))
    while true {
      if buffer.byteCount == buffer.capacity { buffer.reserve(buffer.capacity) }
      let room = buffer.capacity - buffer.byteCount
      let count = try unsafe handle.read(
        into: UnsafeMutableRawBufferPointer(
          start: buffer.pointer + buffer.byteCount, count: room))
      if count == 0 { return buffer.freeze() }
      _ = unsafe buffer.extend(by: count)
      if buffer.byteCount > limit { throw tooLarge(path, limit) }
    }
  }

  private func tooLarge(_ path: String, _ limit: Int) -> ColonnadeError {
    ColonnadeError(.limitExceeded, "the file has more than \(limit) bytes", file: path)
  }

  /// Whether something has this name. A path below a file does not exist.
  package func exists(_ path: String) throws(ColonnadeError) -> Bool {
    do {
      _ = try status(of: path)
      return true
    } catch {
      if error.kind == .notFound || error.errno == SystemFailure.notAFolder { return false }
      throw error
    }
  }

  /// Makes a folder and those above it that are missing.
  /// - Returns: the folders that were made, outermost first. Whoever wants them durable fsyncs the
  ///   folder above each.
  @discardableResult
  package func makeFolders(_ path: String) throws(ColonnadeError) -> [String] {
    do {
      try makeFolder(path)
      return [path]
    } catch {
      if error.errno == SystemFailure.exists {
        if try status(of: path).kind == .folder { return [] }
        throw error
      }
      let parent = Path.parent(of: path)
      guard error.kind == .notFound, parent != path else { throw error }
      var made = try makeFolders(parent)
      do {
        try makeFolder(path)
        made.append(path)
      } catch {
        // Another process was faster.
        guard error.errno == SystemFailure.exists, try status(of: path).kind == .folder else {
          throw error
        }
      }
      return made
    }
  }

  /// Fresh random bytes, for file ids and names.
  package func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    unsafe bytes.withUnsafeMutableBytes { unsafe fillRandom($0) }
    return bytes
  }

  /// A name nobody else has: `byteCount` random bytes in lower-case hexadecimal.
  package func randomName(byteCount: Int = 16) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in randomBytes(byteCount) {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
