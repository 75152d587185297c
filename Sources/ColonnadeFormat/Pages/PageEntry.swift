// One entry of section 7: everything needed to decode a page but its body.
// Spec: spec/file.md "Pages", spec/encodings.md.

package import ColonnadeBase

/// How a page's values lie in its body. Codes are those of the format.
package enum Encoding: UInt8, Sendable, CaseIterable {
  case none = 0
  case plain = 1
  case constant = 2
  case packed = 3
  case delta = 4
  case runLength = 5
  case dictionary = 6
  case decimal = 7
  case split = 8
  case symbols = 9
  case reference = 10

  /// Whether patches may stand behind the packed integers.
  var hasPatches: Bool {
    switch self {
    case .packed, .decimal, .reference: true
    default: false
    }
  }

  /// The word for people.
  package var name: String {
    switch self {
    case .none: "none"
    case .plain: "plain"
    case .constant: "constant"
    case .packed: "packed"
    case .delta: "delta"
    case .runLength: "run-length"
    case .dictionary: "dictionary"
    case .decimal: "decimal"
    case .split: "split"
    case .symbols: "symbols"
    case .reference: "reference"
    }
  }
}

/// How the frames of a page are compressed. Codes are those of the format.
package enum Codec: UInt8, Sendable {
  case none = 0
  case zstd = 1
}

/// A page as section 7 describes it.
package struct PageEntry: Hashable, Sendable {
  /// Bytes of one entry as this version knows it.
  package static let byteCount = 40
  /// `frameShift` of a page that is not framed.
  package static let unframed: UInt8 = 255
  /// `compressionDictionary` of a page that has none.
  package static let noDictionary: UInt16 = 0xFFFF

  package struct Flags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let validityInFrames = Flags(rawValue: 1)
    package static let validityInChunk = Flags(rawValue: 2)
    package static let shortFrameEnds = Flags(rawValue: 4)
    package static let runsOfCodes = Flags(rawValue: 8)
    package static let largeValues = Flags(rawValue: 16)
    /// Values are products with the reference's, not sums.
    package static let multiples = Flags(rawValue: 32)
    /// Decimals are integers times the nearest number to a negative power of ten.
    package static let products = Flags(rawValue: 64)
    /// All that this version knows.
    package static let known = Flags(rawValue: 127)
  }

  /// Where the body starts, in bytes from the start of the file.
  package var offset: UInt64 = 0
  package var byteCount: UInt32 = 0
  /// The code as stored; `Encoding(rawValue:)` is nil for one this version does not know.
  package var encodingCode: UInt8 = 0
  /// The code as stored; `Codec(rawValue:)` is nil for one this version does not know.
  package var codecCode: UInt8 = 0
  package var bitWidth: UInt8 = 0
  package var frameShift: UInt8 = PageEntry.unframed
  package var base: UInt64 = 0
  package var firstSlot: UInt32 = 0
  package var nullCount: UInt32 = 0
  package var auxiliaryCount: UInt32 = 0
  package var compressionDictionary: UInt16 = PageEntry.noDictionary
  package var flags: Flags = []
  /// Decimal places of encoding 7; of encoding 10 two numbers in one, `scales`.
  package var scale: UInt8 = 0

  package init() {}

  /// Reads an entry.
  /// - Parameter address: valid for `PageEntry.byteCount` bytes; needs no alignment.
  package init(reading address: UnsafeRawPointer) {
    func load<T: FixedWidthInteger & BitwiseCopyable>(_ at: Int, _ type: T.Type) -> T {
      T(littleEndian: unsafe address.loadUnaligned(fromByteOffset: at, as: T.self))
    }
    offset = load(0, UInt64.self)
    byteCount = load(8, UInt32.self)
    encodingCode = load(12, UInt8.self)
    codecCode = load(13, UInt8.self)
    bitWidth = load(14, UInt8.self)
    frameShift = load(15, UInt8.self)
    base = load(16, UInt64.self)
    firstSlot = load(24, UInt32.self)
    nullCount = load(28, UInt32.self)
    auxiliaryCount = load(32, UInt32.self)
    compressionDictionary = load(36, UInt16.self)
    flags = Flags(rawValue: load(38, UInt8.self))
    scale = load(39, UInt8.self)
  }

  /// Appends the entry's 40 bytes.
  package func write(to target: MutableBuffer) {
    target.append(offset.littleEndian)
    target.append(byteCount.littleEndian)
    target.append(encodingCode)
    target.append(codecCode)
    target.append(bitWidth)
    target.append(frameShift)
    target.append(base.littleEndian)
    target.append(firstSlot.littleEndian)
    target.append(nullCount.littleEndian)
    target.append(auxiliaryCount.littleEndian)
    target.append(compressionDictionary.littleEndian)
    target.append(flags.rawValue)
    target.append(scale)
  }

  package var isFramed: Bool { frameShift != PageEntry.unframed }

  /// Decimal places of encoding 10: of the page, and of its reference.
  package var scales: (own: Int, reference: Int) { (Int(scale & 15), Int(scale >> 4)) }
}
