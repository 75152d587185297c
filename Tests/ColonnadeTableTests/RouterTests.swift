// The router: every row arrives once, in its partition, in order; memory stays below its budget.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeTable

@Suite struct RouterTests {
  private struct Row: Hashable {
    var key: String
    var number: Int
  }

  private func schema() -> Schema {
    Schema([Field("key", .string), Field("day", .date), Field("number", .int64)]).assigningIDs()
  }

  @Test func everyRowArrivesOnceInItsPartition() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let schema = schema()
    let router = try PartitionRouter(
      schema: schema, partitioning: try Partitioning(parsing: "key, month(day)", schema: schema),
      limits: .init(rowGroupRowCount: 500, rowGroupByteCount: 1 << 20, budget: 1 << 20))
    let keys: [String?] = [
      "007", "7", "a/b=c", "__HIVE_DEFAULT_PARTITION__", "", "ünïcode", nil, "NULL",
      "a value longer than any inline view", "a value longer than any inline one", "a\0b", "a",
    ]
    var groups: [RowGroupDraft] = []
    var expected: [[String]: [Int]] = [:]
    var next = 0
    for _ in 0..<40 {
      let builders = schema.fields.map { ColumnBuilder($0.type) }
      let count = Int.random(in: 0...900, using: &random)
      for _ in 0..<count {
        let key = keys[Int.random(in: 0..<keys.count, using: &random)]
        let day = Int32.random(in: -60...60, using: &random)
        try builders[0].append(value: key.map(Value.string) ?? .null)
        try builders[1].append(value: .date(day))
        builders[2].append(fixed: Int64(next))
        let month = Calendar.months(days: Int64(day))
        expected[[key.map { "'\($0)'" } ?? "NULL", "\(month)"], default: []].append(next)
        next += 1
      }
      let batch = Batch(
        schema: schema, columns: builders.map { $0.finish() }, rowCount: count)
      try router.route(batch) { groups.append($0) }
      #expect(router.bufferedByteCount <= 1 << 20)
    }
    try router.finish { groups.append($0) }
    #expect(router.bufferedByteCount == 0)
    #expect(router.partitionCount == expected.count)
    var found: [[String]: [Int]] = [:]
    for group in groups {
      #expect(group.rowCount <= 500 && group.rowCount > 0)
      let values = router.values(of: group.partition)
      let name = [values[0].isNull ? "NULL" : "'\(values[0].text)'", values[1].text]
      for row in 0..<group.rowCount {
        let key = group.columns[0].value(at: row)
        #expect((key.isNull ? "NULL" : "'\(key.text)'") == name[0])
        if case .integer(let number) = group.columns[2].value(at: row) {
          found[name, default: []].append(Int(number))
        }
      }
    }
    #expect(found == expected, "seed \(seed)")
  }

  @Test func floatsAreOnePartitionByValue() throws {
    let schema = Schema([Field("x", .float64)]).assigningIDs()
    let router = try PartitionRouter(
      schema: schema, partitioning: try Partitioning(parsing: "x", schema: schema))
    let builder = ColumnBuilder(.float64)
    let payload = Double(bitPattern: 0xFFF8_0000_0000_0001)
    for value in [0.0, -0.0, .nan, payload, 1.5] { builder.append(fixed: value) }
    builder.appendNull()
    let batch = Batch(schema: schema, columns: [builder.finish()], rowCount: 6)
    var groups: [RowGroupDraft] = []
    try router.route(batch) { groups.append($0) }
    try router.finish { groups.append($0) }
    #expect(groups.count == 4)
    // Rows keep their bits: −0 is stored as it came. NaN comes after all numbers, NULL last.
    let rows = groups.map { group in (0..<group.rowCount).map { group.columns[0].text(at: $0) } }
    #expect(groups.map(\.rowCount) == [2, 1, 2, 1], "\(rows)")
    let zeros = unsafe groups[0].columns[0].values.unsafeValues(Double.self)
    #expect(unsafe zeros[1].sign == .minus)
  }

  @Test func rowGroupsAreNoLargerThanAskedForHoweverLargeTheBatch() throws {
    let schema = Schema([Field("number", .int64)]).assigningIDs()
    let router = try PartitionRouter(
      schema: schema, partitioning: try Partitioning(parsing: "", schema: schema),
      limits: .init(rowGroupRowCount: 1_000))
    let builder = ColumnBuilder(.int64)
    for row in 0..<10_500 { builder.append(fixed: Int64(row)) }
    var counts: [Int] = []
    try router.route(Batch(schema: schema, columns: [builder.finish()], rowCount: 10_500)) {
      counts.append($0.rowCount)
    }
    try router.finish { counts.append($0.rowCount) }
    #expect(counts == [Int](repeating: 1_000, count: 10) + [500])
  }

  @Test func manyPartitionsStayWithinTheBudget() throws {
    let schema = Schema(
      [Field("key", .int32)] + (0..<20).map { Field("c\($0)", .float64) }
    ).assigningIDs()
    let budget = 24 << 20
    let router = try PartitionRouter(
      schema: schema, partitioning: try Partitioning(parsing: "key", schema: schema),
      limits: .init(budget: budget))
    var rows = 0
    var groupCount = 0
    for batchIndex in 0..<20 {
      let builders = schema.fields.map { ColumnBuilder($0.type) }
      for row in 0..<20_000 {
        builders[0].append(fixed: Int32((row &* 7919 + batchIndex) % 5000))
        for column in 1...20 { builders[column].append(fixed: Double(row * column)) }
      }
      try router.route(
        Batch(schema: schema, columns: builders.map { $0.finish() }, rowCount: 20_000)
      ) {
        rows += $0.rowCount
        groupCount += 1
      }
      #expect(router.bufferedByteCount <= budget)
    }
    #expect(groupCount > 0)
    try router.finish { rows += $0.rowCount }
    #expect(rows == 400_000)
  }

  /// Partitions that grow alike are cut long before the budget ends, and a single one when its group
  /// is full.
  @Test(arguments: [1, 8]) func partitionsShareAThirdOfTheBudget(_ partitionCount: Int) throws {
    let schema = Schema([Field("key", .int32), Field("x", .float64)]).assigningIDs()
    let budget = 12 << 20
    let router = try PartitionRouter(
      schema: schema, partitioning: try Partitioning(parsing: "key", schema: schema),
      limits: .init(
        rowGroupByteCount: 4 << 20, leastRowGroupByteCount: 64 << 10, budget: budget))
    let share = budget / 3 / partitionCount
    var most = 0
    var byteCounts: [Int] = []
    for _ in 0..<32 {
      let builders = schema.fields.map { ColumnBuilder($0.type) }
      for row in 0..<65_536 {
        builders[0].append(fixed: Int32(row % partitionCount))
        builders[1].append(fixed: Double(row))
      }
      let columns = builders.map { $0.finish() }
      try router.route(Batch(schema: schema, columns: columns, rowCount: 65_536)) {
        byteCounts.append($0.byteCount)
      }
      most = max(most, router.bufferedByteCount)
    }
    let sliceByteCount = 65_536 * 12
    #expect(most <= budget / 3 + sliceByteCount)
    #expect(byteCounts.count >= 4 * partitionCount)
    #expect(byteCounts.allSatisfy { share...share + sliceByteCount ~= $0 }, "\(byteCounts)")
  }

  @Test func sortsRows() throws {
    func order(_ type: DataType, _ values: [Value], descending: Bool = false) throws -> [UInt32] {
      let builder = ColumnBuilder(type)
      for value in values { try builder.append(value: value) }
      return RowSorter([(builder.finish(), descending)]).permutation()
        ?? (0..<UInt32(values.count)).map { $0 }
    }
    let floats: [Value] = [
      .null, .float(.nan), .float(0), .float(-.infinity), .float(-0.0), .float(2),
    ]
    #expect(try order(.float64, floats) == [3, 2, 4, 5, 1, 0])
    #expect(try order(.float64, floats, descending: true) == [1, 5, 2, 4, 3, 0])
    let texts: [Value] = ["b", "abcdefgh2", "abcdefgh1", "", "ab", "ä"].map { .string($0) }
    #expect(try order(.string, texts) == [3, 4, 2, 1, 0, 5])
    #expect(try order(.string, texts, descending: true) == [5, 0, 1, 2, 4, 3])
    let unsigned: [Value] = [.integer(Int128(UInt64.max)), .null, .integer(0)]
    #expect(try order(.uint64, unsigned) == [2, 0, 1])
    #expect(try order(.uint64, unsigned, descending: true) == [0, 2, 1])
    let decimals: [Value] = [1, -1, 1 << 70, -(1 << 70), (1 << 70) + 1].map {
      .decimal($0, scale: 0)
    }
    #expect(try order(.decimal(precision: 38, scale: 0), decimals) == [3, 1, 0, 2, 4])
  }
}
