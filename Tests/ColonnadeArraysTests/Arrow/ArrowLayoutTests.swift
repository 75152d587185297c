// The layouts in which columns leave: by default, by option, and as a consumer asks for them.

import CArrow
import ColonnadeArrays
import ColonnadeBase
import Testing

@Suite struct ArrowLayoutTests {
  static let schema = Schema([
    Field("text", .string), Field("bytes", .binary), Field("kind", .categorical(ordered: true)),
    Field("price", .decimal(precision: 9, scale: 2)),
    Field("wide", .decimal(precision: 19, scale: 2)),
    Field("list", .list(Field("element", .string))),
    Field(
      "map", .map(key: Field("key", .string, isNullable: false), value: Field("value", .binary))),
    Field("s", .structure([Field("a", .categorical(ordered: false)), Field("b", .int8)])),
    Field("v", .fixedList(Field("element", .string), count: 2)),
  ])

  /// Format strings, depth first; a dictionary's in brackets.
  static func formats(_ schema: ArrowSchema) -> String {
    var text = unsafe String(cString: schema.format)
    if let dictionary = unsafe schema.dictionary {
      text += unsafe "[" + formats(dictionary.pointee) + "]"
    }
    if unsafe schema.n_children > 0 {
      let children = unsafe (0..<Int(schema.n_children)).map {
        unsafe formats(schema.children[$0]!.pointee)
      }
      text += "(" + children.joined(separator: " ") + ")"
    }
    return text
  }

  static func formats(_ layout: ArrowLayout) throws -> String {
    var exported = unsafe ArrowSchema()
    try unsafe ArrowExport.schema(layout, to: &exported)
    defer { unsafe exported.release?(&exported) }
    return unsafe formats(exported)
  }

  static let defaultFormats: [(ArrowLayoutDefaults, String)] = [
    (
      [],
      "+s(vu vz i[u] d:9,2 d:19,2 +l(vu) +m(+s(vu vz)) +s(i[u] c) +w:2(vu))"
    ),
    (.offsets, "+s(u z i[u] d:9,2 d:19,2 +l(u) +m(+s(u z)) +s(i[u] c) +w:2(u))"),
    (.largeOffsets, "+s(U Z i[U] d:9,2 d:19,2 +l(U) +m(+s(U Z)) +s(i[U] c) +w:2(U))"),
    (
      [.plainCategoricals, .narrowDecimals],
      "+s(vu vz vu d:9,2,64 d:19,2 +l(vu) +m(+s(vu vz)) +s(vu c) +w:2(vu))"
    ),
    (.all, "+s(U Z U d:9,2,64 d:19,2 +l(U) +m(+s(U Z)) +s(U c) +w:2(U))"),
  ]

  @Test(arguments: defaultFormats)
  func defaults(defaults: ArrowLayoutDefaults, formats: String) throws {
    #expect(try Self.formats(ArrowLayout(schema: Self.schema, defaults: defaults)) == formats)
  }

  static func leaf(_ format: String, _ name: String = "") -> ForeignArray {
    ForeignArray(format: format, name: name)
  }

  static func dictionary(_ format: String, _ values: String, _ name: String = "") -> ForeignArray {
    ForeignArray(format: format, name: name, dictionary: [leaf(values)])
  }

  static func nested(
    _ format: String, _ name: String, _ children: [ForeignArray]
  ) -> ForeignArray {
    ForeignArray(format: format, name: name, children: children)
  }

  static func layout(
    _ request: [ForeignArray], _ defaults: ArrowLayoutDefaults = []
  ) throws -> ArrowLayout {
    var requested = unsafe nested("+s", "", request).schema()
    defer { unsafe requested.release?(&requested) }
    return try unsafe ArrowLayout(schema: schema, defaults: defaults, requesting: &requested)
  }

  static let request = [
    dictionary("S", "U", "text"), leaf("Z", "bytes"), leaf("u", "kind"), leaf("d:9,2,32", "price"),
    leaf("d:19,2,64", "wide"), nested("+L", "list", [leaf("U", "item")]),
    nested("+m", "map", [nested("+s", "entries", [leaf("u", "key"), leaf("z", "value")])]),
    nested("+s", "s", [dictionary("c", "vu", "a"), leaf("l", "b")]),
    nested("+w:2", "v", [leaf("u", "x")]),
  ]

