// Kinds of metadata sections and the table that lists them. Spec: spec/file.md "Sections".

import ColonnadeBase

/// What a section holds; codes are those of the format.
package enum SectionKind: UInt16, Sendable, CaseIterable {
  case summary = 1
  case fields = 2
  case nameSlots = 3
  case heap = 4
  case rowGroups = 5
  case chunks = 6
  case pages = 7
  case narrowStatistics = 8
  case wideStatistics = 9
  case dataChecksums = 10
  case compressionDictionaries = 11
  case keyValueMetadata = 12
  case bloomFilters = 13

  /// Bytes of one entry as this version writes it; 0 for the heap.
  package var stride: Int {
    switch self {
    case .summary, .chunks: 64
    case .fields, .pages: 40
    case .nameSlots, .dataChecksums: 4
    case .heap: 0
    case .rowGroups, .narrowStatistics: 32
    case .wideStatistics: 48
    case .compressionDictionaries, .keyValueMetadata, .bloomFilters: 16
    }
  }

  /// Whether a reader that does not know the section has to refuse the file.
  var isRequired: Bool { self != .keyValueMetadata && self != .bloomFilters }

  /// Whether the section stands in every file.
  var isAlwaysPresent: Bool { rawValue <= SectionKind.dataChecksums.rawValue }

  /// The word for people.
  package var name: String {
    switch self {
    case .summary: "summary"
    case .fields: "fields"
    case .nameSlots: "name slots"
    case .heap: "heap"
    case .rowGroups: "row groups"
    case .chunks: "chunks"
    case .pages: "pages"
    case .narrowStatistics: "narrow statistics"
    case .wideStatistics: "wide statistics"
    case .dataChecksums: "data checksums"
    case .compressionDictionaries: "compression dictionaries"
    case .keyValueMetadata: "key-value metadata"
    case .bloomFilters: "Bloom filters"
    }
  }
}

/// One entry of the section table.
package struct SectionEntry: Hashable, Sendable {
  static let byteCount = 32
  static let requiredFlag: UInt16 = 1

  /// The code as stored.
  package var kindCode: UInt16
  package var flags: UInt16
  package var stride: UInt32
  package var offset: UInt64
  package var byteCount: UInt64
  package var count: UInt64

  package var kind: SectionKind? { SectionKind(rawValue: kindCode) }

  func write(to sink: ByteSink) {
    sink.writeU16(kindCode)
    sink.writeU16(flags)
    sink.writeU32(stride)
    sink.writeU64(offset)
    sink.writeU64(byteCount)
    sink.writeU64(count)
  }

  init(
    kind: SectionKind, offset: UInt64, byteCount: UInt64, count: UInt64
  ) {
    self.init(
      kindCode: kind.rawValue, isRequired: kind.isRequired, stride: kind.stride, offset: offset,
      byteCount: byteCount, count: count)
  }

  init(
    kindCode: UInt16, isRequired: Bool, stride: Int, offset: UInt64, byteCount: UInt64,
    count: UInt64
  ) {
    self.kindCode = kindCode
    flags = isRequired ? SectionEntry.requiredFlag : 0
    self.stride = UInt32(stride)
    self.offset = offset
    self.byteCount = byteCount
    self.count = count
  }

  package var isRequired: Bool { flags & SectionEntry.requiredFlag != 0 }

  /// Whether the section belongs to those who keep more than rows in a file: a run of bytes, whose
  /// meaning this floor does not know. Spec: spec/table.md, "Root".
  package var isContent: Bool { SectionEntry.contentKinds.contains(kindCode) }

  static let contentKinds: ClosedRange<UInt16> = 32...63

  /// - Throws: `.corrupt` where sizes, counts and the region for sections do not agree.
  init(reading entry: EntryBytes, regionEnd: UInt64) throws(ColonnadeError) {
    kindCode = entry.u16(0)
    flags = entry.u16(2)
    stride = entry.u32(4)
    offset = entry.u64(8)
    byteCount = entry.u64(16)
    count = entry.u64(24)
    func corrupt(_ what: String) -> ColonnadeError {
      ColonnadeError(.corrupt, "section \(name): \(what)", location: .byte(offset))
    }
    let (end, overflow) = offset.addingReportingOverflow(byteCount)
    guard !overflow, offset % 8 == 0, offset >= FormatLimits.headerByteCount, end <= regionEnd
    else { throw corrupt("it does not lie between the header and the section table") }
    guard let kind else {
      if isContent {
        guard stride == 0, byteCount == Self.storedByteCount(stride: 0, count: count) else {
          throw corrupt("\(count) bytes in entries of \(stride) do not take \(byteCount) bytes")
        }
        return
      }
      if isRequired {
        throw ColonnadeError(
          .unsupportedFeature, "the file needs section \(kindCode), which is not known",
          hint: "use a newer Colonnade")
      }
      return
    }
    guard byteCount == Self.storedByteCount(stride: Int(stride), count: count) else {
      throw corrupt("\(count) entries of \(stride) bytes do not take \(byteCount) bytes")
    }
    guard kind == .heap ? stride == 0 : Int(stride) >= kind.stride else {
      throw corrupt("entries of \(stride) bytes are too short")
    }
  }

  var name: String { kind?.name ?? "\(kindCode)" }

  /// Metadata blocks that it takes.
  var blockCount: Int {
    (Int(byteCount) + FormatLimits.metadataBlock - 1) / FormatLimits.metadataBlock
  }

  /// Bytes a section of `count` entries takes with the checksums of its blocks; `nil` where the
  /// stride or the count is out of range.
  static func storedByteCount(stride: Int, count: UInt64) -> UInt64? {
    guard count > 0 else { return 0 }
    guard count < 1 << 48 else { return nil }
    let content = UInt64(FormatLimits.metadataContent)
    let block = UInt64(FormatLimits.metadataBlock)
    if stride == 0 {
      let whole = (count - 1) / content
      return whole * block + (count - whole * content) + 4
    }
    guard (4...FormatLimits.metadataContent).contains(stride) else { return nil }
    let perBlock = content / UInt64(stride)
    let whole = (count - 1) / perBlock
    return whole * block + (count - whole * perBlock) * UInt64(stride) + 4
  }
}
