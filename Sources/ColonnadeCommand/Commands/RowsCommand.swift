// Rows from a scan to where they were asked for.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery

/// Rows on their way from a scan to a renderer.
struct RowsCommand {
  let target: ReadTarget
  let question: Question
  let limit: Int?
  let output: OutputOptions
  let common: CommonOptions

  /// Scans, renders, and makes an output file appear.
  func run(in fileSystem: any FileSystem) throws {
    let source = try target.source(in: fileSystem)
    try question.check(source.schema)
    let predicate = try question.predicate?.bind(source.schema)
    let scan = try Scan(
      source, projection: try ScanProjection(question.projection, schema: source.schema),
      predicate: predicate,
      options: ScanOptions(limit: limit, cancellation: Process.cancellation))
    let target = try output.open(input: target.path, in: fileSystem)
    let rowCount = try render(scan, to: target) { () throws(ColonnadeError) in
      try Scan.count(source, predicate: predicate, cancellation: Process.cancellation)
    }
    if target.isClosedByReader { throw ClosedPipe() }
    try Process.cancellation.check()
    try target.finish()
    if output.output != nil, output.output != "-", common.console.isTerminal {
      common.console.note(
        HumanText.plural(rowCount, "row") + " written to "
          + TextWidth.safe(output.output ?? ""))
    }
  }

  /// - Parameter countAll: counts all rows that match, for a table that shows the first only.
  private func render(
    _ scan: Scan, to target: ByteOutput, countAll: () throws(ColonnadeError) -> Int
  ) throws(ColonnadeError) -> Int {
    defer { scan.stop() }
    let progress = Progress(
      common.console, noun: "rows",
      isAllowed: !common.noProgress && (output.output != nil || !StandardStream.output.isTerminal))
    defer { progress.finish() }
    let renderer = output.renderer(color: common.color)
    let shownAtMost = output.chosenFormat == .table ? output.shownRowCount : nil
    var rowCount = 0
    try renderer.begin(scan.schema, to: target)
    while !target.isClosedByReader, let batch = try scan.next() {
      rowCount += batch.rowCount
      try renderer.render(batch, to: target)
      if let shownAtMost, rowCount > shownAtMost {
        // Counting reads less than showing does.
        scan.stop()
        rowCount = min(try countAll(), limit ?? .max)
        break
      }
      let report = scan.metrics.report
      progress.update(
        share: report.rowsTotal > 0 ? Double(report.rowsRead) / Double(report.rowsTotal) : nil,
        rowCount: rowCount, byteCount: target.byteCount)
    }
    try renderer.end(rowCount: rowCount, to: target)
    return rowCount
  }
}
