// Memory that one call that decodes uses from page to page.

import ColonnadeBase

/// Scratch memory and a decompressor; not shared between threads.
final class DecodingScratch {
  // Made where a page asks for them: the one value of a small page often asks for none.
  private(set) lazy var content = MutableBuffer()
  private(set) lazy var codes = MutableBuffer()
  private(set) lazy var rows = MutableBuffer()
  private(set) lazy var integers = MutableBuffer()
  private var held: ZstdDecompressor?

  deinit { held?.giveBack() }

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
