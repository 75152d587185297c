// The typed value of a partition, and how people see it.
// Invariant: one value per partition field, in order, of the type its transform gives; floats are
// normalised. NULL is a value of its own, equal to no text.

public import ColonnadeArrays
import ColonnadeBase

extension Transform {
  /// A partition value as text: `2024`, `2024-01`, `2024-01-31`, `2024-01-31-13`, or the value
  /// itself; NULL is `NULL`, and text stands in single quotes so that it is never mistaken for it.
  public func text(of value: Value) -> String {
    switch (self, value) {
    case (_, .null): return "NULL"
    case (.year, .integer(let years)):
      return Calendar.text(year: 1970 + Int64(truncatingIfNeeded: years))
    case (.month, .integer(let months)):
      let days = Calendar.firstDay(ofMonth: Int64(truncatingIfNeeded: months))
      let (year, month, _) = Calendar.parts(days: days)
      return Calendar.text(year: year) + "-" + Calendar.padded(month)
    case (.hour, .integer(let hours)):
      let hours = Int64(truncatingIfNeeded: hours)
      let days = Calendar.floorQuotient(hours, 24)
      return Calendar.text(days: days) + "-" + Calendar.padded(hours - days * 24)
    default: return Transform.text(of: value)
    }
  }

  private static func text(of value: Value) -> String {
    switch value {
    case .null: return "NULL"
    case .bool(let flag): return flag ? "true" : "false"
    case .integer(let number): return "\(number)"
    case .float(let number): return number.isNaN ? "NaN" : "\(number)"
    case .decimal(let unscaled, let scale):
      var digits = String(unscaled.magnitude)
      if scale > 0 {
        if digits.utf8.count <= scale {
          digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits
        }
        let point = digits.index(digits.endIndex, offsetBy: -scale)
        digits = digits[..<point] + "." + digits[point...]
      }
      return (unscaled < 0 ? "-" : "") + digits
    case .date(let days): return Calendar.text(days: Int64(days))
    case .time(let ticks, let unit): return clock(ticks, unit)
    case .timestamp(let ticks, let unit, let zoned):
      let ticksPerDay = unit.ticksPerSecond * 86_400
      let days = Calendar.floorQuotient(ticks, ticksPerDay)
      return Calendar.text(days: days) + "T" + clock(ticks - days * ticksPerDay, unit)
        + (zoned ? "Z" : "")
    case .duration(let ticks, let unit): return "\(ticks)\(unit.symbol)"
    case .string(let text):
      return "'"
        + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        + "'"
    case .binary(let bytes):
      return "0x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    case .list, .structure, .map: return "\(value)"
    }
  }

  private static func clock(_ ticks: Int64, _ unit: TimeUnit) -> String {
    let seconds = ticks / unit.ticksPerSecond
    var text =
      Calendar.padded(seconds / 3600) + ":" + Calendar.padded(seconds / 60 % 60) + ":"
      + Calendar.padded(seconds % 60)
    let rest = ticks % unit.ticksPerSecond
    if rest != 0 {
      let digits = String(rest)
      let width = String(unit.ticksPerSecond).utf8.count - 1
      text += "." + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    return text
  }
}

extension Partitioning {
  /// A whole partition value as text: `model='a', month(ts)=2024-01`.
  public func text(of values: [Value]) -> String {
    zip(fields, values).map { field, value in
      "\(field.name)=\(field.transform.text(of: value))"
    }.joined(separator: ", ")
  }
}
