// Makes the checksums of a changed file hold again, as far as its structure allows, so that a fuzzer
// reaches what lies behind them.

import ColonnadeBase

public enum FileSealer {
  public static func reseal(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    guard bytes.count >= 128 else { return bytes }
    let tail = bytes.count - 64
    func u32(_ at: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * $1) }
    }
    func u64(_ at: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 | UInt64(bytes[at + $1]) << (8 * $1) }
    }
    func put(_ value: UInt32, _ at: Int) {
      for index in 0..<4 { bytes[at + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
    func put64(_ value: UInt64, _ at: Int) {
      for index in 0..<8 { bytes[at + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
    let seed = Checksum.Seed(fileIdentifier: Array(bytes[16..<32]))
    func checksum(_ range: Range<Int>) -> UInt32 {
      Checksum.crc32c(
        Array(bytes[range]), continuing: seed.at(position: UInt64(range.lowerBound)))
    }
    put(Checksum.crc32c(Array(bytes[0..<60])), 60)
    bytes.replaceSubrange(tail + 32..<tail + 48, with: bytes[16..<32])
    put64(UInt64(bytes.count), tail + 16)

    let sectionCount = Int(u32(tail + 8))
    let table = tail - sectionCount * 32
    if sectionCount <= 64, table >= 64 {
      var sections: [(kind: Int, offset: Int, byteCount: Int)] = []
      for index in 0..<sectionCount {
        let at = table + index * 32
        guard let offset = Int(exactly: u64(at + 8)), let byteCount = Int(exactly: u64(at + 16)),
          offset <= table, byteCount <= table - offset
        else { continue }
        sections.append((Int(u32(at) & 0xFFFF), offset, byteCount))
      }
      let dataEnd = sections.first { $0.kind == 1 && $0.byteCount >= 64 }
        .flatMap { Int(exactly: u64($0.offset + 32)) }
      if let dataEnd, dataEnd <= table,
        let sums = sections.first(where: { $0.kind == 10 })
      {
        for block in 0..<(dataEnd + 1023) / 1024 {
          let at = sums.offset + block / 1023 * 4096 + block % 1023 * 4
          guard at + 4 <= sums.offset + sums.byteCount else { break }
          put(checksum(block * 1024..<min((block + 1) * 1024, dataEnd)), at)
        }
      }
      for section in sections {
        var start = section.offset
        let end = section.offset + section.byteCount
        while end - start > 4 {
          let blockEnd = min(start + 4096, end)
          put(checksum(start..<blockEnd - 4), blockEnd - 4)
          start = blockEnd
        }
      }
      put(checksum(table..<tail), tail + 12)
    }
    put(Checksum.crc32c(Array(bytes[tail..<tail + 52])), tail + 52)
    return bytes
  }
}
