// Places in runs of pages, against a plain walk over the same entries.

import CKernels
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct PageRunTests {
  /// Pages of one chunk that are in order but for some that are not to be taken.
  private struct Chunk {
    var entries: [PageEntry] = []
    let pageShift: Int
    let slotCount: Int
    let encoding: Encoding
    /// Bytes of a plain value.
    let width: Int

    func count(_ page: Int) -> Int { min(1 << pageShift, slotCount - page << pageShift) }

    func due(_ page: Int) -> Int {
      let entry = entries[page]
      switch encoding {
      case .plain: return count(page) * width
      case .delta:
        return DeltaEncoding.bodyByteCount(count: count(page), bitWidth: Int(entry.bitWidth))
      case .symbols:
        return SymbolLayout(
          slotCount: count(page), countWidth: Int(entry.bitWidth),
          codeCount: Int(entry.auxiliaryCount), codeWidth: Int(entry.scale)
        ).byteCount
      default: return PackedEncoding.packedByteCount(count(page), Int(entry.bitWidth))
      }
    }

    /// The run of `held` entries from page `first` on, without where they stand.
    func run(_ layout: colonnade_page_layout, first: Int, held: Int) -> colonnade_page_run {
      var run = unsafe colonnade_page_run()
      unsafe run.first = UInt32(first)
      unsafe run.count = UInt32(held)
      unsafe run.pageCount = UInt32(entries.count)
      unsafe run.slotCount = UInt32(slotCount)
      unsafe run.pageShift = UInt32(pageShift)
      unsafe run.width = UInt32(width)
      unsafe run.greatestBitWidth = [.dictionary, .symbols].contains(encoding) ? 32 : 64
      unsafe run.encoding = encoding.rawValue
      unsafe run.layout = UInt8(layout.rawValue)
      unsafe run.hasBases = encoding == .dictionary ? 0 : 1
      return unsafe run
    }

    /// Entries from page `first` on, each at a multiple of `stride` bytes.
    func bytes(first: Int, held: Int, stride: Int) -> Buffer {
      let bytes = MutableBuffer()
      for entry in entries[first..<first + held] {
        entry.write(to: bytes)
        bytes.appendZeros(stride - PageEntry.byteCount)
      }
      return bytes.freeze()
    }

    init(_ encoding: Encoding, _ generator: inout SeededGenerator) {
      self.encoding = encoding
      pageShift = Int.random(in: 8...12, using: &generator)
      slotCount = Int.random(in: 1...60_000, using: &generator)
      width = [1, 2, 4, 8].randomElement(using: &generator)!
      var offset = UInt64.random(in: 64...1 << 40, using: &generator)
      for page in 0..<(slotCount + 1 << pageShift - 1) >> pageShift {
        var entry = PageEntry()
        entry.encodingCode = encoding.rawValue
        entry.bitWidth = UInt8.random(
          in: 0...([.dictionary, .symbols].contains(encoding) ? 32 : 64), using: &generator)
        entry.base = generator.next()
        entry.firstSlot = UInt32(page << pageShift)
        entry.offset = offset
        if encoding == .symbols {
          entry.scale = 12
          entry.compressionDictionary = 3
          entry.auxiliaryCount = UInt32.random(in: 0...20_000, using: &generator)
        }
        entries.append(entry)
        entries[page].byteCount = UInt32(due(page))
        offset += UInt64(entries[page].byteCount)
        if generator.chance(0.02) { entries[page].damage(&generator) }
      }
    }

    /// Whether page `page` is in order.
    func allows(_ page: Int) -> Bool {
      let entry = entries[page]
      let ends =
        page + 1 == entries.count || Int(entries[page + 1].firstSlot) == (page + 1) << pageShift
      let isSymbols = encoding == .symbols
      return ends && Int(entry.firstSlot) == page << pageShift
        && entry.encodingCode == encoding.rawValue && entry.codecCode == 0 && !entry.isFramed
        && entry.nullCount == 0 && (isSymbols || entry.auxiliaryCount == 0) && entry.flags.isEmpty
        && entry.scale == (isSymbols ? 12 : 0)
        && (!isSymbols || entry.compressionDictionary == 3)
        && entry.bitWidth <= (isSymbols || encoding == .dictionary ? 32 : 64)
        && Int(entry.byteCount) == due(page)
        && !entry.offset.addingReportingOverflow(UInt64(entry.byteCount)).overflow
    }

    /// Whether places in page `page` may be taken for so many rows, the last of which is `last`.
    func allows(_ page: Int, _ some: Int, last: Int) -> Bool {
      let slots = count(page)
      let whole = encoding == .plain ? slots : slots / 1024 * 1024
      return allows(page) && last - page << pageShift < whole && some * 1024 < 8 * slots
    }
  }

  @Test func agreesWithAPlainWalk() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    var takenCount = 0
    for round in 0..<300 {
      let packed: [Encoding] = [.packed, .decimal, .dictionary]
      let encoding =
        generator.chance(0.3) ? .plain : packed.randomElement(using: &generator) ?? .packed
      let chunk = Chunk(encoding, &generator)
      let density = [0.0005, 0.003, 0.02].randomElement(using: &generator)!
      let first = Int.random(in: 0..<chunk.entries.count, using: &generator)
      let rows = (UInt32(first << chunk.pageShift)..<UInt32(chunk.slotCount)).filter { _ in
        generator.chance(density)
      }
      // Entries of which the last ones lie elsewhere.
      let stride = 40 + 8 * Int.random(in: 0...1, using: &generator)
      let held = Int.random(in: 1...chunk.entries.count - first, using: &generator)
      let entries = chunk.bytes(first: first, held: held, stride: stride)
      var expected: [colonnade_place] = []
      var (start, end, pages, areSmall) = (UInt64.max, UInt64(0), 0, true)
      while expected.count < rows.count {
        let page = Int(rows[expected.count]) >> chunk.pageShift
        let isKnown =
          page - first < held && (page + 1 - first < held || page + 1 == chunk.entries.count)
        let some = rows[expected.count...].prefix { Int($0) >> chunk.pageShift == page }
        guard isKnown, chunk.allows(page, some.count, last: Int(some.last!)) else { break }
        let entry = chunk.entries[page]
        var places = [colonnade_place](repeating: colonnade_place(), count: some.count)
        if chunk.encoding == .plain {
          unsafe colonnade_places_plain(
            &places, Array(some), some.count, entry.firstSlot, entry.offset, UInt32(chunk.width))
        } else {
          unsafe colonnade_places_packed(
            &places, Array(some), some.count, entry.firstSlot, entry.offset,
            chunk.encoding == .dictionary ? 0 : entry.base, UInt32(entry.bitWidth))
          areSmall = areSmall && DecimalEncoding.areSmall(entry)
        }
        expected += places
        start = min(start, entry.offset)
        end = max(end, entry.offset + UInt64(entry.byteCount))
        pages += 1
      }
      var run = unsafe chunk.run(
        chunk.encoding == .plain ? colonnade_layout_plain : colonnade_layout_packed, first: first,
        held: held)
      unsafe run.entries = entries.unsafeAddress.assumingMemoryBound(to: UInt8.self)
      unsafe run.stride = stride
      unsafe run.blockSlots = 1024
      unsafe run.mostInBlock = 8
      var places = [colonnade_place](repeating: colonnade_place(), count: rows.count)
      var found = colonnade_pages_found()
      let taken = unsafe colonnade_places_pages(&places, rows, rows.count, &run, &found)
      extendLifetime(entries)
      takenCount += taken
      let comment: Comment = "seed \(seed), round \(round)"
      #expect(taken == expected.count, comment)
      #expect(places.prefix(taken).map(\.fields) == expected.map(\.fields), comment)
      #expect(
        found.pageCount == pages && found.start == start && found.end == end
          && (found.areSmall == 1) == areSmall, comment)
    }
    #expect(takenCount > 300, "seed \(seed): hardly any page was taken")
  }

  @Test(arguments: [Encoding.delta, .symbols])
  func choosesWhatAPlainWalkDoes(_ encoding: Encoding) {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    var takenCount = 0
    for round in 0..<300 {
      let chunk = Chunk(encoding, &generator)
      let density: Double = [0.0005, 0.003, 0.5].randomElement(using: &generator) ?? 1
      let first = Int.random(in: 0..<chunk.entries.count, using: &generator)
      let held = Int.random(in: 1...chunk.entries.count - first, using: &generator)
      let rows = (UInt32(first << chunk.pageShift)..<UInt32(chunk.slotCount)).filter { _ in
        generator.chance(density)
      }
      let bits = UInt64.random(in: 0..<60, using: &generator)
      let mostBytes = generator.next() >> bits
      let mostCodes = UInt64.random(in: 0...100_000, using: &generator)
      var expected: [[UInt64]] = []
      var slots: [UInt32] = []
      var (start, end, codes) = (UInt64.max, UInt64(0), UInt64(0))
      while slots.count < rows.count {
        let number = Int(rows[slots.count]) >> chunk.pageShift
        let isKnown =
          number - first < held
          && (number + 1 - first < held || number + 1 == chunk.entries.count)
        guard isKnown, chunk.allows(number) else { break }
        let entry = chunk.entries[number]
        codes += UInt64(entry.auxiliaryCount)
        let from = min(start, entry.offset)
        let to = max(end, entry.offset + UInt64(entry.byteCount))
        guard expected.isEmpty || (to - from <= mostBytes && codes <= mostCodes) else { break }
        (start, end) = (from, to)
        let some = rows[slots.count...].prefix { Int($0) >> chunk.pageShift == number }
        var page = colonnade_chosen_page()
        page.at = entry.offset
        page.base = entry.base
        page.byteCount = UInt64(entry.byteCount)
        page.firstSlot = entry.firstSlot
        page.slotCount = UInt32(chunk.count(number))
        page.codeCount = entry.auxiliaryCount
        page.rowCount = UInt32(some.count)
        page.bitWidth = entry.bitWidth
        page.scale = entry.scale
        expected.append(page.fields)
        slots += some.map { $0 - entry.firstSlot }
      }
      let entries = chunk.bytes(first: first, held: held, stride: 40)
      let layout = encoding == .delta ? colonnade_layout_delta : colonnade_layout_symbols
      var run = unsafe chunk.run(layout, first: first, held: held)
      unsafe run.entries = entries.unsafeAddress.assumingMemoryBound(to: UInt8.self)
      unsafe run.stride = 40
      unsafe run.mostBytes = mostBytes
      unsafe run.mostCodes = mostCodes
      unsafe run.blockSlots = 1
      unsafe run.mostInBlock = UInt32.max
      unsafe run.compressionDictionary = 3
      unsafe run.scale = encoding == .symbols ? 12 : 0
      var pages = [colonnade_chosen_page](repeating: colonnade_chosen_page(), count: rows.count)
      var foundSlots = [UInt32](repeating: 0, count: rows.count)
      var found = colonnade_pages_found()
      let taken = unsafe colonnade_pages_choose(
        &pages, &foundSlots, rows, rows.count, &run, &found)
      extendLifetime(entries)
      takenCount += taken
      let comment: Comment = "seed \(seed), round \(round)"
      #expect(taken == slots.count && Array(foundSlots.prefix(taken)) == slots, comment)
      #expect(pages.prefix(found.pageCount).map(\.fields) == expected, comment)
      #expect(found.start == start && found.end == end, comment)
    }
    #expect(takenCount > 1_000, "seed \(seed): hardly any page was taken")
  }
}

extension colonnade_place {
  fileprivate var fields: [UInt64] {
    [at, base, UInt64(wordBytes), UInt64(bitWidth), UInt64(shift), UInt64(goesOn)]
  }
}

extension colonnade_chosen_page {
  fileprivate var fields: [UInt64] {
    [
      at, base, byteCount, UInt64(firstSlot), UInt64(slotCount), UInt64(codeCount),
      UInt64(rowCount), UInt64(bitWidth), UInt64(scale),
    ]
  }
}

extension PageEntry {
  /// Changes one thing for which a page is not to be taken.
  fileprivate mutating func damage(_ generator: inout SeededGenerator) {
    switch Int.random(in: 0..<11, using: &generator) {
    case 0: encodingCode ^= 1
    case 1: codecCode = 1
    case 2: frameShift = 10
    case 3: nullCount = 1
    case 4: auxiliaryCount = 1
    case 5: flags = .validityInChunk
    case 6: scale = 3
    case 7: bitWidth = 65
    case 8: byteCount &+= 1
    case 9: offset = UInt64.max - 5
    default: firstSlot &+= 1
    }
  }
}
