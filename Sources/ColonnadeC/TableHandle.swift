// Tables that were opened, and what is known of them without reading a row.

// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CArrow
public import CColonnade
import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery
import ColonnadeTable

/// A version of a table, or a file, with the files that scans of it have opened.
final class TableHandle: Handle {
  let target: ReadTarget
  let source: any ScanSource
  private let path: CText

  init(_ target: ReadTarget) throws(ColonnadeError) {
    self.target = target
    source = try target.source(in: PosixFileSystem.keepingFiles)
    path = CText(target.path)
  }

  var pathPointer: UnsafePointer<CChar> { unsafe path.pointer }
}

@c @implementation
public func colonnade_open(
  _ path: UnsafePointer<CChar>?, _ at: UnsafePointer<CChar>?,
  _ table: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let out = unsafe try required(table, "table")
    let path = unsafe try String(requiredC: path, "path")
    var version = TableVersion.latest
    if let text = unsafe try String(c: at, "at") { version = try TableVersion(text: text) }
    let target = try ReadTarget.open(path, at: version, in: PosixFileSystem.keepingFiles)
    unsafe out.pointee = try TableHandle(target).handedOut()
  }
}

@c @implementation
public func colonnade_table_free(_ table: OpaquePointer?) { unsafe TableHandle.free(table) }

@c @implementation
public func colonnade_table_path(_ table: OpaquePointer?) -> UnsafePointer<CChar>? {
  unsafe TableHandle.at(table).map { unsafe $0.pathPointer }
}

@c @implementation
public func colonnade_table_version(_ table: OpaquePointer?) -> UInt64 {
  unsafe TableHandle.at(table)?.target.version ?? 0
}

@c @implementation
public func colonnade_table_row_count(_ table: OpaquePointer?) -> UInt64 {
  unsafe TableHandle.at(table)?.target.rowCount ?? 0
}

@c @implementation
public func colonnade_table_byte_count(_ table: OpaquePointer?) -> UInt64 {
  unsafe TableHandle.at(table)?.target.byteCount ?? 0
}

@c @implementation
public func colonnade_table_schema(
  _ table: OpaquePointer?, _ layout: UInt32, _ schema: UnsafeMutablePointer<ArrowSchema>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let handle = unsafe try TableHandle.required(table, "table")
    let out = unsafe try required(schema, "schema")
    let columns = try handle.source.columns.wholeSchema
    unsafe try ArrowExport.schema(try ArrowLayout(schema: columns, flags: layout), to: out)
  }
}

@c @implementation
public func colonnade_table_description(
  _ table: OpaquePointer?, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let handle = unsafe try TableHandle.required(table, "table")
    let out = unsafe try required(json, "json")
    unsafe out.pointee = CText.allocated(try TableDescription(handle.target).json().text)
  }
}

@c @implementation
public func colonnade_table_statistics(
  _ table: OpaquePointer?, _ columns: UnsafePointer<UnsafePointer<CChar>?>?,
  _ columnCount: Int, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let handle = unsafe try TableHandle.required(table, "table")
    let out = unsafe try required(json, "json")
    var projection = Projection.all
    if unsafe columns != nil || columnCount > 0 {
      projection = Projection(columns: unsafe try texts(columns, count: columnCount, "a column"))
    }
    let statistics = try ColumnStatistics(handle.target, select: projection)
    unsafe out.pointee = CText.allocated(statistics.json.text)
  }
}

@c @implementation
public func colonnade_table_divide(
  _ table: OpaquePointer?, _ count: Int, _ boundaries: UnsafeMutablePointer<UInt64>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> colonnade_status {
  unsafe answering(error) { () throws(ColonnadeError) in
    let handle = unsafe try TableHandle.required(table, "table")
    let out = unsafe try required(boundaries, "boundaries")
    let divided = try handle.source.divide(into: count)
    for (index, row) in divided.enumerated() { unsafe out[index] = UInt64(row) }
  }
}
