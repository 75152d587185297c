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
    case (_, .string(let text)):
      return "'"
        + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        + "'"
    case (_, .float(let number)) where number.isNaN: return "NaN"
    default: return value.text
    }
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
