// The records of a chunk of JSON: one object a line, or the elements of one array.

import CIngest
import ColonnadeBase

/// How JSON records follow each other.
enum JSONLayout: Sendable {
  /// One record a line; lines of blanks are none.
  case lines
  /// The whole input is one array of records.
  case array
}

/// A record of a chunk, or why there is none.
struct JSONRecord {
  /// Bytes of the record in the chunk, blanks around it left out.
  var range: Range<Int>
  /// Line in the chunk, counted from 1.
  var line: Int
  /// Index on the parser's tape; `nil` where the text is no object.
  var index: Int?
  var message = ""
}

/// Walks the records of a chunk. One thread at a time.
final class JSONRecords {
  private let chunk: TextChunk
  private let layout: JSONLayout
  let parser: JSONParser
  private var offset = 0
  private var line = 1
  /// Where the next element of the array is, and where the array ends.
  private var element: Range<Int>?

  init(_ chunk: TextChunk, _ layout: JSONLayout) throws(ColonnadeError) {
    self.chunk = chunk
    self.layout = layout
    parser = try JSONParser()
  }

  /// The next record, valid until the one after; `nil` at the end.
  func next() -> JSONRecord? {
    switch layout {
    case .lines: return nextLine()
    case .array: return nextElement()
    }
  }

  private func nextLine() -> JSONRecord? {
    let bytes = unsafe chunk.text.unsafeBytes
    while offset < bytes.count {
      let base = unsafe UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped)
      let found = unsafe colonnade_text_find(
        base.assumingMemoryBound(to: CChar.self) + offset, bytes.count - offset, 10)
      var start = offset
      var end = offset + found
      let number = line
      offset = min(end + 1, bytes.count)
      line += 1
      while start < end, unsafe JSONRecords.isBlank(bytes[start]) { start += 1 }
      while end > start, unsafe JSONRecords.isBlank(bytes[end - 1]) { end -= 1 }
      if start == end { continue }
      var record = JSONRecord(range: start..<end, line: number)
      if let message = unsafe parser.parse(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) {
        record.message = message
      } else if parser.tape.kind(JSONTape.root) == .object {
        record.index = JSONTape.root
      } else {
        record.message = "the record is not an object"
      }
      return record
    }
    return nil
  }

  private func nextElement() -> JSONRecord? {
    let all = 0..<chunk.byteCount
    if element == nil {
      guard offset == 0, !all.isEmpty else { return nil }
      offset = all.upperBound
      line = 0
      if let message = unsafe parser.parse(chunk.text.unsafeBytes) {
        return JSONRecord(range: all, line: 1, message: message)
      }
      guard parser.tape.kind(JSONTape.root) == .array else {
        return JSONRecord(range: all, line: 1, message: "the record is not an object")
      }
      element = JSONTape.root + 1..<parser.tape.end(JSONTape.root)
    }
    guard let range = element, !range.isEmpty else { return nil }
    line += 1
    element = parser.tape.after(range.lowerBound)..<range.upperBound
    var record = JSONRecord(range: 0..<0, line: 1)
    if parser.tape.kind(range.lowerBound) == .object {
      record.index = range.lowerBound
    } else {
      record.message = "element \(line) of the array is not an object"
    }
    return record
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 32 || byte == 9 || byte == 13 || byte == 10
  }
}
