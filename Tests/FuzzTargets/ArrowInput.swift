// Bytes read as a schema and a batch of Arrow. The C data interface does not say how long buffers
// are, so that a structure made of any bytes could not be read by anybody: the schema comes in
// through it, the batch as nodes whose buffers know their sizes, however wrong they are. What is
// accepted goes out and in again through the interface, the second time with numbers changed within
// what its buffers hold.

import CArrow
import ColonnadeArrays
import ColonnadeBase

struct ArrowInput {
  private let bytes: [UInt8]
  private var next = 0
  /// Fields and nodes made so far, so that small inputs stay small.
  private var made = 0

  private static let formats = [
    "n", "b", "c", "C", "s", "S", "i", "I", "l", "L", "e", "f", "g", "u", "U", "vu", "z", "Z", "vz",
    "w:3", "d:5,2", "d:9,2,32", "d:18,0,64", "d:30,4", "tdD", "tdm", "tts", "ttm", "ttu", "ttn",
    "tss:", "tsu:UTC", "tDn", "+l", "+L", "+vl", "+vL", "+w:2", "+s", "+m", "+r",
  ]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Reads the input as far as it goes.
  static func read(_ bytes: [UInt8]) throws(ColonnadeError) {
    var input = ArrowInput(bytes)
    try input.run()
  }

  private mutating func byte() -> Int {
    guard next < bytes.count else { return 0 }
    next += 1
    return Int(bytes[next - 1])
  }

  private mutating func text(_ limit: Int) -> [UInt8] {
    let count = byte() % limit
    return (0..<count).map { _ in UInt8(byte()) }.filter { $0 != 0 }
  }

  private mutating func run() throws(ColonnadeError) {
    let memory = SchemaMemory()
    var fields: [UnsafeMutablePointer<ArrowSchema>] = unsafe []
    for _ in 0..<(byte() % 3 + 1) { unsafe fields.append(field(memory, depth: 0)) }
    let root = unsafe memory.schema(format: Array("+s".utf8), name: [], flags: 0)
    unsafe memory.set(root, children: fields)
    let reader = try unsafe ArrowBatchReader(root)
    let length = byte() % 24
    let rows = ArrowNode(
      length: length, buffers: [nil],
      children: reader.fields.map { node($0.type, length: length) })
    let batch = try reader.batch(rows)
    for column in batch.columns {
      for row in 0..<column.count { _ = column.value(at: row) }
    }
    let layout = ArrowLayout(
      schema: batch.schema, defaults: ArrowLayoutDefaults(rawValue: UInt32(byte() % 16)))
    let back = try leaveAndComeBack(batch, layout, changing: false)
    precondition(back.rowCount == batch.rowCount)
    for (column, original) in zip(back.columns, batch.columns) {
      for row in 0..<column.count {
        precondition("\(column.value(at: row))" == "\(original.value(at: row))")
      }
    }
    let changed = try leaveAndComeBack(batch, layout, changing: true)
    for column in changed.columns {
      for row in 0..<column.count { _ = column.value(at: row) }
    }
  }

  private mutating func leaveAndComeBack(
    _ batch: Batch, _ layout: ArrowLayout, changing: Bool
  ) throws(ColonnadeError) -> Batch {
    var schema = unsafe ArrowSchema()
    try unsafe ArrowExport.schema(layout, to: &schema)
    defer { unsafe schema.release?(&schema) }
    let reader = try unsafe ArrowBatchReader(&schema)
    var array = unsafe ArrowArray()
    try unsafe ArrowExport.batch(batch, layout: layout, to: &array)
    if changing { unsafe change(&array) }
    return try unsafe reader.batch(moving: &array)
  }

  /// Changes numbers so that nothing is claimed that is not there.
  private mutating func change(_ array: UnsafeMutablePointer<ArrowArray>) {
    let length = unsafe array.pointee.length
    switch byte() % 8 {
    case 0: unsafe array.pointee.length = -Int64(byte())
    case 1 where length > 0:
      let offset = Int64(byte()) % length
      unsafe array.pointee.offset = offset
      unsafe array.pointee.length = length - offset
    case 2: unsafe array.pointee.null_count = Int64(byte()) - 3
    case 3: unsafe array.pointee.n_buffers = Int64(byte() % 3)
    case 4 where length > 0: unsafe array.pointee.offset = Int64.max - length + 1
    default: break
    }
    // A child that is counted is there: fewer may be claimed, more may not.
    let count = unsafe array.pointee.n_children
    for index in 0..<Int(count) {
      if let child = unsafe array.pointee.children[index] { unsafe change(child) }
    }
    if count > 0, byte() % 16 == 0 { unsafe array.pointee.n_children = count - 1 }
  }

