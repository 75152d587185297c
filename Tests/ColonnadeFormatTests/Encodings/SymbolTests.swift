// Symbol tables: what they cover, what they save, and what readers refuse.

import CKernels
import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct SymbolTests {
  private static func column(_ texts: [String]) -> Column {
    let builder = ColumnBuilder(.string)
    for text in texts { builder.append(text: text) }
    return builder.finish()
  }

  private static func encode(
    _ column: Column, _ compression: ColumnCompression, _ file: MemoryFile
  ) throws -> EncodedChunk {
    var options = EncodingOptions()
    options.forcedEncoding = .symbols
    return try RoundTripTests.encode(column, options, into: file, compression)
  }

  /// A table of few symbols holds the bytes of the chunk it was trained on; a later chunk may have
  /// others.
  @Test func textWithoutSymbolsIsStoredPlain() throws {
    let file = MemoryFile()
    let compression = ColumnCompression()
    let first = Self.column((0..<400).map { "abc \($0 % 7)" })
    #expect(
      try Self.encode(first, compression, file).pages.allSatisfy {
        $0.encodingCode == Encoding.symbols.rawValue
      })
    let second = Self.column((0..<400).map { "xyz ä \($0)" })
    let chunk = try Self.encode(second, compression, file)
    #expect(chunk.pages.allSatisfy { $0.encodingCode == Encoding.plain.rawValue })
    let back = try RoundTripTests.decoder(chunk, second, file).decode(slots: 0..<400)
    #expect(ColumnSamples.firstDifference(back, second) == nil)
  }

  /// Sentences of a small vocabulary take less than a third, and few rows few bytes of the file.
  @Test func sentencesShrinkAndAreReadAlone() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let words = [
      "carefully", "final", "deposits", "sleep", "quickly", "bold", "requests", "above", "the",
      "furiously", "ironic", "packages", "haggle", "according", "to", "regular",
    ]
    let texts = (0..<30_000).map { _ in
      (0..<5).map { _ in words[Int(generator.next() % 16)] }.joined(separator: " ")
    }
    let column = Self.column(texts)
    let file = MemoryFile()
    let chunk = try RoundTripTests.encode(column, EncodingOptions(), into: file)
    #expect(chunk.pages.allSatisfy { $0.encodingCode == Encoding.symbols.rawValue })
    #expect(chunk.storedByteCount * 4 < chunk.rawByteCount, "seed \(seed)")
    let rows = [3, 9_999, 29_999]
    let chosen = try RoundTripTests.decoder(chunk, column, file)
      .decode(selection: SelectionVector(rows.map { UInt32($0) }))
    #expect(ColumnSamples.firstDifference(chosen, column, rows: rows) == nil, "seed \(seed)")
  }

  /// Texts that begin alike share a few buckets of the matcher, which were searched one symbol after
  /// the other: half a million user names took a third of a second.
  @Test func textsThatBeginAlikeAreCutAtTheLongestSymbol() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    func draw(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }
    func name() -> [UInt8] { Array(("user-" + "\(1_000_000 + draw(900_000))-\(draw(100))").utf8) }
    var symbols = Set<[UInt8]>(Array("user-0123456789".utf8).map { [$0] })
    while symbols.count < 3_000 {
      let text = name()
      let start = draw(4) == 0 ? draw(text.count) : 0
      symbols.insert(Array(text[start..<min(text.count, start + 1 + draw(16))]))
    }
    let table = symbols.sorted { $0.lexicographicallyPrecedes($1) }
    var bytes: [UInt8] = []
    for symbol in table { bytes += symbol + [UInt8](repeating: 0, count: 16 - symbol.count) }
    let matcher = MutableBuffer(byteCount: colonnade_symbol_matcher_byte_count())
    unsafe colonnade_symbol_matcher_prepare(
      OpaquePointer(matcher.pointer), bytes, table.map { UInt8($0.count) }, table.count)
    let texts = (0..<2_000).map { _ in Array(name().prefix(draw(20))) }
    let column = Self.column(texts.map { String(decoding: $0, as: UTF8.self) })
    let source = SlotSource(column)
    var codes = [UInt16](repeating: 0, count: texts.reduce(0) { $0 + $1.count })
    var counts = [UInt32](repeating: 0, count: texts.count)
    let written = unsafe colonnade_symbols_encode(
      OpaquePointer(matcher.pointer), &codes, &counts, source.values, texts.count,
      source.bufferAddresses, nil, 0)
    var expected: [UInt16] = []
    let numbers = Dictionary(uniqueKeysWithValues: table.enumerated().map { ($1, UInt16($0)) })
    for text in texts {
      var rest = text[...]
      while !rest.isEmpty {
        let length = try #require(
          (1...16).last { $0 <= rest.count && numbers[Array(rest.prefix($0))] != nil })
        expected.append(try #require(numbers[Array(rest.prefix(length))]))
        rest = rest.dropFirst(length)
      }
    }
    #expect(Array(codes.prefix(written)) == expected, "seed \(seed)")
    #expect(counts.reduce(0) { $0 + Int($1) } == written)
  }

  @Test(arguments: [
    [], [1], [0, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 1, 65],
    [2, 0, 0, 0, 0x10, 65, 66], [1, 0, 0, 0, 0, 65, 66], [1, 0, 2, 0, 0, 65],
  ])
  func aTableThatIsNotOneIsRefused(_ bytes: [UInt8]) {
    #expect(throws: ColonnadeError.self) { try SymbolTable(Buffer(copying: bytes)) }
  }

  @Test func aTableIsReadAsItIsStored() throws {
    let table = try SymbolTable(
      Buffer(copying: [3, 0, 0, 0, 0x10, 0x02, 65, 66, 67, 0xC3, 0xA4, 68]))
    #expect(table.count == 3)
    #expect(table.lengths.array == [1, 2, 3])
    #expect(table.symbols.array[16..<20] == [66, 67, 0, 0])
    #expect(table.isText)
    #expect(try !SymbolTable(Buffer(copying: [1, 0, 0, 0, 0, 0xC3])).isText)
  }
}
