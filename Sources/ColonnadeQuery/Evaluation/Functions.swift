// Functions of one value over whole columns. Spec: spec/semantics.md, functions.

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// The functions of the language.
enum Functions {
  static func evaluate(
    _ function: ScalarFunction, _ operand: EvaluatedScalar, _ type: DataType
  ) -> EvaluatedScalar {
    switch function {
    case .lower: return mapped(operand, .lower)
    case .upper: return mapped(operand, .upper)
    case .length: return integers(operand, length(operand.column))
    case .abs: return absolute(operand, type)
    case .year, .month, .day, .hour, .minute, .second:
      return integers(operand, parts(operand.column, function))
    }
  }

  /// An int64 column that is null where the operand is.
  private static func integers(_ operand: EvaluatedScalar, _ values: Buffer) -> EvaluatedScalar {
    let column = operand.column
    return EvaluatedScalar(
      column: Column(
        unchecked: .int64, count: column.count, nullCount: column.nullCount,
        validity: column.validity, values: values),
      isConstant: operand.isConstant, failures: operand.failures)
  }

  private static func mapped(_ operand: EvaluatedScalar, _ mapping: CaseMapping)
    -> EvaluatedScalar
  {
    let column = operand.column
    let builder = ColumnBuilder(.string, capacity: column.count)
    var text: [UInt8] = []
    for row in 0..<column.count {
      if column.isNull(at: row) {
        builder.appendNull()
        continue
      }
      text.removeAll(keepingCapacity: true)
      unsafe column.withUnsafeBytes(at: row) { unsafe mapping.append($0, to: &text) }
      unsafe text.withUnsafeBytes { unsafe builder.append(bytes: $0) }
    }
    return EvaluatedScalar(
      column: builder.finish(), isConstant: operand.isConstant, failures: operand.failures)
  }

  /// Characters of texts, bytes of binary, elements of lists and maps.
  static func length(_ column: Column) -> Buffer {
    let buffer = MutableBuffer.zeroed(byteCount: column.count * 8)
    let target = unsafe buffer.pointer.assumingMemoryBound(to: Int64.self)
    switch column.type {
    case .string, .categorical:
      for row in 0..<column.count {
        unsafe target[row] = column.withUnsafeBytes(at: row) { bytes in
          var count: Int64 = 0
          for index in 0..<bytes.count where unsafe bytes[index] & 0xC0 != 0x80 { count += 1 }
          return count
        }
      }
    case .binary, .fixedBinary:
      for row in 0..<column.count {
        unsafe target[row] = column.withUnsafeBytes(at: row) { Int64($0.count) }
      }
    case .list, .map:
      let offsets = unsafe column.values.unsafeValues(Int32.self)
      for row in 0..<column.count {
        unsafe target[row] = Int64(offsets[row + 1]) - Int64(offsets[row])
      }
    case .fixedList(_, let length):
      for row in 0..<column.count { unsafe target[row] = Int64(length) }
    default: break
    }
    extendLifetime(column)
    return buffer.freeze()
  }

  private static func absolute(_ operand: EvaluatedScalar, _ type: DataType) -> EvaluatedScalar {
    let column = operand.column
    var failures = operand.failures
    let buffer = MutableBuffer.zeroed(byteCount: column.values.byteCount)
    var known = Bitmap(validity: column)
    switch type {
    case .float64:
      let source = unsafe column.values.unsafeValues(Double.self)
      let target = unsafe buffer.pointer.assumingMemoryBound(to: Double.self)
      for row in 0..<column.count { unsafe target[row] = source[row].magnitude }
    case .int64:
      let source = unsafe column.values.unsafeValues(Int64.self)
      let target = unsafe buffer.pointer.assumingMemoryBound(to: Int64.self)
      let failed = Bitmap(zeros: column.count)
      for row in 0..<column.count where known[row] {
        let value = unsafe source[row]
        if value == .min { failed.insert(row) } else { unsafe target[row] = Swift.abs(value) }
      }
      if !failed.isEmpty {
        let error = ColonnadeError(.invalidArgument, "overflow: abs(\(Int64.min))")
        failures = Failures.union(failures, Failures(rows: failed, error: error))
        known = known.subtracting(failed)
      }
    default:
      let source = unsafe column.values.unsafeValues(Int128.self)
      let target = unsafe buffer.pointer.assumingMemoryBound(to: Int128.self)
      for row in 0..<column.count {
        let value = unsafe source[row]
        unsafe target[row] = value == .min ? .max : Swift.abs(value)
      }
    }
    return EvaluatedScalar(
      column: Column(
        unchecked: type, count: column.count, nullCount: column.count - known.rowCount,
        validity: known.buffer, values: buffer.freeze()),
      isConstant: operand.isConstant, failures: failures)
  }

  // MARK: parts of dates and times

  /// Ticks of the column's values in one day.
  static func ticksPerDay(_ type: DataType) -> Int64 {
    switch type {
    case .time(let unit), .timestamp(let unit, _): 86_400 * unit.ticksPerSecond
    default: 1
    }
  }

  private static func parts(_ column: Column, _ function: ScalarFunction) -> Buffer {
    let buffer = MutableBuffer(byteCount: column.count * 8)
    let target = unsafe buffer.pointer.assumingMemoryBound(to: Int64.self)
    let perDay = ticksPerDay(column.type)
    let perSecond = max(1, perDay / 86_400)
    let isNarrow = column.type.physical == .int32
    let narrow = unsafe column.values.unsafeValues(Int32.self)
    let wide = unsafe column.values.unsafeValues(Int64.self)
    // Neighbours are often of one day: its parts are kept.
    var lastDay: Int64 = .min
    var lastPart: Int64 = 0
    for row in 0..<column.count {
      let ticks = unsafe isNarrow ? Int64(narrow[row]) : wide[row]
      var (day, rest) = ticks.quotientAndRemainder(dividingBy: perDay)
      if rest < 0 {
        day -= 1
        rest += perDay
      }
      let result: Int64
      switch function {
      case .hour: result = rest / (3600 * perSecond)
      case .minute: result = rest / (60 * perSecond) % 60
      case .second: result = rest / perSecond % 60
      default:
        if day != lastDay {
          let date = CalendarDay(daysSince1970: day)
          lastDay = day
          lastPart =
            function == .year
            ? date.year : function == .month ? Int64(date.month) : Int64(date.day)
        }
        result = lastPart
      }
      unsafe target[row] = result
    }
    extendLifetime(column)
    return buffer.freeze()
  }
}
