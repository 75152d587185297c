// The one text form of values, shared by renderers, statistics, partition values and messages.
// Spec: spec/text.md.

import ColonnadeBase

extension TextBuffer {
  /// Appends the text of the value at `index`; nothing where it is null.
  ///
  /// Integers and decimals exact, floating point shortest, dates and times ISO 8601, binary
  /// base64, nested values as JSON with NaN and infinities as strings.
  /// - Complexity: O(size of the value).
  public mutating func append(cell column: Column, at index: Int) {
    if column.isNull(at: index) { return }
    switch column.type {
    case .float32:
      append(unsafe column.values.unsafeValues(Float.self)[index])
    case .float16:
      append(float16Bits: unsafe column.values.unsafeValues(UInt16.self)[index])
    case .string, .categorical:
      unsafe column.withUnsafeBytes(at: index) { unsafe append(bytes: $0) }
    case .binary, .fixedBinary:
      unsafe column.withUnsafeBytes(at: index) { unsafe append(base64: $0) }
    case .list, .fixedList, .structure, .map:
      // Only the policy `.error` throws.
      do throws(ColonnadeError) {
        try append(json: column, at: index, nonFinite: .string)
      } catch {
        append(error.message)
      }
    default: append(column.value(at: index))
    }
  }

  /// Appends the text of `value`; nothing where it is null. Nested values look like JSON.
  public mutating func append(_ value: Value) {
    switch value {
    case .null: break
    case .bool(let value): append(value ? "true" : "false")
    case .integer(let value): append(value)
    case .float(let value): append(value)
    case .decimal(let unscaled, let scale): append(decimal: unscaled, scale: scale)
    case .date(let days): append(daysSince1970: Int64(days))
    case .time(let ticks, let unit): append(time: ticks, unit)
    case .timestamp(let ticks, let unit, let zoned):
      append(timestamp: ticks, unit, zoned: zoned)
    case .duration(let ticks, let unit): append(duration: ticks, unit)
    case .string(let text): append(text)
    case .binary(let bytes): unsafe bytes.withUnsafeBytes { unsafe append(base64: $0) }
    case .list, .structure, .map: append(json: value)
    }
  }

  /// Appends `value` as JSON, NaN and infinities as strings.
  public mutating func append(json value: Value) {
    switch value {
    case .null: append("null")
    case .bool, .integer, .decimal: append(value)
    case .float(let number):
      if number.isFinite {
        append(number)
      } else {
        append(number.isNaN ? "\"nan\"" : number > 0 ? "\"inf\"" : "\"-inf\"")
      }
    case .string(let text): append(jsonString: text)
    case .date, .time, .timestamp, .duration, .binary:
      append(byte: UInt8(ascii: "\""))
      append(value)
      append(byte: UInt8(ascii: "\""))
    case .list(let elements):
      append(byte: UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { append(byte: UInt8(ascii: ",")) }
        append(json: element)
      }
      append(byte: UInt8(ascii: "]"))
    case .structure(let parts):
      append(byte: UInt8(ascii: "{"))
      for (index, part) in parts.enumerated() {
        if index > 0 { append(byte: UInt8(ascii: ",")) }
        append(jsonString: part.name)
        append(byte: UInt8(ascii: ":"))
        append(json: part.value)
      }
      append(byte: UInt8(ascii: "}"))
    case .map(let entries):
      append(byte: UInt8(ascii: "{"))
      for (index, entry) in entries.enumerated() {
        if index > 0 { append(byte: UInt8(ascii: ",")) }
        append(jsonString: entry.key.text)
        append(byte: UInt8(ascii: ":"))
        append(json: entry.value)
      }
      append(byte: UInt8(ascii: "}"))
    }
  }
}

extension Value {
  /// The text of the value; empty where it is null.
  public var text: String {
    var buffer = TextBuffer(capacity: 64)
    buffer.append(self)
    return buffer.text()
  }

  /// The text of a value that came from a column of `type`: a float32 gets the digits of its own
  /// width.
  public func text(as type: DataType) -> String {
    guard case .float(let number) = self else { return text }
    var buffer = TextBuffer(capacity: 64)
    switch type {
    case .float32: buffer.append(Float(number))
    case .float16: buffer.append(float16Bits: Float(number).float16Bits)
    default: buffer.append(number)
    }
    return buffer.text()
  }
}

extension Column {
  /// The text of the value at `index`; empty where it is null.
  public func text(at index: Int) -> String {
    var buffer = TextBuffer(capacity: 64)
    buffer.append(cell: self, at: index)
    return buffer.text()
  }
}
