// Metadata on its way into a file: entries and heap items, then blocks with their checksums.

import ColonnadeBase

/// Collects the entries of one fixed-stride section.
struct SectionWriter {
  let kind: SectionKind
  /// The entries back to back.
  let content = MutableBuffer()

  init(_ kind: SectionKind) { self.kind = kind }

  var count: Int { content.byteCount / max(kind.stride, 1) }
  var sink: ByteSink { ByteSink(content) }

  /// Appends the section to `target`, whose first byte stands at `base` in the file.
  func finish(into target: MutableBuffer, base: UInt64, seed: Checksum.Seed) -> SectionEntry {
    let perBlock = FormatLimits.metadataContent / kind.stride
    return MetadataBlocks.write(
      kind, content: content, contentPerBlock: perBlock * kind.stride, count: UInt64(count),
      into: target, base: base, seed: seed)
  }
}

/// Collects the heap: names, metadata, and other items of any size.
struct HeapWriter {
  let content = MutableBuffer()

  /// - Returns: the item's position.
  /// - Throws: `.limitExceeded` where the heap would pass 4 GiB.
  mutating func add(_ bytes: UnsafeRawBufferPointer) throws(ColonnadeError) -> UInt32 {
    let block = FormatLimits.metadataContent
    let used = content.byteCount % block
    if used != 0, used + bytes.count > block { content.appendZeros(block - used) }
    guard content.byteCount + bytes.count < Int(UInt32.max) else {
      throw ColonnadeError(.limitExceeded, "names and metadata take more than 4 GiB")
    }
    let position = UInt32(content.byteCount)
    unsafe content.append(bytes)
    return position
  }

  mutating func add(_ text: String) throws(ColonnadeError) -> UInt32 {
    let bytes = Buffer(copying: Array(text.utf8))
    return try unsafe add(bytes.unsafeBytes)
  }

  func finish(into target: MutableBuffer, base: UInt64, seed: Checksum.Seed) -> SectionEntry {
    MetadataBlocks.write(
      .heap, content: content, contentPerBlock: FormatLimits.metadataContent,
      count: UInt64(content.byteCount), into: target, base: base, seed: seed)
  }
}

private enum MetadataBlocks {
  static func write(
    _ kind: SectionKind, content: MutableBuffer, contentPerBlock: Int, count: UInt64,
    into target: MutableBuffer, base: UInt64, seed: Checksum.Seed
  ) -> SectionEntry {
    target.pad(to: 8)
    let start = target.byteCount
    var position = 0
    while position < content.byteCount {
      let blockStart = target.byteCount
      let taken = min(contentPerBlock, content.byteCount - position)
      unsafe target.append(
        UnsafeRawBufferPointer(start: content.pointer + position, count: taken))
      position += taken
      if position < content.byteCount {
        target.appendZeros(FormatLimits.metadataContent - taken)
      }
      let crc = unsafe Checksum.crc32c(
        UnsafeRawBufferPointer(
          start: target.pointer + blockStart, count: target.byteCount - blockStart),
        continuing: seed.at(position: base + UInt64(blockStart)))
      target.append(crc.littleEndian)
    }
    return SectionEntry(
      kind: kind, offset: base + UInt64(start), byteCount: UInt64(target.byteCount - start),
      count: count)
  }
}
