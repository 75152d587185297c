// The data area of an open file: ranges are checked, populated and verified before they are handed
// out. Spec: spec/file.md "Checksums".

import CKernels
package import ColonnadeBase

/// Checked bytes of one file; safe on any thread.
package struct FileData: DataSource {
  let map: MappedFile
  private let dataEnd: UInt64
  private let seed: Checksum.Seed
  private let checksums: SectionReader
  private let dictionaries: SectionReader?
  let verified: VerifiedBlocks
  let metrics: ReadMetrics?

  static let blockShift = 10

  init(
    _ metadata: FileMetadata, map: MappedFile, metrics: ReadMetrics?
  ) throws(ColonnadeError) {
    self.metrics = metrics
    self.map = map
    dataEnd = metadata.summary.dataEnd
    seed = metadata.seed
    checksums = try metadata.section(.dataChecksums)
    dictionaries =
      metadata.sectionCount(.compressionDictionaries) > 0
      ? try metadata.section(.compressionDictionaries) : nil
    verified = VerifiedBlocks(count: checksums.count)
  }

  package func data(offset: UInt64, byteCount: Int) throws(ColonnadeError) -> Buffer {
    try check(offset: offset, byteCount: byteCount)
    metrics?.countRequest(byteCount: byteCount)
    if byteCount == 0 { return .empty }
    let first = Int(offset) >> FileData.blockShift
    let last = (Int(offset) + byteCount - 1) >> FileData.blockShift
    if let missing = verified.bits.firstMissing(in: first..<last + 1) {
      try verify(missing..<last + 1)
    }
    // What was verified was populated for it.
    return map.populatedBuffer(from: Int(offset), byteCount: byteCount)
  }

  package func prefetch(offset: UInt64, byteCount: Int) {
    map.prefetch(from: Int(clamping: offset), byteCount: byteCount)
  }

  /// - Throws: where bytes do not lie in the data area.
  func check(offset: UInt64, byteCount: Int) throws(ColonnadeError) {
    let (end, overflow) = offset.addingReportingOverflow(UInt64(clamping: byteCount))
    guard byteCount >= 0, !overflow, end <= dataEnd,
      offset >= UInt64(FormatLimits.headerByteCount) || byteCount == 0
    else { throw outside(offset, byteCount: byteCount) }
  }

  func outside(_ offset: UInt64, byteCount: Int) -> ColonnadeError {
    ColonnadeError(
      .corrupt, "\(byteCount) bytes do not lie in the data area, which ends at \(dataEnd)",
      file: map.path, location: .byte(offset))
  }

  package func compressionDictionary(at index: Int) throws(ColonnadeError) -> Buffer {
    guard let dictionaries, index < dictionaries.count else {
      throw ColonnadeError(
        .corrupt, "compression dictionary \(index) is named, there is none", file: map.path)
    }
    let entry = RegionEntry(reading: try dictionaries.entry(at: index))
    guard entry.byteCount <= FormatLimits.dictionaryByteCount else {
      throw ColonnadeError(
        .limitExceeded, "a compression dictionary of \(entry.byteCount) bytes", file: map.path,
        location: .byte(entry.offset))
    }
    return try data(offset: entry.offset, byteCount: Int(entry.byteCount))
  }

  /// Verifies blocks in runs whose checksums lie together.
  private func verify(_ blocks: Range<Int>) throws(ColonnadeError) {
    var block = blocks.lowerBound
    while block < blocks.upperBound {
      let (sums, count) = try unsafe checksums.addresses(
        at: block, count: blocks.upperBound - block)
      let start = block << FileData.blockShift
      let end = min((block + count) << FileData.blockShift, Int(dataEnd))
      try populate(from: start, byteCount: end - start)
      let mismatch = unsafe Checksum.firstMismatch(
        in: UnsafeRawBufferPointer(start: address(of: start), count: end - start),
        expected: UnsafeRawBufferPointer(start: sums, count: count * 4),
        blockByteCount: 1 << FileData.blockShift, seed: seed, position: UInt64(start))
      if let mismatch { throw differs(block + mismatch) }
      verified.bits.insert(block..<block + count)
      metrics?.countVerified(count)
      block += count
    }
  }

  /// Verifies those blocks from `first` on whose bits are set; bit 0 of the first word is block `first`.
  func verify(
    _ wanted: UnsafeMutablePointer<UInt64>, wordCount: Int, from first: Int
  ) throws(ColonnadeError) {
    let room = min(FileData.blocksAtOnce, wordCount * 64)
    try unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: room) {
      chosen throws(ColonnadeError) in
      guard let target = chosen.baseAddress else { return }
      var word = 0
      while word < wordCount {
        let start = word
        var some = 0
        while word < wordCount, some + 64 <= room {
          let missing = unsafe wanted[word] & ~verified.bits.word(from: first + word * 64)
          unsafe wanted[word] = missing
          unsafe some += colonnade_bits_numbers(target + some, missing, UInt32(word * 64))
          word += 1
        }
        if some == 0 { continue }
        try unsafe verify(UnsafeBufferPointer(start: target, count: some), from: first)
        for index in start..<word where unsafe wanted[index] != 0 {
          unsafe verified.bits.insert(wanted[index], from: first + index * 64)
        }
      }
    }
  }

  /// So many chosen blocks are verified at once.
  private static let blocksAtOnce = 1024
  /// The bytes between two chosen blocks that are populated with them: what one fault brings in.
  private static let populatedGap = 1 << 16

  /// Verifies chosen blocks, ascending, counted from block `origin`; does not remember them.
  private func verify(
    _ chosen: UnsafeBufferPointer<UInt32>, from origin: Int
  ) throws(ColonnadeError) {
    guard let base = chosen.baseAddress, let last = unsafe chosen.last else { return }
    var index = 0
    while index < chosen.count {
      let first = unsafe Int(chosen[index])
      let (sums, count) = try unsafe checksums.addresses(
        at: origin + first, count: Int(last) - first + 1)
      // The last block of the data area may be shorter than others.
      let whole = max(0, min(first + count, wholeBlockCount - origin))
      let some = unsafe colonnade_rows_lower_bound(
        base + index, chosen.count - index, UInt64(clamping: whole))
      guard some > 0 else {
        try verify(origin + first..<origin + first + 1)
        index += 1
        continue
      }
      unsafe try populate(UnsafeBufferPointer(start: base + index, count: some), from: origin)
      let found = unsafe colonnade_crc32c_verify_chosen(
        sums.assumingMemoryBound(to: UInt8.self),
        address(of: (origin + first) << FileData.blockShift), base + index,
        some, UInt32(first), 1 << FileData.blockShift, seed.state,
        UInt64((origin + first) << FileData.blockShift))
      guard found == some else { throw unsafe differs(origin + Int(chosen[index + found])) }
      metrics?.countVerified(some)
      index += some
    }
  }

  /// Populates chosen blocks, those near one another at once.
  private func populate(
    _ chosen: UnsafeBufferPointer<UInt32>, from origin: Int
  ) throws(ColonnadeError) {
    let gap = FileData.populatedGap >> FileData.blockShift
    var first = unsafe Int(chosen[0])
    var end = first + 1
    for index in 1..<chosen.count {
      let next = unsafe Int(chosen[index])
      if next - end > gap {
        try populate(
          from: (origin + first) << FileData.blockShift,
          byteCount: (end - first) << FileData.blockShift)
        first = next
      }
      end = next + 1
    }
    try populate(
      from: (origin + first) << FileData.blockShift, byteCount: (end - first) << FileData.blockShift
    )
  }

  /// How many blocks are as long as others.
  var wholeBlockCount: Int { Int(dataEnd) >> FileData.blockShift }

  private func differs(_ block: Int) -> ColonnadeError {
    ColonnadeError(
      .corrupt, "the checksum of a data block does not hold", file: map.path,
      location: .byte(UInt64(block << FileData.blockShift)))
  }

  func populate(from start: Int, byteCount: Int) throws(ColonnadeError) {
    try map.populate(from: start, byteCount: byteCount)
  }

  /// Where byte `offset` of the file stands, valid while the file is open; not to be touched before it
  /// is populated.
  func address(of offset: Int) -> UnsafePointer<UInt8> {
    unsafe map.address(of: offset).assumingMemoryBound(to: UInt8.self)
  }

  func isVerified(_ block: Int) -> Bool { verified.bits.contains(block) }

  /// Verifies every block.
  /// - Returns: how many there are.
  func verifyAll() throws(ColonnadeError) -> Int {
    try verify(0..<checksums.count)
    return checksums.count
  }
}
