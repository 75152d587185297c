// One .cln file on its own, without a table around it.

/// A file of rows; immutable, and open as long as this value or a scan of it is held.
public struct DataFile: RowSource {
  public let path: String
  public let rowCount: Int
  private let source: FileScanSource

  /// - Throws: `.notFound`, `.io`, `.truncated`, `.corrupt` or `.unsupportedFeature`, naming the
  ///   file.
  /// - Complexity: O(1).
  public static func open(_ path: String) throws(ColonnadeError) -> DataFile {
    try DataFile(FileReader.open(path, in: PosixFileSystem.keepingFiles))
  }

  private init(_ file: FileReader) {
    path = file.path
    rowCount = file.rowCount
    source = FileScanSource(file)
  }

  /// All columns.
  /// - Throws: `.corrupt` where what the file says of them does not hold.
  /// - Complexity: O(columns) the first time.
  public var schema: Schema { get throws(ColonnadeError) { try source.file.schema } }

  public func openRows() -> OpenRows { OpenRows(source: source) }
}
