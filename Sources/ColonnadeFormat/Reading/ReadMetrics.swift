// What reading cost: counted where bytes are handed out, by whoever passes a counter.

import Synchronization

/// Counters of one or many readers; safe on any thread.
package final class ReadMetrics: Sendable {
  private let pages = Atomic<Int>(0)
  private let requests = Atomic<Int>(0)
  private let bytes = Atomic<Int>(0)
  private let verified = Atomic<Int>(0)
  private let decoded = Atomic<Int>(0)
  private let metadataBlocks = Atomic<Int>(0)
  private let files = Atomic<Int>(0)

  package init() {}

  /// Entries of pages looked at.
  package var pageCount: Int { pages.load(ordering: .relaxed) }
  /// Runs of bytes of the data area asked for.
  package var requestCount: Int { requests.load(ordering: .relaxed) }
  /// Bytes of the data area asked for.
  package var byteCount: Int { bytes.load(ordering: .relaxed) }
  /// Data blocks whose checksums were compared.
  package var verifiedBlockCount: Int { verified.load(ordering: .relaxed) }
  /// Values handed out, of leaves.
  package var valueCount: Int { decoded.load(ordering: .relaxed) }

  /// Blocks of metadata whose checksums were compared.
  package var metadataBlockCount: Int { metadataBlocks.load(ordering: .relaxed) }
  /// Files opened.
  package var fileCount: Int { files.load(ordering: .relaxed) }

  func count(pages count: Int) { pages.wrappingAdd(count, ordering: .relaxed) }
  func countRequest(byteCount: Int) {
    requests.wrappingAdd(1, ordering: .relaxed)
    bytes.wrappingAdd(byteCount, ordering: .relaxed)
  }
  func countVerified(_ blocks: Int) { verified.wrappingAdd(blocks, ordering: .relaxed) }
  func countMetadataBlock() { metadataBlocks.wrappingAdd(1, ordering: .relaxed) }
  func countFile() { files.wrappingAdd(1, ordering: .relaxed) }
  func countValues(_ count: Int) { decoded.wrappingAdd(count, ordering: .relaxed) }
}
