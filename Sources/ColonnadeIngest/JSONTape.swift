// A parsed JSON text as simdjson lays it out; see colonnade_json.h for the words.

import CIngest
import ColonnadeBase

/// Parses texts one after the other. One thread at a time.
@safe final class JSONParser {
  private let parser: OpaquePointer
  /// The last text parsed.
  private(set) var tape = JSONTape()

  /// Levels of nesting a record may have: those of a schema, and the record itself.
  static let maximumDepth = 33

  init() throws(ColonnadeError) {
    guard let parser = unsafe colonnade_json_make(JSONParser.maximumDepth) else {
      throw ColonnadeError(.limitExceeded, "there is no memory to parse JSON")
    }
    unsafe self.parser = parser
  }

  deinit { unsafe colonnade_json_free(parser) }

  /// - Parameter text: `TextChunk.padding` readable bytes lie behind.
  /// - Returns: what is wrong, `nil` where `tape` now holds the text.
  func parse(_ text: UnsafeRawBufferPointer) -> String? {
    guard let base = text.baseAddress else { return "there is no value" }
    var document = unsafe colonnade_json_document()
    let message = unsafe colonnade_json_parse(
      parser, base.assumingMemoryBound(to: CChar.self), text.count, &document)
    if let message = unsafe message { return unsafe String(cString: message) }
    guard let words = unsafe document.tape, let strings = unsafe document.strings else {
      return "there is no value"
    }
    tape = unsafe JSONTape(words: words, strings: strings)
    return nil
  }
}

/// The words of one parsed text; valid until its parser parses another.
///
/// SAFETY: indices come from the tape itself, which simdjson built and closed; walkers start at
/// `root` and only move by `after`.
@safe struct JSONTape {
  private let words: UnsafePointer<UInt64>
  private let strings: UnsafePointer<UInt8>

  static let root = 1

  init() {
    unsafe words = JSONTape.nothing
    unsafe strings = UnsafeRawPointer(JSONTape.nothing).assumingMemoryBound(to: UInt8.self)
  }

  /// A tape with the one value null.
  private static nonisolated(unsafe) let nothing: UnsafePointer<UInt64> = {
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: 3)
    unsafe words.initialize(repeating: UInt64(UInt8(ascii: "n")) << 56, count: 3)
    return unsafe UnsafePointer(words)
  }()

  init(words: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>) {
    unsafe self.words = words
    unsafe self.strings = strings
  }

  enum Kind: UInt8 {
    case object = 0x7B
    case array = 0x5B
    case endObject = 0x7D
    case endArray = 0x5D
    case string = 0x22
    case int64 = 0x6C
    case uint64 = 0x75
    case float64 = 0x64
    case yes = 0x74
    case no = 0x66
    case null = 0x6E
    case root = 0x72
  }

  @inline(__always)
  func kind(_ index: Int) -> Kind {
    Kind(rawValue: UInt8(truncatingIfNeeded: unsafe words[index] >> 56)) ?? .null
  }

  /// Index of the value after the one at `index`.
  @inline(__always)
  func after(_ index: Int) -> Int {
    switch kind(index) {
    case .object, .array: unsafe Int(words[index] & 0xFFFF_FFFF)
    case .int64, .uint64, .float64: index + 2
    default: index + 1
    }
  }

  /// Index of the word that closes the container at `index`.
  @inline(__always)
  func end(_ index: Int) -> Int { after(index) - 1 }

  func int64(_ index: Int) -> Int64 { unsafe Int64(bitPattern: words[index + 1]) }
  func uint64(_ index: Int) -> UInt64 { unsafe words[index + 1] }
  func float64(_ index: Int) -> Double { unsafe Double(bitPattern: words[index + 1]) }

  /// The text of the string at `index`, valid until the parser parses another.
  @inline(__always)
  func string(_ index: Int) -> UnsafeRawBufferPointer {
    let offset = unsafe Int(words[index] & 0x00FF_FFFF_FFFF_FFFF)
    let start = unsafe UnsafeRawPointer(strings + offset)
    return unsafe UnsafeRawBufferPointer(
      start: start + 4, count: Int(start.loadUnaligned(as: UInt32.self)))
  }

  /// Number of elements of the array at `index`.
  func elementCount(_ index: Int) -> Int {
    var count = 0
    var next = index + 1
    let end = end(index)
    while next < end {
      next = after(next)
      count += 1
    }
    return count
  }

  /// The value as a message shows it.
  func shown(_ index: Int) -> String {
    switch kind(index) {
    case .object: return "an object"
    case .array: return "an array"
    case .string:
      let text = unsafe string(index)
      let head = unsafe UnsafeRawBufferPointer(rebasing: text.prefix(60))
      return unsafe "'\(String(decoding: head, as: UTF8.self))\(text.count > 60 ? "…" : "")'"
    case .int64: return "\(int64(index))"
    case .uint64: return "\(uint64(index))"
    case .float64: return "\(float64(index))"
    case .yes: return "true"
    case .no: return "false"
    default: return "null"
    }
  }
}
