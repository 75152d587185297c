// Chunks that are plain from end to end: written from the column's own memory.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct PlainChunkTests {
  /// Floats of random bits, which no encoding makes smaller.
  private static func noise(
    _ count: Int, nullShare: Double, using generator: inout SeededGenerator
  ) throws -> Column {
    let builder = ColumnBuilder(.float64)
    for _ in 0..<count {
      if generator.chance(nullShare) {
        builder.appendNull()
      } else {
        let bits = UInt64.random(in: 0..<0x7FF0_0000_0000_0000, using: &generator)
        try builder.append(value: .float(Double(bitPattern: bits)))
      }
    }
    return builder.finish()
  }

  @Test(arguments: [0, 0.1])
  func valuesAreNotCopied(_ nullShare: Double) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let column = try Self.noise(30_001, nullShare: nullShare, using: &generator)
    let file = MemoryFile()
    let chunk = try RoundTripTests.encode(column, EncodingOptions(), into: file)
    #expect(chunk.pages.allSatisfy { $0.encodingCode == Encoding.plain.rawValue })
    #expect(unsafe chunk.parts[0].unsafeAddress == column.values.unsafeAddress)
    #expect(chunk.parts[0].byteCount == 30_001 * 8)
    #expect(chunk.storedByteCount == chunk.byteCount)
    #expect((chunk.validityOffset ?? 0) % 64 == 0)
    #expect((chunk.validityOffset == nil) == (nullShare == 0))
    let decoder = RoundTripTests.decoder(chunk, column, file)
    #expect(
      ColumnSamples.firstDifference(try decoder.decode(slots: 0..<30_001), column) == nil,
      "seed \(seed)")
    let rows = (0..<30_001).filter { _ in generator.chance(0.01) }
    let chosen = try decoder.decode(selection: SelectionVector(rows.map { UInt32($0) }))
    #expect(ColumnSamples.firstDifference(chosen, column, rows: rows) == nil, "seed \(seed)")
  }

  /// Large runs are written past the buffer that small ones are collected in: checksums of the
  /// blocks where both meet, and of all others, have to hold.
  @Test func largeAndSmallChunksStandSideBySide() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let schema = Schema([Field("a", .int32), Field("x", .float64), Field("b", .string)])
      .assigningIDs()
    let path = TestFile.path("plain")
    defer { TestFile.remove(path) }
    // How long the file is before each write.
    let starts = Lock<[Int]>([])
    let fileSystem = FaultingFileSystem(observer: { call in
      guard call.operation == .write else { return }
      let status = try? PosixFileSystem.shared.status(of: call.path)
      starts.withLock { $0.append(status?.byteCount ?? -1) }
    })
    let writer = try FileWriter(path, in: fileSystem, schema: schema)
    var batches: [Batch] = []
    for count in [200_003, 131_072, 7, 700_001] {
      let (numbers, texts) = (ColumnBuilder(.int32), ColumnBuilder(.string))
      for row in 0..<count {
        numbers.append(fixed: Int32(truncatingIfNeeded: row &* 7919))
        texts.append(text: "\(row % 10)")
      }
      let noise = try Self.noise(count, nullShare: 0.01, using: &generator)
      let columns = [numbers.finish(), noise, texts.finish()]
      batches.append(Batch(schema: schema, columns: columns, rowCount: count))
    }
    for batch in batches { try writer.write(rowGroup: batch) }
    let summary = try writer.finish()
    #expect(try PosixFileSystem.shared.status(of: path).byteCount == summary.byteCount)
    // Pieces of 2 MiB at multiples of 2 MiB, which the system can map as one page each; then the
    // metadata.
    let pieces = Array(starts.withLock { $0.dropLast() })
    #expect(pieces == Array(stride(from: 0, to: pieces.count * 2 << 20, by: 2 << 20)))
    #expect(pieces.count >= summary.byteCount >> 21, "\(pieces.count) of \(summary.byteCount)")
    let reader = try FileReader(path, in: PosixFileSystem.shared)
    #expect(try reader.verify().isSound, "seed \(seed)")
    for (group, batch) in batches.enumerated() {
      for (index, column) in batch.columns.enumerated() {
        let back = try reader.read(column: index, rowGroup: group, rows: 0..<batch.rowCount)
        #expect(ColumnSamples.firstDifference(back, column) == nil, "seed \(seed)")
      }
    }
  }
}
