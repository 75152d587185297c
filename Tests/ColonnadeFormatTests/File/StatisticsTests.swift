// Bounds hold for every value, say when they are exact, and know when they know nothing.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import TestSupport
import Testing

@Suite struct StatisticsTests {
  /// Writes one column and hands its reader to `body`.
  static func with<R>(
    _ type: DataType, _ groups: [[Value]], bloom: Bool = false, zoneShift: UInt8 = 4,
    _ body: (FileReader) throws -> R
  ) throws -> R {
    let path = TestFile.path("statistics")
    defer { TestFile.remove(path) }
    let schema = Schema([Field("x", type)]).assigningIDs()
    var options = FileWriterOptions()
    options.zoneShift = zoneShift
    options.synchronizes = false
    if bloom { options.bloomFilterColumns = ["x"] }
    let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: schema, options: options)
    for values in groups {
      let builder = ColumnBuilder(type)
      for value in values { try builder.append(value: value) }
      try writer.write(
        rowGroup: Batch(schema: schema, columns: [builder.finish()], rowCount: values.count))
    }
    _ = try writer.finish()
    return try body(try FileReader(path, in: PosixFileSystem.shared))
  }

  static func text(_ bound: Statistics.Bound?) -> String {
    bound.map { "\($0.value) \($0.isExact ? "exact" : "not exact")" } ?? "none"
  }

  @Test func levelsOfIntegers() throws {
    let first = (0..<40).map { Value.integer(Int128($0)) }
    let second: [Value] = [.integer(-5), .null, .integer(7)]
    try Self.with(.int32, [first, second]) { reader in
      let file = try #require(try reader.statistics(column: 0, level: .file))
      #expect(file.count == 43 && file.nullCount == 1 && file.nanCount == 0)
      #expect(Self.text(file.minimum) == "\(Value.integer(-5)) exact")
      #expect(Self.text(file.maximum) == "\(Value.integer(39)) exact")
      #expect(!file.isAscending)
      let group = try #require(try reader.statistics(column: 0, level: .rowGroup(0)))
      #expect(group.count == 40 && group.nullCount == 0 && group.isAscending && !group.isDescending)
      let zone = try #require(try reader.statistics(column: 0, level: .zone(0, 2)))
      #expect(zone.count == 8)
      #expect(Self.text(zone.minimum) == "\(Value.integer(32)) exact")
      #expect(Self.text(zone.maximum) == "\(Value.integer(39)) exact")
      let only = try #require(try reader.statistics(column: 0, level: .zone(1, 0)))
      #expect(only.count == 3 && only.nullCount == 1)
      #expect(throws: ColonnadeError.self) {
        try reader.statistics(column: 0, level: .zone(0, 3))
      }
      #expect(throws: ColonnadeError.self) {
        try reader.statistics(column: 0, level: .rowGroup(2))
      }
    }
  }

  @Test(arguments: [DataType.float16, .float32, .float64])
  func nanAndZeros(type: DataType) throws {
    let all = [Value](repeating: .float(.nan), count: 16)
    let zeros: [Value] = (0..<16).map { .float($0 < 8 ? 0.0 : -0.0) }
    let mixed: [Value] = [.float(1), .float(.nan), .null, .float(-2)]
    try Self.with(type, [all + zeros + mixed]) { reader in
      let nan = try #require(try reader.statistics(column: 0, level: .zone(0, 0)))
      #expect(nan.nanCount == 16 && nan.minimum == nil && nan.maximum == nil)
      #expect(nan.isAscending && nan.isDescending)
      let zero = try #require(try reader.statistics(column: 0, level: .zone(0, 1)))
      guard case .float(let low) = zero.minimum?.value, case .float(let high) = zero.maximum?.value
      else {
        Issue.record("no bounds")
        return
      }
      #expect(low.sign == .minus && high.sign == .plus && low == 0 && high == 0)
      let last = try #require(try reader.statistics(column: 0, level: .zone(0, 2)))
      #expect(last.nanCount == 1 && last.nullCount == 1 && last.count == 4)
      #expect(Self.text(last.minimum) == "\(Value.float(-2)) exact")
      let whole = try #require(try reader.statistics(column: 0, level: .file))
      #expect(whole.nanCount == 17 && !whole.isAscending)
    }
  }

  @Test func longTextIsCutAndRaised() throws {
    let long = String(repeating: "a", count: 15) + "é" + "x"
    try Self.with(.string, [[.string(long), .string("b")]]) { reader in
      let known = try #require(try reader.statistics(column: 0, level: .file))
      #expect(
        Self.text(known.minimum) == "\(Value.string(String(repeating: "a", count: 15))) not exact")
      #expect(Self.text(known.maximum) == "\(Value.string("b")) exact")
    }
    try Self.with(.string, [[.string(long)]]) { reader in
      let known = try #require(try reader.statistics(column: 0, level: .file))
      let raised = String(repeating: "a", count: 14) + "b"
      #expect(Self.text(known.maximum) == "\(Value.string(raised)) not exact")
    }
    let highest = String(repeating: "\u{10FFFF}", count: 5)
    try Self.with(.string, [[.string(highest)]]) { reader in
      let known = try #require(try reader.statistics(column: 0, level: .file))
      #expect(known.minimum != nil && known.maximum == nil && known.nullCount == 0)
    }
    let bytes = [UInt8](repeating: 0xFF, count: 20)
    try Self.with(.binary, [[.binary([7] + bytes)], [.binary(bytes)]]) { reader in
      let first = try #require(try reader.statistics(column: 0, level: .rowGroup(0)))
      #expect(Self.text(first.maximum) == "\(Value.binary([8])) not exact")
      // Nothing is known above the second, so nothing above both.
      let file = try #require(try reader.statistics(column: 0, level: .file))
      #expect(file.maximum == nil)
      #expect(Self.text(file.minimum) == "\(Value.binary([7] + bytes.prefix(15))) not exact")
    }
  }

  @Test func lengthsOfLists() throws {
    let type = DataType.list(Field("element", .int64))
    let rows: [Value] = [.list([.integer(1), .integer(5)]), .null, .list([]), .list([.null])]
    try Self.with(type, [rows]) { reader in
      let lists = try #require(try reader.statistics(column: 0, level: .file))
      #expect(Self.text(lists.minimum) == "\(Value.integer(0)) exact")
      #expect(Self.text(lists.maximum) == "\(Value.integer(2)) exact")
      #expect(lists.nullCount == 1)
      let elements = try #require(try reader.statistics(column: 0, path: [0], level: .file))
      #expect(elements.count == 3 && elements.nullCount == 1)
      #expect(Self.text(elements.maximum) == "\(Value.integer(5)) exact")
      #expect(!elements.isAscending)
    }
  }

  @Test(arguments: RandomValue.types)
  func filtersHaveEveryValue(type: DataType) throws {
    var generator = SeededGenerator(seed: 11)
    let values = (0..<200).map { _ in RandomValue.of(type, nullable: true, using: &generator) }
    try Self.with(type, [values], bloom: true) { reader in
      for value in values where !value.isNull {
        let isThere = try reader.mayContain(value, column: 0, rowGroup: 0)
        #expect(isThere, "\(value)")
      }
      let problems = try reader.verify().problems
      #expect(problems.map(\.description) == [])
    }
  }

  @Test func filtersRuleMostOthersOut() throws {
    let values = (0..<5_000).map { Value.integer(Int128($0) * 7) }
    try Self.with(.int64, [values], bloom: true, zoneShift: 13) { reader in
      var passed = 0
      for number in 0..<5_000 {
        if try reader.mayContain(.integer(Int128(number) * 7 + 3), column: 0, rowGroup: 0) {
          passed += 1
        }
      }
      // About one in a hundred by construction.
      #expect(passed < 150)
      #expect(try reader.mayContain(.string("7"), column: 0, rowGroup: 0))
    }
  }

  @Test(arguments: [DataType.string, .binary, .fixedBinary(byteCount: 5)], 1...20)
  func orderAndBoundsOfBytes(type: DataType, seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let isFixed = type == .fixedBinary(byteCount: 5)
    var texts: [[UInt8]] = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
      let count = isFixed ? 5 : Int.random(in: 0...20, using: &generator)
      // Few letters, so that values share beginnings, and zeros, which padding looks like.
      let letters: [UInt8] = type == .string ? [97, 98] : [0, 97, 255]
      return (0..<count).map { _ in letters.randomElement(using: &generator) ?? 0 }
    }
    if seed % 3 == 1 { texts.sort { $0.lexicographicallyPrecedes($1) } }
    if seed % 3 == 2 { texts.sort { $1.lexicographicallyPrecedes($0) } }
    var values: [Value] = []
    for text in texts {
      if seed % 2 == 0, Int.random(in: 0..<3, using: &generator) == 0 { values.append(.null) }
      values.append(
        type == .string ? .string(String(decoding: text, as: UTF8.self)) : .binary(text))
    }
    let pairs = zip(texts, texts.dropFirst())
    let ascends = pairs.allSatisfy { !$1.lexicographicallyPrecedes($0) }
    let descends = pairs.allSatisfy { !$0.lexicographicallyPrecedes($1) }
    let sorted = texts.sorted { $0.lexicographicallyPrecedes($1) }
    try Self.with(type, [values]) { reader in
      let known = try #require(try reader.statistics(column: 0, level: .file))
      #expect(known.isAscending == ascends && known.isDescending == descends, "seed \(seed)")
      let bounds = [(known.minimum, sorted[0]), (known.maximum, sorted[sorted.count - 1])]
      for (bound, bytes) in bounds {
        #expect(bound?.isExact == (bytes.count <= 16) || bound == nil, "seed \(seed)")
        guard bytes.count <= 16 else { continue }
        let expected: Value =
          type == .string ? .string(String(decoding: bytes, as: UTF8.self)) : .binary(bytes)
        #expect(bound.map { "\($0.value)" } == "\(expected)", "seed \(seed)")
      }
      let problems = try reader.verify().problems
      #expect(problems.map(\.description) == [], "seed \(seed)")
    }
  }

  @Test(arguments: [DataType.int8, .uint16, .int32, .int64, .float16, .float32, .float64], 1...12)
  func orderOfNumbersWithNulls(type: DataType, seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    var numbers = (0..<Int.random(in: 1...300, using: &generator)).map { _ in
      // Zeros have bounds of their own.
      Int.random(in: 1..<100, using: &generator)
    }
    if seed % 3 == 1 { numbers.sort() }
    if seed % 3 == 2 { numbers.sort(by: >) }
    var values: [Value] = []
    for number in numbers {
      if seed % 2 == 0, Int.random(in: 0..<3, using: &generator) == 0 { values.append(.null) }
      values.append(GoldenCatalogue.value(type, number))
    }
    let ascends = zip(numbers, numbers.dropFirst()).allSatisfy { $0 <= $1 }
    let descends = zip(numbers, numbers.dropFirst()).allSatisfy { $0 >= $1 }
    try Self.with(type, [values]) { reader in
      let known = try #require(try reader.statistics(column: 0, level: .file))
      #expect(known.isAscending == ascends && known.isDescending == descends, "seed \(seed)")
      let least = GoldenCatalogue.value(type, numbers.min() ?? 0)
      let greatest = GoldenCatalogue.value(type, numbers.max() ?? 0)
      #expect(Self.text(known.minimum) == "\(least) exact", "seed \(seed)")
      #expect(Self.text(known.maximum) == "\(greatest) exact", "seed \(seed)")
      #expect(known.nullCount == UInt64(values.count - numbers.count))
      let problems = try reader.verify().problems
      #expect(problems.map(\.description) == [], "seed \(seed)")
    }
  }
}
