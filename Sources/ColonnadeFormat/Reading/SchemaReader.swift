// Fields in place, and the schema they make. Spec: spec/file.md "Fields", "Name slots".
// Invariant: children stand behind their parent, so that no walk can go round in a circle.

import ColonnadeArrays
import ColonnadeBase

/// A field as a reader uses it; of a class, since it is handed on again and again.
final class FieldReference: Sendable {
  /// Index in section 2.
  let index: Int
  let field: Field
  let isEncrypted: Bool
  let isRowID: Bool
  /// Slots for each row of a row group; `nil` below lists, where rows differ.
  let slotsPerRow: Int?
  /// References of the children, in order.
  let children: [FieldReference]

  init(
    index: Int, field: Field, isEncrypted: Bool, isRowID: Bool, slotsPerRow: Int?,
    children: [FieldReference]
  ) {
    self.index = index
    self.field = field
    self.isEncrypted = isEncrypted
    self.isRowID = isRowID
    self.slotsPerRow = slotsPerRow
    self.children = children
  }
}

/// Reads fields by index or name.
struct SchemaReader: Sendable {
  private let metadata: FileMetadata
  private let fields: SectionReader
  private let heap: SectionReader

  init(_ metadata: FileMetadata) throws(ColonnadeError) {
    self.metadata = metadata
    fields = try metadata.section(.fields)
    heap = try metadata.section(.heap)
  }

  var topLevelCount: Int { Int(metadata.summary.topLevelCount) }
  /// Whether the columns' ids ascend with their positions.
  var idsAscend: Bool { metadata.summary.idsAscend }

  /// The whole schema, and its columns in place.
  /// - Complexity: O(fields).
  func schema() throws(ColonnadeError) -> (schema: Schema, columns: [FieldReference]) {
    var columns: [FieldReference] = []
    columns.reserveCapacity(topLevelCount)
    var budget = textBudget
    for index in 0..<topLevelCount {
      columns.append(try reference(at: index, depth: 0, slotsPerRow: 1, budget: &budget))
    }
    let schema = Schema(columns.map(\.field), metadata: try schemaMetadata(&budget))
    try schema.validate()
    return (schema, columns)
  }

  /// Index of the column with exactly this name.
  /// - Complexity: O(1) expected.
  func column(named name: String) throws(ColonnadeError) -> Int? {
    guard topLevelCount > 0 else { return nil }
    let slots = try metadata.section(.nameSlots)
    let hash = FieldEntry.hash(name)
    var slot = Int(hash) % slots.count
    for _ in 0..<slots.count {
      let column = try slots.entry(at: slot).u32(0)
      if column == FormatLimits.none { return nil }
      guard column < metadata.summary.topLevelCount else {
        throw ColonnadeError(.corrupt, "name slot \(slot) holds \(column), which is no column")
      }
      let entry = FieldEntry(reading: try fields.entry(at: Int(column)))
      if entry.nameHash == hash, unsafe name.isSame(as: try nameBytes(entry).unsafeBytes) {
        return Int(column)
      }
      slot = slot + 1 == slots.count ? 0 : slot + 1
    }
    return nil
  }

  /// Whether column `index` has exactly this name.
  func isColumn(_ index: Int, named name: String) throws(ColonnadeError) -> Bool {
    guard index >= 0, index < topLevelCount else { return false }
    let entry = try self.entry(at: index)
    guard entry.nameHash == FieldEntry.hash(name) else { return false }
    return unsafe name.isSame(as: try nameBytes(entry).unsafeBytes)
  }

  /// Key-value metadata of the schema as a whole.
  func schemaMetadata() throws(ColonnadeError) -> [MetadataEntry] {
    var budget = textBudget
    return try schemaMetadata(&budget)
  }

  private func schemaMetadata(_ budget: inout Int) throws(ColonnadeError) -> [MetadataEntry] {
    try keyValues(
      first: metadata.summary.firstMetadata, count: Int(metadata.summary.metadataCount), &budget)
  }

