// Values as JSON that loses nothing: bits of floating point and bytes in hexadecimal, decimals as
// text, ticks as integers.

import ColonnadeArrays
import ColonnadeBase

enum ExactJSON {
  static func text(_ column: Column, _ row: Int) -> String {
    if column.isNull(at: row) { return "null" }
    switch column.type {
    case .float16: return bits(column, row, UInt16.self)
    case .float32: return bits(column, row, UInt32.self)
    case .float64: return bits(column, row, UInt64.self)
    case .list:
      return array(column.elements(at: row).map { text(column.children[0], $0) })
    case .fixedList(_, let count):
      return array((row * count..<(row + 1) * count).map { text(column.children[0], $0) })
    case .structure(let fields):
      let parts = zip(fields, column.children).map { quoted($0.name) + ": " + text($1, row) }
      return "{" + parts.joined(separator: ", ") + "}"
    case .map:
      let entries = column.children[0]
      return array(
        column.elements(at: row).map {
          array([text(entries.children[0], $0), text(entries.children[1], $0)])
        })
    default: return text(column.value(at: row))
    }
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20: result += "\\u00" + hex(UInt64(scalar.value), digits: 2)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .decimal(let unscaled, let scale): quoted(decimal(unscaled, scale: scale))
    case .date(let days): "\(days)"
    case .time(let ticks, _), .timestamp(let ticks, _, _), .duration(let ticks, _): "\(ticks)"
    case .string(let text): quoted(text)
    case .binary(let bytes): quoted(bytes.map { hex(UInt64($0), digits: 2) }.joined())
    default: "null"
    }
  }

  private static func decimal(_ unscaled: Int128, scale: Int) -> String {
    if scale == 0 { return "\(unscaled)" }
    var digits = String(unscaled.magnitude)
    while digits.count <= scale { digits = "0" + digits }
    digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
    return (unscaled < 0 ? "-" : "") + digits
  }

  private static func bits<T: FixedWidthInteger & BitwiseCopyable>(
    _ column: Column, _ row: Int, _ type: T.Type
  ) -> String {
    let value = unsafe column.values.unsafeValues(type)[row]
    return quoted(hex(UInt64(value), digits: MemoryLayout<T>.size * 2))
  }

  private static func array(_ parts: [String]) -> String {
    "[" + parts.joined(separator: ", ") + "]"
  }

  private static func hex(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
