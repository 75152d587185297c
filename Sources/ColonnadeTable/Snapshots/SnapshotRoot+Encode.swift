// A root as bytes. Spec: spec/table.md, "Root".

import ColonnadeArrays
package import ColonnadeBase
import ColonnadeFormat

/// Numbers of the root's layout that the encoder and the decoder share.
enum RootLayout {
  static let magic: [UInt8] = [0x89, 0x43, 0x4C, 0x53, 0x0D, 0x0A, 0x1A, 0x0A]
  static let endMagic: [UInt8] = [0x43, 0x4C, 0x53, 0x0A]
  static let formatVersion: UInt16 = 0
  static let headerByteCount = 32
  static let sectionHeaderByteCount = 16
  static let tailByteCount = 8
  static let maximumSectionCount = 64

  enum Section: UInt16 {
    case commit = 1
    case schema = 2
    case partitionings = 3
    case sortOrder = 4
    case manifests = 5
    case namedCommits = 6
    case properties = 7
  }

  static let required: UInt16 = 1
}

extension SnapshotRoot {
  /// - Throws: `.limitExceeded` where it would be larger than readers accept.
  package func encoded() throws(ColonnadeError) -> Buffer {
    let sink = ByteSink()
    sink.writeBytes(RootLayout.magic)
    sink.writeU16(RootLayout.formatVersion)
    sink.writeU16(0)
    sink.writeU32(properties.isEmpty ? 6 : 7)
    sink.writeU64(0)
    sink.writeU32(0)
    sink.writeU32(0)
    section(.commit, sink, writeCommit)
    section(.schema, sink) { sink in
      sink.writeU32(UInt32(schema.fields.count))
      for field in schema.fields { SnapshotRoot.write(field, sink) }
      SnapshotRoot.write(schema.metadata, sink)
    }
    section(.partitionings, sink, writePartitionings)
    section(.sortOrder, sink) { sink in
      sink.writeU32(UInt32(sortOrder.keys.count))
      for key in sortOrder.keys {
        sink.writeU32(UInt32(key.sourceID))
        sink.writeU32(key.isDescending ? 1 : 0)
      }
    }
    let types = try partitionings.map { (partitioning) throws(ColonnadeError) in
      try partitioning.types(in: schema)
    }
    section(.manifests, sink) { writeManifests($0, types) }
    section(.namedCommits, isRequired: false, sink) { sink in
      sink.writeU64(namedCommits.firstVersion)
      sink.writeU32(UInt32(namedCommits.commits.count))
      for commit in namedCommits.commits {
        sink.writeU64(commit.version)
        sink.writeString(commit.id)
      }
    }
    if !properties.isEmpty {
      section(.properties, isRequired: false, sink) { SnapshotRoot.write(properties, $0) }
    }
    let size = sink.byteCount + RootLayout.tailByteCount
    guard size <= SnapshotRoot.maximumByteCount else {
      throw ColonnadeError(
        .limitExceeded, "the table's root would have \(size) bytes",
        hint: "a root has at most \(SnapshotRoot.maximumByteCount) bytes")
    }
    sink.patchU64(UInt64(size), at: 16)
    let header = unsafe UnsafeRawBufferPointer(rebasing: sink.target.unsafeBytes.prefix(28))
    sink.patchU32(unsafe Checksum.crc32c(header), at: 28)
    sink.writeU32(unsafe Checksum.crc32c(sink.target.unsafeBytes))
    sink.writeBytes(RootLayout.endMagic)
    return sink.target.freeze()
  }

  private func section(
    _ kind: RootLayout.Section, isRequired: Bool = true, _ sink: ByteSink,
    _ body: (ByteSink) -> Void
  ) {
    sink.writeU16(kind.rawValue)
    sink.writeU16(isRequired ? RootLayout.required : 0)
    sink.writeU32(0)
    sink.writeU64(0)
    let start = sink.byteCount
    body(sink)
    sink.patchU64(UInt64(sink.byteCount - start), at: start - 8)
    sink.pad(to: 8)
  }

