// Arrays as another library would hand them over, made by hand, true or false; what they hold counts
// how often it is released.

import CArrow
import ColonnadeArrays
import ColonnadeBase
import Synchronization

final class Counter: Sendable {
  private let value = Atomic<Int>(0)

  func add(_ amount: Int = 1) { value.add(amount, ordering: .sequentiallyConsistent) }
  var count: Int { value.load(ordering: .sequentiallyConsistent) }
}

/// One array and its schema in one.
struct ForeignArray: Sendable {
  var format: String
  var name = ""
  var flags = Int64(ARROW_FLAG_NULLABLE)
  var metadata: [UInt8]?
  var length = 0
  var nullCount = -1
  var offset = 0
  var buffers: [[UInt8]?] = []
  /// Bytes by which the buffers' addresses miss their alignment.
  var misalignment = 0
  var children: [ForeignArray] = []
  var dictionary: [ForeignArray] = []
  /// Claimed in place of what is there.
  var claimedBufferCount: Int?
  var claimedChildCount: Int?

  /// A batch of one column.
  static func batch(_ column: ForeignArray, rows: Int? = nil) -> ForeignArray {
    ForeignArray(
      format: "+s", flags: 0, length: rows ?? column.length, nullCount: 0, buffers: [nil],
      children: [column])
  }

  /// How many structures an exported array has.
  var count: Int {
    children.reduce(1) { $0 + $1.count } + dictionary.reduce(0) { $0 + $1.count }
  }
}

/// The bytes of values in memory order.
func bytes<T: BitwiseCopyable>(_ values: [T]) -> [UInt8] {
  unsafe values.withUnsafeBytes { unsafe Array($0) }
}

/// What an exported structure holds.
@safe final class ForeignMemory {
  let released: Counter
  var allocations: [UnsafeMutableRawPointer] = unsafe []
  var arrays: [UnsafeMutablePointer<ArrowArray>] = unsafe []
  var schemas: [UnsafeMutablePointer<ArrowSchema>] = unsafe []

  init(_ released: Counter) { self.released = released }

  func copy(_ bytes: [UInt8], misalignment: Int = 0) -> UnsafeMutableRawPointer {
    let pointer = UnsafeMutableRawPointer.allocate(
      byteCount: bytes.count + misalignment, alignment: 64)
    unsafe allocations.append(pointer)
    unsafe (pointer + misalignment).copyMemory(from: bytes, byteCount: bytes.count)
    return unsafe pointer + misalignment
  }

  func pointers<T>(_ values: [UnsafeMutablePointer<T>?]) -> UnsafeMutablePointer<
    UnsafeMutablePointer<T>?
  > {
    let list = UnsafeMutablePointer<UnsafeMutablePointer<T>?>.allocate(
      capacity: unsafe values.count)
    for index in unsafe values.indices { unsafe (list + index).initialize(to: values[index]) }
    unsafe allocations.append(UnsafeMutableRawPointer(list))
    return unsafe list
  }

  deinit {
    released.add()
    for index in unsafe arrays.indices {
      unsafe arrays[index].pointee.release?(arrays[index])
      unsafe arrays[index].deallocate()
    }
    for index in unsafe schemas.indices {
      unsafe schemas[index].pointee.release?(schemas[index])
      unsafe schemas[index].deallocate()
    }
    for index in unsafe allocations.indices { unsafe allocations[index].deallocate() }
  }
}

extension ForeignArray {
  func array(_ released: Counter = Counter()) -> ArrowArray {
    let memory = ForeignMemory(released)
    var array = unsafe ArrowArray()
    unsafe array.length = Int64(length)
    unsafe array.null_count = Int64(nullCount)
    unsafe array.offset = Int64(offset)
    unsafe array.n_buffers = Int64(claimedBufferCount ?? buffers.count)
    unsafe array.n_children = Int64(claimedChildCount ?? children.count)
    let addresses = UnsafeMutablePointer<UnsafeRawPointer?>.allocate(capacity: buffers.count)
    for (index, buffer) in buffers.enumerated() {
      unsafe (addresses + index).initialize(
        to: buffer.map { unsafe UnsafeRawPointer(memory.copy($0, misalignment: misalignment)) })
    }
    unsafe memory.allocations.append(UnsafeMutableRawPointer(addresses))
    unsafe array.buffers = addresses
    func structure(_ part: ForeignArray) -> UnsafeMutablePointer<ArrowArray> {
      let pointer = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
      unsafe pointer.initialize(to: part.array(released))
      unsafe memory.arrays.append(pointer)
      return unsafe pointer
    }
    unsafe array.children = memory.pointers(children.map { unsafe structure($0) })
    unsafe array.dictionary = dictionary.first.map { unsafe structure($0) }
    unsafe array.private_data = Unmanaged.passRetained(memory).toOpaque()
    unsafe array.release = { array in
      guard let array = unsafe array, let data = unsafe array.pointee.private_data else { return }
      unsafe array.pointee.release = nil
      unsafe Unmanaged<ForeignMemory>.fromOpaque(data).release()
    }
    return unsafe array
  }

