// One column of values in Arrow's memory layout.
// Invariants: buffers are as long as `count` asks for; there is no row offset (a slice moves the
// addresses instead); null slots and padding are zero; a bit of `validity` past `count` is zero.

import CKernels
public import ColonnadeBase

/// Values of one type, immutable and shared.
public struct Column: Sendable {
  public let type: DataType
  /// Number of values, nulls included.
  public let count: Int
  public let nullCount: Int
  /// One bit a value, 1 where it is not null; `nil` where no value is null. All values of the
  /// null type are null without a bitmap.
  public let validity: Buffer?
  /// Fixed-width values, bits, 16-byte views, or `count + 1` Int32 offsets, by `type.physical`;
  /// empty for null, struct and fixed-size list.
  public let values: Buffer
  /// What long views point into; view `bufferIndex` counts here.
  public let data: [Buffer]
  /// The element of a list (offsets index it directly), the fields of a struct, the `entries` of
  /// a map.
  public let children: [Column]

  /// Trusts its parts: they come from a builder or a decoder that checked them.
  public init(
    unchecked type: DataType, count: Int, nullCount: Int, validity: Buffer?,
    values: Buffer = .empty, data: [Buffer] = [], children: [Column] = []
  ) {
    self.type = type
    self.count = count
    self.nullCount = nullCount
    self.validity = nullCount == 0 ? nil : validity
    self.values = values
    self.data = data
    self.children = children
  }

  /// - Complexity: O(1).
  public func isNull(at index: Int) -> Bool {
    precondition(index >= 0 && index < count)
    if type == .null { return true }
    guard let validity else { return false }
    let byte = unsafe validity.unsafeAddress.load(fromByteOffset: index >> 3, as: UInt8.self)
    return (byte >> (index & 7)) & 1 == 0
  }

  /// Bytes held by this column's own buffers; shared data buffers count whole.
  public var byteCount: Int {
    var total = values.byteCount + (validity?.byteCount ?? 0)
    for buffer in data { total += buffer.byteCount }
    for child in children { total += child.byteCount }
    return total
  }

  /// Bytes of a value, about: those of its views and what they point to, or of the elements of a list,
  /// on average over a few values.
  package var sampledByteCount: Double {
    guard count > 0 else { return 0 }
    switch type.physical {
    case .none: return 0
    case .bit: return 0.125
    case .bytes:
      let views = unsafe values.unsafeValues(ByteView.self)
      let step = max(1, count / 256)
      var longByteCount = 0
      var sampled = 0
      for index in stride(from: 0, to: count, by: step) {
        let view = unsafe views[index]
        if !view.isInline { longByteCount += view.byteCount }
        sampled += 1
      }
      return 16 + Double(longByteCount) / Double(sampled)
    case .list:
      let offsets = unsafe values.unsafeValues(Int32.self)
      let elements = unsafe Double(offsets[count] - offsets[0])
      return 4 + elements / Double(count) * children[0].sampledByteCount
    case .fixedList(let length): return Double(length) * children[0].sampledByteCount
    case .structure: return children.reduce(0) { $0 + $1.sampledByteCount }
    default: return Double(type.physical.fixedByteCount ?? 0)
    }
  }

  /// The same values under another type of the same physical layout.
  public func relabelled(as type: DataType) -> Column {
    precondition(type.physical == self.type.physical)
    return Column(
      unchecked: type, count: count, nullCount: nullCount, validity: validity, values: values,
      data: data, children: children)
  }
}

/// Columns of equal count under one schema.
public struct Batch: Sendable {
  public let schema: Schema
  public let columns: [Column]
  public let rowCount: Int
  /// The columns as they leave, where a thread made them ready before they are asked for.
  var outgoing: OutgoingColumns?

  public init(schema: Schema, columns: [Column], rowCount: Int) {
    precondition(columns.count == schema.fields.count)
    precondition(columns.allSatisfy { $0.count == rowCount })
    self.schema = schema
    self.columns = columns
    self.rowCount = rowCount
  }

  /// A batch that leaves in one layout and is for nothing else: its columns are not there.
  package init(schema: Schema, outgoing: OutgoingColumns) {
    self.schema = schema
    columns = []
    rowCount = outgoing.node.length
    self.outgoing = outgoing
  }

  /// The largest number of rows a batch handed to a consumer holds.
  public static let maximumRowCount = 65_536
  /// The largest number of bytes a batch handed to a consumer should hold.
  public static let maximumByteCount = 64 << 20

  public var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }

  /// - Returns: rows `range`, sharing memory where layouts allow.
  public func slice(_ range: Range<Int>) -> Batch {
    Batch(
      schema: schema, columns: columns.map { $0.slice(range) }, rowCount: range.count)
  }

  /// - Returns: the rows named, in that order.
  public func take(_ rows: SelectionVector) -> Batch {
    Batch(schema: schema, columns: columns.map { $0.take(rows) }, rowCount: rows.count)
  }
}
