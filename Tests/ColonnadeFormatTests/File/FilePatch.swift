// Changes bytes of a finished file and makes its checksums hold again: a checksum that passes never
// licenses an unchecked decode.

import ColonnadeBase
import ColonnadeFormat

/// A file under change.
final class FilePatch {
  private(set) var bytes: [UInt8]

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    precondition(bytes.count >= 128)
  }

  var tableOffset: Int { number(bytes.count - 64, 8) }
  var sectionCount: Int { number(bytes.count - 56, 4) }

  func number(_ at: Int, _ size: Int) -> Int {
    var value = UInt64(0)
    for index in 0..<size { value |= UInt64(bytes[at + index]) << UInt64(8 * index) }
    return Int(truncatingIfNeeded: value)
  }

  func set(_ at: Int, _ size: Int, _ value: UInt64) {
    for index in 0..<size {
      bytes[at + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
    }
  }

  /// Offset of the table's entry of a section.
  func tableEntry(_ kind: SectionKind) -> Int? {
    let table = tableOffset
    guard table >= 64, table <= bytes.count - 64 else { return nil }
    return (0..<min(sectionCount, (bytes.count - 64 - table) / 32)).map { table + $0 * 32 }.first {
      number($0, 2) == Int(kind.rawValue)
    }
  }

  /// Offset of entry `index` of a section in the file.
  func entry(_ kind: SectionKind, _ index: Int) throws -> Int {
    guard let table = tableEntry(kind) else {
      throw ColonnadeError(.notFound, "section \(kind.name)")
    }
    let (offset, stride) = (number(table + 8, 8), number(table + 4, 4))
    guard (1...4092).contains(stride), offset >= 0, offset < bytes.count else {
      throw ColonnadeError(.corrupt, "section \(kind.name)")
    }
    let perBlock = 4092 / stride
    return offset + index / perBlock * 4096 + index % perBlock * stride
  }

  /// Puts a section that no reader knows behind the others.
  func addUnknownSection(kind: UInt16, isRequired: Bool, content: [UInt8]) {
    let start = tableOffset
    var table = Array(bytes[start..<bytes.count - 64])
    var tail = Array(bytes[(bytes.count - 64)...])
    bytes.removeLast(bytes.count - start)
    bytes += content + [0, 0, 0, 0]
    func little(_ value: Int, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    table += little(Int(kind), 2) + little(isRequired ? 1 : 0, 2) + little(content.count, 4)
    table += little(start, 8) + little(content.count + 4, 8) + little(1, 8)
    while bytes.count % 8 != 0 { bytes.append(0) }
    tail.replaceSubrange(0..<8, with: little(bytes.count, 8))
    tail.replaceSubrange(8..<12, with: little(table.count / 32, 4))
    bytes += table
    tail.replaceSubrange(16..<24, with: little(bytes.count + 64, 8))
    bytes += tail
    sign()
  }

  /// Makes every checksum hold again.
  func sign() {
    let size = bytes.count
    set(60, 4, UInt64(Checksum.crc32c(Array(bytes[0..<60]))))
    let seed = Checksum.Seed(fileIdentifier: Array(bytes[16..<32]))
    let table = tableOffset
    guard table >= 64, table <= size - 64 else { return signTail() }
    for index in 0..<min(sectionCount, (size - 64 - table) / 32) {
      let entry = table + index * 32
      let (start, count) = (number(entry + 8, 8), number(entry + 16, 8))
      if number(entry, 2) == Int(SectionKind.dataChecksums.rawValue) { signData(entry, seed) }
      signBlocks(start, count, seed)
    }
    let tableBytes = Array(bytes[table..<size - 64])
    set(
      size - 52, 4,
      UInt64(Checksum.crc32c(tableBytes, continuing: seed.at(position: UInt64(table)))))
    signTail()
  }

  private func signTail() {
    let size = bytes.count
    set(size - 12, 4, UInt64(Checksum.crc32c(Array(bytes[size - 64..<size - 12]))))
  }

  private func signData(_ entry: Int, _ seed: Checksum.Seed) {
    guard let summary = tableEntry(.summary) else { return }
    let place = number(summary + 8, 8)
    guard place >= 0, place <= bytes.count - 40 else { return }
    let end = number(place + 32, 8)
    guard end >= 0, end <= bytes.count else { return }
    for block in 0..<(end + 1023) / 1024 {
      guard let at = try? self.entry(.dataChecksums, block), at >= 0, at + 4 <= bytes.count else {
        return
      }
      let part = Array(bytes[block * 1024..<min(end, block * 1024 + 1024)])
      set(
        at, 4,
        UInt64(Checksum.crc32c(part, continuing: seed.at(position: UInt64(block * 1024)))))
    }
  }

  private func signBlocks(_ start: Int, _ count: Int, _ seed: Checksum.Seed) {
    guard start >= 0, count >= 0, start <= bytes.count, count <= bytes.count - start else { return }
    for block in stride(from: start, to: start + count, by: 4096) {
      let end = min(block + 4096, start + count)
      guard end - block > 4 else { continue }
      let crc = Checksum.crc32c(
        Array(bytes[block..<end - 4]), continuing: seed.at(position: UInt64(block)))
      set(end - 4, 4, UInt64(crc))
    }
  }
}
