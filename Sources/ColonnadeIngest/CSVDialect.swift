// How fields are separated and quoted.

import CIngest
import ColonnadeBase

/// Delimiter, quote, escape and comment bytes of separated text.
package struct CSVDialect: Hashable, Sendable {
  package var delimiter: UInt8
  /// `nil` where nothing is quoted.
  package var quote: UInt8?
  /// Equal to `quote` where a doubled quote stands for one.
  package var escape: UInt8?
  /// Records that start with this byte are skipped.
  package var comment: UInt8?
  /// Uses the portable scanner even where a vector one exists; for tests.
  var isScalar = false

  package init(
    delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8? = UInt8(ascii: "\""),
    escape: UInt8? = nil, comment: UInt8? = nil
  ) {
    self.delimiter = delimiter
    self.quote = quote
    self.escape = escape ?? quote
    self.comment = comment
  }

  var kernel: colonnade_csv_dialect {
    colonnade_csv_dialect(
      delimiter: delimiter, quote: quote ?? 0, escape: escape ?? 0, comment: comment ?? 0,
      scalar: isScalar)
  }

  /// - Throws: `.invalidArgument` where two of the bytes are equal, end lines or are not ASCII.
  func validate() throws(ColonnadeError) {
    var used: [UInt8] = [10, 13, 0]
    var roles = [("delimiter", delimiter)]
    if let quote { roles.append(("quote", quote)) }
    if let escape, escape != quote { roles.append(("escape", escape)) }
    if let comment { roles.append(("comment", comment)) }
    for (role, byte) in roles {
      guard byte < 0x80, !used.contains(byte) else {
        throw ColonnadeError(
          .invalidArgument,
          "the \(role) '\(Character(UnicodeScalar(byte)))' is not an ASCII character of its own",
          hint: "delimiter, quote, escape and comment differ, and none is a line end")
      }
      used.append(byte)
    }
  }
}
