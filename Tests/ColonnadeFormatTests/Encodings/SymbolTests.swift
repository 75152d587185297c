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
