// Chosen slots of several pages that are decoded together, against the same pages one by one: the same
// values, and of damaged pages the same errors.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct TogetherTests {
  /// Integers that ascend, or sentences of few words, some of them empty.
  private static func column(
    _ encoding: Encoding, count: Int, nullShare: Double, _ generator: inout SeededGenerator
  ) -> Column {
    let types: [DataType] = [.int16, .uint32, .int64]
    let type = encoding == .symbols ? .string : types.randomElement(using: &generator) ?? .int64
    let builder = ColumnBuilder(type, capacity: count)
    let words = ["bold", "deposits", "sleep", "quickly", "ä", "the", "requests"]
    let (most, step) = (Int.random(in: 0...12, using: &generator), generator.next() >> 40)
    var last: UInt64 = generator.next()
    for _ in 0..<count {
      last &+= UInt64.random(in: 0...step, using: &generator)
      if generator.chance(nullShare) {
        builder.appendNull()
        continue
      }
      switch type {
      case .int16: builder.append(fixed: Int16(truncatingIfNeeded: last))
      case .uint32: builder.append(fixed: UInt32(truncatingIfNeeded: last))
      case .int64: builder.append(fixed: Int64(truncatingIfNeeded: last))
      default:
        let some = Int.random(in: 0...most, using: &generator)
        builder.append(
          text: (0..<some).map { _ in words.randomElement(using: &generator) ?? "" }
            .joined(separator: " "))
      }
    }
    return builder.finish()
  }

  /// Each page by itself.
  private static func alone(
    _ decoder: ChunkDecoder, _ selection: SelectionVector
  ) throws(ColonnadeError) -> Column {
    let sink = try SlotSink(decoder.shape.type, count: selection.count)
    let context = decoder.context()
    var chosen = ChosenPages(of: selection, in: decoder)
    while let (page, rows, position) = try unsafe chosen.page() {
      sink.filledCount = position
      try unsafe PageDecoder(context, page.entry, count: page.count)
        .gather(rows, into: sink, at: position)
      chosen.pass(rows.count)
    }
    return sink.finish()
  }

  private static func result(
    _ body: () throws(ColonnadeError) -> Column
  ) -> Result<Column, ColonnadeError> {
    do throws(ColonnadeError) { return .success(try body()) } catch { return .failure(error) }
  }

  @Test(arguments: [Encoding.delta, .symbols])
  func agreesWithPagesOneByOne(_ encoding: Encoding) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("pages of \(encoding.name) together: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    var (failures, successes) = (0, 0)
    for round in 0..<40 {
      let file = MemoryFile(isGuarded: true)
      let count = Int.random(in: 1...8_000, using: &generator)
      let column = Self.column(
        encoding, count: count, nullShare: round % 5 == 0 ? 0.0003 : 0, &generator)
      var options = EncodingOptions()
      options.forcedEncoding = encoding
      options.pageShift = UInt8.random(in: 8...12, using: &generator)
      let sound = try RoundTripTests.encode(column, options, into: file)
      let density: Double = [0.0005, 0.01, 0.3].randomElement(using: &generator) ?? 1
      let rows = (0..<UInt32(count)).filter { _ in generator.chance(density) }
      let selection = SelectionVector(rows)
      let chosen = try RoundTripTests.decoder(sound, column, file).decode(selection: selection)
      #expect(
        ColumnSamples.firstDifference(chosen, column, rows: rows.map { Int($0) }) == nil,
        "seed \(seed), round \(round)")
      for change in 0..<6 {
        var changed = sound
        var restore: (offset: Int, byte: UInt8)?
        let page = Int.random(in: 0..<sound.pages.count, using: &generator)
        if change % 2 == 0 {
          HostilePageTests.mutate(&changed.pages[page], &generator)
        } else {
          let offset = Int.random(in: 64..<file.byteCount, using: &generator)
          let byte = UInt8(truncatingIfNeeded: generator.next())
          restore = (offset, file.mutate(at: offset, to: byte))
        }
        let decoder = RoundTripTests.decoder(changed, column, file)
        let together = Self.result { () throws(ColonnadeError) in
          try decoder.decode(selection: selection)
        }
        let alone = Self.result { () throws(ColonnadeError) in
          try Self.alone(decoder, selection)
        }
        if let restore { file.mutate(at: restore.offset, to: restore.byte) }
        let comment: Comment = "seed \(seed), round \(round), change \(change), page \(page)"
        // Values of other encodings that lie apart are read together too, and checked in another order.
        let isOfForm = changed.pages[page].encodingCode == encoding.rawValue
        switch (together, alone) {
        case (.success(let found), .success(let expected)):
          #expect(ColumnSamples.firstFault(found) == nil, comment)
          #expect(ColumnSamples.firstDifference(found, expected) == nil, comment)
          successes += 1
        case (.failure(let found), .failure(let expected)):
          if isOfForm { #expect("\(found)" == "\(expected)", comment) }
          failures += 1
        default: #expect(!isOfForm, "\(together) where \(alone) is due, \(comment)")
        }
      }
    }
    #expect(failures > 0 && successes > 0, "seed \(seed): \(failures), \(successes)")
  }
}
