// Questions put to a table: scans and takes as Arrow streams, counts, explanations.

// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CArrow
public import CColonnade
import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery

@c @implementation
public func colonnade_scan(
  _ table: OpaquePointer?, _ options: UnsafePointer<colonnade_scan_options>?,
  _ stream: UnsafeMutablePointer<ArrowArrayStream>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let handle = unsafe try TableHandle.required(table, "table")
    let out = unsafe try required(stream, "stream")
    let request = unsafe try ScanRequest(options)
    let source = handle.source
    let projection = try ScanProjection(request.projection, columns: source.columns)
    let predicate = try request.predicate?.bind(source.columns)
    var scanOptions = request.options
    let layout = try request.layout(of: projection.schema)
    scanOptions.layout = layout
    // Started with the first batch: a consumer that only looks at the schema costs nothing.
    unsafe export(layout, request, to: out) {
      [scanOptions] () throws(ColonnadeError) in
      try Scan(source, projection: projection, predicate: predicate, options: scanOptions)
    }
  }
}

@c @implementation
public func colonnade_take(
  _ table: OpaquePointer?, _ rows: UnsafePointer<UInt64>?, _ rowCount: Int,
  _ options: UnsafePointer<colonnade_scan_options>?,
  _ stream: UnsafeMutablePointer<ArrowArrayStream>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let handle = unsafe try TableHandle.required(table, "table")
    let out = unsafe try required(stream, "stream")
    let request = unsafe try ScanRequest(options)
    guard request.predicate == nil else {
      throw ColonnadeError(
        .invalidArgument, "rows are taken by their numbers, and a predicate is given too",
        hint: "scan with the predicate instead")
    }
    guard unsafe rowCount == 0 || rows != nil else {
      throw ColonnadeError(.invalidArgument, "rows is NULL, and \(rowCount) are announced")
    }
    let wanted = unsafe Array(UnsafeBufferPointer(start: rows, count: max(0, rowCount)))
    let projection = try ScanProjection(
      request.projection, columns: handle.source.columns)
    // Rows that are not there are an error of the call, not of the first batch.
    let take = try Take(
      handle.source, rows: wanted, projection: projection,
      options: TakeOptions(
        batchRowCount: request.options.batchRowCount, cancellation: request.options.cancellation))
    unsafe export(try request.layout(of: projection.schema), request, to: out) { take }
  }
}

/// Makes a stream of the batches of what `begin` begins when the first of them is asked for.
private func export(
  _ layout: ArrowLayout, _ request: ScanRequest, to stream: UnsafeMutablePointer<ArrowArrayStream>,
  begin: @escaping () throws(ColonnadeError) -> any BatchStream
) {
  let progress = request.progress
  var batches: (any BatchStream)?
  unsafe ArrowExport.stream(layout: layout, to: stream) {
    () throws(ColonnadeError) -> Batch? in
    let running = if let batches { batches } else { try begin() }
    batches = running
    let batch = try running.next()
    progress?.report(running.metrics.report)
    return batch
  }
}

@c @implementation
public func colonnade_stream_error(_ stream: UnsafePointer<ArrowArrayStream>?) -> OpaquePointer? {
  guard let stream = unsafe stream, let error = unsafe ArrowExport.lastError(of: stream) else {
    return nil
  }
  return unsafe ErrorHandle(error).handedOut()
}

@c @implementation
public func colonnade_count(
  _ table: OpaquePointer?, _ options: UnsafePointer<colonnade_scan_options>?,
  _ count: UnsafeMutablePointer<UInt64>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let handle = unsafe try TableHandle.required(table, "table")
    let out = unsafe try required(count, "count")
    let request = unsafe try ScanRequest(options)
    unsafe out.pointee = UInt64(
      try Scan.count(
        handle.source, predicate: try request.predicate?.bind(handle.source.columns),
        options: request.options))
  }
}

@c @implementation
public func colonnade_extremes(
  _ table: OpaquePointer?, _ column: UnsafePointer<CChar>?,
  _ options: UnsafePointer<colonnade_scan_options>?,
  _ stream: UnsafeMutablePointer<ArrowArrayStream>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let handle = unsafe try TableHandle.required(table, "table")
    let out = unsafe try required(stream, "stream")
    let name = unsafe try String(requiredC: column, "column")
    let request = unsafe try ScanRequest(options)
    let columns = handle.source.columns
    let field = try Projection(columns: [name]).bind(columns)[0].field
    let found = try Scan.extremes(
      of: field, in: handle.source, predicate: try request.predicate?.bind(columns),
      options: request.options)
    var left: Batch? = try found.batch(as: field.type)
    let layout = try request.layout(of: left?.schema ?? Schema([]))
    unsafe ArrowExport.stream(layout: layout, to: out) { () throws(ColonnadeError) -> Batch? in
      defer { left = nil }
      return left
    }
  }
}

@c @implementation
public func colonnade_explain(
  _ table: OpaquePointer?, _ options: UnsafePointer<colonnade_scan_options>?, _ analyze: Bool,
  _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let handle = unsafe try TableHandle.required(table, "table")
    let out = unsafe try required(json, "json")
    let request = unsafe try ScanRequest(options)
    let explanation = try Explanation(
      handle.target, where: request.predicate, select: request.projection,
      options: request.options, analyzing: analyze, in: PosixFileSystem.shared)
    unsafe out.pointee = CText.allocated(explanation.json.text)
  }
}
