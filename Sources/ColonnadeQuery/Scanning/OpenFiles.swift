// Files a scan has open: entries share files, and opening one anew for each would map it again.
// Invariant: never more than `limit` are held; those in use elsewhere live on until let go.

import ColonnadeBase
import ColonnadeFormat

final class OpenFiles: Sendable {
  private struct State: ~Copyable {
    var files: [String: FileReader] = [:]
    /// Paths, longest unused first.
    var order: [String] = []
  }

  private let limit = 256
  private let fileSystem: any FileSystem
  private let metrics: ReadMetrics?
  private let state = Lock(State())

  /// - Parameter metrics: counts what reading the files costs.
  init(_ fileSystem: any FileSystem, metrics: ReadMetrics?) {
    self.fileSystem = fileSystem
    self.metrics = metrics
  }

  /// - Parameter fileID: the id the file must have, by the table's manifest.
  func open(_ path: String, fileID: [UInt8]?) throws(ColonnadeError) -> FileReader {
    if let known = state.withLock({ $0.files[path] }),
      fileID == nil || known.header.fileID == fileID
    {
      return known
    }
    let file = try FileReader.open(path, in: fileSystem, fileID: fileID, metrics: metrics)
    state.withLock { state in
      if state.files.updateValue(file, forKey: path) == nil { state.order.append(path) }
      if state.order.count > limit { state.files[state.order.removeFirst()] = nil }
    }
    return file
  }
}
