// Who holds what: exported memory outlives what it came from, imported memory is released exactly
// once when the last buffer on it goes, from any thread.

import CArrow
import ColonnadeArrays
import ColonnadeBase
import Glibc
import Testing

/// Counts when it goes.
@safe private final class CountingOwner: MemoryOwner, @unchecked Sendable {
  let counter: Counter
  let memory: UnsafeMutableRawPointer

  init(_ counter: Counter, byteCount: Int) {
    self.counter = counter
    unsafe memory = .allocate(byteCount: byteCount, alignment: 64)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 1, count: byteCount)
  }

  deinit {
    counter.add()
    unsafe memory.deallocate()
  }
}

@safe private final class Moved: @unchecked Sendable {
  var array = unsafe ArrowArray()
}

/// Runs `body` on a thread of its own and waits for it.
private func onAnotherThread(_ body: @escaping () -> Void) {
  final class Box {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let status = unsafe pthread_create(
    &thread, nil,
    { argument in
      unsafe Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
      return nil
    }, Unmanaged.passRetained(Box(body)).toOpaque())
  precondition(status == 0)
  pthread_join(thread, nil)
}

@Suite struct ArrowReleaseTests {
  static let schema = Schema([
    Field("a", .int64), Field("s", .structure([Field("x", .int32), Field("y", .int32)])),
  ])
  static let owners = 3

  /// A batch of two rows whose three buffers have owners of their own.
  static func batch(_ counter: Counter) -> Batch {
    func column(_ type: DataType) -> Column {
      let owner = CountingOwner(counter, byteCount: 16)
      return Column(
        unchecked: type, count: 2, nullCount: 0, validity: nil,
        values: unsafe Buffer(
          unsafeOwner: owner, pointer: UnsafeRawPointer(owner.memory),
          byteCount: 2 * (type.physical.fixedByteCount ?? 0)))
    }
    let parts = Column(
      unchecked: Self.schema.fields[1].type, count: 2, nullCount: 0, validity: nil,
      children: [column(.int32), column(.int32)])
    return Batch(schema: schema, columns: [column(.int64), parts], rowCount: 2)
  }

  @Test func exportedMemoryLivesUntilItsRelease() throws {
    let counter = Counter()
    let moved = Moved()
    do {
      try unsafe ArrowExport.batch(
        Self.batch(counter), layout: ArrowLayout(schema: Self.schema), to: &moved.array)
    }
    #expect(counter.count == 0)
    #expect(
      unsafe moved.array.children[0]?.pointee.buffers[1]?.load(as: UInt8.self) == 1)
    onAnotherThread { unsafe moved.array.release?(&moved.array) }
    #expect(counter.count == Self.owners)
    #expect(unsafe moved.array.release == nil)
  }

  @Test func childrenMovedOutOutliveTheirParent() throws {
    let counter = Counter()
    var array = unsafe ArrowArray()
    try unsafe ArrowExport.batch(
      Self.batch(counter), layout: ArrowLayout(schema: Self.schema), to: &array)
    // A grandchild moves out, then all else is released.
    let parts = unsafe try #require(array.children[1])
    let source = unsafe try #require(parts.pointee.children[1])
    var child = unsafe source.pointee
    unsafe source.pointee.release = nil
    unsafe array.release?(&array)
    #expect(counter.count == Self.owners - 1)
    #expect(unsafe child.buffers[1]?.load(as: UInt8.self) == 1)
    unsafe child.release?(&child)
    #expect(counter.count == Self.owners)
    #expect(unsafe child.release == nil)
  }

  @Test func schemasReleaseWhatWasNotMovedOut() throws {
    var schema = unsafe ArrowSchema()
    try unsafe ArrowExport.schema(ArrowLayout(schema: Self.schema), to: &schema)
    let source = unsafe try #require(schema.children[1])
    var child = unsafe source.pointee
    unsafe source.pointee.release = nil
    unsafe schema.release?(&schema)
    #expect(unsafe String(cString: child.name) == "s")
    #expect(unsafe ArrowLayoutTests.formats(child) == "+s(i i)")
    unsafe child.release?(&child)
    #expect(unsafe child.release == nil)
  }

  @Test func importedMemoryIsReleasedOnceWithItsLastBuffer() throws {
    let released = Counter()
    let foreign = ForeignArray.batch(ArrowForeignTests.ints([1, 2, 3]))
    var batch: Batch? = try foreign.imported(released)
    var column = batch?.columns[0].slice(1..<2)
    batch = nil
    #expect(released.count == 0)
    #expect(texts(try #require(column)) == ["integer(2)"])
    final class Held: @unchecked Sendable {
      var column: Column?
    }
    let held = Held()
    held.column = column
    column = nil
    #expect(released.count == 0)
    onAnotherThread { held.column = nil }
    #expect(released.count == foreign.count)
  }

  @Test func whatWasCopiedWholeIsReleasedAtOnce() throws {
    let released = Counter()
    var ints = ArrowForeignTests.ints([1, 2, 3])
    ints.misalignment = 1
    let foreign = ForeignArray.batch(ints)
    let batch = try foreign.imported(released)
    #expect(released.count == foreign.count)
    #expect(batch.rowCount == 3)
  }

  @Test func importsLeadBackToTheirProducer() throws {
    let counter = Counter()
    var array = unsafe ArrowArray()
    let layout = ArrowLayout(schema: Self.schema)
    try unsafe ArrowExport.batch(Self.batch(counter), layout: layout, to: &array)
    var schema = unsafe ArrowSchema()
    try unsafe ArrowExport.schema(layout, to: &schema)
    defer { unsafe schema.release?(&schema) }
    var batch: Batch? = try unsafe ArrowBatchReader(&schema).batch(moving: &array)
    #expect(batch?.rowCount == 2 && counter.count == 0)
    batch = nil
    #expect(counter.count == Self.owners)
  }
}
