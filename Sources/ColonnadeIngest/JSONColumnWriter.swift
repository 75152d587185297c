// JSON values into the builder of one column and those below it.
// Invariant: every call appends exactly one value, null where the JSON value does not fit, so that
// all columns stay of one length; the row is taken out afterwards.

import CIngest
import ColonnadeArrays
import ColonnadeBase

/// The first thing that does not fit in a record.
struct JSONMisfit {
  /// Field names from the record down.
  var path: [String]
  var message: String
}

/// Fills one column.
final class JSONColumnWriter {
  let builder: ColumnBuilder
  private let field: Field
  private let cell: CellType
  /// Struct fields; the element of a list; key and value of a map.
  private let parts: [JSONColumnWriter]
  private let names: JSONNames

  convenience init(_ field: Field, capacity: Int) {
    self.init(field, ColumnBuilder(field.type, capacity: capacity))
  }

  init(_ field: Field, _ builder: ColumnBuilder) {
    self.field = field
    self.builder = builder
    cell = CellType(field.type)
    switch field.type {
    case .structure(let fields):
      parts = zip(fields, builder.children).map { JSONColumnWriter($0, $1) }
      names = JSONNames(fields)
    case .list(let element), .fixedList(let element, _):
      parts = [JSONColumnWriter(element, builder.children[0])]
      names = JSONNames([])
    case .map(let key, let value):
      let entries = builder.children[0]
      parts = [
        JSONColumnWriter(key, entries.children[0]), JSONColumnWriter(value, entries.children[1]),
      ]
      names = JSONNames([])
    default:
      parts = []
      names = JSONNames([])
    }
  }

  /// Appends a null for a key that is not there.
  func appendMissing(_ misfit: inout JSONMisfit?) {
    builder.appendNull()
    if !field.isNullable { note("the value is missing", &misfit) }
  }

  private func note(_ message: String, _ misfit: inout JSONMisfit?) {
    if misfit == nil { misfit = JSONMisfit(path: [field.name], message: message) }
  }

  /// Appends the value at `index`.
  func append(_ tape: JSONTape, _ index: Int, _ misfit: inout JSONMisfit?) {
    let kind = tape.kind(index)
    if kind == .null {
      builder.appendNull()
      if !field.isNullable { note("the value is null in a column that takes none", &misfit) }
      return
    }
    let hadMisfit = misfit != nil
    if !appendFitting(tape, index, kind, &misfit) {
      builder.appendNull()
      note("\(tape.shown(index)) is not a value of type \(field.type)", &misfit)
    } else if !hadMisfit, misfit != nil {
      misfit?.path.insert(field.name, at: 0)
    }
  }

  private func appendFitting(
    _ tape: JSONTape, _ index: Int, _ kind: JSONTape.Kind, _ misfit: inout JSONMisfit?
  ) -> Bool {
    switch field.type {
    case .bool:
      guard kind == .yes || kind == .no else { return false }
      builder.append(bool: kind == .yes)
      return true
    case .string, .categorical:
      guard kind == .string else { return false }
      unsafe builder.append(bytes: tape.string(index))
      return true
    case .duration where kind == .string: return appendText(tape, index)
    case .int64, .duration: return appendInteger(Int64.self, tape, index, kind)
    case .int32: return appendInteger(Int32.self, tape, index, kind)
    case .int16: return appendInteger(Int16.self, tape, index, kind)
    case .int8: return appendInteger(Int8.self, tape, index, kind)
    case .uint64: return appendInteger(UInt64.self, tape, index, kind)
    case .uint32: return appendInteger(UInt32.self, tape, index, kind)
    case .uint16: return appendInteger(UInt16.self, tape, index, kind)
    case .uint8: return appendInteger(UInt8.self, tape, index, kind)
    case .float64, .float32, .float16: return appendFloat(tape, index, kind)
    case .decimal: return appendDecimal(tape, index, kind)
    case .date, .time, .timestamp: return kind == .string && appendText(tape, index)
    case .binary, .fixedBinary:
      return kind == .string && (unsafe CellParser.appendBinary(tape.string(index), to: builder))
    case .null: return false
    case .list, .fixedList:
      return kind == .array && appendList(tape, index, &misfit)
    case .structure:
      guard kind == .object else { return false }
      JSONColumnWriter.appendMembers(tape, index, parts, names, &misfit)
      builder.appendValid()
      return true
    case .map:
      guard kind == .object else { return false }
      appendMap(tape, index, &misfit)
      return true
    }
  }

