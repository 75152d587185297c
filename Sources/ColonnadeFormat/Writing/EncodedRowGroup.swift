// A row group encoded and ready to be placed in a file, and the walk over nested columns that makes
// one. Spec: spec/file.md "Chunks".

import ColonnadeArrays
import ColonnadeBase

/// One field of a row group, encoded.
package struct EncodedField: Sendable {
  package var chunk: EncodedChunk
  /// Values out of line, in the order in which they were met; empty without any.
  var largeValues: Buffer
  package var slotCount: Int
  package var statistics: ChunkStatistics
  package var bloomFilter: BloomFilter?
}

/// All fields of a row group, in level order.
package struct EncodedRowGroup: Sendable {
  package var rowCount: Int
  package var fields: [EncodedField]

  /// Bytes of the values decoded.
  package var rawByteCount: Int { fields.reduce(0) { $0 + $1.chunk.rawByteCount } }

  /// Bytes stored for the values, about what the group takes in the file.
  package var storedByteCount: Int {
    fields.reduce(0) { $0 + $1.chunk.byteCount + $1.largeValues.byteCount }
  }
}

/// One field's slots in one row group.
struct FieldSlots: Sendable {
  var column: Column
  var layout: RowLayout
  /// True below a list or map: statistics then count elements.
  var isBelowList: Bool
}

extension FieldTree {
  /// The slots of every field in level order.
  /// - Throws: `.schemaMismatch` for a null where the schema allows none.
  func slots(of columns: [Column], rowCount: Int) throws(ColonnadeError) -> [FieldSlots] {
    var slots = [FieldSlots?](repeating: nil, count: nodes.count)
    for (index, column) in columns.enumerated() {
      slots[index] = FieldSlots(
        column: column, layout: .uniform(slotsPerRow: 1), isBelowList: false)
    }
    var result: [FieldSlots] = []
    result.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() {
      guard let own = slots[index] else { preconditionFailure("level order") }
      try checkNulls(of: node, own, parent: node.parent.map { result[$0] })
      result.append(own)
      guard !node.children.isEmpty else { continue }
      for (child, column) in zip(node.children, own.column.children) {
        slots[child] = try Self.child(column, of: own, node.field.type, rowCount: rowCount)
      }
    }
    return result
  }

  private static func child(
    _ child: Column, of own: FieldSlots, _ type: DataType, rowCount: Int
  ) throws(ColonnadeError) -> FieldSlots {
    switch type {
    case .fixedList(_, let count):
      let child = child.maskingNulls(of: own.column, slotsPerValue: count)
      let layout: RowLayout
      switch own.layout {
      case .uniform(let slotsPerRow): layout = .uniform(slotsPerRow: slotsPerRow * count)
      case .offsets(let ends):
        let scaled = MutableBuffer(capacity: ends.byteCount)
        let values = unsafe ends.unsafeValues(UInt32.self)
        for index in 0..<values.count {
          let end = unsafe values[index]
          let (slot, overflow) = end.multipliedReportingOverflow(by: UInt32(count))
          guard !overflow else { throw tooMany() }
          scaled.append(slot)
        }
        layout = .offsets(scaled.freeze())
      }
      return FieldSlots(column: child, layout: layout, isBelowList: own.isBelowList)
    case .list, .map:
      let (elements, offsets) = try elements(of: own.column)
      let ends = MutableBuffer(capacity: (rowCount + 1) * 4)
      let values = unsafe offsets.unsafeValues(UInt32.self)
      for row in 0...rowCount {
        switch own.layout {
        case .uniform(let slotsPerRow): unsafe ends.append(values[row * slotsPerRow])
        case .offsets(let rows):
          unsafe ends.append(values[Int(rows.unsafeValues(UInt32.self)[row])])
        }
      }
      return FieldSlots(column: elements, layout: .offsets(ends.freeze()), isBelowList: true)
    default:
      let child = child.maskingNulls(of: own.column, slotsPerValue: 1)
      return FieldSlots(column: child, layout: own.layout, isBelowList: own.isBelowList)
    }
  }

  /// The elements that lists reach, in order and without gaps, and offsets from 0.
  private static func elements(
    of list: Column
  ) throws(ColonnadeError) -> (elements: Column, offsets: Buffer) {
    let offsets = unsafe list.values.unsafeValues(Int32.self)
    let first = unsafe offsets[0]
    let rebased = MutableBuffer(capacity: (list.count + 1) * 4)
    var end = UInt32(0)
    rebased.append(end)
    var hasGaps = false
    for index in 0..<list.count {
      let length = unsafe UInt32(offsets[index + 1] - offsets[index])
      if length > 0, list.isNull(at: index) {
        hasGaps = true
      } else {
        let (next, overflow) = end.addingReportingOverflow(length)
        guard !overflow else { throw tooMany() }
        end = next
      }
      rebased.append(end)
    }
    let child = list.children[0]
    if !hasGaps {
      return (child.slice(Int(first)..<Int(first) + Int(end)), rebased.freeze())
    }
    // Nulls that hold elements: only the others are stored.
    let rows = MutableBuffer(capacity: Int(end) * 4)
    for index in 0..<list.count where !list.isNull(at: index) {
      for element in unsafe offsets[index]..<offsets[index + 1] {
        rows.append(UInt32(bitPattern: element))
      }
    }
    let elements = child.take(SelectionVector(rows: rows.freeze(), count: Int(end)))
    return (elements, rebased.freeze())
  }

  private static func tooMany() -> ColonnadeError {
    ColonnadeError(
      .limitExceeded, "a row group holds more than 4,294,967,295 elements of one list",
      hint: "write smaller row groups")
  }

  /// A null is refused in a field that allows none, unless its parent is null there.
  private func checkNulls(
    of node: FieldNode, _ own: FieldSlots, parent: FieldSlots?
  ) throws(ColonnadeError) {
    guard !node.field.isNullable, own.column.nullCount > 0, node.field.type != .null else { return }
    if let parent, parent.column.nullCount > 0 {
      let length =
        node.parent.map { parentIndex in
          if case .fixedList(_, let count) = nodes[parentIndex].field.type { count } else { 1 }
        } ?? 1
      let isList = node.parent.map { nodes[$0].field.type.physical == .list } ?? false
      if !isList {
        let allowed = (0..<own.column.count).allSatisfy { slot in
          !own.column.isNull(at: slot) || parent.column.isNull(at: slot / length)
        }
        if allowed { return }
      }
    }
    throw ColonnadeError(
      .schemaMismatch, "column '\(node.field.name)' holds a null, the schema says not null")
  }
}