  private mutating func field(
    _ memory: SchemaMemory, depth: Int
  ) -> UnsafeMutablePointer<ArrowSchema> {
    made += 1
    let choice = byte()
    let known = Array(Self.formats[choice % Self.formats.count].utf8)
    let format = choice > 245 ? text(12) : known
    let schema = unsafe memory.schema(
      format: format, name: [UInt8(97 + made % 26), UInt8(97 + made / 26 % 26)],
      flags: Int64(byte() & 7))
    guard depth < 6, made < 64 else { return unsafe schema }
    let count =
      switch format {
      case Array("+s".utf8): byte() % 4
      case Array("+r".utf8): 2
      default: format.first == UInt8(ascii: "+") ? 1 : 0
      }
    var children: [UnsafeMutablePointer<ArrowSchema>] = unsafe []
    for index in 0..<count {
      let child = unsafe field(memory, depth: depth + 1)
      if format == Array("+r".utf8), index == 0 {
        unsafe child.pointee.format = memory.text(Array(["s", "i", "l"][byte() % 3].utf8))
        unsafe child.pointee.n_children = 0
        unsafe child.pointee.dictionary = nil
      }
      if format == Array("+m".utf8) {
        unsafe child.pointee.format = memory.text(Array("+s".utf8))
        unsafe child.pointee.dictionary = nil
        unsafe memory.set(
          child,
          children: [field(memory, depth: depth + 2), field(memory, depth: depth + 2)])
      }
      unsafe children.append(child)
    }
    unsafe memory.set(schema, children: children)
    if choice % 7 == 0 { unsafe schema.pointee.dictionary = field(memory, depth: depth + 1) }
    return unsafe schema
  }

  /// A node of about `length` values, right more often than not.
  private mutating func node(_ type: ArrowType, length: Int) -> ArrowNode {
    let offset = byte() % 4 == 0 ? byte() % 5 : 0
    var node = ArrowNode(length: length, offset: offset, nullCount: byte() % 8 == 0 ? 1 : -1)
    switch byte() {
    case 255: node.length = Int.max - byte()
    case 254: node.offset = Int.max - byte()
    case 253: node.length = -byte()
    default: break
    }
    let end = length + offset
    for form in type.bufferForms { node.buffers.append(buffer(form, end: end)) }
    if type.bufferForms == [.validity, .views] {
      for _ in 0..<byte() % 3 { node.buffers.append(Buffer(copying: text(64))) }
    }
    if byte() > 250 { _ = node.buffers.popLast() }
    let parts = type.parts
    let elements =
      switch type {
      case .fixedList(_, let count): min(count, 8) * end
      case .structure: end
      default: byte() % 32
      }
    node.children = parts.children.map { self.node($0.type, length: elements) }
    node.dictionary = parts.dictionary.map { self.node($0.type, length: byte() % 8) }
    return node
  }

  private mutating func buffer(_ form: ArrowBufferForm, end: Int) -> Buffer? {
    let mode = byte()
    if form == .validity, mode < 128 { return nil }
    if mode == 255 { return nil }
    if form == .data { return Buffer(copying: (0..<byte() % 96).map { _ in UInt8(byte() % 128) }) }
    var byteCount = form.byteCount(of: end) ?? 0
    if mode == 254 { byteCount /= 2 }
    var width = 1
    switch form {
    case .values(let count), .offsets(let count): width = count
    case .views: width = 16
    default: break
    }
    var bytes: [UInt8] = []
    var last = 0
    while bytes.count < byteCount {
      if mode % 4 == 3 || width == 1 {
        bytes.append(UInt8(byte()))
      } else {
        // Small numbers; ascending ones where offsets or run ends may be meant.
        let number = byte() % 16
        last = form == .views || mode % 4 == 2 ? number : last + number % 4
        bytes += [UInt8(truncatingIfNeeded: last)] + [UInt8](repeating: 0, count: width - 1)
      }
    }
    return Buffer(copying: Array(bytes.prefix(byteCount)))
  }
}

/// Schema structures and what they point at.
@safe private final class SchemaMemory {
  private var allocations: [UnsafeMutableRawPointer] = unsafe []

  deinit {
    for index in unsafe allocations.indices { unsafe allocations[index].deallocate() }
  }

  func text(_ bytes: [UInt8]) -> UnsafePointer<CChar> {
    let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
    for (index, byte) in bytes.enumerated() { unsafe pointer[index] = CChar(bitPattern: byte) }
    unsafe pointer[bytes.count] = 0
    unsafe allocations.append(UnsafeMutableRawPointer(pointer))
    return unsafe UnsafePointer(pointer)
  }

  func schema(format: [UInt8], name: [UInt8], flags: Int64) -> UnsafeMutablePointer<ArrowSchema> {
    let schema = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
    unsafe schema.initialize(to: ArrowSchema())
    unsafe allocations.append(UnsafeMutableRawPointer(schema))
    unsafe schema.pointee.format = text(format)
    unsafe schema.pointee.name = text(name)
    unsafe schema.pointee.flags = flags
    // All structures are freed together, with this object.
    unsafe schema.pointee.release = { unsafe $0?.pointee.release = nil }
    return unsafe schema
  }

  func set(
    _ schema: UnsafeMutablePointer<ArrowSchema>, children: [UnsafeMutablePointer<ArrowSchema>]
  ) {
    let count = unsafe children.count
    let list = UnsafeMutablePointer<UnsafeMutablePointer<ArrowSchema>?>.allocate(capacity: count)
    for index in 0..<count { unsafe (list + index).initialize(to: children[index]) }
    unsafe allocations.append(UnsafeMutableRawPointer(list))
    unsafe schema.pointee.n_children = Int64(count)
    unsafe schema.pointee.children = list
  }
}
