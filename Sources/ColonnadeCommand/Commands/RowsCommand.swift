// Rows from a scan to where they were asked for.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery

/// A scan whose rows are rendered.
struct RowsCommand {
  let target: ReadTarget
  let question: Question
  let limit: Int?
  let output: OutputOptions
  let common: CommonOptions

  /// Scans, renders, and makes an output file appear.
  func run(in fileSystem: any FileSystem) throws {
    let source = try target.source(in: fileSystem)
    try question.check(source.columns)
    let predicate = try question.predicate?.bind(source.columns)
    let options = ScanOptions(limit: limit, cancellation: Process.cancellation)
    let scan = try Scan(
      source, projection: try ScanProjection(question.projection, columns: source.columns),
      predicate: predicate, options: options)
    try RowsOutput(path: target.path, output: output, common: common).write(
      scan, in: fileSystem
    ) { () throws(ColonnadeError) in
      try Scan.count(source, predicate: predicate, options: options)
    }
  }
}

/// Rows on their way to a renderer.
struct RowsOutput {
  /// What is read.
  let path: String
  let output: OutputOptions
  let common: CommonOptions

  /// Renders all rows, and makes an output file appear.
  /// - Parameter countAll: counts all rows, for a table that shows the first only.
  func write(
    _ rows: any BatchStream, in fileSystem: any FileSystem,
    countAll: () throws(ColonnadeError) -> Int
  ) throws {
    let target = try output.open(input: path, in: fileSystem)
    let rowCount = try render(rows, to: target, countAll: countAll)
    if target.isClosedByReader { throw ClosedPipe() }
    try Process.cancellation.check()
    try target.finish()
    if output.output != nil, output.output != "-", common.console.isTerminal {
      common.console.note(
        HumanText.plural(rowCount, "row") + " written to "
          + TextWidth.safe(output.output ?? ""))
    }
  }

  private func render(
    _ rows: any BatchStream, to target: ByteOutput, countAll: () throws(ColonnadeError) -> Int
  ) throws(ColonnadeError) -> Int {
    defer { rows.stop() }
    let progress = Progress(
      common.console, noun: "rows",
      isAllowed: !common.noProgress && (output.output != nil || !StandardStream.output.isTerminal))
    defer { progress.finish() }
    let renderer = output.renderer(color: common.color)
    let shownAtMost = output.chosenFormat == .table ? output.shownRowCount : nil
    var rowCount = 0
    try renderer.begin(rows.schema, to: target)
    while !target.isClosedByReader, let batch = try rows.next() {
      rowCount += batch.rowCount
      try renderer.render(batch, to: target)
      if let shownAtMost, rowCount > shownAtMost {
        // Counting reads less than showing does.
        rows.stop()
        rowCount = try countAll()
        break
      }
      let report = rows.metrics.report
      progress.update(
        share: report.rowsTotal > 0 ? Double(report.rowsDone) / Double(report.rowsTotal) : nil,
        rowCount: rowCount, byteCount: target.byteCount)
    }
    try renderer.end(rowCount: rowCount, to: target)
    return rowCount
  }
}
