// Bounds, counts and order of runs of one column's slots.

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// Scans runs of a column.
struct BoundScanner {
  let column: Column
  let tracksOrder: Bool

  init(_ column: Column, tracksOrder: Bool) {
    self.column = column
    self.tracksOrder = tracksOrder
  }

  /// - Complexity: O(slots).
  func statistics(of slots: Range<Int>) -> StatisticsEntry {
    var entry = StatisticsEntry()
    let valid = validCount(slots)
    entry.nullCount = UInt64(slots.count - valid)
    entry.flags = [.nullCountKnown, .nanCountKnown]
    guard valid > 0 else {
      if tracksOrder { entry.flags.formUnion([.ascends, .descends]) }
      return entry
    }
    switch column.type.physical {
    case .none, .structure, .fixedList: break
    case .bit: bits(slots, &entry)
    case .int8: unsafe integers(slots, &entry, colonnade_bounds_i8)
    case .int16: unsafe integers(slots, &entry, colonnade_bounds_i16)
    case .int32: unsafe integers(slots, &entry, colonnade_bounds_i32)
    case .int64: unsafe integers(slots, &entry, colonnade_bounds_i64)
    case .uint8: unsafe integers(slots, &entry, colonnade_bounds_u8)
    case .uint16: unsafe integers(slots, &entry, colonnade_bounds_u16)
    case .uint32: unsafe integers(slots, &entry, colonnade_bounds_u32)
    case .uint64: unsafe integers(slots, &entry, colonnade_bounds_u64)
    case .float16: halves(slots, &entry)
    case .float32:
      let run: Run<Float> = present(slots)
      var least: Float = 0
      var greatest: Float = 0
      var nanCount = 0
      let order = unsafe colonnade_bounds_f32(
        run.values.baseAddress, run.values.count, &least, &greatest, &nanCount)
      unsafe finish(&entry, Double(least), Double(greatest), nanCount, run.values.count, order)
      extendLifetime(run.keeper)
    case .float64:
      let run: Run<Double> = present(slots)
      var least = 0.0
      var greatest = 0.0
      var nanCount = 0
      let order = unsafe colonnade_bounds_f64(
        run.values.baseAddress, run.values.count, &least, &greatest, &nanCount)
      unsafe finish(&entry, least, greatest, nanCount, run.values.count, order)
      extendLifetime(run.keeper)
    case .int128: wideIntegers(slots, &entry)
    case .bytes, .fixedBytes: ByteBounds(column).scan(slots, &entry, tracksOrder: tracksOrder)
    case .list: lengths(slots, &entry)
    }
    return entry
  }

  /// Whether all zones together stand in order: each does, and no zone starts before the last ended.
  func orderFlags(of slots: Range<Int>, zones: [StatisticsEntry]) -> StatisticsEntry.Flags {
    var candidates: StatisticsEntry.Flags = [.ascends, .descends]
    for zone in zones { candidates.formIntersection(zone.flags) }
    candidates.formIntersection([.ascends, .descends])
    guard !candidates.isEmpty else { return [] }
    // Only runs that may be in order are scanned once more, whole.
    return statistics(of: slots).flags.intersection(candidates)
  }

  private func validCount(_ slots: Range<Int>) -> Int {
    if column.type == .null { return 0 }
    guard let validity = column.validity else { return slots.count }
    return unsafe colonnade_bits_count_from(
      validity.unsafeAddress.assumingMemoryBound(to: UInt8.self), slots.lowerBound, slots.count)
  }

  /// Values that are not null, in order; `keeper` holds a copy where nulls had to be left out and is
  /// held as long as `values` are used.
  @safe private struct Run<T> {
    let values: UnsafeBufferPointer<T>
    let keeper: Buffer
  }

  private func present<T: BitwiseCopyable>(_ slots: Range<Int>) -> Run<T> {
    let all = unsafe UnsafeBufferPointer(
      rebasing: column.values.unsafeValues(T.self)[slots])
    guard let validity = column.validity else {
      return unsafe Run(values: all, keeper: column.values)
    }
    let width = MemoryLayout<T>.stride
    let copy = MutableBuffer(byteCount: slots.count * width)
    let count = unsafe colonnade_present(
      copy.pointer, all.baseAddress, UInt32(width),
      validity.unsafeAddress.assumingMemoryBound(to: UInt8.self), slots.lowerBound, slots.count)
    copy.truncate(to: count * width)
    let buffer = copy.freeze()
    return unsafe Run(values: buffer.unsafeValues(T.self), keeper: buffer)
  }

