// How the slots of a field look to the encodings. Spec: spec/types.md, spec/encodings.md.

import ColonnadeArrays

/// The layouts the encodings tell apart.
enum SlotKind: Hashable, Sendable {
  /// No values: null, struct, fixed-size list.
  case none
  case bit
  /// Integers of 1, 2, 4 or 8 bytes.
  case integer(width: Int, isSigned: Bool)
  /// 16-byte integers.
  case wideInteger
  /// Floats of 2, 4 or 8 bytes.
  case float(width: Int)
  /// Other values of fixed width: bytes without arithmetic.
  case fixed(width: Int)
  case bytes
  /// Lists and maps: lengths as u32.
  case lengths

  init(_ type: DataType) {
    switch type.physical {
    case .none, .structure, .fixedList: self = .none
    case .bit: self = .bit
    case .int8: self = .integer(width: 1, isSigned: true)
    case .int16: self = .integer(width: 2, isSigned: true)
    case .int32: self = .integer(width: 4, isSigned: true)
    case .int64: self = .integer(width: 8, isSigned: true)
    case .uint8: self = .integer(width: 1, isSigned: false)
    case .uint16: self = .integer(width: 2, isSigned: false)
    case .uint32: self = .integer(width: 4, isSigned: false)
    case .uint64: self = .integer(width: 8, isSigned: false)
    case .float16: self = .float(width: 2)
    case .float32: self = .float(width: 4)
    case .float64: self = .float(width: 8)
    case .int128: self = .wideInteger
    case .bytes: self = .bytes
    case .fixedBytes(let width): self = .fixed(width: width)
    case .list: self = .lengths
    }
  }

  /// Bytes of one slot decoded: views take 16, lengths 4; 0 for bits and kinds without values.
  var width: Int {
    switch self {
    case .none, .bit: 0
    case .integer(let width, _), .float(let width), .fixed(let width): width
    case .wideInteger, .bytes: 16
    case .lengths: 4
    }
  }

  /// Whether null slots may hold a neighbour's value while a page is encoded.
  var canBeFilled: Bool {
    switch self {
    case .integer, .wideInteger, .float, .fixed: true
    case .none, .bit, .bytes, .lengths: false
    }
  }

  /// Whether values may be stored by those of another column, and others by them.
  var mayRefer: Bool {
    switch self {
    case .integer: true
    case .float(let width): width > 2
    default: false
    }
  }

  /// Whether the format lets pages of this kind have `encoding`; runs of text are runs of codes.
  func allows(_ encoding: Encoding) -> Bool {
    switch (encoding, self) {
    case (.none, _): true
    case (_, .none): false
    case (.constant, _): true
    case (.packed, .integer), (.packed, .wideInteger), (.packed, .lengths): true
    case (_, .lengths): false
    case (.plain, _): true
    case (.packed, _): false
    case (.delta, .integer): true
    case (.delta, _): false
    case (.runLength, _): true
    case (.decimal, .float(let width)): width > 2
    case (.decimal, _): false
    case (.reference, _): mayRefer
    case (.split, .float): true
    case (.split, _): false
    case (.symbols, .bytes): true
    case (.symbols, _): false
    case (.dictionary, .bit): false
    case (.dictionary, _): true
    }
  }
}

extension DataType {
  /// True for types whose bytes must be UTF-8.
  var isText: Bool {
    switch self {
    case .string, .categorical: true
    default: false
    }
  }
}

/// Limits of spec/file.md "Limits" that encodings answer for.
enum EncodingLimit {
  static let valueByteCount = 1 << 30
  static let frameByteCount = 16 << 20
  static let dictionaryCount = 1 << 20
  static let dictionaryByteCount = 1 << 20
  /// Longer values of string and binary stand out of line.
  static let inlineValueByteCount = 65_536
  /// Bytes of a reference to a value out of line.
  static let referenceByteCount = 24
  static let rowsOfRowGroup = 1 << 20
  /// Bytes one call decodes to at most; more is asked for in parts.
  static let decodedByteCount = 1 << 31
}
