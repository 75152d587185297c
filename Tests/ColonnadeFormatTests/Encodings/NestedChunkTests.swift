// Lengths of lists, leaves below them, and values out of line.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct NestedChunkTests {
  private static func lists(
    _ count: Int, _ generator: inout SeededGenerator, nulls: NullShare, fixed: Int? = nil
  ) -> Column {
    let builder = ColumnBuilder(.list(Field("element", .float32)), capacity: count)
    for _ in 0..<count {
      if nulls == .all || (nulls == .some && generator.chance(0.3)) {
        builder.appendNull()
        continue
      }
      let length = fixed ?? (generator.chance(0.01) ? 500 : Int(generator.next() % 6))
      for _ in 0..<length {
        if nulls == .some, generator.chance(0.2) {
          builder.children[0].appendNull()
        } else {
          builder.children[0].append(fixed: Float(generator.next() % 1000))
        }
      }
      builder.appendValid()
    }
    return builder.finish()
  }

  @Test(arguments: NullShare.allCases) func listsRoundTrip(_ nulls: NullShare) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for fixed in [nil, 0, 3] {
      let count = 5000
      let column = NestedChunkTests.lists(count, &generator, nulls: nulls, fixed: fixed)
      let elements = column.children[0]
      let file = MemoryFile()
      var options = EncodingOptions()
      options.pageShift = 9
      let compression = ColumnCompression()
      let chunk = file.place(
        try ChunkEncoder.encode(
          column: column, layout: .uniform(slotsPerRow: 1), rowCount: count, options: options,
          compression: compression, largeValues: file), compression)
      let child = file.place(
        try ChunkEncoder.encode(
          column: elements, layout: .offsets(column.values), rowCount: count, options: options,
          compression: compression, largeValues: file), compression)
      let decoder = ChunkDecoder(
        shape: chunk.shape(
          column.type, rowCount: count, slotCount: count, elements: elements.count),
        pages: PageList(chunk.pages), data: file, cache: DecompressionCache())
      let childDecoder = ChunkDecoder(
        shape: child.shape(elements.type, rowCount: count, slotCount: elements.count),
        pages: PageList(child.pages), data: file, cache: DecompressionCache())

      for range in [0..<count, 100..<700, 1023..<1025, 7..<7] {
        let found = try decoder.decodeLists(slots: range)
        let expected = column.slice(range)
        #expect(found.validity.nullCount == expected.nullCount, "seed \(seed)")
        guard case .range(let slots) = found.elements else {
          Issue.record("elements of a range are a range")
          continue
        }
        let values = try childDecoder.decode(slots: slots)
        let rebuilt = Column(
          unchecked: column.type, count: range.count, nullCount: found.validity.nullCount,
          validity: found.validity.bits, values: found.offsets, children: [values])
        for index in 0..<range.count {
          let left = rebuilt.elements(at: index)
          let right = expected.elements(at: index)
          #expect(rebuilt.isNull(at: index) == expected.isNull(at: index), "seed \(seed)")
          #expect(
            ColumnSamples.firstDifference(
              values.slice(left), expected.children[0].slice(right)) == nil,
            "seed \(seed), list \(index) of \(range)")
        }
      }
      let rows = (0..<count).filter { _ in generator.chance(0.1) }.map { UInt32($0) }
      let found = try decoder.decodeLists(selection: SelectionVector(rows))
      guard case .selection(let slots) = found.elements else {
        Issue.record("elements of a selection are a selection")
        continue
      }
      let wanted = rows.flatMap { column.elements(at: Int($0)) }.map { UInt32($0) }
      #expect(slots.array == wanted, "seed \(seed)")
      let values = try childDecoder.decode(selection: slots)
      #expect(
        ColumnSamples.firstDifference(values, elements, rows: wanted.map { Int($0) }) == nil,
        "seed \(seed)")
      #expect(unsafe Int(found.offsets.unsafeValues(Int32.self)[rows.count]) == wanted.count)
    }
  }

  @Test func lengthsBeyondTheChildAreRefused() throws {
    var generator = SeededGenerator(seed: 7)
    let column = NestedChunkTests.lists(1000, &generator, nulls: .none)
    let file = MemoryFile()
    let chunk = try RoundTripTests.encode(column, EncodingOptions(), into: file)
    let decoder = ChunkDecoder(
      shape: chunk.shape(
        column.type, rowCount: 1000, slotCount: 1000, elements: column.children[0].count - 1),
      pages: PageList(chunk.pages), data: file, cache: DecompressionCache())
    #expect(throws: ColonnadeError.self) { try decoder.decodeLists(slots: 0..<1000) }
    #expect(throws: ColonnadeError.self) {
      try decoder.decodeLists(selection: SelectionVector([1, 999]))
    }
  }

  @Test func structsKeepTheirValidity() throws {
    var generator = SeededGenerator(seed: 11)
    let type = DataType.structure([Field("a", .int32)])
    let builder = ColumnBuilder(type)
    for _ in 0..<3000 {
      if generator.chance(0.4) {
        builder.appendNull()
      } else {
        builder.children[0].append(fixed: Int32(1))
        builder.appendValid()
      }
    }
    let column = builder.finish()
    let file = MemoryFile()
    let chunk = try RoundTripTests.encode(column, EncodingOptions(), into: file)
    let decoder = RoundTripTests.decoder(chunk, column, file)
    let validity = try decoder.decodeValidity(slots: 100..<2900)
    let expected = column.slice(100..<2900)
    #expect(validity.nullCount == expected.nullCount)
    #expect(validity.bits?.array == expected.validity?.array)
    let chosen = try decoder.decodeValidity(selection: SelectionVector([3, 500, 2999]))
    let nulls = [3, 500, 2999].filter { column.isNull(at: $0) }.count
    #expect(chosen.nullCount == nulls)
  }

  @Test(arguments: [EncodingProfile.fast, .balanced]) func largeValues(
    _ profile: EncodingProfile
  ) throws {
    let builder = ColumnBuilder(.string)
    for index in 0..<200 {
      if index % 9 == 4 {
        builder.appendNull()
      } else if index % 31 == 5 {
        builder.append(text: String(repeating: "large value \(index) ", count: 6000))
      } else {
        builder.append(text: "small \(index)")
      }
    }
    let column = builder.finish()
    let file = MemoryFile()
    let chunk = try RoundTripTests.encode(column, EncodingOptions(profile: profile), into: file)
    #expect(chunk.pages.contains { $0.flags.contains(.largeValues) })
    let decoder = RoundTripTests.decoder(chunk, column, file)
    #expect(
      ColumnSamples.firstDifference(try decoder.decode(slots: 0..<200), column) == nil)
    #expect(
      ColumnSamples.firstDifference(
        try decoder.decode(slots: 30..<45), column, rows: Array(30..<45)) == nil)
    let rows = [4, 5, 6, 36, 150, 160]
    let chosen = try decoder.decode(selection: SelectionVector(rows.map { UInt32($0) }))
    #expect(ColumnSamples.firstDifference(chosen, column, rows: rows) == nil)
  }

  @Test(arguments: [nil, Codec.zstd]) func trainedDictionariesAreShared(_ codec: Codec?) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let words = ["carefully", "final", "deposits", "sleep", "quickly", "bold", "requests", "above"]
    let compression = ColumnCompression()
    let file = MemoryFile()
    for round in 0..<2 {
      let builder = ColumnBuilder(.string)
      for _ in 0..<20_000 {
        let text = (0..<5).map { _ in
          words[Int(generator.next() % 8)] + String(generator.next() % 10_000)
        }
        builder.append(text: text.joined(separator: " "))
      }
      let column = builder.finish()
      var options = EncodingOptions()
      options.forcedCodec = codec
      var chunk = try ChunkEncoder.encode(
        column: column, layout: .uniform(slotsPerRow: 1), rowCount: column.count,
        options: options, compression: compression, largeValues: file)
      let encoding = codec == .zstd ? Encoding.plain : .symbols
      #expect(chunk.pages.allSatisfy { $0.encodingCode == encoding.rawValue }, "seed \(seed)")
      #expect(chunk.pages.allSatisfy { $0.compressionDictionary == 0 }, "seed \(seed)")
      #expect(chunk.storedByteCount < chunk.rawByteCount * 3 / 4, "seed \(seed)")
      #expect(compression.dictionaries.count == 1, "seed \(seed), chunk \(round)")
      chunk = file.place(chunk, compression)
      let back = try RoundTripTests.decoder(chunk, column, file).decode(slots: 0..<20_000)
      #expect(ColumnSamples.firstDifference(back, column) == nil, "seed \(seed)")
    }
  }
}
