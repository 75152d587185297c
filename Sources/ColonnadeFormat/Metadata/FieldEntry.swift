// Fields as section 2 holds them: level order, fixed stride. Spec: spec/file.md "Fields",
// spec/types.md.

import ColonnadeBase

/// One entry of section 2.
struct FieldEntry: Hashable, Sendable {
  struct Flags: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    static let nullable = Flags(rawValue: 1)
    static let encrypted = Flags(rawValue: 2)
    static let rowIDs = Flags(rawValue: 4)
    static let ordered = Flags(rawValue: 8)
  }

  /// The id of the entries of a map.
  static let noID = UInt32(Int32.max)

  var namePosition: UInt32 = 0
  var nameByteCount: UInt16 = 0
  var typeCode: UInt8 = 0
  var flags: Flags = []
  var id: UInt32 = 0
  var parent: UInt32 = FormatLimits.none
  var firstParameter: UInt32 = 0
  var secondParameter: UInt32 = 0
  var nameHash: UInt32 = 0
  var firstChild: UInt32 = FormatLimits.none
  var firstMetadata: UInt32 = 0
  var metadataCount: UInt16 = 0
  var childCount: UInt16 = 0

  init() {}

  init(reading entry: EntryBytes) {
    namePosition = entry.u32(0)
    nameByteCount = entry.u16(4)
    typeCode = entry.u8(6)
    flags = Flags(rawValue: entry.u8(7))
    id = entry.u32(8)
    parent = entry.u32(12)
    firstParameter = entry.u32(16)
    secondParameter = entry.u32(20)
    nameHash = entry.u32(24)
    firstChild = entry.u32(28)
    firstMetadata = entry.u32(32)
    metadataCount = entry.u16(36)
    childCount = entry.u16(38)
  }

  func write(to sink: ByteSink) {
    sink.writeU32(namePosition)
    sink.writeU16(nameByteCount)
    sink.writeU8(typeCode)
    sink.writeU8(flags.rawValue)
    sink.writeU32(id)
    sink.writeU32(parent)
    sink.writeU32(firstParameter)
    sink.writeU32(secondParameter)
    sink.writeU32(nameHash)
    sink.writeU32(firstChild)
    sink.writeU32(firstMetadata)
    sink.writeU16(metadataCount)
    sink.writeU16(childCount)
  }

  /// The hash of a name as the format stores it.
  static func hash(_ name: String) -> UInt32 {
    UInt32(truncatingIfNeeded: Checksum.xxh64(name))
  }
}
