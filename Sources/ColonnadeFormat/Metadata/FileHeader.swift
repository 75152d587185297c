// The first and the last 64 bytes of a file. Spec: spec/file.md "Header", "Tail".

import ColonnadeBase

/// The first 64 bytes.
package struct FileHeader: Hashable, Sendable {
  static let magic: [UInt8] = [0x89, 0x43, 0x4C, 0x4E, 0x0D, 0x0A, 0x1A, 0x0A]
  package static let currentVersion: UInt16 = 0

  package var formatVersion = FileHeader.currentVersion
  package var minReader: UInt16 = 0
  package var zoneShift: UInt8 = 13
  package var blockShift: UInt8 = 10
  package var fileID: [UInt8]
  package var incompatibleFeatures: UInt64 = 0
  package var compatibleFeatures: UInt64 = 0

  package init(fileID: [UInt8], zoneShift: UInt8 = 13) {
    precondition(fileID.count == 16)
    self.fileID = fileID
    self.zoneShift = zoneShift
  }

  func write(to target: MutableBuffer) {
    let start = target.byteCount
    let sink = ByteSink(target)
    sink.writeBytes(FileHeader.magic)
    sink.writeU16(formatVersion)
    sink.writeU16(minReader)
    sink.writeU8(zoneShift)
    sink.writeU8(blockShift)
    sink.writeU16(0)
    sink.writeBytes(fileID)
    sink.writeU64(incompatibleFeatures)
    sink.writeU64(compatibleFeatures)
    target.appendZeros(12)
    let crc = unsafe Checksum.crc32c(
      UnsafeRawBufferPointer(start: target.pointer + start, count: 60))
    sink.writeU32(crc)
  }

  /// - Parameter bytes: the file's first 64 bytes.
  /// - Throws: `.corrupt` for another magic or checksum, `.unsupportedFeature` for what this
  ///   reader does not know.
  init(reading bytes: Buffer) throws(ColonnadeError) {
    let entry = EntryBytes(bytes)
    guard entry.bytes(0..<8) == FileHeader.magic else {
      throw ColonnadeError(
        .corrupt, "this is not a Colonnade file: it starts with other bytes", location: .byte(0))
    }
    let crc = unsafe Checksum.crc32c(UnsafeRawBufferPointer(rebasing: bytes.unsafeBytes[0..<60]))
    guard crc == entry.u32(60) else {
      throw ColonnadeError(.corrupt, "the header's checksum does not hold", location: .byte(0))
    }
    formatVersion = entry.u16(8)
    minReader = entry.u16(10)
    zoneShift = entry.u8(12)
    blockShift = entry.u8(13)
    fileID = entry.bytes(16..<32)
    incompatibleFeatures = entry.u64(32)
    compatibleFeatures = entry.u64(40)
    guard minReader <= FileHeader.currentVersion else {
      throw ColonnadeError(
        .unsupportedFeature,
        "the file asks for a reader of format version \(minReader), this one knows "
          + "\(FileHeader.currentVersion)", hint: "use a newer Colonnade")
    }
    if incompatibleFeatures != 0 {
      throw ColonnadeError(
        .unsupportedFeature,
        "the file uses incompatible feature bit \(incompatibleFeatures.trailingZeroBitCount)",
        hint: "use a newer Colonnade")
    }
    guard FormatLimits.zoneShifts.contains(Int(zoneShift)), blockShift == 10 else {
      throw ColonnadeError(
        .corrupt, "zone shift \(zoneShift) or block shift \(blockShift) is out of range",
        location: .byte(12))
    }
  }
}

/// The last 64 bytes.
package struct FileTail: Hashable, Sendable {
  static let magic: [UInt8] = [0x43, 0x4C, 0x4E, 0x45, 0x4E, 0x44, 0x0D, 0x0A]

  package var sectionTableOffset: UInt64
  package var sectionCount: UInt32
  package var sectionTableChecksum: UInt32
  package var fileByteCount: UInt64
  package var rowCount: UInt64
  package var fileID: [UInt8]

  init(
    sectionTableOffset: UInt64, sectionCount: UInt32, sectionTableChecksum: UInt32,
    fileByteCount: UInt64, rowCount: UInt64, fileID: [UInt8]
  ) {
    self.sectionTableOffset = sectionTableOffset
    self.sectionCount = sectionCount
    self.sectionTableChecksum = sectionTableChecksum
    self.fileByteCount = fileByteCount
    self.rowCount = rowCount
    self.fileID = fileID
  }

  func write(to target: MutableBuffer) {
    let start = target.byteCount
    let sink = ByteSink(target)
    sink.writeU64(sectionTableOffset)
    sink.writeU32(sectionCount)
    sink.writeU32(sectionTableChecksum)
    sink.writeU64(fileByteCount)
    sink.writeU64(rowCount)
    sink.writeBytes(fileID)
    sink.writeU32(0)
    let crc = unsafe Checksum.crc32c(
      UnsafeRawBufferPointer(start: target.pointer + start, count: 52))
    sink.writeU32(crc)
    sink.writeBytes(FileTail.magic)
  }

  /// - Parameters:
  ///   - bytes: the file's last 64 bytes.
  ///   - fileByteCount: the size the file has.
  init(reading bytes: Buffer, fileByteCount actual: Int) throws(ColonnadeError) {
    let entry = EntryBytes(bytes)
    let at = UInt64(actual - FormatLimits.tailByteCount)
    guard entry.bytes(56..<64) == FileTail.magic else {
      throw ColonnadeError(
        .truncated, "the file has no tail: it was cut short or never finished",
        location: .byte(at))
    }
    let crc = unsafe Checksum.crc32c(UnsafeRawBufferPointer(rebasing: bytes.unsafeBytes[0..<52]))
    guard crc == entry.u32(52) else {
      throw ColonnadeError(.corrupt, "the tail's checksum does not hold", location: .byte(at))
    }
    sectionTableOffset = entry.u64(0)
    sectionCount = entry.u32(8)
    sectionTableChecksum = entry.u32(12)
    fileByteCount = entry.u64(16)
    rowCount = entry.u64(24)
    fileID = entry.bytes(32..<48)
    guard fileByteCount == UInt64(actual) else {
      throw ColonnadeError(
        .truncated, "the file has \(actual) bytes, its tail says \(fileByteCount)",
        location: .byte(at))
    }
    guard sectionCount <= FormatLimits.sectionCount else {
      throw ColonnadeError(.corrupt, "\(sectionCount) sections", location: .byte(at))
    }
  }
}
