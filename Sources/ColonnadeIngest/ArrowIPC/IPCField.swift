// The fields of an IPC schema: Arrow's types as the flatbuffer names them, and the dictionaries that
// their values are looked up in.
// Invariant: a tree is no deeper than schemas may be and has children as its type asks for.

import CIngest
import ColonnadeArrays
import ColonnadeBase

/// A field, and where its dictionary is found.
struct IPCField: Sendable {
  var name: String
  /// The type of the values, of a dictionary's where there is one.
  var type: ArrowType
  var isNullable: Bool
  var metadata: [MetadataEntry]
  /// The fields below `type`, one for one with its nodes in a batch.
  var children: [IPCField]
  var dictionary: Dictionary?

  /// How a field names its dictionary.
  struct Dictionary: Hashable, Sendable {
    var identifier: Int64
    var index: ArrowInteger
    var isOrdered: Bool
  }

  /// The columns of a schema message or footer.
  /// - Throws: `.unsupportedFeature` naming column and type for what the engine does not have,
  ///   `.corrupt` for what the format does not have, `.limitExceeded` for too deep nesting.
  static func columns(of message: IPCMessage) throws(ColonnadeError) -> [IPCField] {
    guard !message.isBigEndian else {
      throw ColonnadeError(
        .unsupportedFeature, "the Arrow stream is big-endian",
        location: .byte(UInt64(message.offset)), hint: "write it on a little-endian machine")
    }
    var next = 0
    var columns: [IPCField] = []
    for _ in 0..<message.columnCount {
      columns.append(try field(of: message, &next, path: "", depth: 0))
    }
    return columns
  }

  private static func field(
    of message: IPCMessage, _ next: inout Int, path: String, depth: Int
  ) throws(ColonnadeError) -> IPCField {
    guard depth < Schema.maximumDepth else {
      throw ColonnadeError(
        .limitExceeded, "column '\(path)' is nested deeper than \(Schema.maximumDepth) levels")
    }
    guard next < message.fieldCount else {
      throw message.corrupt("the Arrow schema lacks a field")
    }
    let raw = unsafe message.field(at: next)
    next += 1
    let name = try unsafe message.text(raw.name)
    // Paths are for messages; below the second level the way is not told in full.
    let place = path.isEmpty ? name : depth < 3 ? path + "." + name : path
    var children: [IPCField] = []
    for _ in 0..<(unsafe raw.childCount) {
      children.append(try field(of: message, &next, path: place, depth: depth + 1))
    }
    let type: ArrowType
    var dictionary: Dictionary?
    do {
      type = try unsafe IPCType.type(of: raw, children, message)
      if unsafe raw.hasDictionary {
        dictionary = Dictionary(
          identifier: unsafe raw.dictionaryIdentifier,
          index: try unsafe IPCType.integer(raw.indexWidth, isSigned: raw.indexIsSigned),
          isOrdered: unsafe raw.isOrdered)
      }
    } catch {
      throw ColonnadeError(
        error.kind, "column '\(place)': \(error.message)", location: .byte(UInt64(message.offset)),
        hint: error.hint)
    }
    return IPCField(
      name: name, type: type, isNullable: unsafe raw.isNullable,
      metadata: try unsafe message.entries(start: raw.metadataStart, count: raw.metadataCount),
      children: children, dictionary: dictionary)
  }

  /// The field as a stream declares it.
  var declared: ArrowField {
    ArrowField(
      name,
      dictionary.map {
        .dictionary(
          $0.index, values: ArrowField("", type, isNullable: true), isOrdered: $0.isOrdered)
      } ?? type, isNullable: isNullable, metadata: metadata)
  }

  /// Every field that names a dictionary, this one and those below it.
  func forEachDictionary(_ body: (IPCField, Dictionary) throws(ColonnadeError) -> Void)
    throws(ColonnadeError)
  {
    if let dictionary { try body(self, dictionary) }
    for child in children { try child.forEachDictionary(body) }
  }
}

/// Types by the numbers of the flatbuffer.
enum IPCType {
  static func integer(_ width: Int32, isSigned: Bool) throws(ColonnadeError) -> ArrowInteger {
    guard [8, 16, 32, 64].contains(width) else {
      throw ColonnadeError(.unsupportedFeature, "integers of \(width) bits are not supported")
    }
    return ArrowInteger(byteCount: Int(width / 8), isSigned: isSigned)
  }

