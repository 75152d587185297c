// Cuts a page into frames and writes the table of their ends. Spec: spec/encodings.md "Frames".

import ColonnadeBase

/// Writes framed bodies; holds its scratch memory from page to page.
final class FrameWriter {
  private let frames = MutableBuffer()
  private let content = MutableBuffer()
  private var ends: [UInt32] = []

  /// Appends the body of a framed page.
  /// - Parameters:
  ///   - count: slots of the page.
  ///   - compressor: nil stores frames as they are.
  ///   - append: appends the content of the frame of slots `range` of the page.
  /// - Returns: true where the ends are u16.
  func write(
    count: Int, frameShift: UInt8, compressor: ZstdCompressor?, to target: MutableBuffer,
    append: (Range<Int>, MutableBuffer) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) -> Bool {
    frames.truncate()
    ends.removeAll(keepingCapacity: true)
    let frameCount = 1 << Int(frameShift)
    for start in stride(from: 0, to: count, by: frameCount) {
      let range = start..<min(start + frameCount, count)
      if let compressor {
        content.truncate()
        try append(range, content)
        try unsafe compressor.append(content.unsafeBytes, to: frames)
      } else {
        try append(range, frames)
      }
      try end()
    }
    return finish(to: target)
  }

  /// The same for frames whose slots take a byte in each of several planes.
  /// - Parameters:
  ///   - compressors: one a plane.
  ///   - fill: writes the planes of the slots `range` of the page, one behind the other.
  func write(
    count: Int, frameShift: UInt8, planes compressors: [ZstdCompressor?], to target: MutableBuffer,
    fill: (Range<Int>, UnsafeMutableRawPointer) -> Void
  ) throws(ColonnadeError) -> Bool {
    frames.truncate()
    ends.removeAll(keepingCapacity: true)
    let frameCount = 1 << Int(frameShift)
    for start in stride(from: 0, to: count, by: frameCount) {
      let range = start..<min(start + frameCount, count)
      let planes = unsafe content.room(range.count * compressors.count)
      unsafe fill(range, planes)
      for (index, compressor) in compressors.enumerated() {
        let plane = unsafe UnsafeRawBufferPointer(
          start: planes + index * range.count, count: range.count)
        if let compressor {
          try unsafe compressor.append(plane, to: frames)
        } else {
          unsafe frames.append(plane)
        }
        try end()
      }
    }
    return finish(to: target)
  }

  /// Notes that a frame ends here.
  private func end() throws(ColonnadeError) {
    guard let end = UInt32(exactly: frames.byteCount) else {
      throw ColonnadeError(.limitExceeded, "a page of more than 4 GiB")
    }
    ends.append(end)
  }

  /// Appends the ends and the frames.
  /// - Returns: true where the ends are u16.
  private func finish(to target: MutableBuffer) -> Bool {
    let isShort = frames.byteCount <= 0xFFFF
    for end in ends {
      if isShort {
        target.append(UInt16(end).littleEndian)
      } else {
        target.append(end.littleEndian)
      }
    }
    unsafe target.append(frames.unsafeBytes)
    return isShort
  }

  /// The greatest power of two of slots whose bytes stay within `byteCount`; 0 at least.
  static func shift(bytesPerSlot: Double, byteCount: Int) -> UInt8 {
    let slots = Double(byteCount) / max(bytesPerSlot, 0.125)
    return UInt8(
      max(0, min(20, slots < 2 ? 0 : Int(slots).bitWidth - 1 - Int(slots).leadingZeroBitCount)))
  }
}
