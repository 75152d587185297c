// Foreign values made columns: shared where layout and invariants are the engine's own, copied where
// not. Everything is checked here: sizes, offsets, indices, text, ranges, nulls.
// Invariants: null slots of the result are zero, children of null structs and fixed-size lists are
// null, text is UTF-8, decimals lie within their precision and times within a day.

import CKernels
package import ColonnadeBase

/// Makes columns of nodes.
package struct ArrowColumnReader: Sendable {
  /// The kind of error for values that break Arrow's rules: `.invalidArgument` where a program made
  /// them, `.corrupt` where a file holds them.
  let malformed: ColonnadeError.Kind

  package init(malformed: ColonnadeError.Kind = .invalidArgument) { self.malformed = malformed }

  /// The most values in one array; rows are counted in 32 bits.
  static let countLimit = Int(Int32.max)

  /// - Throws: `malformed` for values that break Arrow's rules, `.schemaMismatch` for nulls and
  ///   values that the field does not allow, `.limitExceeded` for arrays that are too large.
  /// - Complexity: O(values); without copies where the layout is the engine's own.
  package func column(_ node: ArrowNode, as field: ArrowField) throws(ColonnadeError) -> Column {
    do throws(ColonnadeError) {
      return try column(node, field, try field.field().type, mask: nil)
    } catch {
      throw ColonnadeError(
        error.kind, "column '\(field.name)': " + error.message, hint: error.hint)
    }
  }

  func broken(_ what: String) -> ColonnadeError {
    ColonnadeError(malformed, "the Arrow array is broken: \(what)")
  }

  /// One level of a column.
  struct Level {
    let node: ArrowNode
    let type: DataType
    /// One where a value is neither null nor below a null of its parents.
    let validity: Buffer?

    var count: Int { node.length }
    var offset: Int { node.offset }
  }

  /// - Parameter mask: zero where a parent is null, so that whatever lies here is not looked at.
  func column(
    _ node: ArrowNode, _ field: ArrowField, _ type: DataType, mask: Buffer?
  ) throws(ColonnadeError) -> Column {
    let (end, overflow) = node.length.addingReportingOverflow(node.offset)
    guard node.length >= 0, node.offset >= 0, !overflow else {
      throw broken("length \(node.length), offset \(node.offset)")
    }
    guard node.length <= ArrowColumnReader.countLimit else {
      throw ColonnadeError(
        .limitExceeded, "an Arrow array of \(node.length) values is too large",
        hint: "hand over smaller batches")
    }
    let form = field.type.bufferForms
    let isComplete =
      form == [.validity, .views] ? node.buffers.count >= 2 : node.buffers.count == form.count
    guard isComplete else { throw broken("\(node.buffers.count) buffers") }
    let own = try validity(node, field.type, end: end)
    let level = Level(
      node: node, type: type, validity: ArrowBitmap.and(own, mask, count: node.length))
    let column = try values(level, field.type)
    let hasNulls =
      column.type == .null
      ? ArrowBitmap.oneBits(mask, count: node.length) > 0
      : ArrowBitmap.hasZero(column.validity, where: mask, count: node.length)
    guard field.isNullable || !hasNulls else {
      throw ColonnadeError(
        .schemaMismatch, "'\(field.name)' holds nulls, which its schema says it never does")
    }
    return column
  }

  /// The array's own validity, `nil` where nothing is null.
  private func validity(
    _ node: ArrowNode, _ type: ArrowType, end: Int
  ) throws(ColonnadeError) -> Buffer? {
    guard type.bufferForms.first == .validity, node.length > 0 else { return nil }
    guard let buffer = node.buffers[0] else {
      guard node.nullCount <= 0 else {
        throw broken("\(node.nullCount) nulls without a validity bitmap")
      }
      return nil
    }
    // Some writers of files leave an empty bitmap where nothing is null.
    if node.nullCount == 0, buffer.byteCount == 0 { return nil }
    let needed = ArrowBufferForm.validity.byteCount(of: end) ?? Int.max
    guard buffer.byteCount >= needed else { throw broken("its validity bitmap is too short") }
    let bits = ArrowBitmap.bits(buffer, from: node.offset, count: node.length)
    return ArrowBitmap.normal(bits, count: node.length)
  }

  private func values(_ level: Level, _ type: ArrowType) throws(ColonnadeError) -> Column {
    switch type {
    case .null:
      return Column(
        unchecked: .null, count: level.count, nullCount: level.count, validity: nil)
    case .bool: return column(level, values: try bits(level))
    case .integer, .float, .fixedBinary, .date, .timestamp, .duration:
      return column(level, values: try fixed(level, type.bufferForms[1]))
    case .time(let unit): return column(level, values: try times(level, unit, type.bufferForms[1]))
    case .dateInMilliseconds: return column(level, values: try days(level, type.bufferForms[1]))
    case .decimal(let precision, _, let byteCount):
      return column(
        level, values: try decimals(level, precision: precision, byteCount: byteCount))
    case .string(.offsets(let offsets)), .binary(.offsets(let offsets)):
      let texts = try texts(level, offsets)
      return column(level, values: texts.views, data: texts.data)
    case .string(.views), .binary(.views):
      let views = try views(level)
      return column(level, values: views.views, data: views.data)
    case .list(let element, let offsets):
      return try lists(level, element.renamed("element"), offsets)
    case .map(let key, let value, _):
      var key = key.renamed("key")
      key.isNullable = false
      let entries = ArrowField(
        "entries", .structure([key, value.renamed("value")]), isNullable: false)
      return try lists(level, entries, .narrow)
    case .listView(let element, let offsets):
      return try listViews(level, element.renamed("element"), offsets)
    case .fixedList(let element, let count):
      return try fixedLists(level, element.renamed("element"), count)
    case .structure(let fields): return try structures(level, fields)
    case .dictionary(let index, let values, _): return try dictionary(level, index, values)
    case .runs(let endByteCount, let values): return try runs(level, endByteCount, values)
    }
  }

  func column(
    _ level: Level, values: Buffer = .empty, data: [Buffer] = [], children: [Column] = []
  ) -> Column {
    Column(
      unchecked: level.type, count: level.count,
      nullCount: level.count - ArrowBitmap.oneBits(level.validity, count: level.count),
      validity: level.validity, values: values, data: data, children: children)
  }

  // MARK: structs and fixed-size lists

  private func structures(
    _ level: Level, _ fields: [ArrowField]
  ) throws(ColonnadeError) -> Column {
    guard case .structure(let types) = level.type, types.count == fields.count,
      level.node.children.count == fields.count
    else { throw broken("\(level.node.children.count) children") }
    var children: [Column] = []
    for (index, field) in fields.enumerated() {
      let child = try part(
        level.node.children[index], first: level.offset, count: level.count)
      children.append(try column(child, field, types[index].type, mask: level.validity))
    }
    return column(level, children: children)
  }

  private func fixedLists(
    _ level: Level, _ element: ArrowField, _ length: Int
  ) throws(ColonnadeError) -> Column {
    guard let type = level.type.children.first, level.node.children.count == 1 else {
      throw broken("\(level.node.children.count) children")
    }
    // Sizes of 0 and of more than the engine has are refused with the schema.
    guard (1...(1 << 20)).contains(length) else { throw broken("lists of \(length) elements") }
    let first = level.offset.multipliedReportingOverflow(by: length)
    // Lengths are below 2³¹ and sizes below 2²¹: no overflow.
    let count = level.count * length
    guard !first.overflow else { throw broken("offset \(level.offset)") }
    guard count <= ArrowColumnReader.countLimit else { throw tooManyElements(count) }
    let child = try part(level.node.children[0], first: first.partialValue, count: count)
    let mask = ArrowBitmap.repeating(level.validity, count: level.count, times: length)
    return column(level, children: [try column(child, element, type.type, mask: mask)])
  }

  func tooManyElements(_ count: Int) -> ColonnadeError {
    ColonnadeError(
      .limitExceeded, "an Arrow array holds \(count) elements of lists, more than 2,147,483,647",
      hint: "hand over smaller batches")
  }

  /// Values `first..<first + count` of a child.
  func part(
    _ node: ArrowNode, first: Int, count: Int
  ) throws(ColonnadeError) -> ArrowNode {
    let (end, overflow) = first.addingReportingOverflow(count)
    guard first >= 0, count >= 0, !overflow, node.length >= end else {
      throw broken("a child of \(node.length) values where \(first) and \(count) more are meant")
    }
    if first == 0, count == node.length { return node }
    var part = node
    let offset = node.offset.addingReportingOverflow(first)
    guard !offset.overflow else { throw broken("offset \(node.offset)") }
    part.offset = offset.partialValue
    part.length = count
    // A bitmap tells; where there is none, there are no nulls in the part either.
    part.nullCount = node.nullCount == 0 ? 0 : -1
    return part
  }
}
