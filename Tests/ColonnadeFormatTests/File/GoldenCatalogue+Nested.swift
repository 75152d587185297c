// Golden files of nested columns.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

extension GoldenCatalogue {
  static let nested: [Golden] = [
    Golden(
      "nested", "lists, fixed-size lists, structs and maps, nulls and empties at every level",
      [list, lists, vector, structure, map], configure: { $0.zoneShift = 4 }),
    Golden(
      "nested-pages", "a list over several pages and zones; rows without elements",
      [longList, pairs],
      configure: {
        $0.zoneShift = 4
        $0.encoding.pageShift = 4
      }),
  ]

  private static func number(_ value: Int) -> Value { .integer(Int128(value)) }

  private static let list: (Field, [Value]) = (
    Field("list", .list(Field("element", .int32))),
    [.list([number(1), .null, number(3)]), .null, .list([]), .list([number(-4)]), .list([.null])]
  )

  private static let lists: (Field, [Value]) = {
    let type = DataType.list(Field("element", .list(Field("element", .string))))
    let values: [Value] = [
      .list([.list([.string("a"), .string("bc")]), .list([])]), .list([.null]), .null, .list([]),
      .list([.list([.null, .string("déf")])]),
    ]
    return (Field("lists", type), values)
  }()

  private static let vector: (Field, [Value]) = {
    var values: [Value] = []
    for row in 0..<5 {
      let elements: [Value] = [0, 0.25, 0.5].map { .float(Double(row) + $0) }
      values.append(row == 2 ? .null : .list(elements))
    }
    let type = DataType.fixedList(Field("element", .float32, isNullable: false), count: 3)
    return (Field("vector", type), values)
  }()

  private static let structure: (Field, [Value]) = {
    let type = DataType.structure([
      Field("a", .int64), Field("b.c", .string, isNullable: false),
      Field("d", .structure([Field("e", .bool)])),
    ])
    var values: [Value] = []
    for row in 0..<5 {
      let inner: Value = row == 0 ? .null : .structure([(name: "e", value: .bool(row > 2))])
      let a: Value = row == 1 ? .null : number(row * row)
      let whole = Value.structure([
        (name: "a", value: a), (name: "b.c", value: .string("text \(row)")),
        (name: "d", value: inner),
      ])
      values.append(row == 3 ? .null : whole)
    }
    return (Field("struct", type), values)
  }()

  private static let map: (Field, [Value]) = {
    let item = DataType.list(Field("element", .uint8))
    let type = DataType.map(
      key: Field("key", .string, isNullable: false), value: Field("value", item))
    let first = Value.map([
      (key: .string("one"), value: .list([number(1)])), (key: .string("none"), value: .null),
    ])
    let last = Value.map([(key: .string("two"), value: .list([number(1), number(2)]))])
    let empty = Value.map([(key: .string(""), value: .list([]))])
    return (Field("map", type), [first, .map([]), .null, empty, last])
  }()

  private static let longList: (Field, [Value]) = {
    var values: [Value] = []
    for row in 0..<100 {
      let count = row < 40 ? row % 4 : 0
      let elements = (0..<count).map { number(row + $0) }
      values.append(row % 9 == 4 ? .null : .list(elements))
    }
    return (Field("list", .list(Field("element", .int16))), values)
  }()

  private static let pairs: (Field, [Value]) = {
    var values: [Value] = []
    for row in 0..<100 {
      var elements: [Value] = []
      for index in 0..<row % 3 {
        elements.append(row % 7 == 5 ? .null : .list([number(row), number(index)]))
      }
      values.append(.list(elements))
    }
    let pair = DataType.fixedList(Field("element", .uint8), count: 2)
    return (Field("pairs", .list(Field("element", pair))), values)
  }()
}
