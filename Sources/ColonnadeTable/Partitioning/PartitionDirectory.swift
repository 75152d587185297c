// Dense numbers for partition values: the first value seen is partition 0, the next new one 1.
// Invariants: equal values get equal numbers and different ones different numbers, whatever their
// hashes do; numbers depend on the order of rows alone.
// A value of several parts is numbered part by part: (number so far, part) is looked up in the
// part's level, so that no key is ever assembled in memory.

import ColonnadeArrays
import ColonnadeBase

/// Numbers the partition values of rows.
final class PartitionDirectory {
  private let levels: [PartitionLevel]

  /// - Parameter partCount: parts of a partition value; 0 where there is one partition.
  init(partCount: Int) {
    levels = (0..<partCount).map { _ in PartitionLevel() }
  }

  /// How many partitions there are so far.
  var count: Int { levels.last?.count ?? 1 }

  /// Numbers the rows of `parts`, the partition values' columns.
  /// - Parameter numbers: room for `rowCount`.
  func assign(
    _ parts: [Column], rowCount: Int, to numbers: UnsafeMutablePointer<UInt32>
  ) {
    unsafe numbers.update(repeating: 0, count: rowCount)
    for (level, part) in zip(levels, parts) { unsafe level.assign(part, numbers) }
  }

  /// The value of a partition, part by part.
  func values(of number: Int) -> [Value] {
    var parts: [Value] = []
    var number = number
    for level in levels.reversed() {
      parts.append(level.values[number])
      number = level.parent(of: number)
    }
    return parts.reversed()
  }
}

/// The numbers of (parent, part) pairs.
private final class PartitionLevel {
  /// A part of at most 16 bytes, or the number of a longer one, told apart by the tag.
  private struct Key {
    var low: UInt64
    var high: UInt64
    var parent: UInt32
    var tag: UInt32
  }

  private enum Tag {
    static let null: UInt32 = 0
    static let value: UInt32 = 1
    static let long: UInt32 = 2
  }

  // One thread at a time numbers rows, and nothing here calls back: overlapping accesses need not be
  // looked for.
  @safe @exclusivity(unchecked) private var keys: [Key] = []
  private(set) var values: [Value] = []
  /// Number + 1 of the pair in a slot; 0 in an empty one.
  @safe @exclusivity(unchecked) private var slots = [UInt32](repeating: 0, count: 64)
  private let longTexts = LongTexts()

  var count: Int { keys.count }

  func parent(of number: Int) -> Int { Int(keys[number].parent) }

  func assign(_ column: Column, _ numbers: UnsafeMutablePointer<UInt32>) {
    let source = unsafe column.values.unsafeAddress
    switch column.type.physical {
    case .bit:
      unsafe assign(column, numbers) { row in
        (
          unsafe UInt64((source.load(fromByteOffset: row >> 3, as: UInt8.self) >> (row & 7)) & 1),
          0, false
        )
      }
    case .int8, .uint8:
      let values = unsafe source.assumingMemoryBound(to: UInt8.self)
      unsafe assign(column, numbers) { row in (unsafe UInt64(values[row]), 0, false) }
    case .int16, .uint16, .float16:
      let values = unsafe source.assumingMemoryBound(to: UInt16.self)
      unsafe assign(column, numbers) { row in (unsafe UInt64(values[row]), 0, false) }
    case .int32, .uint32, .float32:
      let values = unsafe source.assumingMemoryBound(to: UInt32.self)
      unsafe assign(column, numbers) { row in (unsafe UInt64(values[row]), 0, false) }
    case .int64, .uint64, .float64:
      let values = unsafe source.assumingMemoryBound(to: UInt64.self)
      unsafe assign(column, numbers) { row in (unsafe values[row], 0, false) }
    case .int128:
      let values = unsafe source.assumingMemoryBound(to: UInt64.self)
      unsafe assign(column, numbers) { row in
        (unsafe values[2 * row], unsafe values[2 * row + 1], false)
      }
    case .bytes:
      let views = unsafe source.assumingMemoryBound(to: ByteView.self)
      var lastLow: UInt64 = 0
      var lastHigh: UInt64 = 0
      var lastNumber: UInt64 = 0
      unsafe assign(column, numbers) { row in
        let view = unsafe views[row]
        if view.isInline { return (view.low, view.high, false) }
        // Neighbours often share one view.
        if view.low == lastLow, view.high == lastHigh { return (lastNumber, 0, true) }
        let bytes = unsafe UnsafeRawBufferPointer(
          start: column.data[view.bufferIndex].unsafeAddress + view.offset, count: view.byteCount)
        lastNumber = unsafe longTexts.number(of: bytes)
        (lastLow, lastHigh) = (view.low, view.high)
        return (lastNumber, 0, true)
      }
    case .fixedBytes(let width):
      unsafe assign(column, numbers) { row in
        let bytes = unsafe UnsafeRawBufferPointer(start: source + row * width, count: width)
        return (unsafe longTexts.number(of: bytes), 0, true)
      }
    case .none, .list, .fixedList, .structure:
      preconditionFailure("partition values are not of type \(column.type)")
    }
    extendLifetime(column)
  }

