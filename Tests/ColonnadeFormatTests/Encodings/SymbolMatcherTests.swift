// Cutting text into symbols, beside a search that tries every length.

import CKernels
import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct SymbolMatcherTests {
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
    let texts = (0..<2_000).map { _ in Array(name().prefix(draw(20))) }
    try SymbolCut(symbols).check(texts, "seed \(seed)")
  }

  /// What lanes of the matcher hold where they hold no symbol, those for one another backwards.
  private static let nowhere: [UInt8] = [0xF7, 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE]

  /// Few bytes make symbols that are alike, of all lengths, with zeros at their ends.
  @Test(arguments: [[0, 1], [0, 65, 255], nowhere, Array(0...255)])
  func bytesOfAnyKindAreCutAtTheLongestSymbol(_ alphabet: [UInt8]) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    func draw(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }
    func text(_ count: Int) -> [UInt8] {
      alphabet.contains(0xF7) && draw(3) == 0
        ? Array((Self.nowhere + Self.nowhere).prefix(count))
        : (0..<count).map { _ in alphabet[draw(alphabet.count)] }
    }
    var symbols = Set(alphabet.map { [$0] })
    for _ in 0..<(1 + draw(3_500)) { symbols.insert(text(1 + draw(16))) }
    let known = Array(symbols)
    // Made of symbols for the most part, so that long ones come up.
    let texts = (0..<1_500).map { _ in
      (0..<draw(6)).flatMap { _ in draw(4) == 0 ? text(1 + draw(3)) : known[draw(known.count)] }
    }
    try SymbolCut(symbols).check(texts, "seed \(seed)")
  }

  @Test(arguments: [nowhere, nowhere.reversed()], [1, 3, 7, 8, 9, 11, 12, 13, 15])
  func aTextThatLanesWithoutSymbolHoldIsCutAsAnyOther(_ half: [UInt8], _ length: Int) throws {
    let text = half + half
    let singles = Set(half.map { [$0] })
    let prefix = Array(text.prefix(length))
    try SymbolCut(singles).check([text, text + text, prefix], "singles")
    try SymbolCut(singles.union([prefix])).check([text, text + text], "one more")
  }

  /// Symbols that begin alike: as many as one group of lanes holds, as some hold, and as are looked up.
  @Test(arguments: [1, 7, 8, 9, 16, 17, 32, 33, 64, 200], [3, 8, 12])
  func bucketsOfAllSizesHoldTheirSymbols(_ count: Int, _ prefixLength: Int) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let prefix = Array("abcdefghijkl".utf8.prefix(prefixLength))
    let longest = prefixLength == 3 ? 7 : prefixLength == 8 ? 11 : 16
    var symbols = Set<[UInt8]>((97...122).map { [$0] })
    while symbols.count < 26 + count {
      let length = Int(generator.next() % UInt64(longest - prefixLength)) + 1
      symbols.insert(prefix + (0..<length).map { _ in UInt8(97 + generator.next() % 26) })
    }
    let known = Array(symbols)
    let texts = (0..<400).map { _ in
      let symbol = known[Int(generator.next() % UInt64(known.count))]
      return symbol.dropLast(Int(generator.next() % 2)) + prefix
    }
    try SymbolCut(symbols).check(texts, "seed \(seed)")
  }

  /// Values that are longer than what is cut at a time, between others; and none of all.
  @Test func valuesOfAllLengthsAreCutAtTheLongestSymbol() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    func text(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(97 + generator.next() % 3) } }
    var symbols = Set<[UInt8]>([[97], [98], [99]])
    for count in 2...16 { for _ in 0..<40 { symbols.insert(text(count)) } }
    let cut = SymbolCut(symbols)
    let lengths = [0, 1, 12, 13, 15, 16, 17, 63, 64, 65, 32_752, 32_767, 32_768, 32_769, 70_000]
    try cut.check(lengths.map(text), "seed \(seed)")
    try cut.check(lengths.reversed().flatMap { [text($0), text(0), text(20)] }, "seed \(seed)")
    try cut.check([text(32_700)] + (0..<5_000).map { text($0 % 3) }, "seed \(seed)")
    try cut.check([], "none")
  }

  @Test func aByteWithoutSymbolIsToldApart() {
    let cut = SymbolCut([[97], [97, 98, 99], [98]])
    #expect(cut.codes([[97, 98, 99, 97, 98]]) != nil)
    #expect(cut.codes([[97, 98, 97, 99]]) == nil)
    #expect(cut.codes([[UInt8](repeating: 97, count: 40_000) + [99]]) == nil)
  }

  @Test func nullsHaveNoCodes() throws {
    let cut = SymbolCut([[97], [98]])
    let texts: [[UInt8]] = [[97, 98], [97], [98, 98, 98], [97]]
    for firstBit in [0, 5, 11] {
      let valid = UInt32(0b1001) << UInt32(firstBit)
      let bits = (0..<4).map { UInt8(truncatingIfNeeded: valid >> (8 * $0)) }
      let found = try #require(cut.codes(texts, valid: bits, firstBit: firstBit))
      #expect(found.counts == [2, 0, 0, 1])
      #expect(found.codes.count == 3)
    }
  }
}

/// A matcher, and what it has to find.
private struct SymbolCut {
  private let matcher = MutableBuffer(byteCount: colonnade_symbol_matcher_byte_count())
  private let numbers: [[UInt8]: UInt16]

  init(_ symbols: Set<[UInt8]>) {
    let table = symbols.sorted { $0.lexicographicallyPrecedes($1) }
    var bytes: [UInt8] = []
    for symbol in table { bytes += symbol + [UInt8](repeating: 0, count: 16 - symbol.count) }
    unsafe colonnade_symbol_matcher_prepare(
      OpaquePointer(matcher.pointer), bytes, table.map { UInt8($0.count) }, table.count)
    numbers = Dictionary(uniqueKeysWithValues: table.enumerated().map { ($1, UInt16($0)) })
  }

  /// - Returns: nil where a byte has no symbol.
  func codes(
    _ texts: [[UInt8]], valid: [UInt8]? = nil, firstBit: Int = 0
  ) -> (codes: [UInt16], counts: [UInt32])? {
    let builder = ColumnBuilder(.binary)
    for text in texts { unsafe text.withUnsafeBytes { unsafe builder.append(bytes: $0) } }
    let source = SlotSource(builder.finish())
    var codes = [UInt16](repeating: 0, count: texts.reduce(0) { $0 + $1.count })
    var counts = [UInt32](repeating: .max, count: texts.count)
    let written = unsafe colonnade_symbols_encode(
      OpaquePointer(matcher.pointer), &codes, &counts, source.values, texts.count,
      source.bufferAddresses, valid, firstBit)
    return written < 0 ? nil : (Array(codes.prefix(written)), counts)
  }

  func check(_ texts: [[UInt8]], _ comment: String) throws {
    var expected: (codes: [UInt16], counts: [UInt32]) = ([], [])
    for text in texts {
      let before = expected.codes.count
      var at = 0
      while at < text.count {
        let length = try #require(
          (1...min(16, text.count - at)).last { numbers[Array(text[at..<at + $0])] != nil })
        expected.codes.append(try #require(numbers[Array(text[at..<at + length])]))
        at += length
      }
      expected.counts.append(UInt32(expected.codes.count - before))
    }
    let found = try #require(codes(texts), "\(comment)")
    #expect(found.codes == expected.codes, "\(comment)")
    #expect(found.counts == expected.counts, "\(comment)")
  }
}
