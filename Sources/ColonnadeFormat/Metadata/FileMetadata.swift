// The metadata of an open file, read in place: nothing is touched before it is asked for.

import ColonnadeArrays
import ColonnadeBase

/// Header, tail, sections. One object for all that read the file: each asks again and again.
final class FileMetadata: Sendable {
  let header: FileHeader
  let tail: FileTail
  let seed: Checksum.Seed
  let summary: SummaryEntry
  /// Every entry of the section table, unknown ones too.
  let table: [SectionEntry]
  /// The sections that reading rows asks for most.
  let rowGroups: SectionReader
  let chunks: SectionReader
  let pages: SectionReader
  private let sections: [SectionReader?]
  private let blocks: SectionBlocks
  /// Sections of runs of bytes, by their code.
  private let contents: [UInt16: SectionReader]

  /// Reads header, tail, section table and summary.
  init(_ map: MappedFile, metrics: ReadMetrics? = nil) throws(ColonnadeError) {
    let least = FormatLimits.headerByteCount + FormatLimits.tailByteCount
    guard map.byteCount >= 8 else {
      throw ColonnadeError(.truncated, "the file has \(map.byteCount) bytes")
    }
    let start = try map.buffer(from: 0, byteCount: min(map.byteCount, 64))
    guard map.byteCount >= least else {
      guard start.array.starts(with: FileHeader.magic) else {
        throw ColonnadeError(
          .corrupt, "this is not a Colonnade file: it starts with other bytes", location: .byte(0))
      }
      throw ColonnadeError(
        .truncated, "the file has \(map.byteCount) bytes, the shortest has \(least)")
    }
    header = try FileHeader(reading: start)
    tail = try FileTail(
      reading: try map.buffer(from: map.byteCount - 64, byteCount: 64),
      fileByteCount: map.byteCount)
    guard header.fileID == tail.fileID else {
      throw ColonnadeError(
        .corrupt, "header and tail belong to different files",
        location: .byte(UInt64(map.byteCount - 32)))
    }
    seed = Checksum.Seed(fileIdentifier: header.fileID)
    table = try Self.sectionTable(map, tail, seed)
    var sections = [SectionReader?](repeating: nil, count: SectionKind.allCases.count + 1)
    var contents: [UInt16: SectionReader] = [:]
    blocks = SectionBlocks(
      map: map, seed: seed, metrics: metrics, count: table.reduce(0) { $0 + $1.blockCount })
    var firstBlock = 0
    for entry in table {
      let section = SectionReader(entry, in: blocks, firstBlock: firstBlock)
      firstBlock += entry.blockCount
      if let kind = entry.kind {
        sections[Int(kind.rawValue)] = section
      } else if entry.isContent {
        contents[entry.kindCode] = section
      }
    }
    self.contents = contents
    let found = sections
    func present(_ kind: SectionKind) throws(ColonnadeError) -> SectionReader {
      guard let section = found[Int(kind.rawValue)] else {
        throw ColonnadeError(.corrupt, "section \(kind.name) is missing")
      }
      return section
    }
    for kind in SectionKind.allCases where kind.isAlwaysPresent { _ = try present(kind) }
    rowGroups = try present(.rowGroups)
    chunks = try present(.chunks)
    pages = try present(.pages)
    self.sections = sections
    let summaries = try present(.summary)
    guard summaries.count == 1 else {
      throw ColonnadeError(.corrupt, "there is not one summary")
    }
    summary = SummaryEntry(reading: try summaries.entry(at: 0))
    try check()
  }

  /// A section; the reader of an absent optional one has no entries.
  func section(_ kind: SectionKind) throws(ColonnadeError) -> SectionReader {
    guard let section = sections[Int(kind.rawValue)] else {
      throw ColonnadeError(.corrupt, "an entry of section \(kind.name) is named, it is missing")
    }
    return section
  }

  /// A section of a run of bytes; `nil` where there is none.
  func contentSection(_ code: UInt16) -> SectionReader? { contents[code] }

