// The data area of an open file: ranges are checked, populated and verified before they are handed
// out. Spec: spec/file.md "Checksums".

package import ColonnadeBase

/// Checked bytes of one file; safe on any thread.
package struct FileData: DataSource {
  private let map: MappedFile
  private let dataEnd: UInt64
  private let seed: Checksum.Seed
  private let checksums: SectionReader
  private let dictionaries: SectionReader?
  private let verified: VerifiedBlocks
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
    let (end, overflow) = offset.addingReportingOverflow(UInt64(clamping: byteCount))
    guard byteCount >= 0, !overflow, end <= dataEnd,
      offset >= UInt64(FormatLimits.headerByteCount) || byteCount == 0
    else {
      throw ColonnadeError(
        .corrupt, "\(byteCount) bytes do not lie in the data area, which ends at \(dataEnd)",
        file: map.path, location: .byte(offset))
    }
    metrics?.countRequest(byteCount: byteCount)
    if byteCount == 0 { return .empty }
    let first = Int(offset) >> FileData.blockShift
    let last = (Int(end) - 1) >> FileData.blockShift
    if let missing = verified.firstMissing(in: first..<last + 1) {
      try verify(missing..<last + 1)
    }
    // What was verified was populated for it.
    return map.populatedBuffer(from: Int(offset), byteCount: byteCount)
  }

  package func prefetch(offset: UInt64, byteCount: Int) {
    map.prefetch(from: Int(clamping: offset), byteCount: byteCount)
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
      let (sums, count) = try checksums.run(at: block, count: blocks.upperBound - block)
      let start = block << FileData.blockShift
      let end = min((block + count) << FileData.blockShift, Int(dataEnd))
      let bytes = try map.buffer(from: start, byteCount: end - start)
      let mismatch = unsafe Checksum.firstMismatch(
        in: bytes.unsafeBytes, expected: sums.unsafeBytes, blockByteCount: 1 << FileData.blockShift,
        seed: seed, position: UInt64(start))
      if let mismatch {
        throw ColonnadeError(
          .corrupt, "the checksum of a data block does not hold", file: map.path,
          location: .byte(UInt64(start + mismatch << FileData.blockShift)))
      }
      verified.insert(block..<block + count)
      metrics?.countVerified(count)
      block += count
    }
  }

  /// Verifies every block.
  /// - Returns: how many there are.
  func verifyAll() throws(ColonnadeError) -> Int {
    try verify(0..<checksums.count)
    return checksums.count
  }
}
