// A folder that a test may fill; removed with everything in it afterwards.

@testable import ColonnadeBase

final class ScratchFolder {
  let path: String
  private let fileSystem = PosixFileSystem()

  init(_ name: String = #function) throws {
    let safe = name.filter { $0.isLetter || $0.isNumber }
    path = Path.join("/tmp", "colonnade-\(safe)-\(fileSystem.randomName(byteCount: 8))")
    try fileSystem.makeFolders(path)
  }

  func path(_ name: String) -> String { Path.join(path, name) }

  /// Writes a file by the plainest means.
  func write(_ name: String, _ bytes: [UInt8]) throws {
    let handle = try fileSystem.createOrReplace(path(name))
    try handle.write(bytes)
    try handle.close()
  }

  deinit {
    do { try empty(path) } catch { print("could not remove \(path): \(error)") }
  }

  private func empty(_ folder: String) throws {
    for entry in try fileSystem.list(folder) {
      let inner = Path.join(folder, entry.name)
      if entry.kind == .folder { try empty(inner) } else { try fileSystem.remove(inner) }
    }
    try fileSystem.removeFolder(folder)
  }
}
