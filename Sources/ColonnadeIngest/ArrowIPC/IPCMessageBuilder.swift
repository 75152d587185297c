// Messages and footers to be written, from fields and lists to the bytes of a flatbuffer.

import CIngest
import ColonnadeArrays
import ColonnadeBase

/// The bytes of one message, built by the C side out of structures that point into these arrays.
@safe struct IPCMessageBuilder {
  private var raw = unsafe colonnade_arrow_message()
  private var fields: [colonnade_arrow_field] = unsafe []
  private var entries: [colonnade_arrow_entry] = unsafe []
  private var nodes: [colonnade_arrow_node] = []
  private var buffers: [colonnade_arrow_buffer] = []
  private var dictionaries: [colonnade_arrow_block] = []
  private var batches: [colonnade_arrow_block] = []
  /// All texts, as places in `textBytes` until the message is built.
  private var textBytes: [UInt8] = []
  private var dictionaryCount: Int64 = 0

  /// V5.
  private static let version: Int32 = 4

  private init(_ kind: colonnade_arrow_kind) {
    unsafe raw.kind = Int32(kind.rawValue)
    unsafe raw.version = IPCMessageBuilder.version
    unsafe raw.codec = -1
  }

  /// Dictionaries are numbered in the order in which fields name them, depth first.
  static func schema(
    _ columns: [ArrowField], metadata: [MetadataEntry]
  ) throws(ColonnadeError) -> [UInt8] {
    var builder = IPCMessageBuilder(COLONNADE_ARROW_MESSAGE_SCHEMA)
    builder.add(columns, metadata)
    return try builder.bytes()
  }

  static func footer(
    _ columns: [ArrowField], metadata: [MetadataEntry], dictionaries: [colonnade_arrow_block],
    batches: [colonnade_arrow_block]
  ) throws(ColonnadeError) -> [UInt8] {
    var builder = IPCMessageBuilder(COLONNADE_ARROW_FOOTER)
    builder.add(columns, metadata)
    builder.dictionaries = dictionaries
    builder.batches = batches
    return try builder.bytes()
  }

  /// A batch, or a dictionary's values where one is named.
  static func batch(
    _ body: IPCBodyBuilder, rowCount: Int,
    dictionary: (identifier: Int64, isDelta: Bool)? = nil
  ) throws(ColonnadeError) -> [UInt8] {
    var builder = IPCMessageBuilder(
      dictionary == nil ? COLONNADE_ARROW_MESSAGE_BATCH : COLONNADE_ARROW_MESSAGE_DICTIONARY)
    unsafe builder.raw.bodyByteCount = Int64(body.byteCount)
    unsafe builder.raw.rowCount = Int64(rowCount)
    unsafe builder.raw.codec = body.compression.codec
    if let dictionary {
      unsafe builder.raw.dictionaryIdentifier = dictionary.identifier
      unsafe builder.raw.isDelta = dictionary.isDelta
    }
    builder.nodes = body.nodes
    builder.buffers = body.places
    return try builder.bytes()
  }

  private mutating func add(_ columns: [ArrowField], _ metadata: [MetadataEntry]) {
    for column in columns { add(column) }
    unsafe raw.columnCount = columns.count
    let place = add(metadata)
    unsafe raw.metadataStart = place.start
    unsafe raw.metadataCount = place.count
  }

  private mutating func add(_ metadata: [MetadataEntry]) -> (start: Int, count: Int) {
    let start = unsafe entries.count
    for entry in metadata {
      let key = unsafe text(entry.key)
      unsafe entries.append(colonnade_arrow_entry(key: key, value: text(entry.value)))
    }
    return (start, metadata.count)
  }

  /// The place of a text as an address: its offset and one, so that it is not null.
  @unsafe private mutating func text(_ text: String) -> colonnade_arrow_text {
    let offset = textBytes.count
    textBytes.append(contentsOf: text.utf8)
    return unsafe colonnade_arrow_text(
      bytes: UnsafePointer(bitPattern: offset + 1), count: textBytes.count - offset)
  }

  private mutating func add(_ field: ArrowField) {
    var raw = unsafe colonnade_arrow_field()
    unsafe raw.name = unsafe text(field.name)
    unsafe raw.isNullable = field.isNullable
    let place = add(field.metadata)
    unsafe raw.metadataStart = place.start
    unsafe raw.metadataCount = place.count
    var type = field.type
    if case .dictionary(let index, let values, let isOrdered) = type {
      unsafe raw.hasDictionary = true
      unsafe raw.dictionaryIdentifier = dictionaryCount
      unsafe raw.indexWidth = Int32(index.byteCount * 8)
      unsafe raw.indexIsSigned = index.isSigned
      unsafe raw.isOrdered = isOrdered
      dictionaryCount += 1
      type = values.type
    }
    let children = unsafe describe(type, &raw)
    unsafe raw.childCount = UInt32(children.count)
    unsafe fields.append(raw)
    for child in children { add(child) }
  }

