// Text of one field into one value, for the types that have no column parser of their own.
// float16: rounded to nearest; binary: base64, or hexadecimal after `\x`; of 16 bytes also UUID and
// plain hexadecimal; nested types: JSON.

import CIngest
import ColonnadeArrays
import ColonnadeBase

/// Appends values to one builder. One thread at a time.
final class CellParser {
  private let builder: ColumnBuilder
  private var parser: JSONParser?

  init(_ builder: ColumnBuilder) { self.builder = builder }

  /// Appends the value that `text` stands for.
  /// - Returns: false, and nothing appended, where the text does not fit the type.
  func append(_ text: UnsafeRawBufferPointer) -> Bool {
    switch builder.type {
    case .float16: return unsafe CellParser.appendHalf(text, to: builder)
    case .binary, .fixedBinary: return unsafe CellParser.appendBinary(text, to: builder)
    case .list, .fixedList, .structure, .map: return unsafe appendJSON(text)
    default: return false
    }
  }

  /// A nested value as JSON text; what does not fit inside makes the whole value a misfit.
  private func appendJSON(_ text: UnsafeRawBufferPointer) -> Bool {
    let padded = MutableBuffer(capacity: text.count + TextChunk.padding)
    unsafe padded.append(text)
    padded.appendZeros(TextChunk.padding)
    let copy = padded.freeze()
    defer { extendLifetime(copy) }
    let bytes = unsafe UnsafeRawBufferPointer(start: copy.unsafeAddress, count: text.count)
    if parser == nil { parser = try? JSONParser() }
    guard let parser, unsafe parser.parse(bytes) == nil else { return false }
    // Into a builder of its own first, so that half a value never stays behind.
    var misfit: JSONMisfit?
    let whole = JSONColumnWriter(Field("", builder.type), capacity: 1)
    whole.append(parser.tape, JSONTape.root, &misfit)
    guard misfit == nil, parser.tape.kind(JSONTape.root) != .null else { return false }
    builder.append(contentsOf: whole.builder.finish())
    return true
  }

  private static func appendHalf(
    _ text: UnsafeRawBufferPointer, to builder: ColumnBuilder
  ) -> Bool {
    var type = colonnade_cell_type(
      kind: COLONNADE_CELL_FLOAT64, precision: 0, scale: 0, ticksPerSecond: 1)
    var value = 0.0
    guard let base = text.baseAddress else { return false }
    let fits = unsafe colonnade_cell_parse_one(
      &type, base.assumingMemoryBound(to: CChar.self), text.count, &value)
    guard fits else { return false }
    let bits = Float(value).float16Bits
    if value.isFinite && bits & 0x7C00 == 0x7C00 { return false }
    builder.append(fixed: bits)
    return true
  }

  static func appendBinary(
    _ text: UnsafeRawBufferPointer, to builder: ColumnBuilder
  ) -> Bool {
    var digits = unsafe Array(text)
    let bytes: [UInt8]?
    if digits.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "x")]) {
      bytes = hexadecimal(digits.dropFirst(2))
    } else if case .fixedBinary(byteCount: 16) = builder.type, digits.count == 36 {
      for position in [8, 13, 18, 23] where digits[position] != UInt8(ascii: "-") { return false }
      digits.removeAll { $0 == UInt8(ascii: "-") }
      bytes = hexadecimal(digits[...])
    } else if case .fixedBinary(byteCount: 16) = builder.type, digits.count == 32 {
      // In base64 sixteen bytes are 24 characters.
      bytes = hexadecimal(digits[...])
    } else {
      bytes = base64(digits)
    }
    guard let bytes else { return false }
    if case .fixedBinary(let byteCount) = builder.type, bytes.count != byteCount { return false }
    unsafe bytes.withUnsafeBytes { unsafe builder.append(bytes: $0) }
    return true
  }

  private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: digits.startIndex, to: digits.endIndex, by: 2) {
      guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  /// RFC 4648, section 4, with its padding; bits that no byte uses are zero.
  private static func base64(_ digits: [UInt8]) -> [UInt8]? {
    guard digits.count % 4 == 0 else { return nil }
    let padding = digits.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard padding <= 2 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 4 * 3)
    var bits: UInt32 = 0
    var bitCount = 0
    for digit in digits.dropLast(padding) {
      guard let value = sextet(digit) else { return nil }
      bits = bits << 6 | UInt32(value)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
      }
    }
    return bits & ((1 << UInt32(bitCount)) - 1) == 0 ? bytes : nil
  }

  private static func sextet(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
