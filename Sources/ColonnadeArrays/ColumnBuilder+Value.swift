// Appending single values of any type, checked: the slow and general way in.

public import ColonnadeBase

extension ColumnBuilder {
  /// Appends `value`, which has to fit the type exactly.
  /// - Throws: `.schemaMismatch` where the kind of value, its range or its length does not fit;
  ///   nothing was appended then.
  public func append(value: Value) throws(ColonnadeError) {
    if case .null = value {
      appendNull()
      return
    }
    switch (type, value) {
    case (.bool, .bool(let value)): append(bool: value)
    case (.int8, .integer(let value)): append(fixed: try exactly(Int8.self, value))
    case (.int16, .integer(let value)): append(fixed: try exactly(Int16.self, value))
    case (.int32, .integer(let value)): append(fixed: try exactly(Int32.self, value))
    case (.int64, .integer(let value)): append(fixed: try exactly(Int64.self, value))
    case (.uint8, .integer(let value)): append(fixed: try exactly(UInt8.self, value))
    case (.uint16, .integer(let value)): append(fixed: try exactly(UInt16.self, value))
    case (.uint32, .integer(let value)): append(fixed: try exactly(UInt32.self, value))
    case (.uint64, .integer(let value)): append(fixed: try exactly(UInt64.self, value))
    case (.float16, .float(let value)): append(fixed: Float(value).float16Bits)
    case (.float32, .float(let value)): append(fixed: Float(value))
    case (.float64, .float(let value)): append(fixed: value)
    case (.decimal(let precision, let scale), .decimal(let unscaled, let valueScale)):
      guard valueScale == scale, unscaled.magnitude < UInt128.powerOfTen(precision) else {
        throw misfit(value)
      }
      if precision <= 18 {
        append(fixed: Int64(truncatingIfNeeded: unscaled))
      } else {
        append(fixed: unscaled)
      }
    case (.date, .date(let days)): append(fixed: days)
    case (.time(let unit), .time(let ticks, let valueUnit)) where unit == valueUnit:
      if unit == .second || unit == .millisecond {
        append(fixed: try exactly(Int32.self, Int128(ticks)))
      } else {
        append(fixed: ticks)
      }
    case (.timestamp(let unit, _), .timestamp(let ticks, let valueUnit, _)) where unit == valueUnit:
      append(fixed: ticks)
    case (.duration(let unit), .duration(let ticks, let valueUnit)) where unit == valueUnit:
      append(fixed: ticks)
    case (.string, .string(let text)), (.categorical, .string(let text)): append(text: text)
    case (.binary, .binary(let bytes)): append(bytes)
    case (.fixedBinary(let byteCount), .binary(let bytes)):
      guard bytes.count == byteCount else { throw misfit(value) }
      append(bytes)
    case (.list, .list(let elements)):
      for element in elements { try children[0].append(value: element) }
      appendValid()
    case (.fixedList(_, let length), .list(let elements)):
      guard elements.count == length else { throw misfit(value) }
      for element in elements { try children[0].append(value: element) }
      appendValid()
    case (.structure(let fields), .structure(let parts)):
      guard parts.count == fields.count else { throw misfit(value) }
      for (child, part) in zip(children, parts) { try child.append(value: part.value) }
      appendValid()
    case (.map, .map(let entries)):
      for entry in entries {
        try children[0].children[0].append(value: entry.key)
        try children[0].children[1].append(value: entry.value)
        children[0].appendValid()
      }
      appendValid()
    default: throw misfit(value)
    }
  }

  private func append(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe append(bytes: $0) }
  }

  private func exactly<T: FixedWidthInteger>(
    _ type: T.Type, _ value: Int128
  ) throws(ColonnadeError) -> T {
    guard let exact = T(exactly: value) else { throw misfit(.integer(value)) }
    return exact
  }

  private func misfit(_ value: Value) -> ColonnadeError {
    ColonnadeError(.schemaMismatch, "a value of \(value) does not fit type \(type)")
  }
}

extension UInt128 {
  /// 10^`exponent`, 0 ≤ exponent ≤ 38.
  public static func powerOfTen(_ exponent: Int) -> UInt128 {
    precondition((0...38).contains(exponent))
    var power: UInt128 = 1
    for _ in 0..<exponent { power *= 10 }
    return power
  }
}

extension Float {
  /// IEEE 754 binary32 to binary16, rounding to nearest, ties to even.
  public var float16Bits: UInt16 {
    let bits = bitPattern
    let sign = UInt16(truncatingIfNeeded: (bits >> 16) & 0x8000)
    let exponent = Int((bits >> 23) & 0xFF) - 127
    let fraction = bits & 0x7F_FFFF
    if exponent == 128 {
      return sign | 0x7C00 | (fraction == 0 ? 0 : 0x200 | UInt16(fraction >> 13))
    }
    if exponent > 15 { return sign | 0x7C00 }
    if exponent < -25 { return sign }
    // The significand with its hidden bit, shifted so that one unit is one unit of the result.
    let significand = fraction | 0x80_0000
    let shift = UInt32(exponent < -14 ? 13 + (-14 - exponent) : 13)
    var rounded = significand >> shift
    let rest = significand & ((1 << shift) - 1)
    let half = UInt32(1) << (shift - 1)
    if rest > half || (rest == half && rounded & 1 == 1) { rounded += 1 }
    // A carry out of the fraction raises the exponent by itself; the hidden bit is in `rounded`.
    let base = exponent < -14 ? 0 : UInt32(exponent + 14) << 10
    return sign | UInt16(truncatingIfNeeded: base + rounded)
  }
}
