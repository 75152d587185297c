// Random nested schemas, written from slices and read whole, in part, by selection and field by
// field; what stands below a null is null whatever it held.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import TestSupport
import Testing

@Suite struct NestedFileTests {
  /// A random type at most `depth` levels deep.
  static func type(depth: Int, using generator: inout SeededGenerator) -> DataType {
    let leaves = RandomValue.types.filter { !$0.isNested }
    guard depth > 0 else { return leaves.randomElement(using: &generator) ?? .int32 }
    func field(_ name: String) -> Field {
      Field(name, type(depth: depth - 1, using: &generator))
    }
    switch Int.random(in: 0..<6, using: &generator) {
    case 0, 1: return .list(field("element"))
    case 2: return .fixedList(field("element"), count: Int.random(in: 1...3, using: &generator))
    case 3, 4:
      let count = Int.random(in: 1...3, using: &generator)
      return .structure((0..<count).map { field("part \($0)") })
    default:
      return .map(key: Field("key", .string, isNullable: false), value: field("value"))
    }
  }

  static func texts(_ column: Column) -> [String] {
    (0..<column.count).map { ExactJSON.text(column, $0) }
  }

  /// Every path through structs from a type down.
  static func paths(_ type: DataType) -> [[Int]] {
    guard case .structure(let fields) = type else { return [[]] }
    return [[]]
      + fields.enumerated().flatMap { index, field in paths(field.type).map { [index] + $0 } }
  }

  /// The field at `path` of each value, null where a struct above is.
  static func project(_ column: Column, _ path: ArraySlice<Int>, _ row: Int) -> String {
    guard let first = path.first else { return ExactJSON.text(column, row) }
    if column.isNull(at: row) { return "null" }
    return project(column.children[first], path.dropFirst(), row)
  }