  /// Blocks whose checksums were compared so far.
  var verifiedBlockCount: Int { blocks.verified.count }

  func sectionCount(_ kind: SectionKind) -> Int { sections[Int(kind.rawValue)]?.count ?? 0 }

  private static func sectionTable(
    _ map: MappedFile, _ tail: FileTail, _ seed: Checksum.Seed
  ) throws(ColonnadeError) -> [SectionEntry] {
    let byteCount = Int(tail.sectionCount) * SectionEntry.byteCount
    let end = map.byteCount - FormatLimits.tailByteCount
    guard tail.sectionTableOffset >= UInt64(FormatLimits.headerByteCount),
      tail.sectionTableOffset == UInt64(clamping: end - byteCount)
    else {
      throw ColonnadeError(
        .corrupt, "the section table does not stand before the tail",
        location: .byte(tail.sectionTableOffset))
    }
    let bytes = try map.buffer(from: end - byteCount, byteCount: byteCount)
    let crc = unsafe Checksum.crc32c(
      bytes.unsafeBytes, continuing: seed.at(position: tail.sectionTableOffset))
    guard crc == tail.sectionTableChecksum else {
      throw ColonnadeError(
        .corrupt, "the checksum of the section table does not hold",
        location: .byte(tail.sectionTableOffset))
    }
    var entries: [SectionEntry] = []
    entries.reserveCapacity(Int(tail.sectionCount))
    for index in 0..<Int(tail.sectionCount) {
      let entry = try SectionEntry(
        reading: EntryBytes(
          bytes.slice(from: index * SectionEntry.byteCount, byteCount: SectionEntry.byteCount)),
        regionEnd: tail.sectionTableOffset)
      if let last = entries.last, last.kindCode >= entry.kindCode {
        throw ColonnadeError(
          .corrupt, "sections are not in the order of their kinds",
          location: .byte(tail.sectionTableOffset))
      }
      if let last = entries.last {
        let end = last.offset + last.byteCount
        guard entry.offset >= end, entry.offset - end < 8 else {
          throw ColonnadeError(
            .corrupt, "section \(entry.name) does not follow the one before",
            location: .byte(tail.sectionTableOffset))
        }
      }
      entries.append(entry)
    }
    if let last = entries.last,
      tail.sectionTableOffset - (last.offset + last.byteCount) >= 8
    {
      throw ColonnadeError(
        .corrupt, "there are bytes between the sections and their table",
        location: .byte(last.offset + last.byteCount))
    }
    return entries
  }

  /// Counts that have to agree before anything else is read.
  private func check() throws(ColonnadeError) {
    func count(_ kind: SectionKind) -> UInt64 { UInt64(sectionCount(kind)) }
    let fields = UInt64(summary.fieldCount)
    let groups = UInt64(summary.rowGroupCount)
    let chunkGroups = groups + (groups > 1 ? 1 : 0)
    let firstSection = table.map(\.offset).min() ?? tail.sectionTableOffset
    guard fields == count(.fields), fields <= UInt64(FormatLimits.fieldCount),
      summary.topLevelCount <= summary.fieldCount,
      groups == count(.rowGroups), groups <= UInt64(FormatLimits.rowGroupCount),
      count(.chunks) == chunkGroups * fields,
      count(.nameSlots) == (summary.topLevelCount == 0 ? 0 : 2 * UInt64(summary.topLevelCount) + 1),
      summary.dataEnd >= UInt64(FormatLimits.headerByteCount), summary.dataEnd <= firstSection,
      firstSection - summary.dataEnd < 8, count(.heap) <= UInt64(UInt32.max),
      count(.dataChecksums) == (summary.dataEnd + 1023) >> UInt64(header.blockShift),
      summary.rowCount == tail.rowCount, summary.rowCount < 1 << 48,
      (summary.rowCount == 0) == (groups == 0)
    else {
      throw ColonnadeError(.corrupt, "the counts of the summary and the sections do not agree")
    }
  }
}
