// Streams: batches in order, ends, failures with their kind, and who holds the producer.

import CArrow
import ColonnadeArrays
import ColonnadeBase
import Glibc
import Testing

@Suite struct ArrowStreamTests {
  static let schema = Schema([Field("a", .int64)], metadata: [MetadataEntry("k", "v")])

  static func batch(_ first: Int64) -> Batch {
    let builder = ColumnBuilder(.int64)
    for row in 0..<3 { builder.append(fixed: first + Int64(row)) }
    return Batch(schema: schema, columns: [builder.finish()], rowCount: 3)
  }

  /// Something that a producer holds.
  private final class Token {
    let counter: Counter
    init(_ counter: Counter) { self.counter = counter }
    deinit { counter.add() }
  }

  /// A stream of `count` batches, then the end or `failure`.
  static func stream(
    _ count: Int, failing failure: ColonnadeError? = nil, released: Counter = Counter()
  ) -> ArrowArrayStream {
    let token = Token(released)
    var index = 0
    var stream = unsafe ArrowArrayStream()
    unsafe ArrowExport.stream(layout: ArrowLayout(schema: schema), to: &stream) {
      () throws(ColonnadeError) in
      extendLifetime(token)
      if index == count {
        if let failure { throw failure }
        return nil
      }
      index += 1
      return batch(Int64(index) * 10)
    }
    return unsafe stream
  }

  @Test func batchesComeInOrderAndThenEnds() throws {
    let released = Counter()
    var stream = unsafe Self.stream(3, released: released)
    let reader = try unsafe ArrowStreamReader(moving: &stream)
    #expect(unsafe stream.release == nil)
    #expect(reader.schema == Self.schema)
    var firsts: [String] = []
    while let batch = try reader.next() { firsts.append(texts(batch.columns[0])[0]) }
    #expect(firsts == ["integer(10)", "integer(20)", "integer(30)"])
    #expect(try reader.next()?.rowCount == nil)
    #expect(released.count == 1)
    #expect { _ = try unsafe ArrowStreamReader(moving: &stream) } throws: { error in
      (error as? ColonnadeError)?.kind == .invalidArgument
        && "\(error)".contains("used up or released")
    }
  }

  @Test func theEndComesAgain() throws {
    var stream = unsafe Self.stream(0)
    defer { unsafe stream.release?(&stream) }
    for _ in 0..<3 {
      var array = unsafe ArrowArray()
      unsafe array.length = 9
      #expect(unsafe stream.get_next?(&stream, &array) == 0)
      #expect(unsafe array.release == nil)
    }
    #expect(unsafe stream.get_last_error?(&stream) == nil)
    #expect(unsafe ArrowExport.lastError(of: &stream)?.kind == nil)
  }

  @Test func aDroppedStreamLetsGoOfItsProducer() throws {
    let released = Counter()
    var stream = unsafe Self.stream(3, released: released)
    var array = unsafe ArrowArray()
    #expect(unsafe stream.get_next?(&stream, &array) == 0)
    #expect(released.count == 0)
    unsafe stream.release?(&stream)
    #expect(released.count == 1)
    #expect(unsafe array.length == 3)
    unsafe array.release?(&array)
    do {
      var second = unsafe Self.stream(3, released: released)
      let reader = try unsafe ArrowStreamReader(moving: &second)
      _ = try reader.next()
    }
    #expect(released.count == 2)
  }

  static let kinds: [(ColonnadeError.Kind, CInt)] = [
    (.invalidArgument, EINVAL), (.schemaMismatch, EINVAL), (.notFound, ENOENT), (.corrupt, EBADMSG),
    (.truncated, EBADMSG), (.unsupportedFeature, ENOTSUP), (.limitExceeded, EOVERFLOW),
    (.io, EIO), (.cancelled, ECANCELED),
  ]

  @Test(arguments: kinds)
  func failuresKeepTheirKind(kind: ColonnadeError.Kind, code: CInt) throws {
    let released = Counter()
    let failure = ColonnadeError(kind, "what went wrong", file: "t/f", hint: "a way out")
    var stream = unsafe Self.stream(1, failing: failure, released: released)
    var array = unsafe ArrowArray()
    #expect(unsafe stream.get_next?(&stream, &array) == 0)
    unsafe array.release?(&array)
    for _ in 0..<2 {
      #expect(unsafe stream.get_next?(&stream, &array) == code)
      let text = unsafe try #require(stream.get_last_error?(&stream))
      #expect(unsafe String(cString: text) == "t/f: what went wrong; a way out")
      #expect(unsafe ArrowExport.lastError(of: &stream)?.kind == kind)
    }
    #expect(released.count == 1)
    // A reader of our own stream gets the very error.
    let reader = try unsafe ArrowStreamReader(moving: &stream)
    #expect { _ = try reader.next() } throws: { error in
      (error as? ColonnadeError)?.description == failure.description
    }
    #expect(try reader.next()?.rowCount == nil)
  }

  @Test func theErrorNumberOfTheSystemIsKept() {
    let failure = ColonnadeError(.io, "no room", errno: ENOSPC)
    var stream = unsafe Self.stream(0, failing: failure)
    defer { unsafe stream.release?(&stream) }
    var array = unsafe ArrowArray()
    #expect(unsafe stream.get_next?(&stream, &array) == ENOSPC)
  }

  /// A stream of somebody else, which fails in its own words.
  static func foreign(schemaCode: CInt) -> ArrowArrayStream {
    var stream = unsafe ArrowArrayStream()
    unsafe stream.private_data = UnsafeMutableRawPointer(bitPattern: Int(schemaCode) + 1)
    unsafe stream.get_schema = { stream, target in
      let code = unsafe CInt(Int(bitPattern: stream!.pointee.private_data) - 1)
      if code == 0 {
        unsafe target!.initialize(to: ForeignArray.batch(ArrowForeignTests.ints([])).schema())
      }
      return code
    }
    unsafe stream.get_next = { _, _ in ENOMEM }
    unsafe stream.get_last_error = { _ in nil }
    unsafe stream.release = { unsafe $0?.pointee.release = nil }
    return unsafe stream
  }

  @Test func failuresOfOthersAreToldByTheirNumber() throws {
    var stream = unsafe Self.foreign(schemaCode: 0)
    #expect(unsafe ArrowExport.lastError(of: &stream)?.kind == nil)
    let reader = try unsafe ArrowStreamReader(moving: &stream)
    #expect { _ = try reader.next() } throws: { error in
      let error = error as? ColonnadeError
      return error?.kind == .limitExceeded && error?.errno == ENOMEM
    }
    var second = unsafe Self.foreign(schemaCode: ECANCELED)
    #expect { _ = try unsafe ArrowStreamReader(moving: &second) } throws: { error in
      (error as? ColonnadeError)?.kind == .cancelled
    }
    #expect(unsafe second.release == nil)
  }
}
