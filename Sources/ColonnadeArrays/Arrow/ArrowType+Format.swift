// Format strings: how types of Arrow are written in its C data interface.
// Spec: Arrow's columnar format, "The Arrow C data interface", "Data type description".

import ColonnadeBase

extension ArrowType {
  /// The format string; of a dictionary, that of its indices.
  var format: String {
    switch self {
    case .null: "n"
    case .bool: "b"
    case .integer(let integer): integer.format
    case .float(let byteCount): byteCount == 2 ? "e" : byteCount == 4 ? "f" : "g"
    case .decimal(let precision, let scale, let byteCount):
      "d:\(precision),\(scale)" + (byteCount == 16 ? "" : ",\(byteCount * 8)")
    case .string(.offsets(let offsets)): offsets == .narrow ? "u" : "U"
    case .string(.views): "vu"
    case .binary(.offsets(let offsets)): offsets == .narrow ? "z" : "Z"
    case .binary(.views): "vz"
    case .fixedBinary(let byteCount): "w:\(byteCount)"
    case .date: "tdD"
    case .dateInMilliseconds: "tdm"
    case .time(let unit): "tt" + unit.formatLetter
    case .timestamp(let unit, let zone): "ts" + unit.formatLetter + ":" + (zone ?? "")
    case .duration(let unit): "tD" + unit.formatLetter
    case .list(_, let offsets): offsets == .narrow ? "+l" : "+L"
    case .listView(_, let offsets): offsets == .narrow ? "+vl" : "+vL"
    case .fixedList(_, let count): "+w:\(count)"
    case .structure: "+s"
    case .map: "+m"
    case .dictionary(let index, _, _): index.format
    case .runs: "+r"
    }
  }

  /// The type of a format string that has no children.
  /// - Throws: `.unsupportedFeature` naming the format where there is no such type.
  init(leafFormat format: String) throws(ColonnadeError) {
    if let integer = ArrowInteger(format: format) {
      self = .integer(integer)
      return
    }
    switch format {
    case "n": self = .null
    case "b": self = .bool
    case "e": self = .float(byteCount: 2)
    case "f": self = .float(byteCount: 4)
    case "g": self = .float(byteCount: 8)
    case "u": self = .string(.offsets(.narrow))
    case "U": self = .string(.offsets(.wide))
    case "vu": self = .string(.views)
    case "z": self = .binary(.offsets(.narrow))
    case "Z": self = .binary(.offsets(.wide))
    case "vz": self = .binary(.views)
    case "tdD": self = .date
    case "tdm": self = .dateInMilliseconds
    default: self = try ArrowType.parameterised(format)
    }
  }

  private static func parameterised(_ format: String) throws(ColonnadeError) -> ArrowType {
    let bytes = Array(format.utf8)
    func rest(from index: Int) -> String { String(decoding: bytes[index...], as: UTF8.self) }
    if bytes.count == 3, bytes[0] == UInt8(ascii: "t"),
      let unit = TimeUnit(formatLetter: bytes[2])
    {
      switch bytes[1] {
      case UInt8(ascii: "t"): return .time(unit)
      case UInt8(ascii: "D"): return .duration(unit)
      default: break
      }
    }
    if bytes.count >= 4, format.hasPrefix("ts"), bytes[3] == UInt8(ascii: ":"),
      let unit = TimeUnit(formatLetter: bytes[2])
    {
      let zone = rest(from: 4)
      return .timestamp(unit, zone: zone.isEmpty ? nil : zone)
    }
    if format.hasPrefix("w:"), let byteCount = Int(rest(from: 2)), byteCount >= 0 {
      return .fixedBinary(byteCount: byteCount)
    }
    if format.hasPrefix("d:") {
      let parts = rest(from: 2).split(separator: ",", omittingEmptySubsequences: false)
        .map { Int($0) }
      if parts.count == 2 || parts.count == 3, let precision = parts[0], let scale = parts[1],
        let bitCount = parts.count == 3 ? parts[2] : 128
      {
        if bitCount == 256 { throw unsupported("decimals of 256 bits", format) }
        if [32, 64, 128].contains(bitCount) {
          return .decimal(precision: precision, scale: scale, byteCount: bitCount / 8)
        }
      }
    }
    if format.hasPrefix("ti") { throw unsupported("intervals", format) }
    if format.hasPrefix("+u") { throw unsupported("unions", format) }
    throw ColonnadeError(.unsupportedFeature, "'\(format)' is not a format of Arrow known here")
  }

  static func unsupported(_ what: String, _ format: String) -> ColonnadeError {
    ColonnadeError(.unsupportedFeature, "\(what) (Arrow format '\(format)') are not supported")
  }
}

extension ArrowInteger {
  var format: String {
    switch byteCount {
    case 1: isSigned ? "c" : "C"
    case 2: isSigned ? "s" : "S"
    case 4: isSigned ? "i" : "I"
    default: isSigned ? "l" : "L"
    }
  }

  init?(format: String) {
    switch format {
    case "c": self.init(byteCount: 1, isSigned: true)
    case "C": self.init(byteCount: 1, isSigned: false)
    case "s": self.init(byteCount: 2, isSigned: true)
    case "S": self.init(byteCount: 2, isSigned: false)
    case "i": self.init(byteCount: 4, isSigned: true)
    case "I": self.init(byteCount: 4, isSigned: false)
    case "l": self.init(byteCount: 8, isSigned: true)
    case "L": self.init(byteCount: 8, isSigned: false)
    default: return nil
    }
  }
}

extension TimeUnit {
  fileprivate var formatLetter: String {
    switch self {
    case .second: "s"
    case .millisecond: "m"
    case .microsecond: "u"
    case .nanosecond: "n"
    }
  }

  fileprivate init?(formatLetter: UInt8) {
    switch formatLetter {
    case UInt8(ascii: "s"): self = .second
    case UInt8(ascii: "m"): self = .millisecond
    case UInt8(ascii: "u"): self = .microsecond
    case UInt8(ascii: "n"): self = .nanosecond
    default: return nil
    }
  }
}
