// Text decoded with offsets at once is the text of the views.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct OffsetTextTests {
  /// Whether `text` holds the values of `column`, null ones empty.
  static func isSame(_ text: OffsetText, _ column: Column) -> Bool {
    guard text.ends.byteCount == (column.count + 1) * 4 else { return false }
    let ends = unsafe text.ends.unsafeValues(Int32.self)
    var end: Int32 = 0
    for row in 0..<column.count {
      guard unsafe ends[row] == end else { return false }
      let isSame = unsafe column.withUnsafeBytes(at: row) { value in
        end += Int32(value.count)
        guard unsafe ends[row + 1] == end, Int(end) <= text.bytes.byteCount else { return false }
        let from = Int(end) - value.count
        return unsafe UnsafeRawBufferPointer(rebasing: text.bytes.unsafeBytes[from..<Int(end)])
          .elementsEqual(value)
      }
      guard isSame else { return false }
    }
    return Int(end) == text.bytes.byteCount
  }

  /// Decodes both ways: where one throws the other must not hand out text.
  /// - Returns: whether text with offsets came out.
  @discardableResult static func compare(
    _ decoder: ChunkDecoder, _ slots: Range<Int>, _ comment: String
  ) -> Bool {
    let views = Result { () throws(ColonnadeError) in try decoder.decode(slots: slots) }
    let offsets = Result { () throws(ColonnadeError) in
      try decoder.decodeOffsetText(slots: slots)
    }
    switch (views, offsets) {
    case (.success(let column), .success(let text)):
      if let text { #expect(isSame(text, column), "\(comment), slots \(slots)") }
      return text != nil
    case (.success, .failure(let error)):
      Issue.record("\(comment), slots \(slots): offsets alone throw \(error)")
    case (.failure(let error), .success(let text)):
      #expect(text == nil, "\(comment), slots \(slots): views alone throw \(error)")
    case (.failure, .failure): break
    }
    return false
  }

  @Test(arguments: [DataType.string, .binary, .categorical(ordered: false)])
  func everyEncoding(_ type: DataType) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of text with offsets: \(seed)")
    var generator = SeededGenerator(seed: seed)
    var direct: [Encoding: Int] = [:]
    for forced in RoundTripTests.forced {
      for shape in ValueShape.allCases {
        for nulls in NullShare.allCases {
          let count = [1, 64, 1025, 8192].randomElement(using: &generator) ?? 1
          let column = ColumnSamples.column(
            type, count: count, nulls: nulls, shape: shape, &generator)
          let file = MemoryFile(isGuarded: true)
          var options = EncodingOptions()
          options.forcedEncoding = forced
          options.pageShift = generator.chance(0.5) ? 9 : nil
          let chunk = try RoundTripTests.encode(column, options, into: file)
          let decoder = RoundTripTests.decoder(chunk, column, file)
          let comment = "seed \(seed): \(type), \(forced?.name ?? "chosen"), \(shape), \(nulls)"
          let start = Int.random(in: 0..<count, using: &generator)
          let end = Int.random(in: start...count, using: &generator)
          OffsetTextTests.compare(decoder, start..<end, comment)
          if OffsetTextTests.compare(decoder, 0..<count, comment), let forced {
            direct[forced, default: 0] += 1
          }
        }
      }
    }
    // Otherwise nothing of this was tested; codes of short texts are those of the next test.
    #expect(direct[.symbols, default: 0] > 0, "seed \(seed)")
  }

  @Test func codesAreCheckedAgainstTheDictionary() throws {
    let builder = ColumnBuilder(.string, capacity: 4096)
    for row in 0..<4096 { builder.append(text: "value \(row % 5)") }
    let column = builder.finish()
    let file = MemoryFile(isGuarded: true)
    var options = EncodingOptions()
    options.forcedEncoding = .dictionary
    let chunk = try RoundTripTests.encode(column, options, into: file)
    #expect(OffsetTextTests.compare(RoundTripTests.decoder(chunk, column, file), 0..<4096, "sound"))
    // Three bits a code and five values: all bits set are no code.
    for byte in 0..<64 { file.mutate(at: Int(chunk.pages[0].offset) + byte, to: 0xFF) }
    #expect(throws: ColonnadeError.self) {
      try RoundTripTests.decoder(chunk, column, file).decodeOffsetText(slots: 0..<4096)
    }
  }
}
