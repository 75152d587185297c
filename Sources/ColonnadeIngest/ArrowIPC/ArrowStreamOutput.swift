// Batches out as Arrow IPC: a stream, which any pipe takes, or a file, which ends in a footer. Text
// has 32-bit offsets and categoricals are dictionaries that grow, which all readers take.
// Invariant: bodies start and end at multiples of 64 bytes of the output.
// Spec: Arrow's columnar format, "Serialization and interprocess communication".

import CIngest
public import ColonnadeArrays
public import ColonnadeBase

/// Writes batches of one schema as Arrow IPC. Not safe to share between threads.
public final class ArrowStreamOutput {
  /// How the batches are framed.
  public enum Form: Sendable {
    /// Read from first to last byte; ends with a mark.
    case stream
    /// Read at any place, by the footer.
    case file
  }

  private let schema: Schema
  private let layout: ArrowLayout
  private let form: Form
  private let compression: ArrowCompression
  private let output: (Buffer) throws(ColonnadeError) -> Void
  /// One for each categorical, depth first.
  private var growths: [IPCDictionaryGrowth] = []
  private var dictionaryBlocks: [colonnade_arrow_block] = []
  private var batchBlocks: [colonnade_arrow_block] = []
  private var isFinished = false
  /// Small pieces on their way, so that not each of them is written alone.
  private var pending = MutableBuffer()

  /// Pieces from here on are not copied.
  private static let directByteCount = 64 << 10

  /// Bytes written so far.
  public private(set) var byteCount = 0

  /// Writes the schema at once.
  /// - Parameter output: gets all bytes in order; what it throws is thrown on.
  public init(
    schema: Schema, form: Form = .stream, compression: ArrowCompression = .none,
    output: @escaping (Buffer) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    self.schema = schema
    layout = ArrowLayout(schema: schema, defaults: .offsets)
    self.form = form
    self.compression = compression
    self.output = output
    for field in layout.fields { ArrowStreamOutput.countDictionaries(field.type, &growths) }
    if form == .file { try write(IPCStreamSource.fileMagic + [0, 0]) }
    _ = try write(
      try IPCMessageBuilder.schema(layout.fields, metadata: layout.metadata), body: nil)
    try flush()
  }

  private static func countDictionaries(
    _ type: ArrowType, _ growths: inout [IPCDictionaryGrowth]
  ) {
    switch type {
    case .dictionary: growths.append(IPCDictionaryGrowth())
    case .list(let element, _), .listView(let element, _), .fixedList(let element, _):
      countDictionaries(element.type, &growths)
    case .structure(let fields):
      for field in fields { countDictionaries(field.type, &growths) }
    case .map(let key, let value, _):
      countDictionaries(key.type, &growths)
      countDictionaries(value.type, &growths)
    default: break
    }
  }

  /// Writes `batch`, in several where its text is too long for 32-bit offsets.
  /// - Throws: `.schemaMismatch` where the columns are not those of the schema, besides what the
  ///   output throws.
  public func write(_ batch: Batch) throws(ColonnadeError) {
    guard !isFinished else {
      throw ColonnadeError(.invalidArgument, "the Arrow stream was finished before")
    }
    guard batch.columns.count == schema.fields.count,
      zip(batch.columns, schema.fields).allSatisfy({ $0.lies(as: $1.type) })
    else {
      throw ColonnadeError(
        .schemaMismatch, "the columns of a batch are not those of the Arrow stream")
    }
    let root: ArrowNode
    do {
      root = try ArrowExport.node(
        Batch(
          schema: batch.schema, columns: batch.columns.map { $0.compacted },
          rowCount: batch.rowCount), layout: layout)
    } catch {
      guard error.kind == .limitExceeded, batch.rowCount > 1 else { throw error }
      let middle = batch.rowCount / 2
      try write(batch.slice(0..<middle))
      try write(batch.slice(middle..<batch.rowCount))
      return
    }
    var body = IPCBodyBuilder(compression)
    var nextDictionary = 0
    for (var node, field) in zip(root.children, layout.fields) {
      try writeDictionaries(of: &node, field.type, &nextDictionary)
      try body.add(node)
    }
    let message = try IPCMessageBuilder.batch(body, rowCount: batch.rowCount)
    batchBlocks.append(try write(message, body: body))
    // Whoever reads a pipe gets each batch as soon as it is there.
    try flush()
  }

