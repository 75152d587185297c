// What is fuzzed: each target takes any bytes and must end with a value or an error, never a trap.
// `tools/fuzz` drives them with coverage; the tests replay seeds, findings and a slice of mutations.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeIngest
import ColonnadeQuery
import ColonnadeTable

/// One door through which bytes from outside come in.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// A whole file, resealed so that its checksums hold.
  case file
  /// A whole file as it is.
  case sealed
  /// The root of a snapshot, resealed.
  case root
  /// One page's entry and body.
  case page
  case csv
  case jsonLines = "json-lines"
  /// A stream of Arrow IPC, and the same bytes as a file with a footer.
  case arrowIPC = "arrow-ipc"
  case predicate
  /// The text of types and schemas.
  case schema
  /// A schema and a batch from Arrow's interfaces.
  case arrow

  /// - Returns: whether the input was accepted; for statistics only.
  @discardableResult
  public func run(_ bytes: [UInt8]) -> Bool {
    do throws(ColonnadeError) {
      switch self {
      case .file: try Self.readFile(FileSealer.reseal(bytes))
      case .sealed: try Self.readFile(bytes)
      case .root:
        let root = try SnapshotRoot(decoding: Buffer(copying: FileSealer.reseal(bytes)))
        _ = try root.encoded()
      case .page: try PageInput(bytes).decode()
      case .csv: try Self.ingest(bytes, .csv)
      case .jsonLines: try Self.ingest(bytes, .jsonl)
      case .arrowIPC: try ArrowIPCInput.read(bytes)
      case .predicate: try PredicateInput.evaluate(bytes)
      case .arrow: try ArrowInput.read(bytes)
      case .schema: _ = try DataType(parsing: String(decoding: bytes, as: UTF8.self))
      }
      return true
    } catch {
      return false
    }
  }

  private static func ingest(_ bytes: [UInt8], _ format: IngestFormat) throws(ColonnadeError) {
    var options = IngestOptions()
    options.format = format
    let input = IngestInput(name: "fuzz", canReopen: true, byteCount: bytes.count) {
      MemorySource(bytes)
    }
    let source = try Ingest.open(inputs: [input], options: options)
    defer { source.stop() }
    while try source.next() != nil {}
  }

  /// Opens the file and reads every column of every row group, with statistics; then asks it as
  /// scans and takes do.
  private static func readFile(_ bytes: [UInt8]) throws(ColonnadeError) {
    let fileSystem = PosixFileSystem.shared
    // A name of its own for each run: runs stand side by side, and a file never changes under a map.
    let path = "/dev/shm/colonnade-fuzz-\(fileSystem.randomName())"
    let handle = try fileSystem.createExclusively(path)
    try handle.write(bytes)
    try handle.close()
    defer { try? fileSystem.remove(path) }
    let reader = try FileReader(path, in: fileSystem)
    // The smallest files claim much: what one column takes is bounded, so many are not tried.
    var failure: ColonnadeError?
    for column in 0..<min(reader.columnCount, 64) {
      for group in 0..<min(reader.rowGroupCount, 4) {
        do throws(ColonnadeError) {
          _ = try reader.statistics(column: column, level: .rowGroup(group))
          let rows = min(try reader.rowGroup(at: group).rowCount, 4096)
          _ = try reader.read(column: column, rowGroup: group, rows: 0..<rows)
          _ = try reader.read(
            column: column, rowGroup: group,
            selection: SelectionVector([0, UInt32(max(rows / 2, 1)), UInt32(max(rows - 1, 2))]))
        } catch {
          failure = error
        }
      }
    }
    _ = try reader.schema
    do throws(ColonnadeError) { try ask(reader) } catch { failure = error }
    if let failure { throw failure }
  }

  /// Planning looks at sizes and bounds that reading a column does not.
  private static func ask(_ file: FileReader) throws(ColonnadeError) {
    let source = FileScanSource(file)
    let rows = 0..<min(file.rowCount, 4096)
    guard (1...64).contains(file.columnCount), !rows.isEmpty else { return }
    let name = try file.field(column: 0).name
    let quoted = name.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"")
    let projection = try ScanProjection(.all, columns: source.columns)
    let predicate = try Predicate("\"\(quoted)\" IS NOT NULL").bind(source.columns)
    for predicate in [nil, predicate] {
      let scan = try Scan(
        source, projection: projection, predicate: predicate, options: ScanOptions(rows: rows))
      defer { scan.stop() }
      while try scan.next() != nil {}
    }
    let take = try Take(
      source, rows: [0, UInt64(rows.count / 2), UInt64(file.rowCount - 1)], projection: projection)
    defer { take.stop() }
    while try take.next() != nil {}
  }
}
