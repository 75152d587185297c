// Answers many predicates over one file in one process, for Tests/python/differential.py.
//
//   PredicateProbe SCHEMA ROWS.jsonl FILE ZONE-SHIFT
//
// Writes the rows as FILE.cln in small zones and two row groups, then reads predicates, one a
// line, and answers each with one JSON object a line: the matching values of `rowid` and
// what was skipped, or the error.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeIngest
import ColonnadeQuery
import Glibc

/// The one file a probe asks about.
struct Probe {
  let source: FileScanSource

  init(_ arguments: [String]) throws(ColonnadeError) {
    let fileSystem = PosixFileSystem.shared
    guard arguments.count == 5, let zoneShift = UInt8(arguments[4]) else {
      throw ColonnadeError(
        .invalidArgument, "usage: PredicateProbe SCHEMA ROWS.jsonl FILE ZONE-SHIFT")
    }
    var options = IngestOptions()
    options.format = .jsonl
    options.schema = try Schema(
      parsing: String(
        decoding: try fileSystem.readAll(arguments[1], limit: 1 << 20).array, as: UTF8.self),
      file: arguments[1]
    ).assigningIDs()
    let input = try Ingest.open(
      inputs: [try IngestInput(path: arguments[2], fileSystem: fileSystem)], options: options)
    var writing = FileWriterOptions()
    writing.zoneShift = zoneShift
    writing.bloomFilterColumns = ["i64", "s", "d9"]
    writing.synchronizes = false
    let path = arguments[3] + ".cln"
    let writer = try FileWriter(
      path, in: fileSystem, schema: options.schema ?? input.schema, options: writing)
    while let batch = try input.next() {
      // Row groups of unequal length, the first not a whole number of zones.
      let cut = min(batch.rowCount, 2 * batch.rowCount / 3 + 1)
      _ = try writer.write(rowGroup: batch.slice(0..<cut))
      if cut < batch.rowCount { _ = try writer.write(rowGroup: batch.slice(cut..<batch.rowCount)) }
    }
    _ = try writer.finish()
    source = FileScanSource(try FileReader(path, in: fileSystem))
  }

  /// The answer to one predicate as JSON.
  func answer(_ text: String) -> String {
    var buffer = TextBuffer()
    do throws(ColonnadeError) {
      let predicate = try Predicate(text).bind(source.columns)
      let scan = try Scan(
        source,
        projection: ScanProjection(Projection(columns: ["rowid"]), columns: source.columns),
        predicate: predicate)
      var rows: [Int64] = []
      while let batch = try scan.next() {
        for row in 0..<batch.rowCount {
          if case .integer(let number) = batch.columns[0].value(at: row) {
            rows.append(Int64(truncatingIfNeeded: number))
          }
        }
      }
      let counted = try Scan.count(source, predicate: predicate)
      guard counted == rows.count else {
        throw ColonnadeError(
          .corrupt, "the scan gives \(rows.count) rows, counting them \(counted)")
      }
      let report = scan.metrics.report
      // A row group that is skipped skips its zones.
      buffer.append("{\"rows\": [")
      buffer.append(rows.map(String.init).joined(separator: ", "))
      buffer.append("], \"zonesPruned\": ")
      buffer.append(
        String(report[.zone].pruned + report[.rowGroup].pruned + report[.file].pruned))
      buffer.append(", \"zonesRead\": ")
      buffer.append(String(report[.zone].kept))
      buffer.append("}")
    } catch {
      buffer.removeAll()
      buffer.append("{\"error\": ")
      buffer.append(jsonString: error.description)
      buffer.append("}")
    }
    return buffer.text()
  }
}

/// Standard output is a pipe: an answer must not wait in a buffer.
func flushOutput() { _ = fflush(nil) }

do throws(ColonnadeError) {
  let probe = try Probe(CommandLine.arguments)
  while let line = readLine() {
    print(probe.answer(line))
    flushOutput()
  }
} catch {
  print("{\"error\": \"\(error)\"}")
}
