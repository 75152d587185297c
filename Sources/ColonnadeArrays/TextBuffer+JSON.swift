// JSON text (RFC 8259) of strings, bytes and nested values.

public import ColonnadeBase

/// How JSON, which has no NaN and no infinities, gets them.
public enum NonFinitePolicy: String, Sendable, CaseIterable {
  /// As `null`.
  case null
  /// As `"nan"`, `"inf"` and `"-inf"`.
  case string
  /// Not at all: an error names the column.
  case error
}

extension TextBuffer {
  /// Appends a JSON string of UTF-8 bytes.
  /// - Complexity: O(bytes), eight at a time where nothing has to be escaped.
  public mutating func append(jsonString bytes: UnsafeRawBufferPointer) {
    // Worst case: every byte becomes \u00XX.
    append(byte: UInt8(ascii: "\""))
    var start = 0
    var index = 0
    let count = bytes.count
    while index < count {
      if index + 8 <= count {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        if !TextBuffer.needsEscape(word) {
          index += 8
          continue
        }
      }
      let byte = unsafe bytes[index]
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        index += 1
        continue
      }
      unsafe append(bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
      appendEscape(of: byte)
      index += 1
      start = index
    }
    unsafe append(bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<count]))
    append(byte: UInt8(ascii: "\""))
  }

  public mutating func append(jsonString text: String) {
    var text = text
    text.withUTF8 { bytes in unsafe append(jsonString: UnsafeRawBufferPointer(bytes)) }
  }

  private mutating func appendEscape(of byte: UInt8) {
    append(byte: UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte: byte)
    case 8: append(byte: UInt8(ascii: "b"))
    case 9: append(byte: UInt8(ascii: "t"))
    case 10: append(byte: UInt8(ascii: "n"))
    case 12: append(byte: UInt8(ascii: "f"))
    case 13: append(byte: UInt8(ascii: "r"))
    default:
      append("u00")
      append(hexadecimal: byte)
    }
  }

  /// True where one of the eight bytes is a control character, a quote or a backslash.
  @inline(__always) static func needsEscape(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    let control = (word &- ones &* 0x20) & ~word
    let quote = word ^ (ones &* 0x22)
    let slash = word ^ (ones &* 0x5C)
    let found = control | ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash)
    return found & high != 0
  }

  /// Appends two lower-case hexadecimal digits.
  public mutating func append(hexadecimal byte: UInt8) {
    let digits: StaticString = "0123456789abcdef"
    let target = unsafe room(2)
    unsafe target[0] = digits.utf8Start[Int(byte >> 4)]
    unsafe target[1] = digits.utf8Start[Int(byte & 15)]
    advance(2)
  }

  /// Appends base64 with padding (RFC 4648).
  public mutating func append(base64 bytes: UnsafeRawBufferPointer) {
    let alphabet: StaticString =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let letters = unsafe alphabet.utf8Start
    let target = unsafe room((bytes.count + 2) / 3 * 4)
    var written = 0
    var index = 0
    while index < bytes.count {
      let left = bytes.count - index
      let first = unsafe UInt32(bytes[index]) << 16
      let second = unsafe left > 1 ? UInt32(bytes[index + 1]) << 8 : 0
      let third = unsafe left > 2 ? UInt32(bytes[index + 2]) : 0
      let group = first | second | third
      unsafe target[written] = letters[Int(group >> 18)]
      unsafe target[written + 1] = letters[Int(group >> 12 & 63)]
      unsafe target[written + 2] = left > 1 ? letters[Int(group >> 6 & 63)] : UInt8(ascii: "=")
      unsafe target[written + 3] = left > 2 ? letters[Int(group & 63)] : UInt8(ascii: "=")
      written += 4
      index += 3
    }
    advance(written)
  }

  /// Appends the value at `index` as JSON: integers and decimals with all their digits, dates and
  /// times as ISO 8601 strings, binary as base64, maps as objects.
  /// - Throws: `.schemaMismatch` for NaN or an infinity under `.error`.
  public mutating func append(
    json column: Column, at index: Int, nonFinite: NonFinitePolicy
  ) throws(ColonnadeError) {
    if column.isNull(at: index) {
      append("null")
      return
    }
    switch column.type {
    case .null: append("null")
    case .float16, .float32, .float64:
      if case .float(let value) = column.value(at: index), !value.isFinite {
        try append(nonFinite: value, nonFinite)
      } else {
        append(cell: column, at: index)
      }
    case .bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .decimal:
      append(cell: column, at: index)
    case .string, .categorical:
      unsafe column.withUnsafeBytes(at: index) { unsafe append(jsonString: $0) }
    case .binary, .fixedBinary, .date, .time, .timestamp, .duration:
      append(byte: UInt8(ascii: "\""))
      append(cell: column, at: index)
      append(byte: UInt8(ascii: "\""))
    case .list, .fixedList:
      let range =
        switch column.type {
        case .fixedList(_, let length): index * length..<(index + 1) * length
        default: column.elements(at: index)
        }
      append(byte: UInt8(ascii: "["))
      for element in range {
        if element > range.lowerBound { append(byte: UInt8(ascii: ",")) }
        try append(json: column.children[0], at: element, nonFinite: nonFinite)
      }
      append(byte: UInt8(ascii: "]"))
    case .structure(let fields):
      append(byte: UInt8(ascii: "{"))
      for (position, field) in fields.enumerated() {
        if position > 0 { append(byte: UInt8(ascii: ",")) }
        append(jsonString: field.name)
        append(byte: UInt8(ascii: ":"))
        try append(json: column.children[position], at: index, nonFinite: nonFinite)
      }
      append(byte: UInt8(ascii: "}"))
    case .map:
      let entries = column.children[0]
      let range = column.elements(at: index)
      append(byte: UInt8(ascii: "{"))
      for entry in range {
        if entry > range.lowerBound { append(byte: UInt8(ascii: ",")) }
        try append(jsonKey: entries.children[0], at: entry, nonFinite: nonFinite)
        append(byte: UInt8(ascii: ":"))
        try append(json: entries.children[1], at: entry, nonFinite: nonFinite)
      }
      append(byte: UInt8(ascii: "}"))
    }
  }

  /// Keys of objects are strings: text as it is, other values by their text.
  private mutating func append(
    jsonKey column: Column, at index: Int, nonFinite: NonFinitePolicy
  ) throws(ColonnadeError) {
    switch column.type {
    case .string, .categorical:
      unsafe column.withUnsafeBytes(at: index) { unsafe append(jsonString: $0) }
    default:
      var key = TextBuffer(capacity: 64)
      if column.type.isNested {
        try key.append(json: column, at: index, nonFinite: nonFinite)
      } else {
        key.append(cell: column, at: index)
      }
      unsafe key.withUnsafeBytes { unsafe append(jsonString: $0) }
    }
  }

  /// Appends a NaN or an infinity the way `policy` says.
  package mutating func append(
    nonFinite value: Double, _ policy: NonFinitePolicy
  ) throws(ColonnadeError) {
    switch policy {
    case .null: append("null")
    case .string: append(value.isNaN ? "\"nan\"" : value > 0 ? "\"inf\"" : "\"-inf\"")
    case .error:
      throw ColonnadeError(
        .schemaMismatch, "a value is \(value.isNaN ? "NaN" : "infinite"), which JSON cannot say",
        hint: "write such values as null or as strings")
    }
  }
}
