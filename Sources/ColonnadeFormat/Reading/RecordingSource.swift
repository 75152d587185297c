// Remembers which bytes of the data area were asked for, so that a verification can tell what is
// padding.

import ColonnadeBase

/// Hands requests on and keeps their ranges.
final class RecordingSource: DataSource {
  private let data: FileData
  private let recorded = Lock<[Range<UInt64>]>([])

  init(_ data: FileData) { self.data = data }

  func data(offset: UInt64, byteCount: Int) throws(ColonnadeError) -> Buffer {
    let bytes = try data.data(offset: offset, byteCount: byteCount)
    if byteCount > 0 {
      recorded.withLock { $0.append(offset..<offset + UInt64(byteCount)) }
    }
    return bytes
  }

  func compressionDictionary(at index: Int) throws(ColonnadeError) -> Buffer {
    try data.compressionDictionary(at: index)
  }

  /// What was asked for, merged, ascending.
  var ranges: [Range<UInt64>] { RecordingSource.merged(recorded.withLock { $0 }) }

  static func merged(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
    var result: [Range<UInt64>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
      if let last = result.last, last.upperBound >= range.lowerBound {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }
}