  static func type(
    of raw: colonnade_arrow_field, _ children: [IPCField], _ message: IPCMessage
  ) throws(ColonnadeError) -> ArrowType {
    func child(_ index: Int, of count: Int) throws(ColonnadeError) -> ArrowField {
      guard children.count == count else {
        throw ColonnadeError(
          .corrupt, "the type has \(children.count) children and not \(count)")
      }
      return children[index].declared
    }
    let number = unsafe Int(raw.type)
    switch number {
    case Int(COLONNADE_ARROW_LIST): return .list(try child(0, of: 1), .narrow)
    case Int(COLONNADE_ARROW_LARGE_LIST): return .list(try child(0, of: 1), .wide)
    case Int(COLONNADE_ARROW_LIST_VIEW): return .listView(try child(0, of: 1), .narrow)
    case Int(COLONNADE_ARROW_LARGE_LIST_VIEW): return .listView(try child(0, of: 1), .wide)
    case Int(COLONNADE_ARROW_FIXED_LIST):
      return .fixedList(try child(0, of: 1), count: try unsafe size(raw.width))
    case Int(COLONNADE_ARROW_STRUCT): return .structure(children.map(\.declared))
    case Int(COLONNADE_ARROW_MAP):
      guard case .structure(let entries) = try child(0, of: 1).type, entries.count == 2,
        children[0].dictionary == nil
      else { throw ColonnadeError(.corrupt, "a map's entries are not a struct of two") }
      return .map(key: entries[0], value: entries[1], keysSorted: unsafe raw.hasSortedKeys)
    case Int(COLONNADE_ARROW_RUN_END_ENCODED):
      let values = try child(1, of: 2)
      guard case .integer(let ends) = children[0].type, ends.isSigned, ends.byteCount > 1,
        children[0].dictionary == nil
      else { throw ColonnadeError(.corrupt, "run ends are not integers of 16 to 64 bits") }
      return .runs(endByteCount: ends.byteCount, values: values)
    case Int(COLONNADE_ARROW_UNION):
      throw ColonnadeError(.unsupportedFeature, "unions are not supported")
    default: break
    }
    guard children.isEmpty else {
      throw ColonnadeError(.corrupt, "a type that has no children has \(children.count)")
    }
    return try unsafe leaf(number, raw, message)
  }

  private static func leaf(
    _ number: Int, _ raw: colonnade_arrow_field, _ message: IPCMessage
  ) throws(ColonnadeError) -> ArrowType {
    switch number {
    case Int(COLONNADE_ARROW_NULL): return .null
    case Int(COLONNADE_ARROW_BOOL): return .bool
    case Int(COLONNADE_ARROW_INT):
      return .integer(try unsafe integer(raw.width, isSigned: raw.isSigned))
    case Int(COLONNADE_ARROW_FLOAT):
      guard unsafe (0...2).contains(raw.unit) else {
        throw unsafe unknown("precision of floating point", raw.unit)
      }
      return .float(byteCount: unsafe 2 << Int(raw.unit))
    case Int(COLONNADE_ARROW_DECIMAL):
      guard unsafe [32, 64, 128].contains(raw.width) else {
        throw unsafe ColonnadeError(
          .unsupportedFeature, "decimals of \(raw.width) bits are not supported",
          hint: "cast the column to a decimal of 128 bits")
      }
      return unsafe .decimal(
        precision: Int(raw.precision), scale: Int(raw.scale), byteCount: Int(raw.width / 8))
    case Int(COLONNADE_ARROW_UTF8): return .string(.offsets(.narrow))
    case Int(COLONNADE_ARROW_LARGE_UTF8): return .string(.offsets(.wide))
    case Int(COLONNADE_ARROW_UTF8_VIEW): return .string(.views)
    case Int(COLONNADE_ARROW_BINARY): return .binary(.offsets(.narrow))
    case Int(COLONNADE_ARROW_LARGE_BINARY): return .binary(.offsets(.wide))
    case Int(COLONNADE_ARROW_BINARY_VIEW): return .binary(.views)
    case Int(COLONNADE_ARROW_FIXED_BINARY):
      return .fixedBinary(byteCount: try unsafe size(raw.width))
    case Int(COLONNADE_ARROW_DATE):
      guard unsafe (0...1).contains(raw.unit) else { throw unsafe unknown("date unit", raw.unit) }
      return unsafe raw.unit == 0 ? .date : .dateInMilliseconds
    case Int(COLONNADE_ARROW_TIME):
      let unit = try unsafe self.unit(raw.unit)
      let width: Int32 = unit == .second || unit == .millisecond ? 32 : 64
      guard unsafe raw.width == width else {
        throw unsafe ColonnadeError(
          .corrupt, "times in \(unit.symbol) have \(width) bits, not \(raw.width)")
      }
      return .time(unit)
    case Int(COLONNADE_ARROW_TIMESTAMP):
      let zone = try unsafe message.text(raw.zone)
      return .timestamp(try unsafe unit(raw.unit), zone: zone.isEmpty ? nil : zone)
    case Int(COLONNADE_ARROW_DURATION): return .duration(try unsafe unit(raw.unit))
    case Int(COLONNADE_ARROW_INTERVAL):
      throw ColonnadeError(
        .unsupportedFeature, "intervals are not supported", hint: "cast the column to a duration")
    default: throw unknown("type", Int32(number))
    }
  }

  private static func unit(_ raw: Int32) throws(ColonnadeError) -> TimeUnit {
    guard let byte = UInt8(exactly: raw), let unit = TimeUnit(rawValue: byte) else {
      throw unknown("time unit", raw)
    }
    return unit
  }

  private static func size(_ raw: Int32) throws(ColonnadeError) -> Int {
    guard (0...(1 << 20)).contains(raw) else {
      throw ColonnadeError(
        raw < 0 ? .corrupt : .unsupportedFeature, "a fixed size of \(raw) is out of range")
    }
    return Int(raw)
  }

  private static func unknown(_ what: String, _ number: Int32) -> ColonnadeError {
    ColonnadeError(.unsupportedFeature, "\(what) \(number) of Arrow is not known")
  }
}
