// The options of a question, read out of C's structure once and checked.

import CArrow
import CColonnade
import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery

/// What a scan, a count, a take or an explanation is asked.
@safe struct ScanRequest {
  var projection = Projection.all
  var predicate: Predicate?
  var options = ScanOptions()
  var layoutFlags: UInt32 = 0
  var progress: ProgressReport?
  private let requested: UnsafePointer<ArrowSchema>?

  /// - Parameter pointer: `nil` for every row of every column.
  /// - Throws: `.invalidArgument` for what makes no sense.
  init(_ pointer: UnsafePointer<colonnade_scan_options>?) throws(ColonnadeError) {
    guard let pointer = unsafe pointer else {
      unsafe requested = nil
      return
    }
    let given = unsafe try ScanRequest.options(at: pointer)
    unsafe requested = given.requested_schema
    if let text = unsafe try String(c: given.select, "select") {
      guard unsafe given.column_count == 0 else {
        throw ColonnadeError(
          .invalidArgument, "columns and select are both given", hint: "give one of them")
      }
      projection = try Projection(text)
    } else if unsafe given.column_count > 0 {
      projection = Projection(
        columns: unsafe try texts(given.columns, count: given.column_count, "a column"))
    } else if unsafe given.no_columns {
      // Batches that only count rows.
      projection = Projection(columns: [])
    }
    let parameters = unsafe try PredicateParameter.list(
      given.parameters, count: given.parameter_count)
    if let text = unsafe try String(c: given.where, "where") {
      predicate = try Predicate(text, parameters: parameters)
    } else if !parameters.isEmpty {
      throw ColonnadeError(
        .invalidArgument, "\(parameters.count) parameters are given, and no predicate",
        hint: "write the predicate in 'where'")
    }
    if unsafe given.limit >= 0 { options.limit = unsafe Int(given.limit) }
    let (first, end) = unsafe (given.first_row, given.end_row)
    guard first <= end else {
      throw ColonnadeError(.invalidArgument, "rows \(first) to \(end) are no range of rows")
    }
    if first > 0 || end != .max { options.rows = Int(clamping: first)..<Int(clamping: end) }
    if unsafe given.batch_row_count > 0 {
      options.batchRowCount = unsafe Int(clamping: given.batch_row_count)
    }
    layoutFlags = unsafe given.layout
    options.cancellation = unsafe CancellationHandle.at(given.cancellation)?.cancellation
    if let function = unsafe given.progress {
      progress = unsafe ProgressReport(function: function, context: given.progress_context)
    }
  }

  /// The structure as this library knows it; what an older program's lacks has its default.
  private static func options(
    at pointer: UnsafePointer<colonnade_scan_options>
  ) throws(ColonnadeError) -> colonnade_scan_options {
    var options = unsafe colonnade_scan_options()
    unsafe options.limit = -1
    unsafe options.end_row = .max
    unsafe try readSized(pointer, into: &options, "colonnade_scan_options")
    return unsafe options
  }

  /// How the batches of `schema` lie in memory.
  func layout(of schema: Schema) throws(ColonnadeError) -> ArrowLayout {
    try unsafe ArrowLayout(schema: schema, flags: layoutFlags, requesting: requested)
  }
}

/// Copies a structure of options that begins with its own size.
/// - Throws: `.invalidArgument` where it states no sensible size.
func readSized<Options>(
  _ pointer: UnsafePointer<Options>, into options: inout Options, _ name: String
) throws(ColonnadeError) {
  let size = unsafe UnsafeRawPointer(pointer).load(as: Int.self)
  guard size >= MemoryLayout<Int>.size, size <= 1 << 16 else {
    throw ColonnadeError(
      .invalidArgument, "the size of \(name) is not set",
      hint: "initialise it with the macro of the same name that ends in _INIT")
  }
  unsafe withUnsafeMutableBytes(of: &options) { target in
    unsafe target.baseAddress?.copyMemory(
      from: pointer, byteCount: min(size, MemoryLayout<Options>.size))
  }
}

/// A C program that wants to hear how far a scan is.
@safe struct ProgressReport: @unchecked Sendable {
  let function: colonnade_progress
  let context: UnsafeMutableRawPointer?

  func report(_ report: ScanReport) {
    unsafe function(
      context, UInt64(clamping: report.rowsTotal), UInt64(clamping: report.rowsDone),
      UInt64(clamping: report.rowsReturned))
  }
}
