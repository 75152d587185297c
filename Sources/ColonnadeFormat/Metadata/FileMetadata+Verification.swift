// What opening a file leaves for later: sections nobody asked for, and the bytes between regions.

import ColonnadeBase

extension FileMetadata {
  /// A section of any kind, known or not.
  func reader(
    of entry: SectionEntry, in map: MappedFile
  ) throws(ColonnadeError) -> SectionReader {
    if let kind = entry.kind { return try section(kind) }
    if let content = contentSection(entry.kindCode) { return content }
    guard
      SectionEntry.storedByteCount(stride: Int(entry.stride), count: entry.count)
        == entry.byteCount
    else {
      throw ColonnadeError(
        .corrupt, "section \(entry.name): its entries do not take \(entry.byteCount) bytes",
        location: .byte(entry.offset))
    }
    let blocks = SectionBlocks(map: map, seed: seed, metrics: nil, count: entry.blockCount)
    return SectionReader(entry, in: blocks, firstBlock: 0)
  }

  /// Padding in front of and behind every section is zero.
  func verifyPadding(in map: MappedFile) throws(ColonnadeError) {
    var end = summary.dataEnd
    let starts = table.map { ($0.offset, $0.offset + $0.byteCount) }
    for (start, next) in starts + [(tail.sectionTableOffset, tail.sectionTableOffset)] {
      // `FileMetadata` checked that regions follow one another within the file.
      let bytes = try map.buffer(from: Int(end), byteCount: Int(start - end))
      guard bytes.array.allSatisfy({ $0 == 0 }) else {
        throw ColonnadeError(
          .corrupt, "padding in front of a section is not zero", location: .byte(end))
      }
      end = next
    }
  }
}