  private func writeCommit(_ sink: ByteSink) {
    sink.writeBytes(tableID)
    sink.writeBytes(rootID)
    sink.writeU64(version)
    sink.writeU64(parentVersion)
    sink.writeI64(commitTime)
    sink.writeU8(operation.rawValue)
    sink.writeU8(isNamed ? 1 : 0)
    sink.writeU16(0)
    sink.writeU32(0)
    sink.writeU64(rowCount)
    sink.writeU64(entryCount)
    sink.writeU64(fileCount)
    sink.writeU64(byteCount)
    sink.writeU64(addedRowCount)
    sink.writeU32(UInt32(nextColumnID))
    sink.writeU32(UInt32(nextPartitionFieldID))
    sink.writeString(commitID)
    sink.writeString(writer)
  }

  private static func write(_ field: Field, _ sink: ByteSink) {
    let type = TypeDescriptor(field.type)
    let children = SnapshotRoot.children(of: field.type)
    sink.writeU32(UInt32(field.id))
    sink.writeU8(type.code)
    sink.writeU8((field.isNullable ? 1 : 0) | (type.isOrdered ? 8 : 0))
    sink.writeU16(UInt16(truncatingIfNeeded: children.count))
    sink.writeU32(type.first)
    sink.writeU32(type.second)
    sink.writeString(field.name)
    sink.writeString(type.zone ?? "")
    write(field.metadata, sink)
    for child in children { write(child, sink) }
  }

  /// A map's are its key and its value: the struct between has no id.
  private static func children(of type: DataType) -> [Field] {
    if case .map(let key, let value) = type { return [key, value] }
    return type.children
  }

  private static func write(_ entries: [MetadataEntry], _ sink: ByteSink) {
    sink.writeU32(UInt32(entries.count))
    for entry in entries {
      sink.writeString(entry.key)
      sink.writeString(entry.value)
    }
  }

  private func writePartitionings(_ sink: ByteSink) {
    sink.writeU32(UInt32(partitioningID))
    sink.writeU32(UInt32(partitionings.count))
    for partitioning in partitionings {
      sink.writeU32(UInt32(partitioning.id))
      sink.writeU32(UInt32(partitioning.fields.count))
      for field in partitioning.fields {
        sink.writeU32(UInt32(field.id))
        sink.writeU32(UInt32(field.sourceID))
        sink.writeU32(UInt32(field.transform.code))
        sink.writeU32(field.transform.parameter)
        sink.writeString(field.name)
      }
    }
  }

  /// - Parameter types: of the fields of each partitioning.
  private func writeManifests(_ sink: ByteSink, _ types: [[DataType]]) {
    sink.writeU32(UInt32(manifests.count))
    for manifest in manifests {
      sink.writeString(manifest.name)
      sink.writeU64(manifest.fileByteCount)
      sink.writeBytes(manifest.fileID)
      sink.writeU32(UInt32(manifest.partitioningID))
      sink.writeU32(0)
      sink.writeU64(manifest.addedVersion)
      sink.writeU64(manifest.entryCount)
      sink.writeU64(manifest.rowCount)
      sink.writeU64(manifest.byteCount)
      sink.writeU32(UInt32(manifest.bounds.count))
      let index = partitionings.firstIndex { $0.id == manifest.partitioningID } ?? 0
      for (bounds, type) in zip(manifest.bounds, types[index]) {
        SnapshotRoot.write(bounds, type, sink)
      }
    }
  }

  private static func write(_ bounds: PartitionBounds, _ type: DataType, _ sink: ByteSink) {
    var encoded: (least: [UInt8], greatest: [UInt8])?
    var isKnown = bounds.isKnown
    if let range = bounds.range, isKnown {
      let least = ValueBytes.encoded(range.least, as: type)
      let greatest = ValueBytes.encoded(range.greatest, as: type)
      if let least, let greatest,
        max(least.count, greatest.count) <= PartitionBounds.maximumValueByteCount
      {
        encoded = (least, greatest)
      } else {
        isKnown = false
      }
    }
    guard isKnown else {
      sink.writeU8(0)
      return
    }
    sink.writeU8(
      1 | (bounds.hasNull ? 2 : 0) | (bounds.hasNaN ? 4 : 0) | (encoded == nil ? 0 : 8))
    if let encoded {
      for bytes in [encoded.least, encoded.greatest] {
        sink.writeU32(UInt32(bytes.count))
        sink.writeBytes(bytes)
      }
    }
  }
}
