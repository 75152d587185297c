// A record that could not be taken, and where it stood.

package import ColonnadeBase

/// One record set aside.
package struct BadRecord: Sendable {
  /// Name of the input.
  package var file: String
  /// Line in the input where the fault is, counted from 1. Relative to the chunk until the chunk
  /// is delivered.
  package var line: Int
  /// Character in the line, counted from 1.
  package var column: Int
  /// Name of the column, where one is to blame.
  package var field: String?
  package var message: String
  package var hint: String?
  /// True where another type of the column could have taken the record.
  package var isOfType = false
  /// The record's bytes as they stood.
  package var record: [UInt8]

  /// The record as an error.
  package var error: ColonnadeError {
    ColonnadeError(
      .schemaMismatch, message, file: file,
      location: .line(line, column: column, field: field), hint: hint)
  }

  /// The record as one line of JSON, its line end included:
  /// `{"file":…,"line":…,"column":…,"field":…,"error":…,"record":…}`.
  package var json: [UInt8] {
    var text = Array("{\"file\":".utf8)
    JSONText.append(string: Array(file.utf8), to: &text)
    text += Array(",\"line\":\(line),\"column\":\(column),\"field\":".utf8)
    if let field {
      JSONText.append(string: Array(field.utf8), to: &text)
    } else {
      text += Array("null".utf8)
    }
    text += Array(",\"error\":".utf8)
    JSONText.append(string: Array(message.utf8), to: &text)
    text += Array(",\"record\":".utf8)
    // Bytes that are not UTF-8 become U+FFFD: JSON has no way to say them.
    JSONText.append(string: Array(String(decoding: record, as: UTF8.self).utf8), to: &text)
    text += Array("}\n".utf8)
    return text
  }
}

/// Writing JSON text.
enum JSONText {
  /// Appends a quoted string; `bytes` are UTF-8.
  static func append(string bytes: [UInt8], to text: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    text.append(UInt8(ascii: "\""))
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
      case 10: text += Array("\\n".utf8)
      case 13: text += Array("\\r".utf8)
      case 9: text += Array("\\t".utf8)
      case 0..<32: text += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
