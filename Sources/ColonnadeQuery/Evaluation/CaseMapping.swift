// lower, upper and ILIKE: every character mapped to one character, by Unicode's simple mappings.
// Spec: spec/semantics.md, text.

/// Maps the case of UTF-8 text one character at a time.
enum CaseMapping {
  case lower, upper

  /// The character `scalar` becomes; itself where its mapping is not one character.
  func map(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    let mapped: String
    switch self {
    case .lower:
      // The simple mapping of İ; the full one has two characters.
      if scalar.value == 0x130 { return "i" }
      mapped = scalar.properties.lowercaseMapping
    case .upper: mapped = scalar.properties.uppercaseMapping
    }
    var scalars = mapped.unicodeScalars.makeIterator()
    if let only = scalars.next(), scalars.next() == nil { return only }
    if self == .upper {
      // Where the full mapping is longer, the title case is the simple upper case, if one character.
      var title = scalar.properties.titlecaseMapping.unicodeScalars.makeIterator()
      if let only = title.next(), title.next() == nil { return only }
    }
    return scalar
  }

  /// Appends `bytes`, mapped, to `target`.
  func append(_ bytes: UnsafeRawBufferPointer, to target: inout [UInt8]) {
    var isASCII = true
    for index in 0..<bytes.count where unsafe bytes[index] >= 0x80 {
      isASCII = false
      break
    }
    guard isASCII else {
      for scalar in unsafe String(decoding: bytes, as: UTF8.self).unicodeScalars {
        target.append(contentsOf: UTF8.encode(map(scalar)) ?? UTF8.encodedReplacementCharacter)
      }
      return
    }
    switch self {
    case .lower:
      for index in 0..<bytes.count {
        let byte = unsafe bytes[index]
        target.append(byte >= 65 && byte <= 90 ? byte + 32 : byte)
      }
    case .upper:
      for index in 0..<bytes.count {
        let byte = unsafe bytes[index]
        target.append(byte >= 97 && byte <= 122 ? byte - 32 : byte)
      }
    }
  }

  /// `text`, mapped.
  func callAsFunction(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { scalars.append(map(scalar)) }
    return String(scalars)
  }
}
