// Columns against constants and against each other. Null slots get an answer too, which the caller
// ignores.

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// Comparisons of whole columns.
enum Comparison {
  /// The kernel's operator, and whether its answer is turned round.
  private static func kernel(_ operation: ComparisonOperator) -> (code: Int32, isNegated: Bool) {
    switch operation {
    case .equal: (Int32(COLONNADE_EQUAL), false)
    case .notEqual: (Int32(COLONNADE_EQUAL), true)
    case .less: (Int32(COLONNADE_LESS), false)
    case .greaterOrEqual: (Int32(COLONNADE_LESS), true)
    case .lessOrEqual: (Int32(COLONNADE_LESS_OR_EQUAL), false)
    case .greater: (Int32(COLONNADE_LESS_OR_EQUAL), true)
    }
  }

  /// The integer that holds a value of an exact type.
  static func held(_ value: Value) -> Int128 {
    switch value {
    case .integer(let number), .decimal(let number, _): number
    case .date(let days): Int128(days)
    case .time(let ticks, _), .timestamp(let ticks, _, _), .duration(let ticks, _): Int128(ticks)
    default: 0
    }
  }

  /// `column` against a value of its own type.
  static func compare(
    _ column: Column, _ operation: ComparisonOperator, _ value: Value
  ) -> Bitmap {
    let count = column.count
    let (code, isNegated) = kernel(operation)
    let result = Bitmap(uninitialised: count)
    let address = unsafe column.values.unsafeAddress
    let number = held(value)
    switch column.type.physical {
    case .none: return Bitmap(zeros: count)
    case .bit:
      var wanted = false
      if case .bool(let value) = value { wanted = value }
      return compare(booleans: Bitmap(copying: column.values, count: count), operation, wanted)
    case .int8:
      unsafe colonnade_compare_i8(
        result.words, address.assumingMemoryBound(to: Int8.self), count,
        Int8(truncatingIfNeeded: number), code)
    case .int16:
      unsafe colonnade_compare_i16(
        result.words, address.assumingMemoryBound(to: Int16.self), count,
        Int16(truncatingIfNeeded: number), code)
    case .int32:
      unsafe colonnade_compare_i32(
        result.words, address.assumingMemoryBound(to: Int32.self), count,
        Int32(truncatingIfNeeded: number), code)
    case .int64:
      unsafe colonnade_compare_i64(
        result.words, address.assumingMemoryBound(to: Int64.self), count,
        Int64(truncatingIfNeeded: number), code)
    case .uint8:
      unsafe colonnade_compare_u8(
        result.words, address.assumingMemoryBound(to: UInt8.self), count,
        UInt8(truncatingIfNeeded: number), code)
    case .uint16:
      unsafe colonnade_compare_u16(
        result.words, address.assumingMemoryBound(to: UInt16.self), count,
        UInt16(truncatingIfNeeded: number), code)
    case .uint32:
      unsafe colonnade_compare_u32(
        result.words, address.assumingMemoryBound(to: UInt32.self), count,
        UInt32(truncatingIfNeeded: number), code)
    case .uint64:
      unsafe colonnade_compare_u64(
        result.words, address.assumingMemoryBound(to: UInt64.self), count,
        UInt64(truncatingIfNeeded: number), code)
    case .float16, .float32, .float64:
      var wanted = Double.nan
      if case .float(let number) = value { wanted = number }
      if column.type == .float32 {
        unsafe colonnade_compare_f32(
          result.words, address.assumingMemoryBound(to: Float.self), count, wanted, code)
      } else {
        let wide = doubles(column)
        unsafe wide.withUnsafeBufferPointer {
          guard let base = $0.baseAddress else { return }
          unsafe colonnade_compare_f64(result.words, base, count, wanted, code)
        }
      }
    case .int128:
      let values = unsafe column.values.unsafeValues(Int128.self)
      return collect(count) { row in
        operation.holds(ExactNumber.sign(unsafe values[row], number))
      }
    case .bytes:
      let bytes = bytes(of: value)
      unsafe withBuffers(of: column) { buffers in
        unsafe bytes.withUnsafeBufferPointer { constant in
          unsafe colonnade_views_compare(
            result.words, address.assumingMemoryBound(to: UInt64.self), count, buffers,
            constant.baseAddress ?? placeholder, bytes.count, code)
        }
      }
    case .fixedBytes:
      let bytes = bytes(of: value)
      return collect(count) { row in
        unsafe column.withUnsafeBytes(at: row) { left in
          unsafe bytes.withUnsafeBytes { unsafe operation.holds(order(left, $0)) }
        }
      }
    case .list, .fixedList, .structure: return Bitmap(zeros: count)
    }
    return isNegated ? result.inverted : result
  }

