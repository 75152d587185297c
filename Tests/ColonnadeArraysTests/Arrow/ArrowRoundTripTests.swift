// What leaves through Arrow's C data interface and comes back is what it was, in every layout; and
// without a copy where the layout is the engine's own.

import CArrow
import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

/// A batch sent out and taken in again.
func roundTrip(_ batch: Batch, _ layout: ArrowLayout) throws(ColonnadeError) -> Batch {
  var schema = unsafe ArrowSchema()
  try unsafe ArrowExport.schema(layout, to: &schema)
  defer { unsafe schema.release?(&schema) }
  let reader = try unsafe ArrowBatchReader(&schema)
  var array = unsafe ArrowArray()
  try unsafe ArrowExport.batch(batch, layout: layout, to: &array)
  return try unsafe reader.batch(moving: &array)
}

@Suite struct ArrowRoundTripTests {
  static let types: [DataType] =
    RandomValue.types + [
      .int16, .uint8, .uint32, .categorical(ordered: false), .categorical(ordered: true),
      .decimal(precision: 18, scale: 18), .decimal(precision: 38, scale: 0), .time(.second),
      .time(.nanosecond), .timestamp(.nanosecond, zone: nil),
      .timestamp(.second, zone: "Asia/Tokyo"),
      .duration(.millisecond), .fixedBinary(byteCount: 16),
      .list(Field("element", .categorical(ordered: false))),
      .list(Field("element", .structure([Field("x", .decimal(precision: 5, scale: 1))]))),
      .fixedList(Field("element", .list(Field("element", .string))), count: 2),
      .map(
        key: Field("key", .int64, isNullable: false),
        value: Field("value", .list(Field("element", .binary)))),
    ]

  static func column(
    _ type: DataType, count: Int, nullable: Bool = true, using generator: inout SeededGenerator
  ) throws -> Column {
    let builder = ColumnBuilder(type)
    for _ in 0..<count {
      try builder.append(value: RandomValue.of(type, nullable: nullable, using: &generator))
    }
    return builder.finish()
  }

  @Test(arguments: types, [UInt32(0), 1, 2, 4, 8, 15])
  func valuesComeBack(type: DataType, defaults: UInt32) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("arrow round trip: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for count in [0, 1, 8, 65, 300] {
      for nullable in [true, false] {
        let whole = try Self.column(
          type, count: count, nullable: nullable, using: &generator)
        let start = Int.random(in: 0...count, using: &generator)
        for column in [whole, whole.slice(start..<count)] {
          let schema = Schema([Field("c", type)])
          let batch = Batch(schema: schema, columns: [column], rowCount: column.count)
          let layout = ArrowLayout(
            schema: schema, defaults: ArrowLayoutDefaults(rawValue: defaults))
          let back = try roundTrip(batch, layout)
          #expect(back.rowCount == column.count)
          #expect(texts(back.columns[0]) == texts(column), "seed \(seed)")
          #expect(breach(of: back.columns[0]) == nil, "seed \(seed)")
          if defaults & 4 == 0 { #expect(back.schema == schema) }
        }
      }
    }
  }

  /// Addresses of all buffers of a column that it shares with what it was made from.
  static func addresses(_ column: Column) -> [UInt] {
    var found: [UInt] = []
    for buffer in [column.validity].compactMap({ $0 }) + [column.values] + column.data {
      if buffer.byteCount > 0 { found.append(unsafe UInt(bitPattern: buffer.unsafeAddress)) }
    }
    return column.children.reduce(found) { $0 + addresses($1) }
  }

  @Test(arguments: types)
  func nothingIsCopiedWhereLayoutsAgree(type: DataType) throws {
    var generator = SeededGenerator(seed: 5)
    let column = try Self.column(type, count: 200, using: &generator)
    let schema = Schema([Field("c", type)])
    let batch = Batch(schema: schema, columns: [column], rowCount: 200)
    let back = try roundTrip(batch, ArrowLayout(schema: schema, defaults: [.narrowDecimals]))
    // Categoricals alone have no layout in common, and decimals of up to 18 digits have one here.
    if "\(type)".contains("categorical") { return }
    #expect(Self.addresses(back.columns[0]) == Self.addresses(column))
  }

