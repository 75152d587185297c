// Memory that one call that decodes uses from page to page.

import ColonnadeBase

/// Scratch memory and a decompressor; not shared between threads.
final class DecodingScratch {
  // Made where a page asks for them: the one value of a small page often asks for none.
  @exclusivity(unchecked) private var madeContent: MutableBuffer?
  @exclusivity(unchecked) private var madeCodes: MutableBuffer?
  @exclusivity(unchecked) private var madeRows: MutableBuffer?
  @exclusivity(unchecked) private var madeIntegers: MutableBuffer?
  private var held: ZstdDecompressor?

  deinit { held?.giveBack() }

  private func make(_ place: inout MutableBuffer?) -> MutableBuffer {
    let made = MutableBuffer()
    place = made
    return made
  }

  var content: MutableBuffer { unsafe madeContent ?? make(&madeContent) }
  var codes: MutableBuffer { unsafe madeCodes ?? make(&madeCodes) }
  var rows: MutableBuffer { unsafe madeRows ?? make(&madeRows) }
  var integers: MutableBuffer { unsafe madeIntegers ?? make(&madeIntegers) }

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
