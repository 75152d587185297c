// Arrays as other libraries lay them out: every layout, offsets, bitmaps that start inside a byte,
// what lies under nulls, dictionaries and runs.

import CArrow
import ColonnadeArrays
import ColonnadeBase
import Testing

@Suite struct ArrowForeignTests {
  static func ints(_ values: [Int32], offset: Int = 0, nulls: [UInt8]? = nil) -> ForeignArray {
    ForeignArray(
      format: "i", length: values.count - offset, offset: offset, buffers: [nulls, bytes(values)])
  }

  @Test func offsetsAreTakenOutOfEveryBuffer() throws {
    // 13 values, the first 3 skipped; values 4 and 9 null.
    let nulls: [UInt8] = [0b1110_1111, 0b1111_1101]
    let column = try Self.ints((0..<13).map { $0 * 10 }, offset: 3, nulls: nulls).column()
    #expect(
      texts(column)
        == ["30", "null", "50", "60", "70", "80", "null", "100", "110", "120"].map {
          $0 == "null" ? $0 : "integer(\($0))"
        })
    #expect(column.nullCount == 2)
    #expect(breach(of: column) == nil)
  }

  @Test func aWrongNullCountIsCountedAgain() throws {
    for claimed in [-1, 1, 3] {
      var array = Self.ints([1, 2, 3], nulls: [0b101])
      array.nullCount = claimed
      #expect(try array.column().nullCount == 1)
    }
    var array = Self.ints([1, 2, 3], nulls: [0b111])
    array.nullCount = 2
    let column = try array.column()
    #expect(column.nullCount == 0 && column.validity == nil)
  }

  @Test func bitsAndValuesPastTheEndAndUnderNullsBecomeZero() throws {
    let column = try Self.ints([7, 8, 9], nulls: [0b1111_1101]).column()
    #expect(column.validity?.array == [0b101])
    #expect(column.values.array == bytes([Int32(7), 0, 9]))
    var bools = ForeignArray(format: "b", length: 3, buffers: [[0b1101], [0b1111_1111]])
    #expect(try bools.column().values.array == [0b101])
    bools.offset = 1
    bools.length = 2
    #expect(texts(try bools.column()) == ["null", "bool(true)"])
  }

  @Test func misalignedValuesAreCopied() throws {
    var array = Self.ints([1, 2, 3])
    array.misalignment = 1
    let column = try array.column()
    #expect(texts(column) == ["integer(1)", "integer(2)", "integer(3)"])
    #expect(unsafe UInt(bitPattern: column.values.unsafeAddress) % 4 == 0)
    var wide = ForeignArray(
      format: "d:30,0", length: 1, buffers: [nil, bytes([Int128(5)])], misalignment: 8)
    #expect(unsafe UInt(bitPattern: try wide.column().values.unsafeAddress) % 16 == 0)
    wide.misalignment = 0
    #expect(texts(try wide.column()) == ["decimal(5, scale: 0)"])
    var text = ForeignArray(
      format: "u", length: 2, buffers: [nil, bytes([Int32(0), 2, 3]), Array("abc".utf8)])
    text.misalignment = 3
    #expect(texts(try text.column()) == ["string(\"ab\")", "string(\"c\")"])
    var list = Self.list("+l", offsets: bytes([Int32(0), 2, 3]), Self.ints([1, 2, 3]), 2)
    list.misalignment = 3
    #expect(try list.column().elements(at: 1) == 2..<3)
  }

  static let long = "a value longer than twelve"

  @Test(arguments: ["u", "U", "z", "Z"])
  func textWithOffsets(format: String) throws {
    let all = "xx" + Self.long + "ü" + Self.long
    let ends = [0, 2, 2 + 26, 28, 30, 56]
    let wide = format == "U" || format == "Z"
    let array = ForeignArray(
      format: format, length: 4, offset: 1,
      buffers: [
        [0b111_1011], wide ? bytes(ends.map(Int64.init)) : bytes(ends.map(Int32.init)),
        Array(all.utf8),
      ])
    // The value under the null has bytes, which do not count.
    let column = try array.column()
    let expected: [Value] = ["", "", "ü", Self.long].map { text in
      format.lowercased() == "u" ? .string(text) : .binary(Array(text.utf8))
    }
    #expect(column.nullCount == 1 && column.isNull(at: 1))
    #expect(texts(column)[2...] == expected.map { "\($0)" }[2...])
    #expect(
      texts(column)[0]
        == (format.lowercased() == "u"
          ? "\(Value.string(Self.long))" : "\(Value.binary(Array(Self.long.utf8)))"))
    #expect(breach(of: column) == nil)
  }

  @Test func textUnderNullsNeedNotBeUTF8() throws {
    var array = ForeignArray(
      format: "u", length: 2, buffers: [[0b01], bytes([Int32(0), 1, 3]), [65, 0xFF, 0xFE]])
    #expect(texts(try array.column()) == ["string(\"A\")", "null"])
    array.buffers[0] = [0b11]
    #expect(throws: ColonnadeError.self) { try array.column() }
  }

  @Test func paddingOfViewsBecomesZero() throws {
    let view: [UInt8] = [1, 0, 0, 0, 65, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]
    let array = ForeignArray(format: "vu", length: 1, buffers: [nil, view, bytes([Int64]())])
    #expect(try array.column().values.array == [1, 0, 0, 0, 65] + [UInt8](repeating: 0, count: 11))
  }

  static func list(
    _ format: String, offsets: [UInt8], sizes: [UInt8]? = nil, _ element: ForeignArray,
    _ length: Int, nulls: [UInt8]? = nil
  ) -> ForeignArray {
    var element = element
    element.name = "item"
    return ForeignArray(
      format: format, length: length, buffers: [nulls, offsets] + (sizes.map { [$0] } ?? []),
      children: [element])
  }

  static func lists(_ column: Column) -> [[Int]?] {
    (0..<column.count).map { row in
      guard case .list(let elements) = column.value(at: row) else { return nil }
      return elements.map { if case .integer(let value) = $0 { Int(value) } else { -1 } }
    }
  }

  @Test func listsOfEveryLayout() throws {
    let elements = Self.ints([9, 1, 2, 3, 4, 5], offset: 1)
    let expected: [[Int]?] = [[2], [], nil, [3, 4]]
    // Under the null lie elements, before the first list one more.
    for format in ["+l", "+L"] {
      let ends = [1, 2, 2, 2, 4]
      let offsets =
        format == "+l" ? bytes(ends.map(Int32.init)) : bytes(ends.map(Int64.init))
      let list = try Self.list(format, offsets: offsets, elements, 4, nulls: [0b1011]).column()
      #expect(Self.lists(list) == expected)
      #expect(breach(of: list) == nil)
      #expect(list.type == .list(Field("element", .int32)))
    }
    let hidden = try Self.list(
      "+l", offsets: bytes([Int32(1), 2, 2, 3, 5]), elements, 4, nulls: [0b1011]
    ).column()
    #expect(Self.lists(hidden) == [[2], [], nil, [4, 5]])
    #expect(breach(of: hidden) == nil)
    for format in ["+vl", "+vL"] {
      func numbers(_ values: [Int]) -> [UInt8] {
        format == "+vl" ? bytes(values.map(Int32.init)) : bytes(values.map(Int64.init))
      }
      let inOrder = try Self.list(
        format, offsets: numbers([1, 0, -5, 2]), sizes: numbers([1, 0, 99, 2]), elements, 4,
        nulls: [0b1011]
      ).column()
      #expect(Self.lists(inOrder) == expected)
      #expect(breach(of: inOrder) == nil)
      let shared = try Self.list(
        format, offsets: numbers([3, 0, 0, 4]), sizes: numbers([2, 5, 2, 1]), elements, 4
      ).column()
      #expect(Self.lists(shared) == [[4, 5], [1, 2, 3, 4, 5], [1, 2], [5]])
      #expect(breach(of: shared) == nil)
    }
  }

  @Test func nullParentsHideWhatLiesBelow() throws {
    // A field that is never null, with a null and garbage below a null struct.
    var inner = Self.ints([1, 2, 3], nulls: [0b101])
    inner.flags = 0
    inner.name = "x"
    var text = ForeignArray(
      format: "u", name: "t", flags: 0, length: 3,
      buffers: [nil, bytes([Int32(0), 1, 2, 3]), [65, 0xFF, 66]])
    let structs = ForeignArray(
      format: "+s", length: 3, buffers: [[0b101]], children: [inner, text])
    let column = try structs.column()
    #expect(column.children[0].nullCount == 1 && column.children[1].nullCount == 1)
    #expect(breach(of: column) == nil)
    // The same null where the struct is not null breaks the schema.
    var whole = structs
    whole.buffers = [nil]
    whole.children = [inner]
    #expect { try whole.column() } throws: { ($0 as? ColonnadeError)?.kind == .schemaMismatch }
    text.format = "z"
    let fixed = ForeignArray(
      format: "+w:3", length: 1, buffers: [[0]], children: [text])
    #expect(breach(of: try fixed.column()) == nil)
  }

  @Test func mapsComeInWithTheirOwnNames() throws {
    var keys = ForeignArray(
      format: "u", name: "k", length: 3, buffers: [nil, bytes([Int32(0), 1, 2, 3]), [65, 66, 67]])
    let values = Self.ints([1, 2, 3], nulls: [0b110])
    func map() -> ForeignArray {
      ForeignArray(
        format: "+m", flags: 6, length: 2, buffers: [nil, bytes([Int32(0), 1, 3])],
        children: [
          ForeignArray(
            format: "+s", name: "pairs", flags: 0, length: 3, buffers: [nil],
            children: [keys, values])
        ])
    }
    let column = try map().column()
    #expect(
      column.type
        == .map(key: Field("key", .string, isNullable: false), value: Field("value", .int32)))
    #expect(Array(column.children[0].children[1].values.array.prefix(4)) == [0, 0, 0, 0])
    keys.buffers[0] = [0b011]
    #expect { try map().column() } throws: { ($0 as? ColonnadeError)?.kind == .schemaMismatch }
  }

  static func dictionary(
    _ format: String, _ indices: [UInt8], _ length: Int, _ values: ForeignArray,
    nulls: [UInt8]? = nil, flags: Int64 = 2
  ) -> ForeignArray {
    ForeignArray(
      format: format, flags: flags, length: length, buffers: [nulls, indices], dictionary: [values])
  }

  @Test(arguments: ["c", "C", "s", "S", "i", "I", "l", "L"])
  func dictionariesOfTextAreCategoricals(format: String) throws {
    let indices = [2, 0, 1, 77, 0]
    let raw =
      switch format {
      case "c", "C": bytes(indices.map(Int8.init))
      case "s", "S": bytes(indices.map(Int16.init))
      case "i", "I": bytes(indices.map(Int32.init))
      default: bytes(indices.map(Int64.init))
      }
    // The second value is null, and so are the rows that name it.
    let values = ForeignArray(
      format: "u", length: 3,
      buffers: [[0b101], bytes([Int32(0), 26, 26, 27]), Array((Self.long + "B").utf8)])
    let column = try Self.dictionary(
      format, raw, 5, values, nulls: [0b10111], flags: 3
    ).column()
    #expect(column.type == .categorical(ordered: true))
    #expect(
      texts(column)
        == [
          "string(\"B\")", "string(\"\(Self.long)\")", "null", "null", "string(\"\(Self.long)\")",
        ])
    #expect(breach(of: column) == nil)
    for index in [Int64(3), -1] where format == "l" || format == "L" {
      let bad = Self.dictionary(format, bytes([index]), 1, values)
      #expect(throws: ColonnadeError.self) { try bad.column() }
    }
  }

  @Test func dictionariesOfOtherValuesAreSpeltOut() throws {
    let numbers = try Self.dictionary(
      "c", bytes([Int8(1), 0, 1]), 3, Self.ints([10, 20]), nulls: [0b101]
    ).column()
    #expect(numbers.type == .int32)
    #expect(texts(numbers) == ["integer(20)", "null", "integer(20)"])
    #expect(breach(of: numbers) == nil)
    let lists = try Self.dictionary(
      "c", bytes([Int8(1), 0, 1]), 3,
      Self.list("+l", offsets: bytes([Int32(0), 1, 3]), Self.ints([1, 2, 3]), 2)
    ).column()
    #expect(Self.lists(lists) == [[2, 3], [1], [2, 3]])
    let none = try Self.dictionary("c", bytes([Int8(9)]), 1, Self.ints([]), nulls: [0]).column()
    #expect(texts(none) == ["null"])
  }

  @Test(arguments: ["s", "i", "l"])
  func runsAreSpeltOut(format: String) throws {
    func runs(_ ends: [Int], length: Int, offset: Int = 0) -> ForeignArray {
      let raw =
        format == "s"
        ? bytes(ends.map(Int16.init))
        : format == "i" ? bytes(ends.map(Int32.init)) : bytes(ends.map(Int64.init))
      return ForeignArray(
        format: "+r", length: length, nullCount: 0, offset: offset,
        children: [
          ForeignArray(format: format, flags: 0, length: ends.count, buffers: [nil, raw]),
          Self.ints([5, 6, 7], nulls: [0b101]),
        ])
    }
    #expect(
      texts(try runs([2, 3, 6], length: 6).column())
        == ["integer(5)", "integer(5)", "null", "integer(7)", "integer(7)", "integer(7)"])
    let part = try runs([2, 3, 6], length: 3, offset: 1).column()
    #expect(texts(part) == ["integer(5)", "null", "integer(7)"])
    #expect(breach(of: part) == nil)
    for ends in [[2, 2, 6], [0, 3, 6], [-1, 3, 6], [3, 2, 6], [2, 3, 5]] {
      #expect(throws: ColonnadeError.self) { try runs(ends, length: 6).column() }
    }
    var endless = runs([1, 2, format == "s" ? 32_767 : 2_000_000_000], length: 2_000_000_000)
    #expect { try endless.column() } throws: { error in
      let kind = (error as? ColonnadeError)?.kind
      return format == "s" ? kind == .invalidArgument : kind == .limitExceeded
    }
    endless.flags = 0
    #expect(throws: ColonnadeError.self) { try endless.column() }
  }

  @Test func narrowAndWideDecimalsAndDates() throws {
    let decimals = [Int32(-1250), 999]
    let narrow = ForeignArray(format: "d:5,2,32", length: 2, buffers: [nil, bytes(decimals)])
    let wide = ForeignArray(
      format: "d:5,2", length: 2, buffers: [nil, bytes(decimals.map { Int128($0) })])
    let middle = ForeignArray(
      format: "d:5,2,64", length: 2, buffers: [nil, bytes(decimals.map { Int64($0) })])
    for array in [narrow, wide, middle] {
      let column = try array.column()
      #expect(column.type == .decimal(precision: 5, scale: 2))
      #expect(texts(column) == ["decimal(-1250, scale: 2)", "decimal(999, scale: 2)"])
    }
    let days = ForeignArray(
      format: "tdm", length: 2, buffers: [nil, bytes([Int64(-86_400_000), 172_800_000])])
    #expect(texts(try days.column()) == ["date(-1)", "date(2)"])
  }

  @Test(arguments: [
    ("d:5,2", bytes([Int128(100_000)])), ("d:38,0", bytes([Int128.min])),
    ("d:5,2,32", bytes([Int32.min])), ("tdm", bytes([Int64(1)])), ("tdm", bytes([Int64.max])),
    ("tts", bytes([Int32(86_400)])), ("ttu", bytes([Int64(-1)])),
  ])
  func valuesOutOfRangeAreRefused(format: String, raw: [UInt8]) throws {
    let array = ForeignArray(format: format, length: 1, buffers: [nil, raw])
    #expect { try array.column() } throws: {
      ($0 as? ColonnadeError)?.kind == .schemaMismatch
    }
    // Not looked at under a null.
    let null = ForeignArray(format: format, length: 1, buffers: [[0], raw])
    #expect(texts(try null.column()) == ["null"])
  }

  @Test func rowsWithoutColumnsCount() throws {
    let array = ForeignArray(format: "+s", length: 5, buffers: [nil])
    let batch = try array.imported()
    #expect(batch.rowCount == 5 && batch.columns.isEmpty)
  }
}
