// Metadata on its way into a file: entries and heap items, then blocks with their checksums.

package import ColonnadeBase

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
      content, contentPerBlock: perBlock * kind.stride, into: target, base: base, seed: seed
    ) { SectionEntry(kind: kind, offset: $0, byteCount: $1, count: UInt64(count)) }
  }
}

/// A section of a run of bytes, for those who keep more than rows in a file.
package struct SectionContent {
  /// 32 to 63.
  package let kindCode: UInt16
  package let isRequired: Bool
  let content: MutableBuffer

  package init(kindCode: UInt16, isRequired: Bool, content: MutableBuffer) {
    precondition(SectionEntry.contentKinds.contains(kindCode))
    self.kindCode = kindCode
    self.isRequired = isRequired
    self.content = content
  }

  func finish(into target: MutableBuffer, base: UInt64, seed: Checksum.Seed) -> SectionEntry {
    MetadataBlocks.write(
      content, contentPerBlock: FormatLimits.metadataContent, into: target, base: base, seed: seed
    ) {
      SectionEntry(
        kindCode: kindCode, isRequired: isRequired, stride: 0, offset: $0, byteCount: $1,
        count: UInt64(content.byteCount))
    }
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
      content, contentPerBlock: FormatLimits.metadataContent, into: target, base: base, seed: seed
    ) {
      SectionEntry(kind: .heap, offset: $0, byteCount: $1, count: UInt64(content.byteCount))
    }
  }
}

private enum MetadataBlocks {
  /// - Parameter entry: makes the section's entry of its offset and its size.
  static func write(
    _ content: MutableBuffer, contentPerBlock: Int, into target: MutableBuffer, base: UInt64,
    seed: Checksum.Seed, entry: (UInt64, UInt64) -> SectionEntry
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
    return entry(base + UInt64(start), UInt64(target.byteCount - start))
  }
}
