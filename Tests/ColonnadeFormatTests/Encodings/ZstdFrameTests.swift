// A compressed frame is one frame and nothing else, and nothing behind it is looked at.

import ColonnadeBase
import Testing

@testable import ColonnadeFormat

@Suite struct ZstdFrameTests {
  /// A frame of `content` with no byte of memory behind its last one.
  private func decompress(_ frame: [UInt8], _ size: Int) throws -> [UInt8]? {
    let guarded = try #require(unsafe frame.withUnsafeBytes { unsafe GuardedMemory.copy($0) })
    let decompressor = try ZstdDecompressor.take()
    defer { decompressor.giveBack() }
    var target = [UInt8](repeating: 0, count: size)
    let isDone = unsafe guarded.withUnsafeBytes { bytes in
      unsafe target.withUnsafeMutableBytes {
        unsafe decompressor.decompress(bytes, into: $0, dictionary: nil)
      }
    }
    return isDone ? target : nil
  }

  /// A raw block, as RFC 8878 has it: descriptor of a single segment, size, block header, content.
  private func raw(_ content: [UInt8]) -> [UInt8] {
    let header = 1 | content.count << 3
    return [0x20, UInt8(content.count), UInt8(header & 255), UInt8(header >> 8 & 255), 0] + content
  }

  @Test func aFrameIsReadToItsLastByte() throws {
    #expect(try decompress(raw([1, 2, 3]), 3) == [1, 2, 3])
    // One byte repeated.
    #expect(
      try decompress([0x20, 9, 1 | 1 << 1 | 9 << 3, 0, 0, 7], 9) == Array(repeating: 7, count: 9))
  }

  /// libzstd looked for a magic number in four bytes where one, two or three were left.
  @Test(arguments: 1...5)
  func bytesBehindAFrameAreAnError(count: Int) throws {
    let frame = raw([1, 2, 3]) + Array(repeating: 0, count: count)
    #expect(try decompress(frame, 3) == nil)
  }

  @Test func frameThatEndsEarlyIsAnError() throws {
    let frame = raw([1, 2, 3])
    for count in 0..<frame.count { #expect(try decompress(Array(frame[..<count]), 3) == nil) }
    // Two frames in place of one.
    #expect(try decompress(raw([1]) + raw([2]), 2) == nil)
  }
}
