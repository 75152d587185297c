// One .cln file on its own, without a table around it.

/// A file of rows; immutable, and open as long as this value or a scan of it is held.
public struct DataFile: RowSource {
  public let path: String
  public let schema: Schema
  public let rowCount: Int
  private let source: FileScanSource

  /// - Throws: `.notFound`, `.io`, `.truncated`, `.corrupt` or `.unsupportedFeature`, naming the
  ///   file.
  /// - Complexity: O(columns).
  public static func open(_ path: String) throws(ColonnadeError) -> DataFile {
    try DataFile(FileReader(path, in: PosixFileSystem.shared))
  }

  private init(_ file: FileReader) throws(ColonnadeError) {
    path = file.path
    rowCount = file.rowCount
    source = try FileScanSource(file)
    schema = source.schema
  }

  public func openRows() -> OpenRows { OpenRows(source: source) }
}