  /// Writes what dictionaries have to grow by, and renumbers the indices.
  private func writeDictionaries(
    of node: inout ArrowNode, _ type: ArrowType, _ next: inout Int
  ) throws(ColonnadeError) {
    switch type {
    case .dictionary:
      let identifier = next
      next += 1
      guard let grown = try growths[identifier].renumber(&node) else { return }
      var body = IPCBodyBuilder(compression)
      try body.add(grown.values)
      let message = try IPCMessageBuilder.batch(
        body, rowCount: grown.values.length,
        dictionary: (Int64(identifier), isDelta: grown.isDelta))
      dictionaryBlocks.append(try write(message, body: body))
    case .list(let element, _), .fixedList(let element, _):
      try writeDictionaries(of: &node.children[0], element.type, &next)
    case .structure(let fields):
      for (index, field) in fields.enumerated() {
        try writeDictionaries(of: &node.children[index], field.type, &next)
      }
    case .map(let key, let value, _):
      try writeDictionaries(of: &node.children[0], .structure([key, value]), &next)
    default: break
    }
  }

  /// Writes the mark of the end, and a file's footer.
  public func finish() throws(ColonnadeError) {
    guard !isFinished else { return }
    isFinished = true
    try write([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0])
    guard form == .file else { return try flush() }
    let footer = try IPCMessageBuilder.footer(
      layout.fields, metadata: layout.metadata, dictionaries: dictionaryBlocks,
      batches: batchBlocks)
    try write(footer)
    let count = UInt32(footer.count)
    try write((0..<4).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) })
    try write(IPCStreamSource.fileMagic)
    try flush()
  }

  // MARK: bytes

  private func write(_ bytes: [UInt8]) throws(ColonnadeError) {
    pending.append(bytes)
    byteCount += bytes.count
    if pending.byteCount >= ArrowStreamOutput.directByteCount { try flush() }
  }

  private func write(_ buffer: Buffer) throws(ColonnadeError) {
    byteCount += buffer.byteCount
    guard buffer.byteCount >= ArrowStreamOutput.directByteCount else {
      unsafe pending.append(buffer.unsafeBytes)
      extendLifetime(buffer)
      if pending.byteCount >= ArrowStreamOutput.directByteCount { try flush() }
      return
    }
    try flush()
    try output(buffer)
  }

  private func flush() throws(ColonnadeError) {
    guard pending.byteCount > 0 else { return }
    let bytes = pending.freeze()
    pending = MutableBuffer(capacity: ArrowStreamOutput.directByteCount)
    try output(bytes)
  }

  /// One message: mark, length, flatbuffer, padding, body.
  private func write(
    _ message: [UInt8], body: IPCBodyBuilder?
  ) throws(ColonnadeError) -> colonnade_arrow_block {
    let start = byteCount
    let end = IPCBodyBuilder.padded(start + 8 + message.count)
    let length = UInt32(end - start - 8)
    var bytes: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
    for index in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: length >> (index * 8))) }
    bytes += message
    bytes += [UInt8](repeating: 0, count: end - start - bytes.count)
    try write(bytes)
    if let body {
      for buffer in body.buffers {
        try write(buffer)
        let padding = IPCBodyBuilder.padded(buffer.byteCount) - buffer.byteCount
        if padding > 0 { try write([UInt8](repeating: 0, count: padding)) }
      }
    }
    return colonnade_arrow_block(
      offset: Int64(start), metadataByteCount: Int32(end - start),
      bodyByteCount: Int64(body?.byteCount ?? 0))
  }
}

extension Column {
  /// Whether the values lie as those of `type` do, at every level.
  fileprivate func lies(as type: DataType) -> Bool {
    let parts = type.children
    return self.type.physical == type.physical && children.count == parts.count
      && zip(children, parts).allSatisfy { $0.lies(as: $1.type) }
  }

  /// The same values with lists that start at offset 0 and elements that all belong to a list: a
  /// slice of a few lists does not carry the elements of the others.
  fileprivate var compacted: Column {
    switch type.physical {
    case .list:
      let offsets = unsafe values.unsafeValues(Int32.self)
      let first = unsafe Int(offsets[0])
      let last = unsafe Int(offsets[count])
      let child = children[0].slice(first..<last).compacted
      guard first > 0 else {
        return with(values: values, children: [child])
      }
      let target = MutableBuffer(byteCount: (count + 1) * 4)
      let moved = unsafe target.pointer.assumingMemoryBound(to: Int32.self)
      for index in 0...count { unsafe moved[index] = offsets[index] - Int32(first) }
      return with(values: target.freeze(), children: [child])
    case .fixedList, .structure:
      return with(values: values, children: children.map(\.compacted))
    default: return self
    }
  }

  private func with(values: Buffer, children: [Column]) -> Column {
    Column(
      unchecked: type, count: count, nullCount: nullCount, validity: validity, values: values,
      data: data, children: children)
  }
}
