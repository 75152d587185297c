// Files that were read a moment ago, found open.

package import ColonnadeBase

extension FileReader {
  /// Opens a file, or finds it open where its file system keeps files: the same reader for all who ask for
  /// an unchanged file, with what was verified of it. Not for those that are to read it anew, as a
  /// verification is.
  /// - Parameters:
  ///   - fileID: the id the file must have, from a manifest.
  ///   - metrics: counts what reading costs; a file whose cost is counted is opened anew.
  /// - Throws: as `init`.
  /// - Complexity: O(1) in columns, rows and row groups; one call of the system where it is found.
  package static func open(
    _ path: String, in fileSystem: any FileSystem, fileID: [UInt8]? = nil,
    metrics: ReadMetrics? = nil
  ) throws(ColonnadeError) -> FileReader {
    guard metrics == nil, let cache = fileSystem.fileCache else {
      return try FileReader(path, in: fileSystem, fileID: fileID, metrics: metrics)
    }
    if let status = try? fileSystem.status(of: path),
      let reader = cache.find(path, status, as: FileReader.self),
      fileID == nil || reader.header.fileID == fileID
    {
      return reader
    }
    let now = fileSystem.now
    let reader: FileReader
    do {
      reader = try FileReader(path, in: fileSystem, fileID: fileID)
    } catch {
      cache.forget(path)
      throw error
    }
    if let status = reader.status {
      fileSystem.keep(reader, of: path, status, asOf: now)
    }
    return reader
  }
}
