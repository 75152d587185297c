// What the archive profile compresses that others only pack.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct ArchiveTests {
  private static let rowCount = 150_000

  /// Keys of orders as TPC-H makes them: each comes one to seven times, eight follow one another and
  /// then 24 are left out.
  private static func keys(_ generator: inout SeededGenerator) -> Column {
    let builder = ColumnBuilder(.int64, capacity: rowCount)
    var order: Int64 = 0
    while builder.count < rowCount {
      let key = order / 8 * 32 + order % 8
      order += 1
      for _ in 0...generator.next() % 7 where builder.count < rowCount {
        builder.append(fixed: key)
      }
    }
    return builder.finish()
  }

  /// Small numbers of which some come more often.
  private static func skewed(_ limit: Int64, _ generator: inout SeededGenerator) -> Column {
    let builder = ColumnBuilder(.int32, capacity: rowCount)
    for _ in 0..<rowCount {
      let number = Double.random(in: 0..<1, using: &generator)
      builder.append(fixed: Int32(number * number * Double(limit)))
    }
    return builder.finish()
  }

  private static func check(
    _ column: Column, _ generator: inout SeededGenerator, _ comment: String
  ) throws -> EncodedChunk {
    let file = MemoryFile()
    let chunk = try RoundTripTests.encode(column, EncodingOptions(profile: .archive), into: file)
    let decoder = RoundTripTests.decoder(chunk, column, file)
    let back = try decoder.decode(slots: 0..<rowCount)
    #expect(ColumnSamples.firstDifference(back, column) == nil, "\(comment)")
    let rows = (0..<rowCount).filter { _ in generator.chance(0.001) }
    let chosen = try decoder.decode(selection: SelectionVector(rows.map { UInt32($0) }))
    #expect(ColumnSamples.firstDifference(chosen, column, rows: rows) == nil, "\(comment)")
    return chunk
  }

  /// Text that repeats far apart, more of it than a table of symbols holds, takes less in frames of
  /// megabytes than as symbols.
  @Test func textStandsInLargeFramesWhereThoseTakeLess() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let sentences = (0..<3_000).map { _ in
      (0..<60).map { _ in UInt8(ascii: "a") + UInt8(generator.next() % 26) }
    }
    let count = 40_000
    let builder = ColumnBuilder(.string, capacity: count)
    for _ in 0..<count {
      let sentence = sentences[Int(generator.next() % 3_000)]
      let start = Int(generator.next() % 20)
      unsafe sentence[start..<start + 20 + Int(generator.next() % 20)].withUnsafeBytes {
        unsafe builder.append(bytes: $0)
      }
    }
    let column = builder.finish()
    let file = MemoryFile()
    let chunk = try RoundTripTests.encode(column, EncodingOptions(profile: .archive), into: file)
    let balanced = try RoundTripTests.encode(
      column, EncodingOptions(profile: .balanced), into: MemoryFile())
    #expect(
      chunk.pages.allSatisfy {
        $0.encodingCode == Encoding.plain.rawValue && $0.codecCode == Codec.zstd.rawValue
          && $0.frameShift >= 15 && $0.bitWidth == 8
          && $0.compressionDictionary == PageEntry.noDictionary
      }, "seed \(seed): \(chunk.pages[0])")
    #expect(chunk.storedByteCount * 2 < balanced.storedByteCount, "seed \(seed)")
    let decoder = RoundTripTests.decoder(chunk, column, file)
    let back = try decoder.decode(slots: 0..<count)
    #expect(ColumnSamples.firstDifference(back, column) == nil, "seed \(seed)")
    let rows = [0, 17, 20_000, count - 1]
    let chosen = try decoder.decode(selection: SelectionVector(rows.map { UInt32($0) }))
    #expect(ColumnSamples.firstDifference(chosen, column, rows: rows) == nil, "seed \(seed)")
  }

  /// Differences of few kinds, of five bits each: zstd makes little of them, and a bit and a half of
  /// whole bytes. Plain values in frames took three times that.
  @Test func differencesAreCompressedAsBytes() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let chunk = try Self.check(Self.keys(&generator), &generator, "seed \(seed)")
    #expect(
      chunk.pages.allSatisfy {
        $0.encodingCode == Encoding.delta.rawValue && $0.codecCode == Codec.zstd.rawValue
          && $0.bitWidth == 8
      }, "seed \(seed): \(chunk.pages[0])")
    #expect(chunk.storedByteCount * 8 < Self.rowCount * 2, "seed \(seed)")
  }

  @Test(arguments: [(7, 3.0), (100, 6.6)] as [(Int64, Double)])
  func packedIntegersAreCompressedWhereSomeComeMoreOften(_ limit: Int64, _ bits: Double) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let chunk = try Self.check(Self.skewed(limit, &generator), &generator, "seed \(seed)")
    #expect(chunk.pages.allSatisfy { $0.codecCode == Codec.zstd.rawValue }, "seed \(seed)")
    #expect(
      Double(chunk.storedByteCount * 8) < 0.97 * bits * Double(Self.rowCount), "seed \(seed)")
  }
}