  func schema(_ released: Counter = Counter()) -> ArrowSchema {
    let memory = ForeignMemory(released)
    var schema = unsafe ArrowSchema()
    func text(_ text: String) -> UnsafePointer<CChar> {
      unsafe UnsafePointer(
        memory.copy(Array(text.utf8) + [0]).assumingMemoryBound(to: CChar.self))
    }
    unsafe schema.format = text(format)
    unsafe schema.name = text(name)
    unsafe schema.metadata = metadata.map {
      unsafe UnsafePointer(memory.copy($0).assumingMemoryBound(to: CChar.self))
    }
    unsafe schema.flags = flags
    unsafe schema.n_children = Int64(children.count)
    func structure(_ part: ForeignArray) -> UnsafeMutablePointer<ArrowSchema> {
      let pointer = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
      unsafe pointer.initialize(to: part.schema(released))
      unsafe memory.schemas.append(pointer)
      return unsafe pointer
    }
    unsafe schema.children = memory.pointers(children.map { unsafe structure($0) })
    unsafe schema.dictionary = dictionary.first.map { unsafe structure($0) }
    unsafe schema.private_data = Unmanaged.passRetained(memory).toOpaque()
    unsafe schema.release = { schema in
      guard let schema = unsafe schema, let data = unsafe schema.pointee.private_data else {
        return
      }
      unsafe schema.pointee.release = nil
      unsafe Unmanaged<ForeignMemory>.fromOpaque(data).release()
    }
    return unsafe schema
  }

  /// Imports the array, a batch, as its own schema; both are released in the end.
  func imported(_ released: Counter = Counter()) throws(ColonnadeError) -> Batch {
    var schema = unsafe self.schema()
    defer { unsafe schema.release?(&schema) }
    let reader = try unsafe ArrowBatchReader(&schema)
    var array = unsafe self.array(released)
    return try unsafe reader.batch(moving: &array)
  }

  /// Imports the array as the one column of a batch.
  func column(rows: Int? = nil) throws(ColonnadeError) -> Column {
    try ForeignArray.batch(self, rows: rows).imported().columns[0]
  }
}

/// The values of a column as text, to compare.
func texts(_ column: Column) -> [String] {
  (0..<column.count).map { "\(column.value(at: $0))" }
}

/// Whether the invariants of columns hold, at every level.
func breach(of column: Column) -> String? {
  if column.type != .null {
    let nulls = (0..<column.count).count { column.isNull(at: $0) }
    if nulls != column.nullCount { return "\(nulls) nulls, \(column.nullCount) counted" }
    if nulls == 0, column.validity != nil { return "a bitmap without nulls" }
  }
  if let validity = column.validity, column.count % 8 != 0,
    validity.array[column.count / 8] >> UInt8(column.count % 8) != 0
  {
    return "bits past the end"
  }
  let width = column.type.physical == .bytes ? 16 : column.type.physical.fixedByteCount
  if let width {
    let values = column.values.array
    if values.count < column.count * width { return "too few values" }
    for row in 0..<column.count where column.isNull(at: row) {
      if values[row * width..<(row + 1) * width].contains(where: { $0 != 0 }) {
        return "null slot \(row) is not zero"
      }
    }
  }
  switch column.type.physical {
  case .list:
    for row in 0..<column.count where column.isNull(at: row) {
      if !column.elements(at: row).isEmpty { return "null list \(row) is not empty" }
    }
  case .structure, .fixedList:
    for child in column.children where child.type != .null && column.count > 0 {
      let times = child.count / column.count
      for row in 0..<child.count where column.isNull(at: row / times) {
        if !child.isNull(at: row) { return "part \(row) of a null is not null" }
      }
    }
  default: break
  }
  for child in column.children {
    if let breach = breach(of: child) { return breach }
  }
  return nil
}