  private func appendInteger<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ type: Integer.Type, _ tape: JSONTape, _ index: Int, _ kind: JSONTape.Kind
  ) -> Bool {
    let value: Integer?
    switch kind {
    case .int64: value = Integer(exactly: tape.int64(index))
    case .uint64: value = Integer(exactly: tape.uint64(index))
    // 2.0 is the integer 2; beyond 2^53 the text may have been another number.
    case .float64:
      let float = tape.float64(index)
      value = float.magnitude <= 0x1p53 ? Integer(exactly: float) : nil
    default: value = nil
    }
    guard let value else { return false }
    builder.append(fixed: value)
    return true
  }

  private func appendFloat(_ tape: JSONTape, _ index: Int, _ kind: JSONTape.Kind) -> Bool {
    let value: Double
    switch kind {
    case .float64: value = tape.float64(index)
    case .int64:
      guard let exact = Double(exactly: tape.int64(index)) else { return false }
      value = exact
    case .uint64:
      guard let exact = Double(exactly: tape.uint64(index)) else { return false }
      value = exact
    case .string:
      // JSON has no words for these; this is how they are written elsewhere.
      switch unsafe String(decoding: tape.string(index), as: UTF8.self) {
      case "nan", "NaN": value = .nan
      case "inf", "Infinity": value = .infinity
      case "-inf", "-Infinity": value = -.infinity
      default: return false
      }
    default: return false
    }
    switch field.type {
    case .float32:
      let narrow = Float(value)
      if narrow.isInfinite && !value.isInfinite { return false }
      builder.append(fixed: narrow)
    case .float16:
      let bits = Float(value).float16Bits
      if bits & 0x7FFF == 0x7C00 && !value.isInfinite { return false }
      builder.append(fixed: bits)
    default: builder.append(fixed: value)
    }
    return true
  }

  /// Decimals from integers, from strings, and from fractions of up to 15 digits: those are what
  /// the shortest text of the float64 gives back for sure.
  private func appendDecimal(_ tape: JSONTape, _ index: Int, _ kind: JSONTape.Kind) -> Bool {
    var text: String
    switch kind {
    case .string: return appendText(tape, index)
    case .int64: text = "\(tape.int64(index))"
    case .uint64: text = "\(tape.uint64(index))"
    case .float64:
      text = "\(tape.float64(index))"
      if text.hasSuffix(".0") { text.removeLast(2) }
      let digits = text.utf8.filter { $0 >= 48 && $0 <= 57 }
      if digits.drop(while: { $0 == 48 }).count > 15 || text.utf8.contains(UInt8(ascii: "e")) {
        return false
      }
    default: return false
    }
    return text.withUTF8 { unsafe appendText(UnsafeRawBufferPointer($0)) }
  }

  private func appendText(_ tape: JSONTape, _ index: Int) -> Bool {
    unsafe appendText(tape.string(index))
  }

  private func appendText(_ text: UnsafeRawBufferPointer) -> Bool {
    guard case .fixed(var type, let byteCount) = cell, let base = text.baseAddress else {
      return false
    }
    var value: (UInt64, UInt64) = (0, 0)
    let fits = unsafe colonnade_cell_parse_one(
      &type, base.assumingMemoryBound(to: CChar.self), text.count, &value)
    guard fits else { return false }
    switch byteCount {
    case 4: builder.append(fixed: UInt32(truncatingIfNeeded: value.0))
    case 8: builder.append(fixed: value.0)
    default: builder.append(fixed: UInt128(value.1) << 64 | UInt128(value.0))
    }
    return true
  }

  private func appendList(_ tape: JSONTape, _ index: Int, _ misfit: inout JSONMisfit?) -> Bool {
    if case .fixedList(_, let count) = field.type, tape.elementCount(index) != count {
      return false
    }
    var next = index + 1
    let end = tape.end(index)
    while next < end {
      parts[0].append(tape, next, &misfit)
      next = tape.after(next)
    }
    builder.appendValid()
    return true
  }

  private func appendMap(_ tape: JSONTape, _ index: Int, _ misfit: inout JSONMisfit?) {
    var next = index + 1
    let end = tape.end(index)
    var seen = Set<[UInt8]>()
    while next < end {
      if unsafe !seen.insert(Array(tape.string(next))).inserted, misfit == nil {
        misfit = JSONMisfit(path: [], message: "the key \(tape.shown(next)) comes twice")
      }
      parts[0].append(tape, next, &misfit)
      next = tape.after(next)
      parts[1].append(tape, next, &misfit)
      next = tape.after(next)
      builder.children[0].appendValid()
    }
    builder.appendValid()
  }

  /// Appends the members of the object at `index`, one value to every part.
  static func appendMembers(
    _ tape: JSONTape, _ index: Int, _ parts: [JSONColumnWriter], _ names: JSONNames,
    _ misfit: inout JSONMisfit?
  ) {
    var next = index + 1
    let end = tape.end(index)
    var expected = 0
    let record = names.startRecord()
    while next < end {
      let key = unsafe tape.string(next)
      let value = tape.after(next)
      let place = unsafe names.place(of: key, expected: expected)
      if let place {
        if names.take(place, in: record) {
          parts[place].append(tape, value, &misfit)
        } else if misfit == nil {
          misfit = unsafe JSONMisfit(
            path: [String(decoding: key, as: UTF8.self)], message: "the key comes twice")
        }
        expected = place + 1
      } else if misfit == nil {
        misfit = unsafe JSONMisfit(
          path: [String(decoding: key, as: UTF8.self)], message: "the key is not in the schema")
      }
      next = tape.after(value)
    }
    for place in 0..<parts.count where names.take(place, in: record) {
      parts[place].appendMissing(&misfit)
    }
  }
}