  private func integers<T: FixedWidthInteger & BitwiseCopyable>(
    _ slots: Range<Int>, _ entry: inout StatisticsEntry,
    _ kernel: (
      UnsafePointer<T>?, Int, UnsafeMutablePointer<T>?, UnsafeMutablePointer<T>?
    ) -> colonnade_order
  ) {
    let run: Run<T> = present(slots)
    var least: T = 0
    var greatest: T = 0
    let order = unsafe kernel(run.values.baseAddress, run.values.count, &least, &greatest)
    extendLifetime(run.keeper)
    set(
      &entry, .narrow(UInt64(truncatingIfNeeded: least)),
      .narrow(UInt64(truncatingIfNeeded: greatest)))
    setOrder(&entry, order)
  }

  private func halves(_ slots: Range<Int>, _ entry: inout StatisticsEntry) {
    let run: Run<UInt16> = present(slots)
    let floats = unsafe MutableBuffer(capacity: run.values.count * 4)
    for index in unsafe 0..<run.values.count {
      unsafe floats.append(Float(float16Bits: run.values[index]))
    }
    extendLifetime(run.keeper)
    var least: Float = 0
    var greatest: Float = 0
    var nanCount = 0
    let order = unsafe colonnade_bounds_f32(
      floats.pointer.assumingMemoryBound(to: Float.self), run.values.count, &least, &greatest,
      &nanCount)
    unsafe finish(&entry, Double(least), Double(greatest), nanCount, run.values.count, order)
  }

  private func finish(
    _ entry: inout StatisticsEntry, _ least: Double, _ greatest: Double, _ nanCount: Int,
    _ count: Int, _ order: colonnade_order
  ) {
    entry.nanCount = UInt64(nanCount)
    if nanCount < count {
      set(
        &entry, .narrow((least == 0 ? -0.0 : least).bitPattern),
        .narrow((greatest == 0 ? 0.0 : greatest).bitPattern))
    }
    setOrder(&entry, order)
  }

  private func bits(_ slots: Range<Int>, _ entry: inout StatisticsEntry) {
    var least: UInt8 = 1
    var greatest: UInt8 = 0
    var falls = false
    var rises = false
    var previous: UInt8?
    let bytes = unsafe column.values.unsafeBytes
    for slot in slots where !column.isNull(at: slot) {
      let bit = unsafe (bytes[slot >> 3] >> UInt8(slot & 7)) & 1
      least = min(least, bit)
      greatest = max(greatest, bit)
      if let previous {
        falls = falls || bit < previous
        rises = rises || bit > previous
      }
      previous = bit
    }
    set(&entry, .narrow(UInt64(least)), .narrow(UInt64(greatest)))
    setOrder(&entry, (falls ? 0 : 1) | (rises ? 0 : 2))
  }

  private func wideIntegers(_ slots: Range<Int>, _ entry: inout StatisticsEntry) {
    let run: Run<Int128> = present(slots)
    defer { extendLifetime(run.keeper) }
    guard var previous = unsafe run.values.first else { return }
    var least = previous
    var greatest = previous
    var order: colonnade_order = 3
    for index in unsafe 0..<run.values.count {
      let value = unsafe run.values[index]
      if value < least { least = value }
      if value > greatest { greatest = value }
      if value < previous { order &= 2 }
      if value > previous { order &= 1 }
      previous = value
    }
    set(&entry, BoundOrder.wide(least), BoundOrder.wide(greatest))
    setOrder(&entry, order)
  }

  private func lengths(_ slots: Range<Int>, _ entry: inout StatisticsEntry) {
    let offsets = unsafe column.values.unsafeValues(Int32.self)
    var least = Int32.max
    var greatest: Int32 = 0
    for slot in slots where !column.isNull(at: slot) {
      let length = unsafe offsets[slot + 1] - offsets[slot]
      least = min(least, length)
      greatest = max(greatest, length)
    }
    set(&entry, .narrow(UInt64(least)), .narrow(UInt64(greatest)))
  }

  private func set(
    _ entry: inout StatisticsEntry, _ minimum: StatisticsEntry.Bound,
    _ maximum: StatisticsEntry.Bound
  ) {
    entry.hasValues = true
    entry.minimum = minimum
    entry.maximum = maximum
    entry.flags.formUnion([.hasMinimum, .hasMaximum, .minimumIsExact, .maximumIsExact])
  }

  private func setOrder(_ entry: inout StatisticsEntry, _ order: colonnade_order) {
    guard tracksOrder else { return }
    if order & 1 != 0 { entry.flags.insert(.ascends) }
    if order & 2 != 0 { entry.flags.insert(.descends) }
  }
}
