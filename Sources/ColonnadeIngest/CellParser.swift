// Text of one field into one value, for the types that have no column parser of their own.
// float16: rounded to nearest; fixed binary of 16: UUID, or hex; binary: hex, with or without `0x`
// or `\x` before it; nested types: JSON.

import CIngest
import ColonnadeArrays
import ColonnadeBase

enum CellParser {
  /// Appends the value that `text` stands for.
  /// - Returns: false, and nothing appended, where the text does not fit the type.
  static func append(
    _ text: UnsafeRawBufferPointer, to builder: ColumnBuilder
  ) -> Bool {
    switch builder.type {
    case .float16: return unsafe appendHalf(text, to: builder)
    case .binary, .fixedBinary: return unsafe appendBinary(text, to: builder)
    case .list, .fixedList, .structure, .map: return unsafe appendJSON(text, to: builder)
    default: return false
    }
  }

  /// A nested value as JSON text; what does not fit inside makes the whole value a misfit.
  private static func appendJSON(
    _ text: UnsafeRawBufferPointer, to builder: ColumnBuilder
  ) -> Bool {
    let padded = MutableBuffer(capacity: text.count + TextChunk.padding)
    unsafe padded.append(text)
    padded.appendZeros(TextChunk.padding)
    let copy = padded.freeze()
    defer { extendLifetime(copy) }
    let bytes = unsafe UnsafeRawBufferPointer(start: copy.unsafeAddress, count: text.count)
    guard let parser = try? JSONParser(), unsafe parser.parse(bytes) == nil else { return false }
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

  private static func appendBinary(
    _ text: UnsafeRawBufferPointer, to builder: ColumnBuilder
  ) -> Bool {
    var digits = unsafe Array(text)
    var isUUID = false
    if case .fixedBinary(byteCount: 16) = builder.type, digits.count == 36 {
      for position in [8, 13, 18, 23] where digits[position] != UInt8(ascii: "-") { return false }
      digits.removeAll { $0 == UInt8(ascii: "-") }
      isUUID = true
    }
    if !isUUID, digits.count >= 2, digits[1] == UInt8(ascii: "x"),
      digits[0] == UInt8(ascii: "0") || digits[0] == UInt8(ascii: "\\")
    {
      digits.removeFirst(2)
    }
    guard digits.count % 2 == 0 else { return false }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else {
        return false
      }
      bytes.append(high << 4 | low)
    }
    if case .fixedBinary(let byteCount) = builder.type, bytes.count != byteCount { return false }
    unsafe bytes.withUnsafeBytes { unsafe builder.append(bytes: $0) }
    return true
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
