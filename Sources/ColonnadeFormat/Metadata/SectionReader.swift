// Metadata in place: an entry is checked (its block's checksum once, its bounds always) and handed
// out as a view of the map; nothing is parsed ahead.

import ColonnadeBase

/// What the sections of an open file share: its bytes, and which blocks were seen to hold their
/// checksums. One object for all of them, since a file of one row has as many sections as any other.
final class SectionBlocks: Sendable {
  let map: MappedFile
  let seed: Checksum.Seed
  let metrics: ReadMetrics?
  /// A bit for each block that was seen to hold its checksum, those of one section behind those of
  /// another.
  let verified: AtomicBits

  /// - Parameter count: blocks of all sections.
  init(map: MappedFile, seed: Checksum.Seed, metrics: ReadMetrics?, count: Int) {
    self.map = map
    self.seed = seed
    self.metrics = metrics
    verified = AtomicBits(count: count)
  }
}

/// One section of an open file.
struct SectionReader: Sendable {
  let entry: SectionEntry
  private let blocks: SectionBlocks
  /// Number of its first block among those of all sections.
  private let firstBlock: Int
  private let entriesPerBlock: Int

  init(_ entry: SectionEntry, in blocks: SectionBlocks, firstBlock: Int) {
    self.entry = entry
    self.blocks = blocks
    self.firstBlock = firstBlock
    entriesPerBlock = entry.stride == 0 ? 0 : FormatLimits.metadataContent / Int(entry.stride)
  }

  var count: Int { Int(entry.count) }
  private var map: MappedFile { blocks.map }

  /// Entry `index`, its whole stride.
  /// - Throws: `.corrupt` for an index past the end or a checksum that does not hold.
  /// - Complexity: O(1).
  func entry(at index: Int) throws(ColonnadeError) -> EntryBytes {
    EntryBytes(try bytes(at: index, count: 1))
  }

  /// The same, to be read at once while the file is open: who holds it is not counted.
  @unsafe func borrowedEntry(at index: Int) throws(ColonnadeError) -> EntryBytes {
    unsafe EntryBytes(borrowing: try address(at: index), byteCount: Int(entry.stride))
  }

  /// Entries from `index` on that lie in one block: at least 1, at most `count`.
  func run(at index: Int, count wanted: Int) throws(ColonnadeError) -> (bytes: Buffer, count: Int) {
    let found = try runCount(at: index, wanted)
    return (try bytes(at: index, count: found), found)
  }

  /// The same, in memory as long as the file is open: for those that read many, on many threads, which
  /// would all count who holds the file.
  func addresses(
    at index: Int, count wanted: Int
  ) throws(ColonnadeError) -> (first: UnsafeRawPointer, count: Int) {
    unsafe (try address(at: index), try runCount(at: index, wanted))
  }

  private func runCount(at index: Int, _ wanted: Int) throws(ColonnadeError) -> Int {
    guard index >= 0, index < count else { throw outside(index) }
    return min(wanted, entriesPerBlock - index % entriesPerBlock, count - index)
  }

  private func bytes(at index: Int, count found: Int) throws(ColonnadeError) -> Buffer {
    // What was verified was populated for it.
    map.populatedBuffer(from: try place(of: index), byteCount: found * Int(entry.stride))
  }

  /// Where entry `index` stands in memory, its whole stride, as long as the file is open: for those that
  /// read many.
  /// - Throws: as `entry(at:)`.
  func address(at index: Int) throws(ColonnadeError) -> UnsafeRawPointer {
    unsafe map.address(of: try place(of: index))
  }

  /// Where entry `index` stands in the file; its block is verified.
  private func place(of index: Int) throws(ColonnadeError) -> Int {
    guard index >= 0, index < count else { throw outside(index) }
    let (block, inBlock) = index.quotientAndRemainder(dividingBy: entriesPerBlock)
    try verify(block)
    return Int(entry.offset) + block * FormatLimits.metadataBlock + inBlock * Int(entry.stride)
  }

