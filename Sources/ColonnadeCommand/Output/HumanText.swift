// Numbers as people read them: 336,776 rows, 12.3 MB, 4 min 5 s.

/// Counts, sizes, rates and times for messages.
enum HumanText {
  /// `336776` as `336,776`.
  static func count(_ value: some BinaryInteger) -> String {
    let digits = Array(String(value.magnitude).utf8)
    var text: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(UInt8(ascii: ",")) }
      text.append(digit)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// `12345678` as `12.3 MB`; powers of ten.
  static func bytes(_ value: some BinaryInteger) -> String {
    let amount = Double(value)
    for (unit, size) in [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)]
    where amount >= size * 0.9995 {
      return fixed(amount / size, places: amount / size < 99.95 ? 1 : 0) + " " + unit
    }
    return "\(value) B"
  }

  /// `value` with `places` digits after the point.
  static func fixed(_ value: Double, places: Int) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    let whole = UInt64(scaled / scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + "\(whole)" }
    let fraction = UInt64(scaled) - whole * UInt64(scale)
    let digits = String(fraction)
    return sign + "\(whole)." + String(repeating: "0", count: places - digits.count) + digits
  }

  /// A share as `12.5 %`; `0 %` of nothing.
  static func percent(_ part: some BinaryInteger, of whole: some BinaryInteger) -> String {
    guard whole > 0 else { return "0 %" }
    // Not all is never 100 %, and something is never 0 %.
    var tenths = (Double(part) / Double(whole) * 1000).rounded()
    if part < whole { tenths = min(tenths, 999) }
    if part > 0 { tenths = max(tenths, 1) }
    let isFine = tenths > 0 && (tenths < 100 || (tenths > 990 && tenths < 1000))
    return fixed(tenths / 10, places: isFine ? 1 : 0) + " %"
  }

  /// `245.0` as `4 min 5 s`, `0.0123` as `12 ms`.
  static func seconds(_ value: Double) -> String {
    if value < 0.0095 { return fixed(value * 1000, places: 1) + " ms" }
    if value < 0.995 { return fixed(value * 1000, places: 0) + " ms" }
    if value < 59.95 { return fixed(value, places: value < 9.95 ? 2 : 1) + " s" }
    let whole = Int(value.rounded())
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  /// `1 file`, `3 files`.
  static func plural(_ value: some BinaryInteger, _ noun: String, _ nouns: String? = nil) -> String
  {
    count(value) + " " + (value == 1 ? noun : nouns ?? noun + "s")
  }
}
