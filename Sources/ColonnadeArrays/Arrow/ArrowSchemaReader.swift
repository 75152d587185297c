// ArrowSchema structures of other producers, read into fields. Pointers are trusted to point at what
// the interface says; every number is checked.

import CArrow
import ColonnadeBase

struct ArrowSchemaReader {
  /// The most fields taken in, so that structures that share children cannot multiply.
  static let fieldLimit = 1 << 20

  private var fieldCount = 0

  /// - Throws: `.invalidArgument` for a structure that breaks the interface, `.limitExceeded` for
  ///   depth or number of fields, `.unsupportedFeature` naming a type that is not supported.
  static func field(
    _ schema: UnsafePointer<ArrowSchema>
  ) throws(ColonnadeError) -> ArrowField {
    var reader = ArrowSchemaReader()
    return try unsafe reader.field(schema, depth: 0)
  }

  /// The columns a consumer asks for; `nil` where one cannot be read.
  /// - Throws: `.invalidArgument` where `schema` was released.
  static func requestedFields(
    _ schema: UnsafePointer<ArrowSchema>
  ) throws(ColonnadeError) -> [ArrowField?] {
    let children = try unsafe ArrowSchemaReader.children(of: schema)
    guard try unsafe format(of: schema) == "+s" else { return [] }
    return unsafe children.map { child in
      do throws(ColonnadeError) { return try unsafe field(child) } catch { return nil }
    }
  }

  private static func format(
    of schema: UnsafePointer<ArrowSchema>
  ) throws(ColonnadeError) -> String {
    guard let format = unsafe schema.pointee.format else {
      throw ColonnadeError(.invalidArgument, "an Arrow schema has no format")
    }
    return try unsafe text(format)
  }

  private static func text(_ text: UnsafePointer<CChar>) throws(ColonnadeError) -> String {
    guard let text = unsafe String(validatingCString: text) else {
      throw ColonnadeError(.invalidArgument, "an Arrow schema holds text that is not UTF-8")
    }
    return text
  }

  private static func children(
    of schema: UnsafePointer<ArrowSchema>
  ) throws(ColonnadeError) -> [UnsafePointer<ArrowSchema>] {
    guard unsafe schema.pointee.release != nil else {
      throw ColonnadeError(
        .invalidArgument, "an Arrow schema was used up or released before it came here")
    }
    let count = unsafe schema.pointee.n_children
    guard count >= 0 else {
      throw ColonnadeError(.invalidArgument, "an Arrow schema has \(count) children")
    }
    guard count <= fieldLimit else {
      throw ColonnadeError(.limitExceeded, "an Arrow schema has more than \(fieldLimit) fields")
    }
    var children: [UnsafePointer<ArrowSchema>] = unsafe []
    for index in 0..<Int(count) {
      guard let list = unsafe schema.pointee.children, let child = unsafe list[index] else {
        throw ColonnadeError(.invalidArgument, "an Arrow schema lacks a child that it counts")
      }
      unsafe children.append(UnsafePointer(child))
    }
    return unsafe children
  }

  private mutating func field(
    _ schema: UnsafePointer<ArrowSchema>, depth: Int
  ) throws(ColonnadeError) -> ArrowField {
    // The schema itself is a level above its columns.
    guard depth <= Schema.maximumDepth else {
      throw ColonnadeError(
        .limitExceeded, "an Arrow schema is nested deeper than \(Schema.maximumDepth) levels")
    }
    fieldCount += 1
    guard fieldCount <= ArrowSchemaReader.fieldLimit else {
      throw ColonnadeError(
        .limitExceeded, "an Arrow schema has more than \(ArrowSchemaReader.fieldLimit) fields")
    }
    let pointers = try unsafe ArrowSchemaReader.children(of: schema)
    let format = try unsafe ArrowSchemaReader.format(of: schema)
    let name = try unsafe schema.pointee.name.map { name throws(ColonnadeError) in
      try unsafe ArrowSchemaReader.text(name)
    }
    let metadata = try unsafe schema.pointee.metadata.map { metadata throws(ColonnadeError) in
      try unsafe ArrowMetadata.decode(metadata)
    }
    var children: [ArrowField] = []
    for index in unsafe pointers.indices {
      children.append(try unsafe field(pointers[index], depth: depth + 1))
    }
    let flags = unsafe schema.pointee.flags
    let type: ArrowType
    do throws(ColonnadeError) {
      if let dictionary = unsafe schema.pointee.dictionary {
        guard children.isEmpty, let index = ArrowInteger(format: format) else {
          throw ColonnadeError(
            .invalidArgument, "a dictionary's indices have the Arrow format '\(format)'")
        }
        let values = try unsafe field(UnsafePointer(dictionary), depth: depth + 1)
        type = .dictionary(
          index, values: values, isOrdered: flags & Int64(ARROW_FLAG_DICTIONARY_ORDERED) != 0)
      } else {
        type = try ArrowType(
          format: format, children: children,
          keysSorted: flags & Int64(ARROW_FLAG_MAP_KEYS_SORTED) != 0)
      }
    } catch {
      guard let name, !name.isEmpty else { throw error }
      throw ColonnadeError(error.kind, "column '\(name)': " + error.message, hint: error.hint)
    }
    return ArrowField(
      name ?? "", type, isNullable: flags & Int64(ARROW_FLAG_NULLABLE) != 0,
      metadata: metadata ?? [])
  }
}

extension ArrowType {
  /// The type of a format string and the fields below it.
  /// - Throws: `.unsupportedFeature` naming a format that is not supported, `.invalidArgument`
  ///   where the children are not those of the format.
  init(format: String, children: [ArrowField], keysSorted: Bool) throws(ColonnadeError) {
    func expect(_ count: Int) throws(ColonnadeError) {
      guard children.count == count else {
        throw ColonnadeError(
          .invalidArgument,
          "Arrow format '\(format)' has \(children.count) children in place of \(count)")
      }
    }
    switch format {
    case "+s": self = .structure(children)
    case "+l", "+L":
      try expect(1)
      self = .list(children[0], format == "+l" ? .narrow : .wide)
    case "+vl", "+vL":
      try expect(1)
      self = .listView(children[0], format == "+vl" ? .narrow : .wide)
    case "+m":
      try expect(1)
      guard case .structure(let parts) = children[0].type, parts.count == 2 else {
        throw ColonnadeError(.invalidArgument, "an Arrow map's entries are not a key and a value")
      }
      self = .map(key: parts[0], value: parts[1], keysSorted: keysSorted)
    case "+r":
      try expect(2)
      guard case .integer(let ends) = children[0].type, ends.isSigned, ends.byteCount > 1 else {
        throw ColonnadeError(.invalidArgument, "Arrow run ends are not 16, 32 or 64-bit integers")
      }
      self = .runs(endByteCount: ends.byteCount, values: children[1])
    default:
      if format.hasPrefix("+w:") {
        guard let count = Int(format.dropFirst(3)), count >= 0 else {
          throw ColonnadeError(.invalidArgument, "'\(format)' is not a format of Arrow")
        }
        try expect(1)
        self = .fixedList(children[0], count: count)
      } else {
        let leaf = try ArrowType(leafFormat: format)
        try expect(0)
        self = leaf
      }
    }
  }
}
