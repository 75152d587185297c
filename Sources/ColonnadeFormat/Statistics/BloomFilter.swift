// Split-block Bloom filters for identifiers. Spec: spec/statistics.md "Bloom filters"; the layout is
// Parquet's (Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom Filters, 2007).

package import ColonnadeArrays
package import ColonnadeBase

/// The filter of one chunk.
package struct BloomFilter: Sendable {
  static let blockByteCount = 32
  /// At most 1 MiB a chunk.
  static let maximumBlockCount = 1 << 15
  private static let salts: [UInt32] = [
    0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947,
    0x5c6b_fb31,
  ]

  package let bytes: Buffer

  /// A filter over the values of a leaf that are not null, about 1 in 100 wrong answers for
  /// distinct values; `nil` for types that have none.
  package init?(of column: Column) {
    guard Self.supports(column.type) else { return nil }
    // 10 bits a value, as if all were distinct.
    let bits = (column.count - column.nullCount) * 10
    let blockCount = max(1, min(Self.maximumBlockCount, (bits + 255) / 256))
    let buffer = MutableBuffer.zeroed(byteCount: blockCount * Self.blockByteCount)
    for slot in 0..<column.count where !column.isNull(at: slot) {
      let hash = Self.hash(column, slot)
      let words =
        unsafe buffer.pointer.assumingMemoryBound(to: UInt32.self)
        + Self.block(hash, blockCount) * 8
      for (word, salt) in Self.salts.enumerated() {
        unsafe words[word] |= Self.bit(hash, salt).littleEndian
      }
    }
    bytes = buffer.freeze()
  }

  /// A filter read from a file.
  package init(bytes: Buffer) { self.bytes = bytes }

  /// Whether a chunk of this type may have a filter.
  package static func supports(_ type: DataType) -> Bool {
    switch type {
    case .null, .bool, .list, .fixedList, .structure, .map: false
    default: true
    }
  }

  /// Asks a filter that lies elsewhere: the block that decides is all that is read of it.
  /// - Parameters:
  ///   - blockCount: blocks of the filter, 1 or more.
  ///   - block: the 32 bytes of a block, by its index.
  /// - Returns: false only where no slot holds `value`; true for values that are not of `type`.
  static func mayContain(
    _ value: Value, type: DataType, blockCount: Int,
    block: (Int) throws(ColonnadeError) -> Buffer
  ) throws(ColonnadeError) -> Bool {
    guard supports(type), let hash = Self.hash(value, type) else { return true }
    let bytes = try block(Self.block(hash, blockCount))
    return BloomFilter(bytes: bytes).mayContain(hash, 1)
  }

  /// Whether the filter has the value of a slot that is not null.
  func mayContain(_ column: Column, slot: Int) -> Bool {
    let blockCount = bytes.byteCount / Self.blockByteCount
    return blockCount == 0 || mayContain(Self.hash(column, slot), blockCount)
  }

  private func mayContain(_ hash: UInt64, _ blockCount: Int) -> Bool {
    let words = unsafe bytes.unsafeValues(UInt32.self)
    let first = Self.block(hash, blockCount) * 8
    for (word, salt) in Self.salts.enumerated() {
      let bit = Self.bit(hash, salt)
      if unsafe UInt32(littleEndian: words[first + word]) & bit == 0 { return false }
    }
    return true
  }

  private static func block(_ hash: UInt64, _ blockCount: Int) -> Int {
    Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(blockCount)) >> 32)
  }

  private static func bit(_ hash: UInt64, _ salt: UInt32) -> UInt32 {
    1 << ((UInt32(truncatingIfNeeded: hash) &* salt) >> 27)
  }

  private static func hash(_ value: Value, _ type: DataType) -> UInt64? {
    let builder = ColumnBuilder(type)
    // A value of another type has no hash here; the caller then knows nothing.
    guard (try? builder.append(value: value)) != nil, !value.isNull else { return nil }
    return hash(builder.finish(), 0)
  }

  private static func hash(_ column: Column, _ slot: Int) -> UInt64 {
    switch column.type.physical {
    case .bytes, .fixedBytes:
      return unsafe column.withUnsafeBytes(at: slot) { unsafe Checksum.xxh64($0) }
    case .float16:
      let half = unsafe column.values.unsafeValues(UInt16.self)[slot]
      let isNaN = half & 0x7C00 == 0x7C00 && half & 0x3FF != 0
      return hash(isNaN ? 0x7E00 : half & 0x7FFF == 0 ? 0 : half)
    case .float32:
      let value = unsafe column.values.unsafeValues(Float.self)[slot]
      return hash(value.isNaN ? 0x7FC0_0000 : value == 0 ? 0 : value.bitPattern)
    case .float64:
      let value = unsafe column.values.unsafeValues(Double.self)[slot]
      return hash(value.isNaN ? 0x7FF8_0000_0000_0000 : value == 0 ? 0 : value.bitPattern)
    default:
      let width = column.type.physical.fixedByteCount ?? 0
      return unsafe Checksum.xxh64(
        UnsafeRawBufferPointer(start: column.values.unsafeAddress + slot * width, count: width))
    }
  }

  private static func hash<T: FixedWidthInteger>(_ bits: T) -> UInt64 {
    var bits = bits.littleEndian
    return unsafe withUnsafeBytes(of: &bits) { unsafe Checksum.xxh64($0) }
  }
}
