// Arrays that break the rules of Arrow end with an error, never with a trap.

import CArrow
import ColonnadeArrays
import ColonnadeBase
import Testing

@Suite struct ArrowHostileTests {
  private typealias Foreign = ArrowForeignTests

  static let text = ForeignArray(
    format: "u", length: 2, buffers: [nil, bytes([Int32(0), 1, 3]), [65, 66, 67]])

  static func changed(
    _ array: ForeignArray, _ change: (inout ForeignArray) -> Void
  ) -> ForeignArray {
    var array = array
    change(&array)
    return array
  }

  static func view(_ length: Int32, _ prefix: [UInt8], _ buffer: Int32, _ offset: Int32) -> [UInt8]
  {
    bytes([length]) + prefix + bytes([buffer, offset])
  }

  static func views(_ view: [UInt8], format: String = "vu") -> ForeignArray {
    ForeignArray(
      format: format, length: 1,
      buffers: [nil, view, Array("0123456789abcdef".utf8), bytes([Int64(16)])])
  }

  static let broken: [(String, ForeignArray)] = {
    let ints = Foreign.ints([1, 2, 3])
    let list = Foreign.list("+l", offsets: bytes([Int32(0), 2, 3]), ints, 2)
    let listViews = Foreign.list(
      "+vl", offsets: bytes([Int32(0), 2]), sizes: bytes([Int32(2), 1]), ints, 2)
    let fixed = ForeignArray(format: "+w:2", length: 1, buffers: [nil], children: [ints])
    return [
      ("negative length", changed(ints) { $0.length = -1 }),
      ("negative offset", changed(ints) { $0.offset = -1 }),
      ("length and offset overflow", changed(ints) { $0.offset = Int.max }),
      ("bytes overflow", changed(ints) { $0.offset = Int.max - 3 }),
      ("nulls below -1", changed(ints) { $0.nullCount = -2 }),
      ("more nulls than values", changed(ints) { $0.nullCount = 4 }),
      ("nulls without a bitmap", changed(ints) { $0.nullCount = 1 }),
      ("too few buffers", changed(ints) { $0.claimedBufferCount = 1 }),
      ("no buffers", changed(ints) { $0.claimedBufferCount = -1 }),
      ("too many buffers", changed(ints) { $0.claimedBufferCount = 3 }),
      ("values missing", changed(ints) { $0.buffers[1] = nil }),
      ("too few children", changed(list) { $0.claimedChildCount = 0 }),
      ("negative children", changed(list) { $0.claimedChildCount = -1 }),
      ("too many children", changed(ints) { $0.claimedChildCount = 1 }),
      ("offsets missing", changed(text) { $0.buffers[1] = nil }),
      ("data missing", changed(text) { $0.buffers[2] = nil }),
      ("offsets descend", changed(text) { $0.buffers[1] = bytes([Int32(2), 1, 3]) }),
      ("an offset beyond the last", changed(text) { $0.buffers[1] = bytes([Int32(0), 9, 3]) }),
      ("a negative first offset", changed(text) { $0.buffers[1] = bytes([Int32(-1), 1, 3]) }),
      ("a negative last offset", changed(text) { $0.buffers[1] = bytes([Int32(0), 1, -3]) }),
      ("not UTF-8", changed(text) { $0.buffers[2] = [65, 0xC3, 0x28] }),
      ("a character cut in two", changed(text) { $0.buffers[2] = [0xC3, 0xA4, 67] }),
      ("a view of negative length", views(view(-1, [48, 49, 50, 51], 0, 0))),
      ("a view beyond its buffer", views(view(16, [49, 50, 51, 52], 0, 1))),
      ("a view of no buffer", views(view(13, [48, 49, 50, 51], 1, 0))),
      ("a view of a negative buffer", views(view(13, [48, 49, 50, 51], -1, 0))),
      ("a view with a negative offset", views(view(13, [48, 49, 50, 51], 0, -1))),
      ("a view of another prefix", views(view(13, [48, 49, 50, 52], 0, 0), format: "vz")),
      ("an inline view that is not UTF-8", views(view(1, [0xFF, 0, 0, 0], 0, 0))),
      (
        "sizes of view buffers missing",
        changed(views(view(13, [48, 49, 50, 51], 0, 0))) { $0.buffers[3] = nil }
      ),
      (
        "a negative size of a view buffer",
        changed(views(view(13, [48, 49, 50, 51], 0, 0))) { $0.buffers[3] = bytes([Int64(-1)]) }
      ),
      ("list offsets descend", changed(list) { $0.buffers[1] = bytes([Int32(2), 1, 3]) }),
      ("lists beyond their elements", changed(list) { $0.buffers[1] = bytes([Int32(0), 2, 4]) }),
      ("a negative list offset", changed(list) { $0.buffers[1] = bytes([Int32(-1), 2, 3]) }),
      ("a list view beyond", changed(listViews) { $0.buffers[2] = bytes([Int32(2), 2]) }),
      ("a list view before", changed(listViews) { $0.buffers[1] = bytes([Int32(-1), 2]) }),
      (
        "a list view of negative size",
        changed(listViews) { $0.buffers[2] = bytes([Int32(-2), 1]) }
      ),
      ("a list view that overflows", changed(listViews) { $0.buffers[1] = bytes([Int32.max, 2]) }),
      ("too few elements", changed(fixed) { $0.length = 2 }),
      ("far too few elements", changed(fixed) { $0.offset = Int.max / 4 }),
      ("elements overflow", changed(fixed) { $0.offset = Int.max - 1 }),
      ("an index out of range", Foreign.dictionary("c", bytes([Int8(3)]), 1, ints)),
      ("a negative index", Foreign.dictionary("c", bytes([Int8(-1)]), 1, text)),
      (
        "a huge unsigned index", Foreign.dictionary("L", bytes([UInt64.max]), 1, text)
      ),
      (
        "more run ends than values",
        ForeignArray(
          format: "+r", length: 3,
          children: [ints, Foreign.ints([1])])
      ),
      ("too short a child of a batch", changed(ints) { $0.length = 2 }),
    ]
  }()

