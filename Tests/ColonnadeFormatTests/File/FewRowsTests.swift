// Few rows of large pages: only the blocks that hold one are read and compared with their checksums.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct FewRowsTests {
  private static let rowCount = 40_000

  /// Integers of 20 random bits with a few that stand out, decimals, dates, codes, bits, floats,
  /// integers that ascend, and decimals of nothing else.
  private static func columns(using generator: inout SeededGenerator) throws -> [Column] {
    let (integers, decimals) = (ColumnBuilder(.int64), ColumnBuilder(.float64))
    let (nullable, texts) = (ColumnBuilder(.int32), ColumnBuilder(.string))
    let (bits, noise) = (ColumnBuilder(.bool), ColumnBuilder(.float32))
    let (ascending, prices) = (ColumnBuilder(.int64), ColumnBuilder(.float64))
    var last: Int64 = 0
    for row in 0..<rowCount {
      let value = Int64.random(in: 0..<1 << 20, using: &generator)
      integers.append(fixed: row % 4_999 == 17 ? value << 40 : value)
      decimals.append(fixed: Double(value) / 100)
      if generator.chance(0.1) {
        nullable.appendNull()
      } else {
        nullable.append(fixed: Int32(truncatingIfNeeded: value))
      }
      texts.append(text: "word \(value % 1_000)")
      try bits.append(value: .bool(value & 1 == 1))
      last += value & 0x7FFF
      ascending.append(fixed: last)
      prices.append(fixed: Double(Int64.random(in: 0..<1 << 20, using: &generator)) / 100)
      noise.append(fixed: Float(bitPattern: UInt32(truncatingIfNeeded: value &* 0x9E37)))
    }
    return [integers, decimals, nullable, texts, bits, noise, ascending, prices].map { $0.finish() }
  }

  /// A file of one row group.
  private static func write(_ columns: [Column], to path: String) throws {
    let schema = Schema(columns.enumerated().map { Field("c\($0)", $1.type) }).assigningIDs()
    let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: schema)
    try writer.write(rowGroup: Batch(schema: schema, columns: columns, rowCount: rowCount))
    _ = try writer.finish()
  }

  @Test func oneRowReadsItsBlocks() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let columns = try Self.columns(using: &generator)
    let path = TestFile.path("few")
    defer { TestFile.remove(path) }
    try Self.write(columns, to: path)
    for (index, column) in columns.enumerated() {
      for _ in 0..<20 {
        let row = Int.random(in: 0..<Self.rowCount, using: &generator)
        for rows in [row..<row + 1, max(0, row - 1_500)..<row + 1] {
          let metrics = ReadMetrics()
          let reader = try FileReader(path, in: PosixFileSystem.shared, metrics: metrics)
          let read = try reader.read(column: index, rowGroup: 0, rows: rows)
          #expect(
            ColumnSamples.firstDifference(read, column, rows: Array(rows)) == nil,
            "seed \(seed), column \(index), rows \(rows)")
          // Blocks of 1,024 values of 21 bits, patches, validity, a dictionary; of bits 8,192. Each
          // run of them may begin and end within a block of checksums.
          // What ascends is read by the page.
          let most = index == 6 ? 40 : rows.count == 1 ? 14 : 24
          #expect(
            metrics.verifiedBlockCount <= most,
            "seed \(seed), column \(index), rows \(rows): \(metrics.verifiedBlockCount) blocks")
        }
      }
    }
  }

  /// Rows far apart: of each the one or two blocks that hold its bits, asked for at once.
  @Test func chosenRowsReadTheirBlocks() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let columns = try Self.columns(using: &generator)
    let path = TestFile.path("chosen-rows")
    defer { TestFile.remove(path) }
    try Self.write(columns, to: path)
    for density in [0.001, 0.005, 0.02, 0.3] {
      // Whole pages: the last one ends within a block of integers.
      let rows = (0..<UInt32(32_768)).filter { _ in generator.chance(density) }
      let all = [rows, rows + [UInt32(Self.rowCount) - 1]]
      for (index, column) in columns.enumerated() {
        for wanted in all where !wanted.isEmpty {
          let metrics = ReadMetrics()
          let reader = try FileReader(path, in: PosixFileSystem.shared, metrics: metrics)
          let read = try reader.read(
            column: index, rowGroup: 0, selection: SelectionVector(wanted))
          #expect(
            ColumnSamples.firstDifference(read, column, rows: wanted.map { Int($0) }) == nil,
            "seed \(seed), column \(index), \(wanted.count) rows")
          guard density < 0.01, wanted == rows, let most = [5: 1, 6: 4, 7: 2][index] else {
            continue
          }
          #expect(
            metrics.verifiedBlockCount <= most * rows.count,
            "seed \(seed), column \(index), \(rows.count) rows")
          if index != 6 { #expect(metrics.requestCount == 1, "seed \(seed), column \(index)") }
        }
      }
    }
  }

  /// A damaged block that holds a bit of a chosen row is found, whatever else is damaged: what is read
  /// are the values, or an error.
  @Test func aDamagedBlockOfAChosenRowIsFound() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let columns = try Self.columns(using: &generator)
    let path = TestFile.path("damaged-rows")
    defer { TestFile.remove(path) }
    try Self.write(columns, to: path)
    let bytes = try PosixFileSystem.shared.readAll(path, limit: 1 << 30).array
    let rows = (0..<UInt32(Self.rowCount)).filter { _ in generator.chance(0.002) }
    var (failures, successes) = (0, 0)
    for _ in 0..<40 {
      // Every thirtieth block or so: each column has some of them.
      var damaged = bytes
      var at = Int.random(in: 0..<60_000, using: &generator)
      while at < bytes.count * 3 / 4 {
        damaged[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        at += Int.random(in: 1..<60_000, using: &generator)
      }
      try TestFile.replace(path, with: damaged)
      guard let reader = try? FileReader(path, in: PosixFileSystem.shared) else { continue }
      for (index, column) in columns.enumerated() {
        do throws(ColonnadeError) {
          let found = try reader.read(
            column: index, rowGroup: 0, selection: SelectionVector(rows))
          let different = ColumnSamples.firstDifference(found, column, rows: rows.map { Int($0) })
          #expect(different == nil, "seed \(seed), column \(index)")
          successes += 1
        } catch {
          #expect(error.kind == .corrupt, "seed \(seed), column \(index)")
          failures += 1
        }
      }
    }
    #expect(successes > 0 && failures > 0, "seed \(seed): \(failures) of \(successes)")
  }
}
