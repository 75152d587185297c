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
      encoding == .plain
        ? count(page) * width
        : PackedEncoding.packedByteCount(count(page), Int(entries[page].bitWidth))
    }

    init(_ generator: inout SeededGenerator) {
      pageShift = Int.random(in: 8...12, using: &generator)
      slotCount = Int.random(in: 1...60_000, using: &generator)
      let isPlain = generator.chance(0.3)
      encoding =
        isPlain ? .plain : [.packed, .decimal, .dictionary].randomElement(using: &generator)!
      width = [1, 2, 4, 8].randomElement(using: &generator)!
      var offset = UInt64.random(in: 64...1 << 40, using: &generator)
      for page in 0..<(slotCount + 1 << pageShift - 1) >> pageShift {
        var entry = PageEntry()
        entry.encodingCode = encoding.rawValue
        entry.bitWidth = UInt8.random(
          in: 0...(encoding == .dictionary ? 32 : 64), using: &generator)
        entry.base = generator.next()
        entry.firstSlot = UInt32(page << pageShift)
        entry.offset = offset
        entries.append(entry)
        entries[page].byteCount = UInt32(due(page))
        offset += UInt64(entries[page].byteCount)
        if generator.chance(0.02) { entries[page].damage(&generator) }
      }
    }

    /// Whether page `page` may be taken for so many rows, the last of which is `last`.
    func allows(_ page: Int, _ some: Int, last: Int) -> Bool {
      let entry = entries[page]
      let slots = count(page)
      let ends =
        page + 1 == entries.count || Int(entries[page + 1].firstSlot) == (page + 1) << pageShift
      let whole = encoding == .plain ? slots : slots / 1024 * 1024
      return ends && Int(entry.firstSlot) == page << pageShift
        && entry.encodingCode == encoding.rawValue && entry.codecCode == 0 && !entry.isFramed
        && entry.nullCount == 0 && entry.auxiliaryCount == 0 && entry.flags.isEmpty
        && entry.scale == 0 && entry.bitWidth <= (encoding == .dictionary ? 32 : 64)
        && Int(entry.byteCount) == due(page)
        && !entry.offset.addingReportingOverflow(UInt64(entry.byteCount)).overflow
        && last - page << pageShift < whole && some * 1024 < 8 * slots
    }
  }

  @Test func agreesWithAPlainWalk() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    var takenCount = 0
    for round in 0..<300 {
      let chunk = Chunk(&generator)
      let density = [0.0005, 0.003, 0.02].randomElement(using: &generator)!
      let first = Int.random(in: 0..<chunk.entries.count, using: &generator)
      let rows = (UInt32(first << chunk.pageShift)..<UInt32(chunk.slotCount)).filter { _ in
        generator.chance(density)
      }
      // Entries of which the last ones lie elsewhere.
      let stride = 40 + 8 * Int.random(in: 0...1, using: &generator)
      let held = Int.random(in: 1...chunk.entries.count - first, using: &generator)
      let bytes = MutableBuffer()
      for entry in chunk.entries[first..<first + held] {
        entry.write(to: bytes)
        bytes.appendZeros(stride - PageEntry.byteCount)
      }
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
      var run = unsafe colonnade_page_run()
      let entries = bytes.freeze()
      unsafe run.entries = entries.unsafeAddress.assumingMemoryBound(to: UInt8.self)
      unsafe run.stride = stride
      unsafe run.first = UInt32(first)
      unsafe run.count = UInt32(held)
      unsafe run.pageCount = UInt32(chunk.entries.count)
      unsafe run.slotCount = UInt32(chunk.slotCount)
      unsafe run.pageShift = UInt32(chunk.pageShift)
      unsafe run.width = chunk.encoding == .plain ? UInt32(chunk.width) : 0
      unsafe run.greatestBitWidth = chunk.encoding == .dictionary ? 32 : 64
      unsafe run.blockSlots = 1024
      unsafe run.mostInBlock = 8
      unsafe run.encoding = chunk.encoding.rawValue
      unsafe run.hasBases = chunk.encoding == .dictionary ? 0 : 1
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
    #expect(takenCount > 1_000, "seed \(seed): hardly any page was taken")
  }
}

extension colonnade_place {
  fileprivate var fields: [UInt64] {
    [at, base, UInt64(wordBytes), UInt64(bitWidth), UInt64(shift), UInt64(goesOn)]
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
