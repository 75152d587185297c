// Memory that one call that decodes uses from page to page, and the next call after it.

import ColonnadeBase

/// Scratch memory and a decompressor; not shared between threads while it is held.
final class DecodingScratch: @unchecked Sendable {
  // Made where a page asks for them: the one value of a small page often asks for none.
  @exclusivity(unchecked) private var madeContent: MutableBuffer?
  @exclusivity(unchecked) private var madeCodes: MutableBuffer?
  @exclusivity(unchecked) private var madeRows: MutableBuffer?
  @exclusivity(unchecked) private var madeIntegers: MutableBuffer?
  @exclusivity(unchecked) private var madePlaces: MutableBuffer?
  private var held: ZstdDecompressor?

  // A few rows of many chunks ask for memory more often than they use it.
  private static let pool = Lock<[DecodingScratch]>([])
  /// Memory beyond that is not kept.
  private static let keptByteCount = 1 << 17

  private init() {}

  /// - Returns: scratch memory that may be as another call left it, back in the pool with `giveBack`.
  static func take() -> DecodingScratch {
    if case .some(.some(let kept)) = pool.withLockIfFree({ $0.popLast() }) { return kept }
    return DecodingScratch()
  }

  func giveBack() {
    held?.giveBack()
    held = nil
    var byteCount = unsafe (madeContent?.capacity ?? 0) + (madeCodes?.capacity ?? 0)
    unsafe byteCount += (madeRows?.capacity ?? 0) + (madeIntegers?.capacity ?? 0)
    unsafe byteCount += madePlaces?.capacity ?? 0
    if byteCount > DecodingScratch.keptByteCount { return }
    _ = DecodingScratch.pool.withLockIfFree { if $0.count < 64 { $0.append(self) } }
  }

  private func make(_ place: inout MutableBuffer?) -> MutableBuffer {
    let made = MutableBuffer()
    place = made
    return made
  }

  var content: MutableBuffer { unsafe madeContent ?? make(&madeContent) }
  var codes: MutableBuffer { unsafe madeCodes ?? make(&madeCodes) }
  var rows: MutableBuffer { unsafe madeRows ?? make(&madeRows) }
  var integers: MutableBuffer { unsafe madeIntegers ?? make(&madeIntegers) }
  var places: MutableBuffer { unsafe madePlaces ?? make(&madePlaces) }

  func decompressor() throws(ColonnadeError) -> ZstdDecompressor {
    if let held { return held }
    let taken = try ZstdDecompressor.take()
    held = taken
    return taken
  }
}

extension MutableBuffer {
  /// Room for `byteCount` bytes from the start, whatever was there.
  func room(_ byteCount: Int) -> UnsafeMutableRawPointer {
    truncate()
    return unsafe extend(by: byteCount)
  }
}