  /// Field `index` with all below it.
  func reference(at index: Int) throws(ColonnadeError) -> FieldReference {
    var budget = textBudget
    let found = try reference(at: index, depth: 0, slotsPerRow: 1, budget: &budget)
    // What is below one column is checked with it; names beside it are the whole schema's affair.
    if !found.children.isEmpty { try Schema([found.field]).validate() }
    return found
  }

  /// Index of the column with this id, where ids ascend.
  /// - Complexity: O(log columns); one step where no id below it was left out.
  func ascendingColumn(id: Int) throws(ColonnadeError) -> Int? {
    var (low, high) = (0, topLevelCount)
    // Ids are given one after the other: without nesting or columns that went, that is the place.
    var guess = id - 1
    while low < high {
      let middle = low <= guess && guess < high ? guess : (low + high) / 2
      guess = -1
      let found = try self.id(at: middle)
      if found == id { return middle }
      if found < id { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// Id of a column; -1 where it has none.
  func id(at index: Int) throws(ColonnadeError) -> Int {
    let id = FieldEntry(reading: try fields.entry(at: index)).id
    return id == FieldEntry.noID ? Field.unassigned : Int(id)
  }

  /// Bytes of names and metadata that one walk may collect: items may be shared, so that a small
  /// file could otherwise name one large text a million times.
  private var textBudget: Int {
    heap.count + (64 << 20)
      + metadata.sectionCount(.keyValueMetadata) * SchemaReader.itemByteCount
  }

  /// What an item takes beside its text: empty ones may be shared as often as large ones.
  private static let itemByteCount = 32

  private func reference(
    at index: Int, depth: Int, slotsPerRow: Int?, budget: inout Int
  ) throws(ColonnadeError) -> FieldReference {
    guard depth < Schema.maximumDepth else {
      throw ColonnadeError(.limitExceeded, "fields are nested deeper than \(Schema.maximumDepth)")
    }
    let entry = FieldEntry(reading: try fields.entry(at: index))
    try spend(Int(entry.nameByteCount), &budget)
    guard let name = unsafe String(utf8: try nameBytes(entry).unsafeBytes) else {
      throw ColonnadeError(.corrupt, "the name of field \(index) is not UTF-8")
    }
    guard entry.id <= FieldEntry.noID else {
      throw ColonnadeError(.corrupt, "column '\(name)' has id \(entry.id)")
    }
    var below = slotsPerRow
    switch TypeCode(rawValue: entry.typeCode) {
    case .list, .map: below = nil
    case .fixedList:
      if let count = slotsPerRow {
        // 2^20 elements at each of 32 levels do not fit.
        let (product, overflow) = count.multipliedReportingOverflow(
          by: Int(entry.firstParameter))
        guard !overflow, product <= Int(UInt32.max) else {
          throw ColonnadeError(.corrupt, "a row of column '\(name)' has more than 2^32 elements")
        }
        below = product
      }
    default: break
    }
    var children: [FieldReference] = []
    if entry.childCount > 0 {
      let first = Int(entry.firstChild)
      // Children stand behind their parent and behind all columns: the walk ends.
      guard first > index, first >= topLevelCount,
        first + Int(entry.childCount) <= fields.count
      else {
        throw ColonnadeError(.corrupt, "the children of column '\(name)' are out of range")
      }
      for child in first..<first + Int(entry.childCount) {
        let reference = try reference(
          at: child, depth: depth + 1, slotsPerRow: below, budget: &budget)
        guard FieldEntry(reading: try fields.entry(at: child)).parent == UInt32(index) else {
          throw ColonnadeError(.corrupt, "field \(child) has another parent than \(index)")
        }
        children.append(reference)
      }
    }
    let field = Field(
      name, try type(entry, name: name, children: children.map(\.field), &budget),
      isNullable: entry.flags.contains(.nullable),
      id: entry.id == FieldEntry.noID ? Field.unassigned : Int(entry.id),
      metadata: try keyValues(first: entry.firstMetadata, count: Int(entry.metadataCount), &budget))
    return FieldReference(
      index: index, field: field, isEncrypted: entry.flags.contains(.encrypted),
      isRowID: entry.flags.contains(.rowIDs),
      slotsPerRow: slotsPerRow, children: children)
  }

  var fieldCount: Int { fields.count }

  func entry(at index: Int) throws(ColonnadeError) -> FieldEntry {
    FieldEntry(reading: try fields.entry(at: index))
  }

  func name(of entry: FieldEntry) throws(ColonnadeError) -> String {
    guard let name = unsafe String(utf8: try nameBytes(entry).unsafeBytes) else {
      throw ColonnadeError(.corrupt, "a column name is not UTF-8")
    }
    return name
  }

  /// How many name slots hold a column.
  func occupiedSlotCount() throws(ColonnadeError) -> Int {
    guard topLevelCount > 0 else { return 0 }
    let slots = try metadata.section(.nameSlots)
    var total = 0
    for slot in 0..<slots.count where try slots.entry(at: slot).u32(0) != FormatLimits.none {
      total += 1
    }
    return total
  }

  private func nameBytes(_ entry: FieldEntry) throws(ColonnadeError) -> Buffer {
    guard Int(entry.nameByteCount) <= FormatLimits.nameByteCount else {
      throw ColonnadeError(.corrupt, "a column name of \(entry.nameByteCount) bytes")
    }
    return try heap.heapItem(position: entry.namePosition, byteCount: Int(entry.nameByteCount))
  }

  private func spend(_ byteCount: Int, _ budget: inout Int) throws(ColonnadeError) {
    budget -= byteCount
    guard budget >= 0 else {
      throw ColonnadeError(
        .limitExceeded, "names and metadata of the schema take more than their heap and 64 MiB",
        location: .byte(heap.entry.offset))
    }
  }

  private func keyValues(
    first: UInt32, count: Int, _ budget: inout Int
  ) throws(ColonnadeError) -> [MetadataEntry] {
    guard count > 0 else { return [] }
    let section = try metadata.section(.keyValueMetadata)
    var entries: [MetadataEntry] = []
    for index in Int(first)..<Int(first) + count {
      let entry = try keyValue(section, index)
      try spend(
        entry.key.utf8.count + entry.value.utf8.count + SchemaReader.itemByteCount, &budget)
      entries.append(entry)
    }
    return entries
  }

  private func keyValue(
    _ section: SectionReader, _ index: Int
  ) throws(ColonnadeError) -> MetadataEntry {
    let entry = try section.entry(at: index)
    let key = try heap.heapItem(position: entry.u32(0), byteCount: Int(entry.u32(4)))
    let value = try heap.heapItem(position: entry.u32(8), byteCount: Int(entry.u32(12)))
    guard let keyText = unsafe String(utf8: key.unsafeBytes),
      let valueText = unsafe String(utf8: value.unsafeBytes)
    else { throw ColonnadeError(.corrupt, "metadata entry \(index) is not UTF-8") }
    return MetadataEntry(keyText, valueText)
  }

  private func type(
    _ entry: FieldEntry, name: String, children: [Field], _ budget: inout Int
  ) throws(ColonnadeError) -> DataType {
    var descriptor = TypeDescriptor(
      code: entry.typeCode, isOrdered: entry.flags.contains(.ordered),
      first: entry.firstParameter, second: entry.secondParameter, zone: nil)
    var parts = children
    switch TypeCode(rawValue: entry.typeCode) {
    case .timestamp where entry.firstParameter & TypeDescriptor.zoned != 0:
      let zone = try keyValue(
        try metadata.section(.keyValueMetadata), Int(entry.secondParameter)
      ).value
      try spend(zone.utf8.count, &budget)
      descriptor.zone = zone
    case .map:
      guard children.count == 1, case .structure(let entries) = children[0].type else {
        throw ColonnadeError(
          .corrupt, "column '\(name)': a map without entries of key and value")
      }
      parts = entries
    default: break
    }
    return try descriptor.type(children: parts, name: name)
  }
}
