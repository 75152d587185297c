// Every limit of the format in one place. Spec: spec/file.md "Limits".

package enum FormatLimits {
  package static let headerByteCount = 64
  package static let tailByteCount = 64
  package static let sectionCount = 64
  package static let fieldCount = 1_000_000
  package static let childCount = 65_535
  package static let rowGroupRowCount = 1 << 20
  package static let rowGroupCount = 1 << 24
  package static let nameByteCount = 4_092
  package static let metadataByteCount = 16 << 20
  package static let dictionaryByteCount = 65_536
  package static let zoneShifts = 4...16
  /// Bytes of a metadata block, its checksum included.
  package static let metadataBlock = 4_096
  /// Bytes of a metadata block in front of its checksum.
  package static let metadataContent = 4_092
  /// `none` in a 32-bit index.
  package static let none: UInt32 = 0xFFFF_FFFF
}
