// Entries of section 7: 40 bytes, every field where the spec puts it.

import ColonnadeBase
import Testing

@testable import ColonnadeFormat

@Suite struct PageEntryTests {
  @Test func fieldsStandWhereTheSpecPutsThem() {
    var entry = PageEntry()
    entry.offset = 0x0807_0605_0403_0201
    entry.byteCount = 0x0C0B_0A09
    entry.encodingCode = 13
    entry.codecCode = 14
    entry.bitWidth = 15
    entry.frameShift = 16
    entry.base = 0x1817_1615_1413_1211
    entry.firstSlot = 0x1C1B_1A19
    entry.nullCount = 0x201F_1E1D
    entry.auxiliaryCount = 0x2423_2221
    entry.compressionDictionary = 0x2625
    entry.flags = PageEntry.Flags(rawValue: 39)
    let target = MutableBuffer()
    entry.write(to: target)
    #expect(target.freeze().array == (1...39).map { UInt8($0) } + [0])
    #expect(unsafe PageEntry(reading: target.pointer) == entry)
  }
}
