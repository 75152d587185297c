// Foreign values of fixed width, bits, and what has to lie in a range: decimals, dates, times.

import CKernels
import ColonnadeBase

extension ArrowColumnReader {
  /// The bytes of the level's values in buffer `index`, at the address that `width` asks for.
  func slots(_ level: Level, buffer index: Int, width: Int) throws(ColonnadeError) -> Buffer {
    if level.count == 0 { return .empty }
    guard let buffer = level.node.buffers[index] else { throw broken("it lacks its values") }
    let start = level.offset.multipliedReportingOverflow(by: width)
    let byteCount = level.count.multipliedReportingOverflow(by: width)
    guard !start.overflow, !byteCount.overflow, start.partialValue <= buffer.byteCount,
      byteCount.partialValue <= buffer.byteCount - start.partialValue
    else { throw broken("a buffer of \(buffer.byteCount) bytes is too short for its values") }
    let slots = buffer.slice(from: start.partialValue, byteCount: byteCount.partialValue)
    // The greatest power of two in the width, as the engine's own slices have it.
    let alignment = UInt(min(16, width & -width))
    if unsafe UInt(bitPattern: slots.unsafeAddress) % max(alignment, 1) == 0 { return slots }
    return unsafe Buffer(copying: slots.unsafeBytes)
  }

  func fixed(_ level: Level, _ form: ArrowBufferForm) throws(ColonnadeError) -> Buffer {
    guard case .values(let width) = form else { throw broken("no values") }
    return zeroing(try slots(level, buffer: 1, width: width), width: width, level)
  }

  /// The same values with zeros in null slots; shared where they are there.
  func zeroing(_ values: Buffer, width: Int, _ level: Level) -> Buffer {
    guard let validity = level.validity, width > 0 else { return values }
    let bits = unsafe ArrowBitmap.address(validity)
    let areZero = unsafe colonnade_nulls_are_zero(
      values.unsafeAddress, UInt32(width), bits, 0, level.count)
    if areZero == 1 { return values }
    let copy = MutableBuffer(byteCount: values.byteCount)
    unsafe copy.pointer.copyMemory(from: values.unsafeAddress, byteCount: values.byteCount)
    unsafe colonnade_zero_nulls(copy.pointer, UInt32(width), bits, 0, level.count)
    extendLifetime(validity)
    return copy.freeze()
  }

  func bits(_ level: Level) throws(ColonnadeError) -> Buffer {
    if level.count == 0 { return .empty }
    guard let buffer = level.node.buffers[1],
      buffer.byteCount >= ArrowBufferForm.bits.byteCount(of: level.offset + level.count) ?? Int.max
    else { throw broken("it lacks its values") }
    let bits = ArrowBitmap.bits(buffer, from: level.offset, count: level.count)
    return level.validity == nil
      ? bits : ArrowBitmap.and(bits, level.validity, count: level.count) ?? bits
  }

  func times(
    _ level: Level, _ unit: TimeUnit, _ form: ArrowBufferForm
  ) throws(ColonnadeError) -> Buffer {
    let values = try fixed(level, form)
    let end = unit.ticksPerSecond * 86_400
    let isNarrow = form == .values(byteCount: 4)
    for index in 0..<level.count {
      let ticks = isNarrow ? values.element(Int32.self, index) : values.element(Int64.self, index)
      guard ticks >= 0, ticks < end else {
        throw ColonnadeError(
          .schemaMismatch, "a time of \(ticks) \(unit.symbol) is not within a day")
      }
    }
    return values
  }

  /// Days of milliseconds.
  func days(_ level: Level, _ form: ArrowBufferForm) throws(ColonnadeError) -> Buffer {
    let source = try fixed(level, form)
    let target = MutableBuffer(byteCount: level.count * 4)
    let days = unsafe target.pointer.assumingMemoryBound(to: Int32.self)
    for index in 0..<level.count {
      let milliseconds = source.element(Int64.self, index)
      let (day, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
      guard rest == 0, let day = Int32(exactly: day) else {
        throw ColonnadeError(
          .schemaMismatch, "a date of \(milliseconds) ms is not a whole day in range",
          hint: "hand it over as a timestamp")
      }
      unsafe days[index] = day
    }
    return target.freeze()
  }

  /// Decimals in 64 or 128 bits, as their precision asks for.
  func decimals(
    _ level: Level, precision: Int, byteCount: Int
  ) throws(ColonnadeError) -> Buffer {
    let source = try fixed(level, .values(byteCount: byteCount))
    let width = precision <= 18 ? 8 : 16
    let target = width == byteCount ? nil : MutableBuffer(byteCount: level.count * width)
    let bound = UInt128.powerOfTen(precision)
    for index in 0..<level.count {
      let unscaled =
        switch byteCount {
        case 4: Int128(source.element(Int32.self, index))
        case 8: Int128(source.element(Int64.self, index))
        default:
          unsafe source.unsafeAddress.loadUnaligned(fromByteOffset: index * 16, as: Int128.self)
        }
      guard unscaled.magnitude < bound else {
        throw ColonnadeError(
          .schemaMismatch, "a decimal of \(unscaled.magnitude) has more than \(precision) digits")
      }
      guard let target else { continue }
      let place = unsafe target.pointer + index * width
      if width == 8 {
        unsafe place.storeBytes(of: Int64(truncatingIfNeeded: unscaled), as: Int64.self)
      } else {
        unsafe place.storeBytes(of: unscaled, as: Int128.self)
      }
    }
    return target?.freeze() ?? source
  }
}
