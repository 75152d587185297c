// A schema on its way into a file: fields, names, name slots, key-value metadata.
// Spec: spec/file.md "Fields", "Name slots", "Key-value metadata".

import ColonnadeArrays
import ColonnadeBase

/// The sections that hold a schema.
struct SchemaSections {
  let fields = SectionWriter(.fields)
  let nameSlots = SectionWriter(.nameSlots)
  let keyValues = SectionWriter(.keyValueMetadata)
  var heap = HeapWriter()
  var summary = SummaryEntry()

  /// - Throws: `.limitExceeded` for a name, a number of fields or metadata beyond the format's
  ///   limits.
  init(_ schema: Schema, tree: FieldTree, writer: String) throws(ColonnadeError) {
    guard tree.nodes.count <= FormatLimits.fieldCount else {
      throw ColonnadeError(
        .limitExceeded,
        "\(tree.nodes.count) fields are more than the \(FormatLimits.fieldCount) a file holds")
    }
    summary.fieldCount = UInt32(tree.nodes.count)
    summary.topLevelCount = UInt32(tree.topLevelCount)
    summary.idsAscend = zip(schema.fields, schema.fields.dropFirst()).allSatisfy { $0.id < $1.id }
    summary.firstMetadata = UInt32(keyValues.count)
    summary.metadataCount = UInt32(schema.metadata.count)
    try add(schema.metadata)
    summary.writerPosition = try heap.add(writer)
    summary.writerByteCount = UInt16(clamping: writer.utf8.count)
    var hashes: [UInt32] = []
    for node in tree.nodes {
      let entry = try entry(for: node)
      if hashes.count < tree.topLevelCount { hashes.append(entry.nameHash) }
      entry.write(to: fields.sink)
    }
    writeSlots(hashes)
  }

  private mutating func entry(for node: FieldNode) throws(ColonnadeError) -> FieldEntry {
    let field = node.field
    guard field.name.utf8.count <= FormatLimits.nameByteCount else {
      throw ColonnadeError(
        .limitExceeded,
        "a column name of \(field.name.utf8.count) bytes is longer than "
          + "\(FormatLimits.nameByteCount): '\(field.name.prefix(40))…'")
    }
    // The entries of a map are no field of their own to anyone who asks by id.
    let isEntries = node.isMapEntries
    guard isEntries || field.id >= 0 && field.id < Int(Int32.max) else {
      throw ColonnadeError(.invalidArgument, "column '\(field.name)' has no id")
    }
    guard node.children.count <= FormatLimits.childCount,
      field.metadata.count <= Int(UInt16.max)
    else {
      throw ColonnadeError(
        .limitExceeded, "column '\(field.name)' has too many fields or metadata entries")
    }
    var entry = FieldEntry()
    entry.namePosition = try heap.add(field.name)
    entry.nameByteCount = UInt16(field.name.utf8.count)
    entry.typeCode = field.type.code.rawValue
    entry.flags = field.isNullable ? .nullable : []
    entry.id = isEntries ? FieldEntry.noID : UInt32(field.id)
    entry.parent = node.parent.map(UInt32.init) ?? FormatLimits.none
    entry.nameHash = FieldEntry.hash(field.name)
    entry.firstChild = node.children.isEmpty ? FormatLimits.none : UInt32(node.children.lowerBound)
    entry.childCount = UInt16(node.children.count)
    let descriptor = TypeDescriptor(field.type)
    entry.firstParameter = descriptor.first
    entry.secondParameter = descriptor.second
    if descriptor.isOrdered { entry.flags.insert(.ordered) }
    if let zone = descriptor.zone {
      entry.secondParameter = UInt32(keyValues.count)
      try add([MetadataEntry("zone", zone)])
    }
    entry.firstMetadata = UInt32(keyValues.count)
    entry.metadataCount = UInt16(field.metadata.count)
    try add(field.metadata)
    return entry
  }

  private mutating func add(_ metadata: [MetadataEntry]) throws(ColonnadeError) {
    for entry in metadata {
      guard max(entry.key.utf8.count, entry.value.utf8.count) <= FormatLimits.metadataByteCount
      else {
        throw ColonnadeError(
          .limitExceeded, "metadata '\(entry.key.prefix(40))' is larger than 16 MiB")
      }
      let key = try heap.add(entry.key)
      let value = try heap.add(entry.value)
      let sink = keyValues.sink
      sink.writeU32(key)
      sink.writeU32(UInt32(entry.key.utf8.count))
      sink.writeU32(value)
      sink.writeU32(UInt32(entry.value.utf8.count))
    }
  }

  private func writeSlots(_ hashes: [UInt32]) {
    guard !hashes.isEmpty else { return }
    let count = 2 * hashes.count + 1
    var slots = [UInt32](repeating: FormatLimits.none, count: count)
    for (column, hash) in hashes.enumerated() {
      var slot = Int(hash) % count
      while slots[slot] != FormatLimits.none { slot = slot + 1 == count ? 0 : slot + 1 }
      slots[slot] = UInt32(column)
    }
    for slot in slots { nameSlots.sink.writeU32(slot) }
  }
}
