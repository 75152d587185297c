// A root as bytes. Spec: spec/table.md, "Root".

import ColonnadeArrays
package import ColonnadeBase
import ColonnadeFormat

extension SnapshotRoot {
  /// - Throws: `.limitExceeded` where it would be larger than readers accept.
  package func encoded() throws(ColonnadeError) -> Buffer {
    let bytes = try MetadataFile.encoded(
      schema: try schema, fileID: rootID, contents: try sections())
    guard bytes.byteCount <= SnapshotRoot.maximumByteCount else {
      throw ColonnadeError(
        .limitExceeded, "the table's root would have \(bytes.byteCount) bytes",
        hint: "a root has at most \(SnapshotRoot.maximumByteCount) bytes")
    }
    return bytes
  }

  /// The sections beside those of the columns.
  func sections() throws(ColonnadeError) -> [SectionContent] {
    let types = try partitionings.map { (partitioning) throws(ColonnadeError) in
      try partitioning.types(in: columns)
    }
    let (namedCommits, properties) = (try namedCommits, try properties)
    var sections = [
      SnapshotRoot.section(.commit, writeCommit),
      SnapshotRoot.section(.partitionings, writePartitionings),
      SnapshotRoot.section(.sortOrder) { sink in
        sink.writeU32(UInt32(sortOrder.keys.count))
        for key in sortOrder.keys {
          sink.writeU32(UInt32(key.sourceID))
          sink.writeU32(key.isDescending ? 1 : 0)
        }
      },
      SnapshotRoot.section(.manifests) { writeManifests($0, types) },
      SnapshotRoot.section(.namedCommits, isRequired: false) { sink in
        sink.writeU64(namedCommits.firstVersion)
        sink.writeU32(UInt32(namedCommits.commits.count))
        for commit in namedCommits.commits {
          sink.writeU64(commit.version)
          sink.writeString(commit.id)
        }
      },
    ]
    if !properties.isEmpty {
      sections.append(
        SnapshotRoot.section(.properties, isRequired: false) { sink in
          sink.writeU32(UInt32(properties.count))
          for entry in properties {
            sink.writeString(entry.key)
            sink.writeString(entry.value)
          }
        })
    }
    return sections
  }

  private static func section(
    _ kind: RootLayout.Section, isRequired: Bool = true, _ body: (ByteSink) -> Void
  ) -> SectionContent {
    let content = MutableBuffer()
    body(ByteSink(content))
    return SectionContent(kindCode: kind.rawValue, isRequired: isRequired, content: content)
  }

  private func writeCommit(_ sink: ByteSink) {
    sink.writeBytes(tableID)
    sink.writeU64(version)
    sink.writeU64(parentVersion)
    sink.writeI64(commitTime)
    sink.writeU8(operation.rawValue)
    sink.writeU8(
      (isNamed ? RootLayout.isNamed : 0) | (isRenamed ? RootLayout.isRenamed : 0))
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