  @Test(arguments: 1...24)
  func randomSchemasComeBack(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let fields = (0..<4).map {
      Field(
        "column \($0)",
        Self.type(depth: Int.random(in: 1...4, using: &generator), using: &generator))
    }
    let schema = Schema(fields).assigningIDs()
    var options = FileWriterOptions()
    options.zoneShift = UInt8.random(in: 4...6, using: &generator)
    options.synchronizes = false
    options.encoding = EncodingOptions(profile: EncodingProfile.allCases[seed % 3])
    if seed % 2 == 0 { options.encoding.pageShift = UInt8.random(in: 0...7, using: &generator) }
    let path = TestFile.path("nested")
    defer { TestFile.remove(path) }
    let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: schema, options: options)
    var batches: [Batch] = []
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let rowCount = Int.random(in: 1...150, using: &generator)
      let columns = try fields.map { field in
        let builder = ColumnBuilder(field.type)
        for _ in 0..<rowCount + 7 {
          try builder.append(value: RandomValue.of(field.type, nullable: true, using: &generator))
        }
        // A slice, so that offsets do not start at 0.
        return builder.finish().slice(5..<rowCount + 5)
      }
      let batch = Batch(schema: schema, columns: columns, rowCount: rowCount)
      try writer.write(rowGroup: batch)
      batches.append(batch)
    }
    _ = try writer.finish()
    let reader = try FileReader(path, in: PosixFileSystem.shared)
    #expect(try reader.schema == schema, "seed \(seed)")
    for (group, batch) in batches.enumerated() {
      for (index, field) in schema.fields.enumerated() {
        let expected = batch.columns[index]
        let start = Int.random(in: 0..<batch.rowCount, using: &generator)
        let end = Int.random(in: start...batch.rowCount, using: &generator)
        let chosen = (0..<UInt32(batch.rowCount)).filter { _ in
          Int.random(in: 0..<4, using: &generator) == 0
        }
        for path in Self.paths(field.type) {
          let all = (0..<batch.rowCount).map { Self.project(expected, path[...], $0) }
          let whole = try reader.read(
            column: index, path: path, rowGroup: group, rows: 0..<batch.rowCount)
          #expect(Self.texts(whole) == all, "seed \(seed), \(field.type), path \(path)")
          let part = try reader.read(
            column: index, path: path, rowGroup: group, rows: start..<end)
          #expect(Self.texts(part) == Array(all[start..<end]), "seed \(seed), \(field.type)")
          let selected = try reader.read(
            column: index, path: path, rowGroup: group, selection: SelectionVector(chosen))
          #expect(
            Self.texts(selected) == chosen.map { all[Int($0)] }, "seed \(seed), \(field.type)")
        }
      }
    }
    #expect(try reader.verify().problems.map(\.description) == [], "seed \(seed)")
  }

  /// Columns as others hand them over: values below nulls, elements below null lists.
  @Test func whatStandsBelowNullsIsNotKept() throws {
    let numbers = ColumnBuilder(.int32)
    for value in 0..<4 { numbers.append(fixed: Int32(value)) }
    let child = numbers.finish()
    let validity = Buffer(copying: [0b0101])
    let structure = Column(
      unchecked: .structure([Field("a", .int32, isNullable: false)]), count: 4, nullCount: 2,
      validity: validity, children: [child])
    let pair = Column(
      unchecked: .fixedList(Field("element", .int32, isNullable: false), count: 2), count: 2,
      nullCount: 1, validity: Buffer(copying: [0b10]), children: [child])
    let offsets = MutableBuffer()
    for offset in [0, 2, 2, 3, 4] { offsets.append(Int32(offset)) }
    let list = Column(
      unchecked: .list(Field("element", .int32)), count: 4, nullCount: 2,
      validity: Buffer(copying: [0b1010]), values: offsets.freeze(), children: [child])
    for (column, expected) in [
      (structure, ["{\"a\": 0}", "null", "{\"a\": 2}", "null"]), (pair, ["null", "[2, 3]"]),
      (list, ["null", "[]", "null", "[3]"]),
    ] {
      let schema = Schema([Field("x", column.type)]).assigningIDs()
      let path = TestFile.path("below")
      defer { TestFile.remove(path) }
      let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: schema)
      try writer.write(
        rowGroup: Batch(schema: schema, columns: [column], rowCount: column.count))
      _ = try writer.finish()
      let reader = try FileReader(path, in: PosixFileSystem.shared)
      let found = try reader.read(column: 0, rowGroup: 0, rows: 0..<column.count)
      #expect(Self.texts(found) == expected)
      if case .structure = column.type {
        let part = try reader.read(column: 0, path: [0], rowGroup: 0, rows: 0..<4)
        #expect(Self.texts(part) == ["0", "null", "2", "null"])
      }
      #expect(try reader.verify().problems.map(\.description) == [])
    }
  }

  @Test func whatDoesNotFitTheSchemaIsRefused() throws {
    func write(_ field: Field, _ type: DataType, _ values: [Value]) throws {
      let schema = Schema([field]).assigningIDs()
      let builder = ColumnBuilder(type)
      for value in values { try builder.append(value: value) }
      let path = TestFile.path("misfit")
      defer { TestFile.remove(path) }
      let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: schema)
      let batch = Batch(
        schema: Schema([Field("x", type)]), columns: [builder.finish()], rowCount: values.count)
      try writer.write(rowGroup: batch)
    }
    let list = DataType.list(Field("element", .int32))
    for (field, type, values) in [
      (Field("x", .int32, isNullable: false), DataType.int32, [Value.integer(1), .null]),
      (Field("x", .int32), .int64, [.integer(1)]), (Field("x", .string), .binary, [.binary([7])]),
      (Field("x", .list(Field("element", .int64))), list, [.list([.integer(1)])]),
      (
        Field("x", .list(Field("element", .int32, isNullable: false))), list,
        [.list([.null, .integer(1)])]
      ),
    ] {
      let error = #expect(throws: ColonnadeError.self) { try write(field, type, values) }
      #expect(error?.kind == .schemaMismatch, "\(field.type) from \(type)")
    }
  }

  @Test func theSameRowsUnderTheSameIdAreTheSameBytes() throws {
    let golden = try #require(GoldenCatalogue.all.first { $0.name == "large-values" })
    let first = try golden.write()
    for _ in 0..<4 { #expect(try golden.write() == first) }
  }
}