  @Test func brokenArraysAreRefused() {
    for (what, array) in Self.broken {
      let released = Counter()
      let batch = ForeignArray.batch(
        array, rows: max(array.length, what.hasPrefix("too short") ? 3 : 0))
      #expect(what.comment) { _ = try batch.imported(released) } throws: { error in
        [.invalidArgument, .limitExceeded].contains((error as? ColonnadeError)?.kind)
      }
      #expect(released.count == batch.count, what.comment)
    }
  }

  @Test(arguments: [
    "+ud:0,1", "+us:0,1", "tiM", "tiD", "tin", "d:76,2,256", "?", "", "tt", "ts", "tsx:", "w:",
    "w:-1", "w:99999999999999999999", "d:", "d:1", "d:1,2,3", "d:a,b", "d:10,-2", "d:0,0", "d:39,0",
    "+x", "ü", "w:0",
    "w:1048577", "+r", "+m", "+l", "+w:3", "+w:x", "+vl",
  ])
  func unknownFormatsAreRefusedByName(format: String) throws {
    let array = ForeignArray(format: format, name: "the_column", length: 0)
    #expect { _ = try array.column() } throws: { error in
      guard let error = error as? ColonnadeError else { return false }
      return [.unsupportedFeature, .invalidArgument, .schemaMismatch].contains(error.kind)
        && error.message.contains("the_column")
    }
  }

  @Test func nullsWhereTheSchemaSaysNoneAreRefused() {
    var array = Foreign.ints([1, 2], nulls: [0b01])
    array.flags = 0
    #expect { _ = try array.column() } throws: {
      ($0 as? ColonnadeError)?.kind == .schemaMismatch
    }
    let rows = ForeignArray(
      format: "+s", flags: 2, length: 2, buffers: [[0b01]], children: [Foreign.ints([1, 2])])
    #expect { _ = try rows.imported() } throws: {
      ($0 as? ColonnadeError)?.kind == .schemaMismatch
    }
  }

  @Test func whatWasReleasedIsRefused() throws {
    var schema = unsafe ForeignArray.batch(Self.text).schema()
    let reader = try unsafe ArrowBatchReader(&schema)
    unsafe schema.release?(&schema)
    #expect(throws: ColonnadeError.self) { _ = try unsafe ArrowBatchReader(&schema) }
    var array = unsafe ForeignArray.batch(Self.text).array()
    _ = try unsafe reader.batch(moving: &array)
    #expect(unsafe array.release == nil)
    #expect { _ = try unsafe reader.batch(moving: &array) } throws: { error in
      (error as? ColonnadeError)?.kind == .invalidArgument && "\(error)".contains("released")
    }
    // A child that somebody moved out.
    var partial = unsafe ForeignArray.batch(Self.text).array()
    var child = unsafe try #require(partial.children[0]).pointee
    unsafe partial.children[0]?.pointee.release = nil
    #expect(throws: ColonnadeError.self) { _ = try unsafe reader.batch(moving: &partial) }
    unsafe child.release?(&child)
  }

  @Test func schemasTooDeepTooWideOrTwiceNamedAreRefused() {
    var deep = Foreign.ints([])
    for _ in 0..<40 {
      deep = ForeignArray(format: "+s", length: 0, buffers: [nil], children: [deep])
    }
    #expect { _ = try deep.column() } throws: { ($0 as? ColonnadeError)?.kind == .limitExceeded }
    let twice = ForeignArray(
      format: "+s", length: 0, buffers: [nil], children: [Foreign.ints([]), Foreign.ints([])])
    #expect { _ = try twice.imported() } throws: {
      ($0 as? ColonnadeError)?.kind == .schemaMismatch
    }
    #expect { _ = try Self.text.imported() } throws: {
      ($0 as? ColonnadeError)?.kind == .schemaMismatch
    }
    for metadata in [
      bytes([Int32(-1)]), bytes([Int32(1), -5]), bytes([Int32(1), Int32.max]),
      bytes([Int32(1), 1]) + [0xFF] + bytes([Int32(0)]),
    ] {
      var named = Self.text
      named.metadata = metadata
      #expect(throws: ColonnadeError.self) { _ = try named.column() }
    }
  }
}

extension String {
  fileprivate var comment: Comment { Comment(rawValue: self) }
}
