// What reading the manifests of one snapshot keeps from one question to the next: their files, which never
// change, and the types of the columns that questions named.
// Invariant: no more files are held than `limit`; what is in use elsewhere lives on.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// Opens manifests of one snapshot. Safe on any thread.
final class ManifestAccess: Sendable {
  let folder: TableFolder
  let columns: TableColumns
  private let files = Lock<[String: FileReader]>([:])

  private static let limit = 64

  init(_ folder: TableFolder, columns: any ColumnCatalog) {
    self.folder = folder
    self.columns = TableColumns(columns)
  }

  /// The file of a manifest, checked to be the one the root names.
  func file(_ reference: ManifestReference) throws(ColonnadeError) -> FileReader {
    if let known = files.withLock({ $0[reference.name] }) { return known }
    let path = try folder.manifestPath(reference.name)
    let file = try FileReader.open(path, in: folder.fileSystem, metrics: folder.metrics)
    guard file.header.fileID == reference.fileID,
      UInt64(file.byteCount) == reference.fileByteCount,
      UInt64(file.rowCount) == reference.entryCount
    else {
      throw ColonnadeError(
        .corrupt, "the file is not the manifest that the table's root names", file: path)
    }
    files.withLock { files in
      if files.count < ManifestAccess.limit { files[reference.name] = file }
    }
    return file
  }
}
