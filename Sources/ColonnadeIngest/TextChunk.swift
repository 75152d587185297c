// Text cut at the ends of records, so that each piece can be parsed alone on any thread.
// Invariants: a chunk starts a record and ends after one; `padding` bytes behind it are readable;
// nobody writes to it any more.

import CIngest
import ColonnadeBase

/// Whole records of one input.
struct TextChunk: Sendable {
  let text: Buffer
  /// Position of the input among all inputs.
  let inputIndex: Int
  /// True for the first chunk of its input.
  let isFirst: Bool
  /// Bytes taken from the input when the chunk was cut, for progress.
  let bytesRead: Int

  static let padding = 64

  /// Bytes of text, without the padding behind.
  var byteCount: Int { text.byteCount }
}

/// Where a text that goes on may be cut.
enum RecordBoundary: Sendable {
  case csv(CSVDialect)
  case lines
  /// Nowhere: the whole input is one chunk.
  case whole

  var isWhole: Bool {
    if case .whole = self { true } else { false }
  }

  /// The end of the last record surely complete; 0 where there is none.
  func last(in text: UnsafeRawBufferPointer) -> Int {
    switch self {
    case .csv(let dialect):
      guard let base = text.baseAddress else { return 0 }
      var kernel = dialect.kernel
      return unsafe colonnade_csv_boundary(
        &kernel, base.assumingMemoryBound(to: CChar.self), text.count)
    case .lines:
      var end = text.count
      while end > 0, unsafe text[end - 1] != UInt8(ascii: "\n") { end -= 1 }
      return end
    case .whole: return 0
    }
  }
}

/// Cuts one input into chunks. Used by one thread at a time.
final class ChunkReader {
  private let source: any ByteSource
  private let inputIndex: Int
  private let boundary: RecordBoundary
  private let chunkByteCount: Int
  private var rest = MutableBuffer()
  private var isFirst = true
  private var isAtEnd = false
  private var linesToSkip: Int

  /// The largest record read.
  static let maximumRecordByteCount = 256 << 20

  init(
    _ source: any ByteSource, inputIndex: Int, boundary: RecordBoundary, chunkByteCount: Int,
    skippedLines: Int
  ) {
    self.source = source
    self.inputIndex = inputIndex
    self.boundary = boundary
    self.chunkByteCount = max(chunkByteCount, 1)
    linesToSkip = skippedLines
  }

  /// The next chunk; `nil` at the end. The first chunk of an input comes even when it is empty.
  func next() throws(ColonnadeError) -> TextChunk? {
    if isAtEnd && !isFirst { return nil }
    try skipLines()
    var wanted = chunkByteCount
    let buffer = MutableBuffer(
      byteCount: 0, capacity: max(wanted, rest.byteCount) + TextChunk.padding)
    unsafe buffer.append(rest.unsafeBytes)
    rest = MutableBuffer()
    while true {
      while !isAtEnd, buffer.byteCount < wanted {
        let room = wanted - buffer.byteCount
        buffer.reserve(room + TextChunk.padding)
        let count = try unsafe source.fill(
          UnsafeMutableRawBufferPointer(start: buffer.pointer + buffer.byteCount, count: room))
        if count < room { isAtEnd = true }
        _ = unsafe buffer.extend(by: count)
      }
      if isAtEnd { break }
      buffer.reserve(TextChunk.padding)
      let end = unsafe boundary.last(in: buffer.unsafeBytes)
      if end > 0 {
        let kept = buffer.byteCount - end
        rest = MutableBuffer(capacity: max(kept, 64))
        unsafe rest.append(UnsafeRawBufferPointer(rebasing: buffer.unsafeBytes[end...]))
        buffer.truncate(to: end)
        break
      }
      guard buffer.byteCount < ChunkReader.maximumRecordByteCount else {
        throw ColonnadeError(
          .limitExceeded, "a record is longer than \(ChunkReader.maximumRecordByteCount >> 20) MiB",
          file: source.name, hint: "perhaps a quote is never closed, or the quote is another one")
      }
      wanted = min(buffer.byteCount * 2, ChunkReader.maximumRecordByteCount)
    }
    buffer.reserve(TextChunk.padding)
    defer { isFirst = false }
    if buffer.byteCount == 0 && !isFirst { return nil }
    // The scanners read past the end and mask what they find there.
    unsafe (buffer.pointer + buffer.byteCount).initializeMemory(
      as: UInt8.self, repeating: 0, count: TextChunk.padding)
    return TextChunk(
      text: buffer.freeze(), inputIndex: inputIndex, isFirst: isFirst,
      bytesRead: source.bytesRead)
  }

  private func skipLines() throws(ColonnadeError) {
    guard linesToSkip > 0 else { return }
    let step = MutableBuffer(byteCount: 64 << 10)
    var endedWithReturn = false
    while linesToSkip > 0 || endedWithReturn {
      let bytes = unsafe UnsafeMutableRawBufferPointer(start: step.pointer, count: 64 << 10)
      let count = try unsafe source.read(into: bytes)
      if count == 0 { break }
      var offset = 0
      if endedWithReturn, unsafe bytes[0] == 10 { offset = 1 }
      endedWithReturn = false
      while offset < count, linesToSkip > 0 {
        let byte = unsafe bytes[offset]
        offset += 1
        guard byte == 10 || byte == 13 else { continue }
        linesToSkip -= 1
        if byte == 13 {
          if offset == count {
            endedWithReturn = true
          } else if unsafe bytes[offset] == 10 {
            offset += 1
          }
        }
      }
      if linesToSkip == 0 {
        unsafe rest.append(
          UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[offset..<count]))
        if !endedWithReturn { break }
      }
    }
    linesToSkip = 0
  }
}