  /// An item of the heap.
  /// - Complexity: O(1) for an item in one block, as all of up to a block's content are.
  func heapItem(position: UInt32, byteCount: Int) throws(ColonnadeError) -> Buffer {
    let position = Int(position)
    guard byteCount >= 0, byteCount <= FormatLimits.metadataByteCount,
      position <= count - byteCount
    else {
      throw ColonnadeError(
        .corrupt, "an item of \(byteCount) bytes at \(position) does not lie in the heap",
        location: .byte(entry.offset))
    }
    let content = FormatLimits.metadataContent
    guard position % content == 0 || position % content + byteCount <= content else {
      throw ColonnadeError(
        .corrupt, "the heap item at \(position) crosses a block", location: .byte(entry.offset))
    }
    if byteCount == 0 { return .empty }
    if byteCount <= content { return try heapPart(position, byteCount) }
    let whole = MutableBuffer(capacity: byteCount)
    while whole.byteCount < byteCount {
      let part = try heapPart(
        position + whole.byteCount, min(content, byteCount - whole.byteCount))
      unsafe whole.append(part.unsafeBytes)
    }
    return whole.freeze()
  }

  /// Bytes of the heap in one block.
  private func heapPart(_ position: Int, _ byteCount: Int) throws(ColonnadeError) -> Buffer {
    let (block, first) = position.quotientAndRemainder(dividingBy: FormatLimits.metadataContent)
    try verify(block)
    // What was verified was populated for it.
    return map.populatedBuffer(
      from: Int(entry.offset) + block * FormatLimits.metadataBlock + first, byteCount: byteCount)
  }

  /// The contents of all blocks of a section without stride, back to back.
  /// - Complexity: O(bytes); no copy where there is one block.
  func content() throws(ColonnadeError) -> Buffer {
    let content = FormatLimits.metadataContent
    if count == 0 { return .empty }
    if count <= content {
      try verify(0)
      return try map.buffer(from: Int(entry.offset), byteCount: count)
    }
    let whole = MutableBuffer(capacity: count)
    var block = 0
    while whole.byteCount < count {
      try verify(block)
      let part = try map.buffer(
        from: Int(entry.offset) + block * FormatLimits.metadataBlock,
        byteCount: min(content, count - whole.byteCount))
      unsafe whole.append(part.unsafeBytes)
      block += 1
    }
    return whole.freeze()
  }

  /// Checks a block's checksum the first time it is asked for.
  private func verify(_ block: Int) throws(ColonnadeError) {
    if blocks.verified.contains(firstBlock + block) { return }
    let start = block * FormatLimits.metadataBlock
    let size = min(FormatLimits.metadataBlock, Int(entry.byteCount) - start)
    let offset = Int(entry.offset) + start
    let bytes = try map.buffer(from: offset, byteCount: size)
    let stored = EntryBytes(bytes).u32(size - 4)
    let crc = unsafe Checksum.crc32c(
      UnsafeRawBufferPointer(rebasing: bytes.unsafeBytes[0..<size - 4]),
      continuing: blocks.seed.at(position: UInt64(offset)))
    guard crc == stored else {
      throw ColonnadeError(
        .corrupt, "the checksum of a block of section \(entry.name) does not hold",
        location: .byte(UInt64(offset)))
    }
    blocks.verified.insert(firstBlock + block..<firstBlock + block + 1)
    blocks.metrics?.countMetadataBlock()
  }

  /// Checks every block, the zero bytes behind entries included.
  func verifyAll() throws(ColonnadeError) -> Int {
    let blockCount = entry.blockCount
    for block in 0..<blockCount {
      try verify(block)
      guard entriesPerBlock > 0, block < blockCount - 1 else { continue }
      let used = entriesPerBlock * Int(entry.stride)
      let padding = try map.buffer(
        from: Int(entry.offset) + block * FormatLimits.metadataBlock + used,
        byteCount: FormatLimits.metadataContent - used)
      guard padding.array.allSatisfy({ $0 == 0 }) else {
        throw ColonnadeError(
          .corrupt, "section \(entry.name) has bytes behind the entries of a block",
          location: .byte(entry.offset))
      }
    }
    return blockCount
  }

  private func outside(_ index: Int) -> ColonnadeError {
    ColonnadeError(
      .corrupt, "entry \(index) of section \(entry.name), which has \(count)",
      location: .byte(entry.offset))
  }
}
