// Few rows of much: only the blocks that hold some of them are verified, and each of those is.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct ChosenBytesTests {
  private static let rowCount = 20_000

  /// Vectors, pairs, vectors with nulls among their elements, and sentences.
  private static func batch(_ generator: inout SeededGenerator) -> Batch {
    let element = Field("element", .float32, isNullable: false)
    let fields = [
      Field("vector", .fixedList(element, count: 64), isNullable: false),
      Field("pair", .fixedList(element, count: 2)),
      Field("holes", .fixedList(Field("element", .float32), count: 5)),
      Field("sentence", .string, isNullable: false), Field("remark", .string),
    ]
    func list(_ field: Field, nulls: Double, holes: Double) -> Column {
      guard case .fixedList(let element, let length) = field.type else { preconditionFailure() }
      let floats = ColumnBuilder(element.type)
      let validity = ColumnBuilder(.bool)
      for _ in 0..<rowCount {
        let isNull = generator.chance(nulls)
        validity.append(bool: !isNull)
        for _ in 0..<length {
          if generator.chance(holes) {
            floats.appendNull()
          } else {
            floats.append(fixed: Float(bitPattern: UInt32(generator.next() % 0x3F80_0000)))
          }
        }
      }
      let valid = validity.finish()
      let nullCount = (0..<rowCount).count { ExactJSON.text(valid, $0) == "false" }
      return Column(
        unchecked: field.type, count: rowCount, nullCount: nullCount,
        validity: nullCount > 0 ? valid.values : nil, children: [floats.finish()])
    }
    let words = ["carefully", "final", "deposits", "sleep", "quickly", "bold", "requests", "the"]
    func sentences(nulls: Double) -> Column {
      let builder = ColumnBuilder(.string)
      for _ in 0..<rowCount {
        if generator.chance(nulls) {
          builder.appendNull()
        } else {
          let count = Int.random(in: 0...30, using: &generator)
          let sentence = (0..<count).map { _ in words[Int(generator.next() % 8)] }
          builder.append(text: sentence.joined(separator: " "))
        }
      }
      return builder.finish()
    }
    let columns = [
      list(fields[0], nulls: 0, holes: 0), list(fields[1], nulls: 0.1, holes: 0),
      list(fields[2], nulls: 0.1, holes: 0.1), sentences(nulls: 0), sentences(nulls: 0.2),
    ]
    return Batch(
      schema: Schema(fields).assigningIDs(), columns: columns, rowCount: rowCount)
  }

  private static func write(_ batch: Batch, _ body: (String) throws -> Void) throws {
    let path = TestFile.path("chosen")
    defer { TestFile.remove(path) }
    let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: batch.schema)
    try writer.write(rowGroup: batch)
    _ = try writer.finish()
    try body(path)
  }

  /// Whether `found` are the values of `column` at `rows`.
  private static func holds(_ found: Column, _ rows: [UInt32], of column: Column) -> Bool {
    // Vectors are compared by their bytes, which is quicker than as text.
    if case .fixedList(_, 64) = column.type {
      let slots = rows.flatMap { row in (0..<64).map { Int(row) * 64 + $0 } }
      return found.count == rows.count
        && ColumnSamples.firstDifference(found.children[0], column.children[0], rows: slots) == nil
    }
    return rows.enumerated().allSatisfy { position, row in
      ExactJSON.text(found, position) == ExactJSON.text(column, Int(row))
    }
  }

  @Test func chosenRowsAreThoseOfTheWhole() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let batch = Self.batch(&generator)
    try Self.write(batch) { path in
      for density in [0.001, 0.02, 0.4] {
        // Some blocks are verified before, some are not.
        let reader = try FileReader(path, in: PosixFileSystem.shared)
        for _ in 0..<2 {
          let rows = (0..<UInt32(Self.rowCount)).filter { _ in generator.chance(density) }
          for (index, column) in batch.columns.enumerated() {
            let found = try reader.read(
              column: index, rowGroup: 0, selection: SelectionVector(rows))
            try #require(found.count == rows.count)
            let same = Self.holds(found, rows, of: column)
            #expect(same, "seed \(seed), column \(index), density \(density)")
          }
        }
      }
    }
  }

  @Test func onlyBlocksThatHoldChosenRowsAreVerified() throws {
    var generator = SeededGenerator(seed: 5)
    let batch = Self.batch(&generator)
    try Self.write(batch) { path in
      let rows = (0..<200).map { UInt32($0 * 100 + 7) }
      for (column, most) in [
        // A vector takes 256 bytes.
        (0, 2 * rows.count),
        // The numbers of codes of all pages, then a block or two a row.
        (3, 10 + 2 * rows.count + 20),
      ] {
        let metrics = ReadMetrics()
        let reader = try FileReader(path, in: PosixFileSystem.shared, metrics: metrics)
        _ = try reader.read(column: column, rowGroup: 0, selection: SelectionVector(rows))
        let verified = metrics.verifiedBlockCount
        #expect(verified <= most, "\(verified) blocks of column \(column)")
        #expect(metrics.byteCount <= verified << 10, "column \(column)")
      }
    }
  }

  /// A damaged block that holds a chosen row is found, one that holds none stays unread.
  @Test func aDamagedBlockIsFoundWhereARowLiesInIt() throws {
    var generator = SeededGenerator(seed: 6)
    let batch = Self.batch(&generator)
    try Self.write(batch) { path in
      let bytes = try PosixFileSystem.shared.readAll(path, limit: 1 << 30).array
      let rows = (0..<UInt32(200)).map { $0 * 100 + 7 }
      for column in [0, 3] {
        var failures = 0
        var successes = 0
        for _ in 0..<60 {
          var damaged = bytes
          damaged[Int.random(in: 4_096..<bytes.count / 2, using: &generator)] ^= 1
          try TestFile.replace(path, with: damaged)
          let reader = try FileReader(path, in: PosixFileSystem.shared)
          do throws(ColonnadeError) {
            let found = try reader.read(
              column: column, rowGroup: 0, selection: SelectionVector(rows))
            #expect(Self.holds(found, rows, of: batch.columns[column]))
            successes += 1
          } catch {
            #expect(error.kind == .corrupt)
            failures += 1
          }
        }
        #expect(successes > 0)
        if column == 0 { #expect(failures > 0) }
      }
    }
  }

  /// Pages of one chunk may be said to stand anywhere: no sum and no distance of their places may trap.
  @Test func pagesThatLieFarApartThrow() throws {
    var generator = SeededGenerator(seed: 7)
    try Self.write(Self.batch(&generator)) { path in
      let reader = try FileReader(path, in: PosixFileSystem.shared)
      for offset: UInt64 in [1 << 63 + 1 << 62, .max - 1024, 1 << 62, 1 << 40] {
        for encoding in [Encoding.packed, .plain] {
          var entries = [PageEntry](repeating: PageEntry(), count: 3)
          for index in entries.indices {
            entries[index].encodingCode = encoding.rawValue
            entries[index].bitWidth = encoding == .packed ? 8 : 0
            entries[index].byteCount = encoding == .packed ? 1024 : 4096
            entries[index].firstSlot = UInt32(index * 1024)
            entries[index].offset = index == 1 ? offset : 4096
          }
          let decoder = ChunkDecoder(
            shape: ChunkShape(type: .int32, rowCount: 3072, slotCount: 3072, pageShift: 10),
            pages: PageList(entries), data: reader.data, cache: DecompressionCache())
          for rows: [UInt32] in [[5, 1029], [1029, 2053], [5, 1029, 2053]] {
            let error = #expect(throws: ColonnadeError.self) {
              _ = try decoder.decode(selection: SelectionVector(rows))
            }
            #expect(error?.kind == .corrupt, "\(encoding) at \(offset)")
          }
        }
      }
    }
  }
}