  private static func compare(
    booleans: Bitmap, _ operation: ComparisonOperator, _ wanted: Bool
  ) -> Bitmap {
    let whenTrue = operation.holds(wanted ? 0 : 1)
    let whenFalse = operation.holds(wanted ? -1 : 0)
    switch (whenTrue, whenFalse) {
    case (true, true): return Bitmap(ones: booleans.count)
    case (false, false): return Bitmap(zeros: booleans.count)
    case (true, false): return booleans
    case (false, true): return booleans.inverted
    }
  }

  /// The rows for which `holds` is true.
  @inline(__always)
  static func collect(_ count: Int, _ holds: (Int) -> Bool) -> Bitmap {
    let result = Bitmap(zeros: count)
    for row in 0..<count where holds(row) { result.insert(row) }
    return result
  }

  static func bytes(of value: Value) -> [UInt8] {
    switch value {
    case .string(let text): Array(text.utf8)
    case .binary(let bytes): bytes
    default: []
    }
  }

  /// An address for constants of no bytes.
  @safe nonisolated(unsafe) private static let placeholder =
    unsafe UnsafePointer<UInt8>(UnsafeMutablePointer<UInt8>.allocate(capacity: 1))

  /// Calls `body` with the addresses of the column's data buffers.
  static func withBuffers(
    of column: Column, _ body: (UnsafePointer<UnsafePointer<UInt8>?>) -> Void
  ) {
    var addresses: [UnsafePointer<UInt8>?] = unsafe column.data.map {
      unsafe $0.unsafeAddress.assumingMemoryBound(to: UInt8.self)
    }
    unsafe addresses.append(nil)
    unsafe addresses.withUnsafeBufferPointer { pointer in
      if let base = pointer.baseAddress { unsafe body(base) }
    }
    extendLifetime(column)
  }

  /// Texts of a `bytes` column that fit `bytes` as `kind` says.
  static func match(_ column: Column, _ bytes: [UInt8], _ kind: Int) -> Bitmap {
    let result = Bitmap(uninitialised: column.count)
    unsafe withBuffers(of: column) { buffers in
      unsafe bytes.withUnsafeBufferPointer { constant in
        unsafe colonnade_views_match(
          result.words, column.values.unsafeAddress.assumingMemoryBound(to: UInt64.self),
          column.count, buffers, constant.baseAddress ?? placeholder, bytes.count, Int32(kind))
      }
    }
    return result
  }

  /// −1, 0 or 1 by unsigned bytes, a prefix before what it begins.
  static func order(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
    for index in 0..<min(left.count, right.count) where unsafe left[index] != right[index] {
      return unsafe left[index] < right[index] ? -1 : 1
    }
    return ExactNumber.sign(left.count, right.count)
  }

  /// Rows that hold a NaN.
  static func nan(_ column: Column) -> Bitmap {
    let result = Bitmap(uninitialised: column.count)
    switch column.type {
    case .float32:
      unsafe colonnade_nan_f32(
        result.words, column.values.unsafeAddress.assumingMemoryBound(to: Float.self),
        column.count)
    case .float64:
      unsafe colonnade_nan_f64(
        result.words, column.values.unsafeAddress.assumingMemoryBound(to: Double.self),
        column.count)
    case .float16:
      let values = unsafe column.values.unsafeValues(UInt16.self)
      return collect(column.count) { row in unsafe values[row] & 0x7FFF > 0x7C00 }
    default: return Bitmap(zeros: column.count)
    }
    return result
  }
}
