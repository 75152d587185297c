// JSON of metadata (`--json`): objects and lists in the order they are said, indented by two.

package import ColonnadeArrays

/// A JSON value under construction.
package indirect enum JSONText {
  case null
  case bool(Bool)
  case integer(Int128)
  case number(Double)
  case string(String)
  case list([JSONText])
  case object([(String, JSONText)])

  package static func count(_ value: some BinaryInteger) -> JSONText { .integer(Int128(value)) }

  /// `nil` becomes null.
  package static func optional(_ value: (some BinaryInteger)?) -> JSONText {
    value.map { .integer(Int128($0)) } ?? .null
  }

  package static func optional(_ value: String?) -> JSONText { value.map { .string($0) } ?? .null }

  /// A value of a column of `type`: numbers as numbers, the rest by its text.
  package static func value(_ value: Value, as type: DataType) -> JSONText {
    switch value {
    case .null: .null
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .decimal: .literal(value.text)
    case .float(let number): number.isFinite ? .literal(value.text(as: type)) : .string(value.text)
    case .list, .structure, .map: .literal(value.text)
    default: .string(value.text)
    }
  }

  /// Text that is JSON already.
  case literal(String)

  /// The text, with a line end.
  package var text: String {
    var buffer = TextBuffer(capacity: 4096)
    append(to: &buffer, indent: 0)
    buffer.append(byte: UInt8(ascii: "\n"))
    return buffer.text()
  }

  private var isFlat: Bool {
    switch self {
    case .list(let elements): elements.isEmpty
    case .object(let parts): parts.isEmpty
    default: true
    }
  }

  private func append(to buffer: inout TextBuffer, indent: Int) {
    switch self {
    case .null: buffer.append("null")
    case .bool(let value): buffer.append(value ? "true" : "false" as StaticString)
    case .integer(let value): buffer.append(value)
    case .number(let value):
      if value.isFinite { buffer.append(value) } else { buffer.append("null") }
    case .string(let text): buffer.append(jsonString: text)
    case .literal(let text): buffer.append(text)
    case .list(let elements):
      buffer.append(byte: UInt8(ascii: "["))
      let isFlat = elements.allSatisfy(\.isFlat)
      for (index, element) in elements.enumerated() {
        if index > 0 { buffer.append(isFlat ? ", " : "," as StaticString) }
        if !isFlat { JSONText.newLine(&buffer, indent + 1) }
        element.append(to: &buffer, indent: indent + 1)
      }
      if !isFlat { JSONText.newLine(&buffer, indent) }
      buffer.append(byte: UInt8(ascii: "]"))
    case .object(let parts):
      buffer.append(byte: UInt8(ascii: "{"))
      for (index, part) in parts.enumerated() {
        if index > 0 { buffer.append(byte: UInt8(ascii: ",")) }
        JSONText.newLine(&buffer, indent + 1)
        buffer.append(jsonString: part.0)
        buffer.append(": ")
        part.1.append(to: &buffer, indent: indent + 1)
      }
      if !parts.isEmpty { JSONText.newLine(&buffer, indent) }
      buffer.append(byte: UInt8(ascii: "}"))
    }
  }

  private static func newLine(_ buffer: inout TextBuffer, _ indent: Int) {
    buffer.append(byte: UInt8(ascii: "\n"))
    buffer.append(repeating: UInt8(ascii: " "), count: indent * 2)
  }
}