  /// Fills in what the type says; returns the fields below it.
  @unsafe private mutating func describe(
    _ type: ArrowType, _ raw: inout colonnade_arrow_field
  ) -> [ArrowField] {
    func number(_ type: Int) { unsafe raw.type = UInt8(type) }
    switch type {
    case .null: number(COLONNADE_ARROW_NULL)
    case .bool: number(COLONNADE_ARROW_BOOL)
    case .integer(let integer):
      number(COLONNADE_ARROW_INT)
      unsafe raw.width = Int32(integer.byteCount * 8)
      unsafe raw.isSigned = integer.isSigned
    case .float(let byteCount):
      number(COLONNADE_ARROW_FLOAT)
      unsafe raw.unit = byteCount == 2 ? 0 : byteCount == 4 ? 1 : 2
    case .decimal(let precision, let scale, let byteCount):
      number(COLONNADE_ARROW_DECIMAL)
      unsafe raw.precision = Int32(precision)
      unsafe raw.scale = Int32(scale)
      unsafe raw.width = Int32(byteCount * 8)
    case .string(let bytes):
      number(
        bytes == .views
          ? COLONNADE_ARROW_UTF8_VIEW
          : bytes == .offsets(.wide) ? COLONNADE_ARROW_LARGE_UTF8 : COLONNADE_ARROW_UTF8)
    case .binary(let bytes):
      number(
        bytes == .views
          ? COLONNADE_ARROW_BINARY_VIEW
          : bytes == .offsets(.wide) ? COLONNADE_ARROW_LARGE_BINARY : COLONNADE_ARROW_BINARY)
    case .fixedBinary(let byteCount):
      number(COLONNADE_ARROW_FIXED_BINARY)
      unsafe raw.width = Int32(byteCount)
    case .date: number(COLONNADE_ARROW_DATE)
    case .dateInMilliseconds:
      number(COLONNADE_ARROW_DATE)
      unsafe raw.unit = 1
    case .time(let unit):
      number(COLONNADE_ARROW_TIME)
      unsafe raw.unit = Int32(unit.rawValue)
      unsafe raw.width = unit == .second || unit == .millisecond ? 32 : 64
    case .timestamp(let unit, let zone):
      number(COLONNADE_ARROW_TIMESTAMP)
      unsafe raw.unit = Int32(unit.rawValue)
      if let zone { unsafe raw.zone = unsafe text(zone) }
    case .duration(let unit):
      number(COLONNADE_ARROW_DURATION)
      unsafe raw.unit = Int32(unit.rawValue)
    case .list(let element, let offsets):
      number(offsets == .narrow ? COLONNADE_ARROW_LIST : COLONNADE_ARROW_LARGE_LIST)
      return [element]
    case .listView(let element, let offsets):
      number(offsets == .narrow ? COLONNADE_ARROW_LIST_VIEW : COLONNADE_ARROW_LARGE_LIST_VIEW)
      return [element]
    case .fixedList(let element, let count):
      number(COLONNADE_ARROW_FIXED_LIST)
      unsafe raw.width = Int32(count)
      return [element]
    case .structure(let fields):
      number(COLONNADE_ARROW_STRUCT)
      return fields
    case .map(let key, let value, let keysSorted):
      number(COLONNADE_ARROW_MAP)
      unsafe raw.hasSortedKeys = keysSorted
      return [ArrowField("entries", .structure([key, value]), isNullable: false)]
    case .dictionary(_, let values, _): return unsafe describe(values.type, &raw)
    case .runs(let endByteCount, let values):
      number(COLONNADE_ARROW_RUN_END_ENCODED)
      let ends = ArrowInteger(byteCount: endByteCount, isSigned: true)
      return [ArrowField("run_ends", .integer(ends), isNullable: false), values]
    }
    return []
  }

  /// - Throws: `.limitExceeded` where it would pass 2 GiB.
  private mutating func bytes() throws(ColonnadeError) -> [UInt8] {
    var written: [UInt8]?
    unsafe textBytes.withUnsafeBufferPointer { texts in
      func place(_ text: inout colonnade_arrow_text) {
        guard let place = unsafe text.bytes else { return }
        let offset = Int(bitPattern: place) - 1
        let base = unsafe texts.baseAddress.map { unsafe UnsafeRawPointer($0) + offset }
        unsafe text.bytes = unsafe base?.assumingMemoryBound(to: CChar.self)
      }
      for index in unsafe fields.indices {
        unsafe place(&fields[index].name)
        // A zone is there where its address is, and it is never empty.
        unsafe place(&fields[index].zone)
      }
      for index in unsafe entries.indices {
        unsafe place(&entries[index].key)
        unsafe place(&entries[index].value)
      }
      unsafe fields.withUnsafeBufferPointer { fields in
        unsafe entries.withUnsafeBufferPointer { entries in
          unsafe nodes.withUnsafeBufferPointer { nodes in
            unsafe buffers.withUnsafeBufferPointer { buffers in
              unsafe dictionaries.withUnsafeBufferPointer { dictionaries in
                unsafe batches.withUnsafeBufferPointer { batches in
                  var message = unsafe raw
                  unsafe message.fields = fields.baseAddress
                  unsafe message.fieldCount = fields.count
                  unsafe message.entries = entries.baseAddress
                  unsafe message.entryCount = entries.count
                  unsafe message.nodes = nodes.baseAddress
                  unsafe message.nodeCount = nodes.count
                  unsafe message.buffers = buffers.baseAddress
                  unsafe message.bufferCount = buffers.count
                  unsafe message.dictionaries = dictionaries.baseAddress
                  unsafe message.dictionaryBlockCount = dictionaries.count
                  unsafe message.batches = batches.baseAddress
                  unsafe message.batchBlockCount = batches.count
                  var count = 0
                  if let bytes = unsafe colonnade_arrow_write(&message, &count) {
                    written = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
                    unsafe colonnade_arrow_free_bytes(bytes)
                  }
                }
              }
            }
          }
        }
      }
    }
    guard let written else {
      throw ColonnadeError(
        .limitExceeded, "the metadata of an Arrow message would be too large",
        hint: "select fewer columns")
    }
    return written
  }
}
