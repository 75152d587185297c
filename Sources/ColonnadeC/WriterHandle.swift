// Writing from C: batches in, one commit, all or nothing.

// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CArrow
public import CColonnade
import ColonnadeArrays
import ColonnadeBase
import ColonnadeTable

/// A writer and how its batches are to be read.
final class WriterHandle: Handle {
  let writer: TableWriter
  let reader: ArrowBatchReader
  let commitID: String?
  let cancellation: Cancellation?

  init(
    _ writer: TableWriter, _ reader: ArrowBatchReader, commitID: String?,
    cancellation: Cancellation?
  ) {
    self.writer = writer
    self.reader = reader
    self.commitID = commitID
    self.cancellation = cancellation
  }

  /// Adds rows.
  func write(_ batch: Batch) throws(ColonnadeError) {
    try cancellation?.check()
    try writer.write(batch)
  }
}

extension TableWriter {
  /// Begins to write as C's options say.
  fileprivate static func open(
    _ path: String, schema: Schema, _ given: colonnade_write_options, cancellation: Cancellation?
  ) throws(ColonnadeError) -> TableWriter {
    var options = TableWriteOptions()
    if let name = unsafe try String(c: given.profile, "profile") {
      guard let profile = WriteProfile(rawValue: name) else {
        throw ColonnadeError(
          .invalidArgument, "there is no profile '\(name)'",
          hint: "profiles are fast, balanced and archive")
      }
      options.profile = profile
    }
    if unsafe given.memory_byte_count > 0 {
      options.memoryByteCount = unsafe Int(clamping: given.memory_byte_count)
    }
    if unsafe given.thread_count > 0 { options.threadCount = unsafe Int(given.thread_count) }
    if let columns = unsafe try String(c: given.bloom_filters, "bloom_filters") {
      options.bloomFilterColumns = try ColumnList.parse(columns, option: "bloom_filters")
    }
    options.cancellation = cancellation
    options.writerName =
      unsafe try String(c: given.writer_name, "writer_name") ?? "libcolonnade \(Release.version)"
    let partitioning = unsafe try String(c: given.partition_by, "partition_by") ?? ""
    let order = unsafe try String(c: given.sort_by, "sort_by") ?? ""
    switch unsafe try String(c: given.mode, "mode") ?? "create" {
    case "create":
      return try Table.create(
        path, schema: schema, partitionedBy: partitioning, sortedBy: order, options: options)
    case "append":
      guard partitioning.isEmpty, order.isEmpty else {
        throw ColonnadeError(
          .invalidArgument, "a table keeps its partitioning and order",
          hint: "leave partition_by and sort_by out to append")
      }
      return try Table.open(path).append(options: options)
    case let mode:
      throw ColonnadeError(
        .invalidArgument, "there is no mode '\(mode)'", hint: "modes are create and append")
    }
  }
}

@c @implementation
public func colonnade_writer_open(
  _ path: UnsafePointer<CChar>?, _ schema: UnsafePointer<ArrowSchema>?,
  _ options: UnsafePointer<colonnade_write_options>?,
  _ writer: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let out = unsafe try required(writer, "writer")
    let path = unsafe try String(requiredC: path, "path")
    guard let schema = unsafe schema else {
      throw ColonnadeError(.invalidArgument, "schema is NULL")
    }
    var given = unsafe colonnade_write_options()
    if let options = unsafe options {
      unsafe try readSized(options, into: &given, "colonnade_write_options")
    }
    let reader = unsafe try ArrowBatchReader(schema)
    let cancellation = unsafe CancellationHandle.at(given.cancellation)?.cancellation
    let opened = unsafe try TableWriter.open(
      path, schema: reader.schema, given, cancellation: cancellation)
    unsafe out.pointee = WriterHandle(
      opened, reader, commitID: unsafe try String(c: given.commit_id, "commit_id"),
      cancellation: cancellation
    ).handedOut()
  }
}

@c @implementation
public func colonnade_writer_write(
  _ writer: OpaquePointer?, _ batch: UnsafeMutablePointer<ArrowArray>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let array = unsafe try required(batch, "batch")
    // Taken over, whatever happens.
    defer { unsafe array.pointee.release?(array) }
    let handle = unsafe try WriterHandle.required(writer, "writer")
    try handle.write(unsafe try handle.reader.batch(moving: array))
  }
}

@c @implementation
public func colonnade_writer_write_stream(
  _ writer: OpaquePointer?, _ stream: UnsafeMutablePointer<ArrowArrayStream>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let stream = unsafe try required(stream, "stream")
    // Taken over, whatever happens.
    defer { unsafe stream.pointee.release?(stream) }
    let handle = unsafe try WriterHandle.required(writer, "writer")
    let reader = unsafe try ArrowStreamReader(moving: stream)
    defer { reader.close() }
    while let batch = try reader.next() { try handle.write(batch) }
  }
}

@c @implementation
public func colonnade_writer_row_count(_ writer: OpaquePointer?) -> UInt64 {
  unsafe WriterHandle.at(writer)?.writer.rowCount ?? 0
}

@c @implementation
public func colonnade_writer_commit(
  _ writer: OpaquePointer?, _ commit: UnsafeMutablePointer<colonnade_commit>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let handle = unsafe try WriterHandle.required(writer, "writer")
    try handle.cancellation?.check()
    let outcome = try handle.writer.commit(commitID: handle.commitID)
    if let commit = unsafe commit {
      unsafe commit.pointee = colonnade_commit(
        version: outcome.snapshot.version, row_count: outcome.snapshot.rowCount,
        added_row_count: outcome.wasAlreadyCommitted ? 0 : handle.writer.rowCount,
        was_already_committed: outcome.wasAlreadyCommitted)
    }
  }
}

@c @implementation
public func colonnade_writer_free(_ writer: OpaquePointer?) { unsafe WriterHandle.free(writer) }
