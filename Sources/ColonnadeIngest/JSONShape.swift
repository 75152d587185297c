// What the values at one place of all records look like: a join over any number of records.

import ColonnadeArrays
import ColonnadeBase

/// Kinds of values seen at one place, and below it.
struct JSONShape: Sendable {
  struct Member: Sendable {
    var name: [UInt8]
    var shape: JSONShape
  }

  enum Kind: Int, CaseIterable {
    case null, bool, integer, float, string, list, object

    var name: String {
      switch self {
      case .null: "null"
      case .bool: "a boolean"
      case .integer, .float: "a number"
      case .string: "a string"
      case .list: "an array"
      case .object: "an object"
      }
    }
  }

  /// Line on which each kind was first seen; 0 where it was not.
  var lines = [Int](repeating: 0, count: Kind.allCases.count)
  /// An integer below zero; one beyond Int64; one that float64 cannot hold.
  var isNegative = false
  var isUnsigned = false
  var isInexact = false
  /// Zero or one shape: of the elements of arrays.
  var element: [JSONShape] = []
  var members: [Member] = []
  private var indices: [[UInt8]: Int] = [:]

  private mutating func see(_ kind: Kind, _ line: Int) {
    if lines[kind.rawValue] == 0 { lines[kind.rawValue] = line }
  }

  func has(_ kind: Kind) -> Bool { lines[kind.rawValue] != 0 }

  /// Adds the value at `index` of the tape, found on `line`, counted from 1.
  mutating func add(_ tape: JSONTape, _ index: Int, line: Int) {
    switch tape.kind(index) {
    case .yes, .no: see(.bool, line)
    case .int64:
      see(.integer, line)
      let value = tape.int64(index)
      if value < 0 { isNegative = true }
      if Int64(exactly: Double(value)) != value { isInexact = true }
    case .uint64:
      see(.integer, line)
      isUnsigned = true
      let value = tape.uint64(index)
      if UInt64(exactly: Double(value)) != value { isInexact = true }
    case .float64: see(.float, line)
    case .string: see(.string, line)
    case .array:
      see(.list, line)
      if element.isEmpty { element = [JSONShape()] }
      var next = index + 1
      let end = tape.end(index)
      while next < end {
        element[0].add(tape, next, line: line)
        next = tape.after(next)
      }
    case .object:
      see(.object, line)
      addMembers(tape, index, line: line)
    default: see(.null, line)
    }
  }

  /// Records mostly repeat the keys of the record before, so the next key is tried first.
  private mutating func addMembers(_ tape: JSONTape, _ index: Int, line: Int) {
    var next = index + 1
    let end = tape.end(index)
    var expected = 0
    while next < end {
      let key = unsafe tape.string(next)
      let value = tape.after(next)
      var place = expected
      let isExpected =
        unsafe expected < members.count && key.elementsEqual(members[expected].name)
      if !isExpected { place = unsafe self.place(of: Array(key)) }
      members[place].shape.add(tape, value, line: line)
      expected = place + 1
      next = tape.after(value)
    }
  }

  private mutating func place(of name: [UInt8]) -> Int {
    if let place = indices[name] { return place }
    indices[name] = members.count
    members.append(Member(name: name, shape: JSONShape()))
    return members.count - 1
  }

  /// Joins what was seen elsewhere, its lines counted from `lineBase`.
  mutating func formUnion(_ other: JSONShape, lineBase: Int) {
    for kind in 0..<lines.count where lines[kind] == 0 && other.lines[kind] != 0 {
      lines[kind] = other.lines[kind] + lineBase
    }
    isNegative = isNegative || other.isNegative
    isUnsigned = isUnsigned || other.isUnsigned
    isInexact = isInexact || other.isInexact
    if let other = other.element.first {
      if element.isEmpty { element = [JSONShape()] }
      element[0].formUnion(other, lineBase: lineBase)
    }
    for member in other.members {
      let place = place(of: member.name)
      members[place].shape.formUnion(member.shape, lineBase: lineBase)
    }
  }

  /// The type that holds every value seen; string where there was none.
  /// - Throws: `.schemaMismatch` naming path, both kinds and their lines.
  func type(path: String, file: String) throws(ColonnadeError) -> DataType {
    let kinds = Kind.allCases.filter { $0 != .null && has($0) }
    let isNumber = kinds == [.integer, .float] || kinds == [.float] || kinds == [.integer]
    if kinds.count > 1 && !isNumber {
      let pair = kinds.sorted { lines[$0.rawValue] < lines[$1.rawValue] }
      throw ColonnadeError(
        .schemaMismatch,
        "\(path) is \(pair[1].name) here and \(pair[0].name) in line \(lines[pair[0].rawValue])",
        file: file, location: .line(lines[pair[1].rawValue], column: nil, field: path),
        hint: "settle its type with --schema, and set the other records aside with --rejects")
    }
    switch kinds.first {
    case nil, .null, .string: return .string
    case .bool: return .bool
    case .integer where kinds.count == 1:
      if !isUnsigned { return .int64 }
      if !isNegative { return .uint64 }
      return .decimal(precision: 38, scale: 0)
    case .integer, .float:
      guard !isInexact || !has(.integer) else {
        throw ColonnadeError(
          .schemaMismatch,
          "\(path) holds fractions, and integers that float64 would round", file: file,
          location: .line(lines[Kind.integer.rawValue], column: nil, field: path),
          hint: "settle its type with --schema, as a decimal for example")
      }
      return .float64
    case .list:
      let inner = try (element.first ?? JSONShape()).type(path: path + "[]", file: file)
      return .list(Field("item", inner))
    case .object: return .structure(try fields(path: path, file: file))
    }
  }

  /// The fields of the objects seen, in the order they first appeared.
  func fields(path: String, file: String) throws(ColonnadeError) -> [Field] {
    var fields: [Field] = []
    for member in members {
      let name = String(decoding: member.name, as: UTF8.self)
      let type = try member.shape.type(path: path.isEmpty ? name : "\(path).\(name)", file: file)
      fields.append(Field(name, type))
    }
    return fields
  }
}
