// Times scans inside one process: opens the table anew each time and holds all batches in memory,
// as the peers do. Prints one JSON object: rows, and milliseconds of each run.
//
//   ReadBenchmark TABLE RUNS [--select COLUMNS] [--where PREDICATE]

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery
import ColonnadeTable

func argument(_ name: String) -> String? {
  guard let index = CommandLine.arguments.firstIndex(of: name),
    index + 1 < CommandLine.arguments.count
  else { return nil }
  return CommandLine.arguments[index + 1]
}

do throws(ColonnadeError) {
  guard CommandLine.arguments.count >= 3, let runs = Int(CommandLine.arguments[2]) else {
    throw ColonnadeError(
      .invalidArgument, "usage: ReadBenchmark TABLE RUNS [--select COLUMNS] [--where PREDICATE]")
  }
  var milliseconds: [Double] = []
  var rowCount = 0
  var byteCount = 0
  for _ in 0..<runs {
    let clock = ContinuousClock()
    let started = clock.now
    let path = CommandLine.arguments[1]
    let source: any ScanSource
    if path.hasSuffix(".cln") {
      source = try FileScanSource(FileReader(path, in: PosixFileSystem.shared))
    } else {
      source = TableScanSource(try Table.open(path))
    }
    var projection = Projection.all
    if let columns = argument("--select") { projection = try Projection(columns) }
    var predicate: BoundPredicate?
    if let text = argument("--where") { predicate = try Predicate(text).bind(source.schema) }
    let scan = try Scan(
      source, projection: ScanProjection(projection, schema: source.schema), predicate: predicate)
    var batches: [Batch] = []
    while let batch = try scan.next() { batches.append(batch) }
    let elapsed = clock.now - started
    milliseconds.append(
      Double(elapsed.components.seconds) * 1e3
        + Double(elapsed.components.attoseconds) / 1e15)
    rowCount = batches.reduce(0) { $0 + $1.rowCount }
    byteCount = batches.reduce(0) { $0 + $1.byteCount }
  }
  print("{\"rows\": \(rowCount), \"bytes\": \(byteCount), \"milliseconds\": \(milliseconds)}")
} catch {
  print("error: \(error)")
}
