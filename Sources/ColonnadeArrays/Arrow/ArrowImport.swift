// The way in through Arrow's C data interface: a schema once, then batches of it. What comes in is
// moved: the structure counts as released, and the engine releases what it held when the last buffer
// on it goes, on any thread.

package import CArrow
package import ColonnadeBase

/// Makes batches of foreign arrays of one schema.
package struct ArrowBatchReader: Sendable {
  /// The columns as the engine has them, without ids.
  package let schema: Schema
  /// The columns as the producer has them.
  package let fields: [ArrowField]
  private let columns: ArrowColumnReader

  /// - Parameter schema: read only, not released; a struct of the columns.
  /// - Throws: `.invalidArgument` for a structure that breaks the interface, `.unsupportedFeature`
  ///   naming a type that is not supported, `.schemaMismatch` and `.limitExceeded` as
  ///   `Schema.validate()`, and where the rows are not structs.
  package init(_ schema: UnsafePointer<ArrowSchema>) throws(ColonnadeError) {
    let root = try unsafe ArrowSchemaReader.field(schema)
    guard case .structure(let fields) = root.type else {
      throw ColonnadeError(
        .schemaMismatch, "rows of Arrow format '\(root.type.format)' are not columns",
        hint: "hand over a table, a record batch or an array of structs")
    }
    try self.init(fields: fields, metadata: root.metadata)
  }

  /// - Parameter malformed: the kind of error for batches that break Arrow's rules.
  /// - Throws: `.unsupportedFeature`, `.schemaMismatch` and `.limitExceeded` as above.
  package init(
    fields: [ArrowField], metadata: [MetadataEntry],
    malformed: ColonnadeError.Kind = .invalidArgument
  ) throws(ColonnadeError) {
    var own: [Field] = []
    for field in fields {
      do throws(ColonnadeError) {
        own.append(try field.field())
      } catch {
        throw ColonnadeError(
          error.kind, "column '\(field.name)': " + error.message, hint: error.hint)
      }
    }
    schema = Schema(own, metadata: metadata)
    try schema.validate()
    self.fields = fields
    columns = ArrowColumnReader(malformed: malformed)
  }

  /// The rows of an array of the schema, sharing its memory where layouts allow.
  /// - Parameter array: counts as released afterwards, also on failure.
  /// - Throws: `.invalidArgument` for an array that breaks the interface or was released before,
  ///   `.schemaMismatch` for values the schema does not allow, `.limitExceeded` for arrays that are
  ///   too large.
  /// - Complexity: O(values), most of it for checks.
  package func batch(
    moving array: UnsafeMutablePointer<ArrowArray>
  ) throws(ColonnadeError) -> Batch {
    try batch(try unsafe ArrowArrayReader.node(moving: array, as: .structure(fields)))
  }

  /// The rows of a struct node whose children are the columns.
  /// - Throws: the kind for malformed values, `.schemaMismatch` and `.limitExceeded` as above.
  package func batch(_ node: ArrowNode) throws(ColonnadeError) -> Batch {
    let rows = ArrowField("rows", .structure(fields), isNullable: false)
    let all = try columns.column(node, rows, .structure(schema.fields), mask: nil)
    return Batch(schema: schema, columns: all.children, rowCount: all.count)
  }
}

/// Reads a foreign stream to its end. Used by one thread at a time.
@safe package final class ArrowStreamReader {
  private let stream: UnsafeMutablePointer<ArrowArrayStream>
  private let reader: ArrowBatchReader
  private var isAtEnd = false

  /// - Parameter source: counts as released afterwards, also on failure.
  /// - Throws: `.invalidArgument` where the stream was used up or released before, else what the
  ///   stream's producer says, or what is wrong with its schema as `ArrowBatchReader` says.
  package init(moving source: UnsafeMutablePointer<ArrowArrayStream>) throws(ColonnadeError) {
    guard unsafe source.pointee.release != nil else {
      throw ColonnadeError(
        .invalidArgument, "the Arrow stream was used up or released before it came here")
    }
    let stream = UnsafeMutablePointer<ArrowArrayStream>.allocate(capacity: 1)
    unsafe stream.initialize(to: source.pointee)
    unsafe source.pointee.release = nil
    unsafe self.stream = stream
    do throws(ColonnadeError) {
      reader = try unsafe ArrowStreamReader.schema(of: stream)
    } catch {
      unsafe stream.pointee.release?(stream)
      unsafe stream.deallocate()
      throw error
    }
  }

  deinit {
    close()
    unsafe stream.deallocate()
  }

  /// The columns of all batches, without ids.
  package var schema: Schema { reader.schema }

  /// - Returns: the next batch, `nil` at the end and after it.
  /// - Throws: what the stream's producer says, or what is wrong with the batch as
  ///   `ArrowBatchReader.batch(moving:)` says; the stream is at its end then.
  package func next() throws(ColonnadeError) -> Batch? {
    if isAtEnd { return nil }
    var array = unsafe ArrowArray()
    guard let next = unsafe stream.pointee.get_next else {
      close()
      throw ColonnadeError(.invalidArgument, "an Arrow stream lacks its get_next")
    }
    let code = unsafe next(stream, &array)
    guard code == 0 else {
      let error = unsafe ArrowStreamReader.failure(of: stream, code)
      close()
      throw error
    }
    if unsafe array.release == nil {
      close()
      return nil
    }
    do throws(ColonnadeError) {
      return try unsafe reader.batch(moving: &array)
    } catch {
      close()
      throw error
    }
  }

  /// Lets go of the producer; batches handed out stay valid.
  package func close() {
    isAtEnd = true
    unsafe stream.pointee.release?(stream)
    unsafe stream.pointee.release = nil
  }

  private static func schema(
    of stream: UnsafeMutablePointer<ArrowArrayStream>
  ) throws(ColonnadeError) -> ArrowBatchReader {
    guard let read = unsafe stream.pointee.get_schema else {
      throw ColonnadeError(.invalidArgument, "an Arrow stream lacks its get_schema")
    }
    var schema = unsafe ArrowSchema()
    let code = unsafe read(stream, &schema)
    guard code == 0 else { throw unsafe failure(of: stream, code) }
    defer { unsafe schema.release?(&schema) }
    return try unsafe ArrowBatchReader(&schema)
  }

  /// The error behind an errno value, in the producer's words.
  private static func failure(
    of stream: UnsafeMutablePointer<ArrowArrayStream>, _ code: CInt
  ) -> ColonnadeError {
    if let own = unsafe ArrowExport.lastError(of: stream) { return own }
    let text = unsafe stream.pointee.get_last_error?(stream)
    let message = unsafe text.map { unsafe String(cString: $0) } ?? "it does not say why"
    return ColonnadeError(
      ColonnadeError.Kind(streamCode: code), "the Arrow stream failed: \(message)", errno: code)
  }
}
