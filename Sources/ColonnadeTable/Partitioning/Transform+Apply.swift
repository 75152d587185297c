// A transform over a whole column. Spec: spec/table.md, "Transforms".

public import ColonnadeArrays
public import ColonnadeBase

extension Transform {
  /// The partition values of `column`'s values.
  /// - Precondition: `resultType(of: column.type)` is not `nil`.
  /// - Throws: `.limitExceeded` where a time lies beyond what the result can hold.
  /// - Complexity: O(values).
  public func apply(to column: Column) throws(ColonnadeError) -> Column {
    switch self {
    case .identity: return Transform.normalised(column)
    case .year:
      return try dateParts(of: column) { days, _ in Calendar.yearAndMonth(days: days).year - 1970 }
    case .month: return try dateParts(of: column) { days, _ in Calendar.months(days: days) }
    case .day: return try dateParts(of: column) { days, _ in days }
    case .hour: return try dateParts(of: column) { days, hour in days &* 24 &+ hour }
    case .bucket(let count): return bucket(column, count: Int32(truncatingIfNeeded: count))
    case .truncate(let width): return truncate(column, width: width)
    }
  }

  /// −0 as 0 and every NaN as one, so that equal values have equal bits.
  static func normalised(_ column: Column) -> Column {
    switch column.type {
    case .float64:
      return map(column, UInt64.self, to: .float64) { bits in
        let value = Double(bitPattern: bits)
        return value == 0 ? 0 : value.isNaN ? Double.nan.bitPattern : bits
      }
    case .float32:
      return map(column, UInt32.self, to: .float32) { bits in
        let value = Float(bitPattern: bits)
        return value == 0 ? 0 : value.isNaN ? Float.nan.bitPattern : bits
      }
    case .float16:
      return map(column, UInt16.self, to: .float16) { bits in
        bits & 0x7FFF == 0 ? 0 : bits & 0x7FFF > 0x7C00 ? 0x7E00 : bits
      }
    default: return column
    }
  }

  /// A column of the same count and nulls; null slots become zero.
  @inline(__always)
  private static func map<In: BitwiseCopyable, Out: FixedWidthInteger & BitwiseCopyable>(
    _ column: Column, _ input: In.Type, to type: DataType, _ body: (In) -> Out
  ) -> Column {
    let count = column.count
    let target = MutableBuffer(byteCount: count * MemoryLayout<Out>.size)
    let values = unsafe target.pointer.bindMemory(to: Out.self, capacity: count)
    let source = unsafe column.values.unsafeAddress.assumingMemoryBound(to: In.self)
    if let validity = column.validity {
      let bits = unsafe validity.unsafeAddress.assumingMemoryBound(to: UInt8.self)
      for index in 0..<count {
        let isValid = unsafe (bits[index >> 3] >> UInt8(index & 7)) & 1 == 1
        unsafe values[index] = isValid ? body(source[index]) : 0
      }
    } else {
      for index in 0..<count { unsafe values[index] = body(source[index]) }
    }
    extendLifetime(column)
    return Column(
      unchecked: type, count: count, nullCount: column.nullCount, validity: column.validity,
      values: target.freeze())
  }

  /// - Parameter part: from days since 1970 and the hour of the day.
  @inline(__always)
  private func dateParts(
    of column: Column, _ part: (Int64, Int64) -> Int64
  ) throws(ColonnadeError) -> Column {
    let type = self == .day ? DataType.date : .int32
    // The last value that did not fit 32 bits.
    var misfit: Int64?
    let result: Column
    switch column.type {
    case .timestamp(let unit, _):
      let ticksPerHour = unit.ticksPerSecond * 3600
      result = Transform.map(column, Int64.self, to: type) { ticks -> Int32 in
        let hours = Calendar.floorQuotient(ticks, ticksPerHour)
        let days = Calendar.floorQuotient(hours, 24)
        let value = part(days, hours &- days &* 24)
        if Int64(Int32(truncatingIfNeeded: value)) != value { misfit = ticks }
        return Int32(truncatingIfNeeded: value)
      }
    default:
      result = Transform.map(column, Int32.self, to: type) { days -> Int32 in
        Int32(truncatingIfNeeded: part(Int64(days), 0))
      }
    }
    if let misfit {
      throw ColonnadeError(
        .limitExceeded,
        "a timestamp of \(misfit) ticks lies beyond what \(name)() can hold",
        hint: "partition by another column, or correct the value")
    }
    return result
  }

  // MARK: bucket