  /// - Parameter part: the words of the value in a row, and whether they are the number of a text
  ///   too long for them.
  @inline(__always)
  private func assign(
    _ column: Column, _ numbers: UnsafeMutablePointer<UInt32>,
    _ part: (Int) -> (low: UInt64, high: UInt64, isLong: Bool)
  ) {
    var last = Key(low: 0, high: 0, parent: .max, tag: .max)
    var lastNumber: UInt32 = 0
    for row in 0..<column.count {
      var key = Key(low: 0, high: 0, parent: unsafe numbers[row], tag: Tag.null)
      if column.validity == nil || !column.isNull(at: row) {
        let words = part(row)
        (key.low, key.high) = (words.low, words.high)
        key.tag = words.isLong ? Tag.long : Tag.value
      }
      if !PartitionLevel.same(key, last) {
        last = key
        lastNumber = number(of: key, column, row)
      }
      unsafe numbers[row] = lastNumber
    }
  }

  @inline(__always)
  private static func same(_ left: Key, _ right: Key) -> Bool {
    left.low == right.low && left.high == right.high && left.parent == right.parent
      && left.tag == right.tag
  }

  @inline(__always)
  private static func hash(_ key: Key) -> UInt64 {
    var hash = key.low &* 0x9E37_79B9_7F4A_7C15
    hash ^= (hash >> 32) ^ key.high
    hash = hash &* 0xBF58_476D_1CE4_E5B9
    hash ^= (hash >> 29) ^ (UInt64(key.parent) << 2 | UInt64(key.tag))
    hash = hash &* 0x94D0_49BB_1331_11EB
    return hash ^ (hash >> 32)
  }

  private func number(of key: Key, _ column: Column, _ row: Int) -> UInt32 {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: PartitionLevel.hash(key)) & mask
    while slots[slot] != 0 {
      let number = slots[slot] - 1
      if PartitionLevel.same(keys[Int(number)], key) { return number }
      slot = (slot + 1) & mask
    }
    let number = UInt32(keys.count)
    keys.append(key)
    values.append(column.value(at: row))
    slots[slot] = number + 1
    if keys.count * 2 > slots.count { grow() }
    return number
  }

  private func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 4)
    let mask = slots.count - 1
    for (number, key) in keys.enumerated() {
      var slot = Int(truncatingIfNeeded: PartitionLevel.hash(key)) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(number) + 1
    }
  }
}

/// Numbers of texts too long for a key.
private final class LongTexts {
  private var numbers: [UInt64: [Int]] = [:]
  private var texts: [Buffer] = []

  func number(of bytes: UnsafeRawBufferPointer) -> UInt64 {
    let hash = unsafe Checksum.xxh64(bytes)
    for number in numbers[hash] ?? [] {
      let text = texts[number]
      if text.byteCount == bytes.count, unsafe text.unsafeBytes.elementsEqual(bytes) {
        return UInt64(number)
      }
    }
    numbers[hash, default: []].append(texts.count)
    texts.append(unsafe Buffer(copying: bytes))
    return UInt64(texts.count - 1)
  }
}
