// What a writer of a table may be asked.

public import ColonnadeBase

/// What decides between bytes and speed of the files written.
public enum WriteProfile: String, Sendable, CaseIterable {
  /// Never compresses.
  case fast
  /// Compresses where it pays for the time to read.
  case balanced
  /// Smallest bytes: text may take a second for every few megabytes to write, and a frame of 2 MiB to
  /// decode for one value.
  case archive
}

/// How a table is written.
public struct TableWriteOptions: Sendable {
  public var profile = WriteProfile.balanced
  /// The most bytes of values held back while rows are divided among partitions, at least 1 MiB.
  /// The whole process needs about twice as much.
  public var memoryByteCount = 384 << 20
  /// The most threads that encode, the caller included; `nil` for one a processor.
  public var threadCount: Int?
  /// Names of columns that get Bloom filters.
  public var bloomFilterColumns: [String] = []
  /// The program, as the table's history shows it.
  public var writerName = "colonnade"
  /// A row group is cut before it has more rows; at most 2^20.
  public var rowGroupRowCount = 1 << 20
  /// A data file ends when it has about as many bytes.
  public var fileByteCount = 256 << 20
  /// Ends the writer, and with it what it wrote, while nothing is published yet.
  public var cancellation: Cancellation?

  public init() {}
}
