// Numbers as text: integers and decimals exact, floating point as the shortest digits that read
// back as the same value. Spec: spec/text.md.

/// "00" to "99", so that two digits cost one division.
private let digitPairs: StaticString = """
  0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474\
  8495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596\
  979899
  """

extension TextBuffer {
  /// Appends `value` in decimal.
  public mutating func append(_ value: UInt64) {
    let target = unsafe room(20)
    let count = TextBuffer.digitCount(value)
    unsafe TextBuffer.write(value, digits: count, at: target)
    advance(count)
  }

  /// Appends `value` in decimal.
  public mutating func append(_ value: Int64) {
    if value < 0 { append(byte: UInt8(ascii: "-")) }
    append(value.magnitude)
  }

  /// Appends `value` in decimal.
  public mutating func append(_ value: Int128) {
    if value < 0 { append(byte: UInt8(ascii: "-")) }
    append(value.magnitude)
  }

  private mutating func append(_ value: UInt128) {
    if let narrow = UInt64(exactly: value) {
      append(narrow)
      return
    }
    let (high, low) = value.quotientAndRemainder(dividingBy: 10_000_000_000_000_000_000)
    append(high)
    append(UInt64(truncatingIfNeeded: low), paddedTo: 19)
  }

  /// Appends `value` with zeros before it up to `width` digits; longer values whole.
  public mutating func append(_ value: UInt64, paddedTo width: Int) {
    let count = max(width, TextBuffer.digitCount(value))
    let target = unsafe room(count)
    unsafe TextBuffer.write(value, digits: count, at: target)
    advance(count)
  }

  /// Appends `unscaled` / 10^`scale` with all its digits after the point, zeros included.
  public mutating func append(decimal unscaled: Int128, scale: Int) {
    if unscaled < 0 { append(byte: UInt8(ascii: "-")) }
    let (whole, fraction) = unscaled.magnitude.quotientAndRemainder(
      dividingBy: UInt128.powerOfTen(min(scale, 38)))
    append(whole)
    guard scale > 0 else { return }
    append(byte: UInt8(ascii: "."))
    if scale <= 19 {
      append(UInt64(truncatingIfNeeded: fraction), paddedTo: scale)
    } else {
      let (high, low) = fraction.quotientAndRemainder(dividingBy: 10_000_000_000_000_000_000)
      append(UInt64(truncatingIfNeeded: high), paddedTo: scale - 19)
      append(UInt64(truncatingIfNeeded: low), paddedTo: 19)
    }
  }

  /// Appends the shortest digits that read back as `value`; `nan`, `inf` and `-inf` by name.
  public mutating func append(_ value: Double) {
    let magnitude = value.magnitude
    // Up to four digits after the point and fifteen in all: then there is one such decimal, and
    // a division that is exactly rounded says whether it is this value. -0 keeps its sign below.
    if magnitude < 1e11, magnitude >= 1e-4 || value.bitPattern == 0 {
      let product = magnitude * 1e4
      let rounded = product.rounded(.toNearestOrEven)
      if rounded / 1e4 == magnitude {
        if value < 0 { append(byte: UInt8(ascii: "-")) }
        let (whole, fraction) = UInt64(rounded).quotientAndRemainder(dividingBy: 10_000)
        append(whole)
        append(byte: UInt8(ascii: "."))
        let target = unsafe room(4)
        unsafe TextBuffer.write(fraction, digits: 4, at: target)
        var count = 4
        while count > 1, unsafe target[count - 1] == UInt8(ascii: "0") { count -= 1 }
        advance(count)
        return
      }
    }
    if value.isNaN {
      append("nan")
      return
    }
    append(value.description)
  }

  /// Appends the shortest digits that read back as `value`; `nan`, `inf` and `-inf` by name.
  public mutating func append(_ value: Float) {
    if value.isNaN {
      append("nan")
      return
    }
    append(value.description)
  }

  /// Appends the shortest digits that read back as the binary16 value of `bits`.
  public mutating func append(float16Bits bits: UInt16) {
    let value = Float(float16Bits: bits)
    guard value.isFinite, value != 0 else {
      append(value)
      return
    }
    // Five digits always suffice; the first count that reads back is the shortest.
    let exact = Double(value.magnitude)
    var exponent = 0
    while exact >= TextBuffer.power(exponent + 1) { exponent += 1 }
    while exact < TextBuffer.power(exponent) { exponent -= 1 }
    for digits in 1...5 {
      let unit = TextBuffer.power(exponent - digits + 1)
      let candidate = (exact / unit).rounded() * unit
      if Float(candidate).float16Bits == bits & 0x7FFF {
        if value < 0 { append(byte: UInt8(ascii: "-")) }
        append(TextBuffer.nearest(candidate, digits: digits, exponent: exponent))
        return
      }
    }
    append(value)
  }

  /// The double closest to `candidate` rounded to `digits` significant digits, free of the error
  /// that multiplying by a power below one brings.
  private static func nearest(_ candidate: Double, digits: Int, exponent: Int) -> Double {
    let places = digits - 1 - exponent
    if places <= 0 { return candidate.rounded() }
    let scale = power(places)
    return (candidate * scale).rounded() / scale
  }

  private static func power(_ exponent: Int) -> Double {
    var result = 1.0
    for _ in 0..<exponent.magnitude { result *= 10 }
    return exponent < 0 ? 1 / result : result
  }

  /// Number of decimal digits of `value`.
  @inline(__always) static func digitCount(_ value: UInt64) -> Int {
    var count = 1
    var value = value
    while value >= 10_000 {
      value /= 10_000
      count += 4
    }
    return count + (value >= 1000 ? 3 : value >= 100 ? 2 : value >= 10 ? 1 : 0)
  }

  /// Writes the last `digits` digits of `value`.
  @unsafe @inline(__always)
  static func write(_ value: UInt64, digits: Int, at target: UnsafeMutablePointer<UInt8>) {
    var value = value
    var position = digits
    let pairs = unsafe digitPairs.utf8Start
    while position >= 2 {
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 100)
      position -= 2
      unsafe target[position] = pairs[Int(remainder) * 2]
      unsafe target[position + 1] = pairs[Int(remainder) * 2 + 1]
      value = quotient
    }
    if position == 1 { unsafe target[0] = UInt8(ascii: "0") + UInt8(value % 10) }
  }
}