  private func bucket(_ column: Column, count: Int32) -> Column {
    func bucket(_ hash: UInt32) -> Int32 { Int32(hash & 0x7FFF_FFFF) % count }
    func integers<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> Column {
      Transform.map(column, T.self, to: .int32) { value in
        bucket(Transform.hash(UInt64(truncatingIfNeeded: value)))
      }
    }
    switch column.type {
    case .int8: return integers(Int8.self)
    case .int16: return integers(Int16.self)
    case .int32, .date: return integers(Int32.self)
    case .int64: return integers(Int64.self)
    case .uint8: return integers(UInt8.self)
    case .uint16: return integers(UInt16.self)
    case .uint32: return integers(UInt32.self)
    case .uint64: return integers(UInt64.self)
    case .timestamp(let unit, _), .time(let unit):
      // Everything in microseconds, so that a column's unit does not move its rows.
      switch (unit, column.type.physical) {
      case (.nanosecond, _):
        return Transform.map(column, Int64.self, to: .int32) { ticks in
          bucket(Transform.hash(UInt64(bitPattern: Calendar.floorQuotient(ticks, 1000))))
        }
      case (_, .int32):
        let factor = 1_000_000 / unit.ticksPerSecond
        return Transform.map(column, Int32.self, to: .int32) { ticks in
          bucket(Transform.hash(UInt64(bitPattern: Int64(ticks) &* factor)))
        }
      default:
        let factor = 1_000_000 / unit.ticksPerSecond
        return Transform.map(column, Int64.self, to: .int32) { ticks in
          bucket(Transform.hash(UInt64(bitPattern: ticks &* factor)))
        }
      }
    case .decimal:
      if column.type.physical == .int64 {
        return Transform.map(column, Int64.self, to: .int32) { unscaled in
          bucket(Transform.hash(decimal: Int128(unscaled)))
        }
      }
      return Transform.map(column, Int128.self, to: .int32) { unscaled in
        bucket(Transform.hash(decimal: unscaled))
      }
    default: break
    }
    // Text and binary, by their bytes.
    let target = MutableBuffer(byteCount: column.count * 4)
    let values = unsafe target.pointer.bindMemory(to: Int32.self, capacity: column.count)
    for index in 0..<column.count {
      if column.isNull(at: index) {
        unsafe values[index] = 0
      } else {
        unsafe values[index] = column.withUnsafeBytes(at: index) {
          bucket(unsafe Checksum.murmur3($0))
        }
      }
    }
    return Column(
      unchecked: .int32, count: column.count, nullCount: column.nullCount,
      validity: column.validity, values: target.freeze())
  }

  /// The hash of the eight little-endian bytes of an integer.
  @inline(__always)
  static func hash(_ value: UInt64) -> UInt32 {
    func mix(_ hash: UInt32, _ word: UInt32) -> UInt32 {
      var word = word &* 0xCC9E_2D51
      word = (word << 15) | (word >> 17)
      word = word &* 0x1B87_3593
      let mixed = hash ^ word
      return ((mixed << 13) | (mixed >> 19)) &* 5 &+ 0xE654_6B64
    }
    var hash = mix(
      mix(0, UInt32(truncatingIfNeeded: value)), UInt32(truncatingIfNeeded: value >> 32))
    hash ^= 8
    hash ^= hash >> 16
    hash = hash &* 0x85EB_CA6B
    hash ^= hash >> 13
    hash = hash &* 0xC2B2_AE35
    return hash ^ (hash >> 16)
  }

  /// The hash of the fewest big-endian two's complement bytes that hold an unscaled decimal.
  static func hash(decimal unscaled: Int128) -> UInt32 {
    var byteCount = 16
    while byteCount > 1 {
      let shift = (byteCount - 1) * 8 - 1
      // The bits above all equal the sign bit of the shorter form.
      let top = unscaled >> shift
      guard top == 0 || top == -1 else { break }
      byteCount -= 1
    }
    var bigEndian = unscaled.bigEndian
    return unsafe withUnsafeBytes(of: &bigEndian) { bytes in
      unsafe Checksum.murmur3(UnsafeRawBufferPointer(rebasing: bytes.suffix(byteCount)))
    }
  }

  // MARK: truncate

  private func truncate(_ column: Column, width: Int) -> Column {
    func signed<T: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
      _ type: T.Type, least: T = .min
    ) -> Column {
      guard let width = T(exactly: width) else {
        // Wider than the type: what is not negative goes to 0, the rest to the least value.
        return Transform.map(column, T.self, to: column.type) { $0 < 0 ? least : 0 }
      }
      return Transform.map(column, T.self, to: column.type) { value in
        let remainder = value % width
        let (down, overflow) = value.subtractingReportingOverflow(
          remainder < 0 ? remainder &+ width : remainder)
        return overflow || down < least ? least : down
      }
    }
    func unsigned<T: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
      _ type: T.Type
    ) -> Column {
      guard let width = T(exactly: width) else {
        return Transform.map(column, T.self, to: column.type) { _ in T(0) }
      }
      return Transform.map(column, T.self, to: column.type) { $0 &- $0 % width }
    }
    switch column.type {
    case .int8: return signed(Int8.self)
    case .int16: return signed(Int16.self)
    case .int32: return signed(Int32.self)
    case .int64: return signed(Int64.self)
    case .uint8: return unsigned(UInt8.self)
    case .uint16: return unsigned(UInt16.self)
    case .uint32: return unsigned(UInt32.self)
    case .uint64: return unsigned(UInt64.self)
    case .decimal(let precision, _):
      let least = 1 - Int128(UInt128.powerOfTen(precision))
      return column.type.physical == .int64
        ? signed(Int64.self, least: Int64(truncatingIfNeeded: least))
        : signed(Int128.self, least: least)
    default: break
    }
    let isText = column.type != .binary
    let builder = ColumnBuilder(isText ? .string : .binary, capacity: column.count)
    for index in 0..<column.count {
      if column.isNull(at: index) {
        builder.appendNull()
        continue
      }
      unsafe column.withUnsafeBytes(at: index) { bytes in
        let count =
          isText ? unsafe Transform.prefix(bytes, codePoints: width) : min(width, bytes.count)
        unsafe builder.append(bytes: UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
      }
    }
    return builder.finish()
  }

  /// Bytes of the first `codePoints` code points of UTF-8 text.
  static func prefix(_ bytes: UnsafeRawBufferPointer, codePoints: Int) -> Int {
    var seen = 0
    for index in 0..<bytes.count where unsafe bytes[index] & 0xC0 != 0x80 {
      if seen == codePoints { return index }
      seen += 1
    }
    return bytes.count
  }
}
