// What goes in comes out: every type, encoding, share of nulls and size.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct RoundTripTests {
  static let sizes = [1, 7, 64, 1023, 1024, 1025, 8192]
  static let forced: [Encoding?] = [
    nil, .plain, .constant, .packed, .delta, .runLength, .dictionary, .decimal, .symbols, .split,
  ]

  static func encode(
    _ column: Column, _ options: EncodingOptions, into file: MemoryFile,
    _ compression: ColumnCompression = ColumnCompression()
  ) throws -> EncodedChunk {
    let chunk = try ChunkEncoder.encode(
      column: column, layout: .uniform(slotsPerRow: 1), rowCount: column.count, options: options,
      compression: compression, largeValues: file)
    return file.place(chunk, compression)
  }

  static func decoder(
    _ chunk: EncodedChunk, _ column: Column, _ file: MemoryFile
  ) -> ChunkDecoder {
    ChunkDecoder(
      shape: chunk.shape(column.type, rowCount: column.count, slotCount: column.count),
      pages: PageList(chunk.pages), data: file, cache: DecompressionCache())
  }

  private static func check(
    _ column: Column, _ options: EncodingOptions, _ generator: inout SeededGenerator,
    _ comment: String
  ) throws {
    let file = MemoryFile()
    let chunk = try encode(column, options, into: file)
    let decoder = decoder(chunk, column, file)
    let back = try decoder.decode(slots: 0..<column.count)
    #expect(ColumnSamples.firstDifference(back, column) == nil, "\(comment)")
    #expect(ColumnSamples.firstFault(back) == nil, "\(comment)")
    // A part of it.
    let start = Int.random(in: 0..<column.count, using: &generator)
    let end = Int.random(in: start...column.count, using: &generator)
    let part = try decoder.decode(slots: start..<end)
    #expect(
      ColumnSamples.firstDifference(part, column, rows: Array(start..<end)) == nil,
      "\(comment) slots \(start)..<\(end)")
    #expect(ColumnSamples.firstFault(part) == nil, "\(comment)")
    let validity = try decoder.decodeValidity(slots: start..<end)
    #expect(validity.nullCount == part.nullCount, "\(comment)")
    for share in [0.005, 0.2, 0.8] {
      let rows = (0..<column.count).filter { _ in generator.chance(share) }
      let selection = SelectionVector(rows.map { UInt32($0) })
      let chosen = try decoder.decode(selection: selection)
      #expect(
        ColumnSamples.firstDifference(chosen, column, rows: rows) == nil,
        "\(comment) selection of \(share)")
      #expect(ColumnSamples.firstFault(chosen) == nil, "\(comment)")
      let chosenValidity = try decoder.decodeValidity(selection: selection)
      #expect(chosenValidity.nullCount == chosen.nullCount, "\(comment)")
    }
  }

  @Test(arguments: ColumnSamples.leafTypes)
  func everyEncoding(_ type: DataType) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for forced in RoundTripTests.forced {
      for nulls in NullShare.allCases {
        // Another two shapes and sizes each time; the seed tells which.
        for shape in ValueShape.allCases.shuffled(using: &generator).prefix(2) {
          let size = RoundTripTests.sizes.randomElement(using: &generator) ?? 1
          let column = ColumnSamples.column(
            type, count: size, nulls: nulls, shape: shape, &generator)
          var options = EncodingOptions()
          options.forcedEncoding = forced
          options.pageShift =
            generator.chance(0.3) ? UInt8.random(in: 3...12, using: &generator) : nil
          let framing = Int.random(in: 0..<4, using: &generator)
          options.forcesFrames = framing == 1
          options.forcedCodec = framing == 2 ? .zstd : framing == 3 ? Codec.none : nil
          options.frameByteCount = [64, 512, 3072].randomElement(using: &generator) ?? 3072
          let comment =
            "seed \(seed): \(type), \(forced?.name ?? "chosen"), \(nulls), \(shape), \(size) slots, "
            + "framing \(framing), page shift \(options.pageShift.map(String.init) ?? "chosen")"
          try RoundTripTests.check(column, options, &generator, comment)
        }
      }
    }
  }

  @Test(arguments: [EncodingProfile.fast, .balanced, .archive])
  func profilesOfLargeChunks(_ profile: EncodingProfile) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for type in [DataType.int64, .float64, .string, .bool, .decimal(precision: 30, scale: 2)] {
      for shape in [ValueShape.random, .runs, .prices] {
        let column = ColumnSamples.column(
          type, count: shape == .random ? 70_000 : 10_000, nulls: .some, shape: shape, &generator)
        try RoundTripTests.check(
          column, EncodingOptions(profile: profile), &generator,
          "seed \(seed): \(type), \(profile), \(shape)")
      }
    }
  }

  /// The archive profile wrote views in place of codes, where those compressed well.
  @Test func codesOfTextInTheArchiveProfileComeBack() throws {
    let builder = ColumnBuilder(.string, capacity: 40_000)
    for row in 0..<40_000 { builder.append(text: "note \(row % 10)") }
    var generator = SeededGenerator(seed: 1)
    try RoundTripTests.check(
      builder.finish(), EncodingOptions(profile: .archive), &generator, "texts of one length")
  }
}
