// Bodies and entries with bytes changed: every decode throws or gives sound columns; nothing is read
// outside of what the data source handed out.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct HostilePageTests {
  static func mutate(_ entry: inout PageEntry, _ generator: inout SeededGenerator) {
    let small = UInt64.random(in: 0...70, using: &generator)
    let value = generator.chance(0.5) ? small : generator.next()
    switch Int.random(in: 0..<13, using: &generator) {
    case 0: entry.offset = generator.chance(0.5) ? value : entry.offset &+ small
    case 1: entry.byteCount = UInt32(truncatingIfNeeded: value)
    case 2: entry.encodingCode = UInt8(truncatingIfNeeded: value % 12)
    case 3: entry.codecCode = UInt8(truncatingIfNeeded: value % 3)
    case 4: entry.bitWidth = UInt8(truncatingIfNeeded: value)
    case 5: entry.frameShift = UInt8(truncatingIfNeeded: value)
    case 6: entry.base = value
    case 7: entry.firstSlot = UInt32(truncatingIfNeeded: value)
    case 8: entry.nullCount = UInt32(truncatingIfNeeded: value)
    case 9: entry.auxiliaryCount = UInt32(truncatingIfNeeded: value)
    case 11: entry.scale = UInt8(truncatingIfNeeded: value)
    case 10: entry.compressionDictionary = UInt16(truncatingIfNeeded: value)
    default: entry.flags = PageEntry.Flags(rawValue: UInt8(truncatingIfNeeded: value % 128))
    }
  }

  static func decodeAll(
    _ decoder: ChunkDecoder, _ count: Int, _ generator: inout SeededGenerator, _ comment: String
  ) {
    OffsetTextTests.compare(decoder, 0..<count, comment)
    OffsetTextTests.compare(decoder, count / 3..<count / 2, comment)
    func check(_ column: Column, _ expected: Int) {
      #expect(column.count == expected, "\(comment)")
      #expect(ColumnSamples.firstFault(column) == nil, "\(comment)")
    }
    if let all = try? decoder.decode(slots: 0..<count) { check(all, count) }
    let start = Int.random(in: 0..<count, using: &generator)
    let end = Int.random(in: start...count, using: &generator)
    if let part = try? decoder.decode(slots: start..<end) { check(part, end - start) }
    _ = try? decoder.decodeValidity(slots: start..<end)
    let share = generator.chance(0.5) ? 0.02 : 0.4
    let rows = (0..<count).filter { _ in generator.chance(share) }.map { UInt32($0) }
    let selection = SelectionVector(rows)
    if let chosen = try? decoder.decode(selection: selection) { check(chosen, rows.count) }
    _ = try? decoder.decodeValidity(selection: selection)
  }

  @Test(arguments: ColumnSamples.leafTypes)
  func mutationsNeverTrap(_ type: DataType) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("hostile pages of \(type): seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for forced in RoundTripTests.forced {
      for framing in 0..<3 {
        let file = MemoryFile(isGuarded: true)
        let shape = ValueShape.allCases.randomElement(using: &generator) ?? .runs
        let nulls: NullShare = generator.chance(0.5) ? .some : .none
        let count = generator.chance(0.5) ? 300 : 2100
        let column = ColumnSamples.column(
          type, count: count, nulls: nulls, shape: shape, &generator)
        var options = EncodingOptions()
        options.forcedEncoding = forced
        options.pageShift = generator.chance(0.5) ? 9 : nil
        options.forcesFrames = framing == 1
        options.forcedCodec = framing == 2 ? .zstd : nil
        options.frameByteCount = 256
        let chunk = try RoundTripTests.encode(column, options, into: file)
        let comment = "seed \(seed): \(type), \(forced?.name ?? "chosen"), framing \(framing)"
        // As it is, with nothing readable behind any range.
        let sound = try RoundTripTests.decoder(chunk, column, file).decode(slots: 0..<count)
        #expect(ColumnSamples.firstDifference(sound, column) == nil, "\(comment)")
        for round in 0..<12 {
          var changed = chunk
          var restore: (offset: Int, byte: UInt8)?
          if round % 2 == 0, !chunk.pages.isEmpty {
            let page = Int.random(in: 0..<chunk.pages.count, using: &generator)
            if generator.chance(0.2), var entry = chunk.dictionaryPage {
              Self.mutate(&entry, &generator)
              changed.dictionaryPage = entry
            } else {
              Self.mutate(&changed.pages[page], &generator)
            }
            if generator.chance(0.1) {
              changed.dictionaryCount = Int(generator.next() % 2_000_000)
            }
          } else if file.byteCount > 64 {
            let offset = Int.random(in: 64..<file.byteCount, using: &generator)
            restore = (
              offset,
              file.mutate(at: offset, to: UInt8(truncatingIfNeeded: generator.next()))
            )
          }
          Self.decodeAll(
            RoundTripTests.decoder(changed, column, file), count, &generator,
            "\(comment), round \(round)")
          if let restore { file.mutate(at: restore.offset, to: restore.byte) }
        }
      }
    }
  }

  /// A signed file said so; statistics were then computed by loads that want 16-byte alignment.
  @Test func wideDecimalsAtOddPlacesAreCopied() throws {
    let builder = ColumnBuilder(.decimal(precision: 38, scale: 2), capacity: 64)
    for row in 0..<64 { builder.append(fixed: Int128(row) << 70) }
    let column = builder.finish()
    let file = MemoryFile()
    var options = EncodingOptions()
    options.forcedEncoding = .plain
    var chunk = try RoundTripTests.encode(column, options, into: file)
    chunk.pages[0].offset -= 8
    let found = try RoundTripTests.decoder(chunk, column, file).decode(slots: 0..<64)
    #expect(unsafe Int(bitPattern: found.values.unsafeAddress) % 16 == 0)
    #expect(unsafe found.values.unsafeValues(Int128.self)[0] == 0)
  }

  @Test func listsOfChangedLengthsNeverTrap() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("hostile lists: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for round in 0..<400 {
      let count = 1500
      let builder = ColumnBuilder(.list(Field("element", .int8)), capacity: count)
      for _ in 0..<count {
        if generator.chance(0.1) {
          builder.appendNull()
          continue
        }
        for _ in 0..<(generator.chance(0.01) ? 300 : round % 3) {
          builder.children[0].append(fixed: Int8(1))
        }
        builder.appendValid()
      }
      let column = builder.finish()
      let file = MemoryFile(isGuarded: true)
      var options = EncodingOptions()
      options.pageShift = 9
      var chunk = try RoundTripTests.encode(column, options, into: file)
      let elements = column.children[0].count
      if round % 2 == 0 {
        let page = Int.random(in: 0..<chunk.pages.count, using: &generator)
        Self.mutate(&chunk.pages[page], &generator)
      } else {
        file.mutate(
          at: Int.random(in: 0..<file.byteCount, using: &generator),
          to: UInt8(truncatingIfNeeded: generator.next()))
      }
      let decoder = ChunkDecoder(
        shape: chunk.shape(column.type, rowCount: count, slotCount: count, elements: elements),
        pages: PageList(chunk.pages), data: file, cache: DecompressionCache())
      let rows = (0..<count).filter { _ in generator.chance(0.1) }.map { UInt32($0) }
      for found in [
        try? decoder.decodeLists(slots: 0..<count), try? decoder.decodeLists(slots: 700..<1300),
        try? decoder.decodeLists(selection: SelectionVector(rows)),
      ] {
        guard let found else { continue }
        let last = unsafe Int(found.offsets.unsafeValues(Int32.self)[found.validity.count])
        switch found.elements {
        case .range(let range):
          #expect(range.count == last && range.upperBound <= elements, "seed \(seed)")
        case .selection(let selection):
          #expect(selection.count == last, "seed \(seed)")
          #expect(selection.array.allSatisfy { Int($0) < elements }, "seed \(seed)")
        }
      }
    }
  }
}