  @Test func whatIsAskedForIsHonouredWhereTheValuesAreTheSame() throws {
    #expect(
      try Self.formats(Self.layout(Self.request))
        == "+s(S[U] Z u d:9,2,32 d:19,2 +L(U) +m(+s(u z)) +s(c[vu] c) +w:2(u))")
  }

  @Test func whatCannotBeHonouredIsPassedOver() throws {
    let plain = try Self.formats(ArrowLayout(schema: Self.schema, defaults: .offsets))
    let strange = [
      Self.leaf("i", "text"), Self.leaf("u", "bytes"), Self.dictionary("i", "l", "kind"),
      Self.leaf("d:8,2", "price"), Self.leaf("tiM", "wide"), Self.nested("+l", "list", []),
      Self.leaf("u", "map"), Self.nested("+s", "s", [Self.leaf("u", "a")]),
      Self.nested("+w:3", "v", [Self.leaf("u", "x")]),
    ]
    #expect(try Self.formats(Self.layout(strange, .offsets)) == plain)
    // Another number of columns, other names.
    #expect(try Self.formats(Self.layout(Array(Self.request.dropLast()), .offsets)) == plain)
    let renamed = Self.request.map { request in
      var request = request
      request.name += "?"
      return request
    }
    #expect(try Self.formats(Self.layout(renamed, .offsets)) == plain)
    var released = unsafe Self.nested("+s", "", Self.request).schema()
    unsafe released.release?(&released)
    #expect(throws: ColonnadeError.self) {
      _ = try unsafe ArrowLayout(schema: Self.schema, requesting: &released)
    }
  }

  @Test func requestedLayoutsHoldTheSameValues() throws {
    var columns: [Column] = []
    for field in Self.schema.fields {
      let builder = ColumnBuilder(field.type)
      for row in 0..<300 {
        let text = Value.string(row % 3 == 0 ? "short" : "a long text of row \(row % 90)")
        let value: Value =
          switch field.name {
          case "text", "kind": text
          case "bytes": .binary([UInt8](repeating: 7, count: row % 20))
          case "price", "wide": .decimal(Int128(row * 1000 - 9999), scale: 2)
          case "list": .list((0..<row % 4).map { _ in text })
          case "map": .map((0..<row % 3).map { (key: text, value: .binary([UInt8($0)])) })
          case "s": .structure([(name: "a", value: text), (name: "b", value: .integer(1))])
          default: .list([text, .null])
          }
        try builder.append(value: row % 7 == 0 ? .null : value)
      }
      columns.append(builder.finish())
    }
    let batch = Batch(schema: Self.schema, columns: columns, rowCount: 300).slice(5..<290)
    let back = try roundTrip(batch, Self.layout(Self.request))
    for (column, original) in zip(back.columns, batch.columns) {
      #expect(texts(column) == texts(original), "\(original.type)")
      #expect(breach(of: column) == nil)
    }
    #expect(back.schema.fields[0].type == .categorical(ordered: false))
    #expect(back.schema.fields[2].type == .string)
  }

  @Test func tooManyValuesForTheIndicesAskedForAreAnError() throws {
    let schema = Schema([Field("text", .string)])
    func export(_ index: String, distinct: Int) throws {
      let builder = ColumnBuilder(.string)
      for row in 0..<distinct { builder.append(text: "\(row)") }
      let batch = Batch(schema: schema, columns: [builder.finish()], rowCount: distinct)
      var requested = unsafe Self.nested("+s", "", [Self.dictionary(index, "u", "text")]).schema()
      defer { unsafe requested.release?(&requested) }
      let layout = try unsafe ArrowLayout(schema: schema, requesting: &requested)
      #expect(texts(try roundTrip(batch, layout).columns[0]) == texts(batch.columns[0]))
    }
    try export("c", distinct: 128)
    try export("C", distinct: 256)
    #expect { try export("c", distinct: 129) } throws: {
      ($0 as? ColonnadeError)?.kind == .limitExceeded
    }
    #expect(throws: ColonnadeError.self) { try export("C", distinct: 257) }
  }
}