  @Test func exportedBuffersAreTheColumns() throws {
    let builder = ColumnBuilder(.string)
    for text in ["short", "a text that is not inline", "short"] { builder.append(text: text) }
    builder.appendNull()
    let column = builder.finish()
    let schema = Schema([Field("c", .string)])
    var array = unsafe ArrowArray()
    try unsafe ArrowExport.batch(
      Batch(schema: schema, columns: [column], rowCount: 4), layout: ArrowLayout(schema: schema),
      to: &array)
    defer { unsafe array.release?(&array) }
    #expect(unsafe array.n_children == 1 && array.length == 4 && array.n_buffers == 1)
    let child = unsafe try #require(array.children[0]).pointee
    #expect(unsafe child.n_buffers == 4 && child.null_count == 1 && child.offset == 0)
    #expect(unsafe child.buffers[0] == column.validity?.unsafeAddress)
    #expect(unsafe child.buffers[1] == column.values.unsafeAddress)
    #expect(unsafe child.buffers[2] == column.data[0].unsafeAddress)
    #expect(
      unsafe child.buffers[3]?.load(as: Int64.self) == Int64(column.data[0].byteCount))
  }

  @Test func emptyColumnsHaveAddresses() throws {
    for type in Self.types {
      for defaults in [ArrowLayoutDefaults(), .offsets, .largeOffsets] {
        let schema = Schema([Field("c", type)])
        var array = unsafe ArrowArray()
        try unsafe ArrowExport.batch(
          Batch(schema: schema, columns: [ColumnBuilder(type).finish()], rowCount: 0),
          layout: ArrowLayout(schema: schema, defaults: defaults), to: &array)
        defer { unsafe array.release?(&array) }
        let child = unsafe try #require(array.children[0]).pointee
        for index in 1..<max(1, unsafe Int(child.n_buffers)) {
          let address = unsafe try #require(child.buffers[index], "\(type)")
          // Where offsets are, the first is there, and 0.
          #expect(unsafe address.load(as: Int32.self) == 0)
        }
      }
    }
  }

  @Test func namesMetadataAndFlagsComeBack() throws {
    let extensionType = [
      MetadataEntry("ARROW:extension:name", "arrow.uuid"),
      MetadataEntry("ARROW:extension:metadata", ""),
    ]
    let schema = Schema(
      [
        Field("", .int8), Field("ünï.\"c", .fixedBinary(byteCount: 16), metadata: extensionType),
        Field(
          "s",
          .structure([
            Field(
              "inner", .int8, isNullable: false,
              metadata: [MetadataEntry("k", "v"), MetadataEntry("k", "w")])
          ]), isNullable: false),
        Field("o", .categorical(ordered: true), isNullable: false),
      ], metadata: [MetadataEntry("pandas", "{\"ü\": 1}"), MetadataEntry("", "")])
    var exported = unsafe ArrowSchema()
    try unsafe ArrowExport.schema(ArrowLayout(schema: schema), to: &exported)
    defer { unsafe exported.release?(&exported) }
    #expect(try unsafe ArrowBatchReader(&exported).schema == schema)
    #expect(unsafe exported.children[3]?.pointee.flags == 1)
    #expect(unsafe exported.flags == 0)
  }

  @Test func aNameWithANulIsRefused() {
    let schema = Schema([Field("a", .int8), Field("b\0c", .int8)])
    var exported = unsafe ArrowSchema()
    #expect(throws: ColonnadeError.self) {
      try unsafe ArrowExport.schema(ArrowLayout(schema: schema), to: &exported)
    }
    #expect(unsafe exported.release == nil)
  }

  /// A field of a random type, nested up to `depth` levels.
  static func randomField(
    _ name: String, depth: Int, using generator: inout SeededGenerator
  ) -> Field {
    let type: DataType
    switch Int.random(in: 0..<(depth > 0 ? 8 : 4), using: &generator) {
    case 4: type = .list(randomField("element", depth: depth - 1, using: &generator))
    case 5:
      type = .fixedList(
        randomField("element", depth: depth - 1, using: &generator),
        count: Int.random(in: 1...4, using: &generator))
    case 6:
      type = .structure(
        (0..<Int.random(in: 1...4, using: &generator)).map {
          randomField("f\($0)", depth: depth - 1, using: &generator)
        })
    case 7:
      type = .map(
        key: Field("key", .string, isNullable: false),
        value: randomField("value", depth: depth - 1, using: &generator))
    default: type = types.filter { !$0.isNested }.randomElement(using: &generator) ?? .int8
    }
    return Field(name, type, isNullable: type == .null || Bool.random(using: &generator))
  }

  /// A random value of a field that keeps to nullability at every level.
  static func value(_ field: Field, using generator: inout SeededGenerator) -> Value {
    if field.isNullable, field.type == .null || Int.random(in: 0..<4, using: &generator) == 0 {
      return .null
    }
    func some(_ count: ClosedRange<Int>) -> Range<Int> {
      0..<Int.random(in: count, using: &generator)
    }
    switch field.type {
    case .list(let element):
      return .list(some(0...3).map { _ in value(element, using: &generator) })
    case .fixedList(let element, let count):
      return .list((0..<count).map { _ in value(element, using: &generator) })
    case .structure(let fields):
      return .structure(fields.map { (name: $0.name, value: value($0, using: &generator)) })
    case .map(let key, let item):
      return .map(
        some(0...3).map { _ in
          (key: value(key, using: &generator), value: value(item, using: &generator))
        })
    default: return RandomValue.of(field.type, nullable: false, using: &generator)
    }
  }

  @Test func batchesOfRandomSchemasComeBack() throws {
    for _ in 0..<60 {
      let seed = UInt64.random(in: 0...UInt64.max)
      var generator = SeededGenerator(seed: seed)
      let schema = Schema(
        (0..<Int.random(in: 0...5, using: &generator)).map {
          Self.randomField("c\($0)", depth: 3, using: &generator)
        })
      let count = Int.random(in: 0...80, using: &generator)
      let columns = try schema.fields.map { field in
        let builder = ColumnBuilder(field.type)
        for _ in 0..<count { try builder.append(value: Self.value(field, using: &generator)) }
        return builder.finish()
      }
      let start = Int.random(in: 0...count, using: &generator)
      let batch = Batch(schema: schema, columns: columns, rowCount: count).slice(start..<count)
      let defaults = ArrowLayoutDefaults(rawValue: UInt32.random(in: 0...15, using: &generator))
      let layout = ArrowLayout(schema: schema, defaults: defaults)
      let back: Batch
      do {
        back = try roundTrip(batch, layout)
      } catch {
        Issue.record("seed \(seed): \(error), \(schema)")
        continue
      }
      #expect(back.rowCount == batch.rowCount)
      for (column, original) in zip(back.columns, batch.columns) {
        #expect(texts(column) == texts(original), "seed \(seed)")
        #expect(breach(of: column) == nil, "seed \(seed)")
      }
    }
  }
}
