// Encoding 6: distinct values once a chunk, packed codes a page. Spec: spec/encodings.md.

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// The distinct values of a chunk and the code of every slot.
@safe final class ChunkDictionary {
  private let table: OpaquePointer
  private let codeBytes: MutableBuffer
  let count: Int
  /// Bytes of the distinct values.
  let byteCount: Int

  private init(table: OpaquePointer, codes: MutableBuffer) {
    unsafe self.table = table
    codeBytes = codes
    count = unsafe colonnade_distinct_count(table)
    byteCount = unsafe colonnade_distinct_byte_count(table)
  }

  deinit { unsafe colonnade_distinct_free(table) }

  /// One u32 a slot; null slots have a neighbour's.
  var codes: UnsafePointer<UInt32> {
    unsafe UnsafePointer(codeBytes.pointer.assumingMemoryBound(to: UInt32.self))
  }

  /// Numbers the values of all slots, or gives up when they are too many.
  static func build(
    _ source: SlotSource, entryLimit: Int, byteLimit: Int
  ) -> ChunkDictionary? {
    let width = source.kind == .bytes ? 0 : source.kind.width
    guard let table = unsafe colonnade_distinct_create(UInt32(width)) else { return nil }
    let codes = MutableBuffer(byteCount: source.count * 4)
    let done = unsafe colonnade_distinct_add(
      table, codes.pointer.assumingMemoryBound(to: UInt32.self), source.values, source.count,
      source.bufferAddresses, source.validity, 0,
      min(entryLimit, EncodingLimit.dictionaryCount),
      min(byteLimit, EncodingLimit.dictionaryByteCount))
    guard done == source.count else {
      unsafe colonnade_distinct_free(table)
      return nil
    }
    return unsafe ChunkDictionary(table: table, codes: codes)
  }

  /// Distinct values among up to 32 runs of 128 slots spread over the chunk; fewer runs where the first
  /// four show nothing twice.
  /// - Returns: how many slots were looked at and how many values they had.
  static func sample(_ source: SlotSource) -> (slots: Int, distinct: Int) {
    let width = source.kind == .bytes ? 0 : source.kind.width
    guard let table = unsafe colonnade_distinct_create(UInt32(width)) else { return (0, 0) }
    defer { unsafe colonnade_distinct_free(table) }
    let codes = MutableBuffer(byteCount: 128 * 4)
    let stretch = max(128, source.count / 32)
    var slots = 0
    for start in stride(from: 0, to: source.count, by: stretch) {
      let some = min(128, source.count - start)
      let done = unsafe colonnade_distinct_add(
        table, codes.pointer.assumingMemoryBound(to: UInt32.self),
        source.values + start * source.kind.width, some, source.bufferAddresses, source.validity,
        start, EncodingLimit.dictionaryCount, EncodingLimit.dictionaryByteCount)
      slots += done
      if done < some { return (slots, slots) }
      if slots >= 512, unsafe colonnade_distinct_count(table) == slots { return (slots, slots) }
    }
    return (slots, unsafe colonnade_distinct_count(table))
  }

  /// The distinct values as a column, to be encoded as the dictionary's page.
  func column(like source: SlotSource) -> Column {
    let width = source.kind == .bytes ? 16 : source.kind.width
    let values = unsafe Buffer(
      copying: UnsafeRawBufferPointer(start: colonnade_distinct_values(table), count: count * width)
    )
    return Column(
      unchecked: source.column.type, count: count, nullCount: 0, validity: nil, values: values,
      data: source.column.data)
  }

  /// Codes of slots `range`, packed as narrow as their greatest allows.
  func plan(_ range: Range<Int>) -> PagePlan {
    let greatest = unsafe colonnade_greatest_u32(codes + range.lowerBound, range.count)
    let bitWidth = 32 - greatest.leadingZeroBitCount
    return PagePlan(
      encoding: .dictionary, bitWidth: bitWidth,
      byteCount: PackedEncoding.packedByteCount(range.count, bitWidth))
  }

  /// Runs of codes of slots `range`.
  func runPlan(_ range: Range<Int>) -> PagePlan {
    let runs = unsafe colonnade_count_runs(codes + range.lowerBound, 4, range.count)
    return RunLengthEncoding.plan(runCount: runs, valueWidth: 4, hasCodes: true)
  }
}
