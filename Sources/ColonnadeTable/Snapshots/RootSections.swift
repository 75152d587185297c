// The frame of a root: its header, its sections and the checksum over all. Spec: spec/table.md.

import ColonnadeBase

/// The sections of a root whose checksum holds.
struct RootSections {
  private var contents: [UInt16: Buffer] = [:]
  private var offsets: [UInt16: UInt64] = [:]

  init(_ bytes: Buffer) throws(ColonnadeError) {
    let least = RootLayout.headerByteCount + RootLayout.tailByteCount
    guard bytes.byteCount >= least else {
      throw ColonnadeError(
        .truncated, "a root of \(bytes.byteCount) bytes is shorter than the shortest, \(least)")
    }
    var cursor = ByteCursor(bytes)
    guard try cursor.readBytes(8).array == RootLayout.magic else {
      throw ColonnadeError(.corrupt, "it is not the root of a table", location: .byte(0))
    }
    _ = try cursor.readU16()
    let minimumReader = try cursor.readU16()
    let sectionCount = Int(try cursor.readU32())
    let size = try cursor.readU64()
    try cursor.skip(4)
    let headerSum = try cursor.readU32()
    let header = unsafe UnsafeRawBufferPointer(rebasing: bytes.unsafeBytes.prefix(28))
    guard unsafe Checksum.crc32c(header) == headerSum else {
      throw ColonnadeError(.corrupt, "the checksum of the root's header fails", location: .byte(0))
    }
    guard minimumReader <= RootLayout.formatVersion else {
      throw ColonnadeError(
        .unsupportedFeature,
        "the table needs a reader of version \(minimumReader); this one knows "
          + "\(RootLayout.formatVersion)", hint: "install a newer Colonnade")
    }
    guard size == UInt64(bytes.byteCount) else {
      throw ColonnadeError(
        .truncated, "the root has \(bytes.byteCount) bytes and states \(size)")
    }
    let end = bytes.byteCount - RootLayout.tailByteCount
    var tail = ByteCursor(bytes.slice(from: end, byteCount: 8), fileOffset: UInt64(end))
    let sum = try tail.readU32()
    let body = unsafe UnsafeRawBufferPointer(rebasing: bytes.unsafeBytes.prefix(end))
    guard unsafe Checksum.crc32c(body) == sum, try tail.readBytes(4).array == RootLayout.endMagic
    else { throw ColonnadeError(.corrupt, "the checksum of the root fails") }
    guard sectionCount <= RootLayout.maximumSectionCount else {
      throw ColonnadeError(.corrupt, "the root states \(sectionCount) sections")
    }
    for _ in 0..<sectionCount {
      let kind = try cursor.readU16()
      let flags = try cursor.readU16()
      try cursor.skip(4)
      let size = try cursor.readCount("the size of a section", limit: end)
      offsets[kind] = cursor.position
      let content = try cursor.readBytes(size)
      guard contents.updateValue(content, forKey: kind) == nil else {
        throw cursor.corrupt("section \(kind) comes twice")
      }
      let over = size & 7
      if over != 0 { try cursor.skip(8 - over) }
      guard cursor.offset <= end else {
        throw cursor.corrupt("section \(kind) goes beyond the end of the root")
      }
      if flags & RootLayout.required != 0, RootLayout.Section(rawValue: kind) == nil {
        throw ColonnadeError(
          .unsupportedFeature, "the table uses section \(kind), not known to this version",
          hint: "install a newer Colonnade")
      }
    }
  }

  func has(_ kind: RootLayout.Section) -> Bool { contents[kind.rawValue] != nil }

  func cursor(_ kind: RootLayout.Section) throws(ColonnadeError) -> ByteCursor {
    guard let content = contents[kind.rawValue] else {
      throw ColonnadeError(.corrupt, "the root has no section \(kind.rawValue)")
    }
    return ByteCursor(content, fileOffset: offsets[kind.rawValue] ?? 0)
  }
}
