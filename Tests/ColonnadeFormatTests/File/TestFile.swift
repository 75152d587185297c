// Files of tests: fresh paths, whole contents, the folder of goldens.

import ColonnadeBase
import ColonnadeFormat

enum TestFile {
  /// A path nobody else has.
  static func path(_ name: String) -> String {
    "/tmp/colonnade-\(name)-\(PosixFileSystem.shared.randomName(byteCount: 8)).cln"
  }

  static func remove(_ path: String) { try? PosixFileSystem.shared.remove(path) }

  /// Puts `bytes` in a file, and removes it when `body` ends.
  static func with<R>(
    _ bytes: [UInt8], _ name: String = "bytes", _ body: (String) throws -> R
  ) throws -> R {
    let path = path(name)
    defer { remove(path) }
    let handle = try PosixFileSystem.shared.createExclusively(path)
    try handle.write(bytes)
    try handle.close()
    return try body(path)
  }

  static func replace(_ path: String, with bytes: [UInt8]) throws {
    let handle = try PosixFileSystem.shared.createOrReplace(path)
    try handle.write(bytes)
    try handle.close()
  }

  /// Tests/Fixtures/format-0, beside this source.
  static let fixtures: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/") + "/Fixtures/format-0"
  }()

  static func fixture(_ name: String) throws -> [UInt8] {
    try PosixFileSystem.shared.readAll(fixtures + "/" + name, limit: 1 << 30).array
  }
}
