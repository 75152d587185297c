// Which buffers and children each of Arrow's layouts has, in order.

/// What one buffer of a layout holds.
package enum ArrowBufferForm: Hashable, Sendable {
  case validity
  case bits
  /// Values of so many bytes each.
  case values(byteCount: Int)
  /// One more than values.
  case offsets(byteCount: Int)
  case views
  /// The bytes that offsets point into.
  case data

  /// Bytes that `count` values take at least; `nil` where that is more than there can be.
  package func byteCount(of count: Int) -> Int? {
    switch self {
    case .validity, .bits: return count / 8 + (count % 8 == 0 ? 0 : 1)
    case .values(let width):
      let (byteCount, overflow) = count.multipliedReportingOverflow(by: width)
      return overflow ? nil : byteCount
    case .offsets(let width):
      let (more, overflow) = count.addingReportingOverflow(1)
      return overflow ? nil : ArrowBufferForm.values(byteCount: width).byteCount(of: more)
    case .views: return ArrowBufferForm.values(byteCount: 16).byteCount(of: count)
    case .data: return 0
    }
  }
}

extension ArrowOffsets {
  package var byteCount: Int { self == .narrow ? 4 : 8 }
}

extension ArrowType {
  /// The buffers of the layout; those of views are followed by data buffers.
  package var bufferForms: [ArrowBufferForm] {
    switch self {
    case .null, .runs: []
    case .bool: [.validity, .bits]
    case .integer(let integer), .dictionary(let integer, _, _):
      [.validity, .values(byteCount: integer.byteCount)]
    case .float(let byteCount), .decimal(_, _, let byteCount), .fixedBinary(let byteCount):
      [.validity, .values(byteCount: byteCount)]
    case .date: [.validity, .values(byteCount: 4)]
    case .dateInMilliseconds, .timestamp, .duration: [.validity, .values(byteCount: 8)]
    case .time(let unit):
      [.validity, .values(byteCount: unit == .second || unit == .millisecond ? 4 : 8)]
    case .string(.offsets(let offsets)), .binary(.offsets(let offsets)):
      [.validity, .offsets(byteCount: offsets.byteCount), .data]
    case .string(.views), .binary(.views): [.validity, .views]
    case .list(_, let offsets): [.validity, .offsets(byteCount: offsets.byteCount)]
    case .map: [.validity, .offsets(byteCount: 4)]
    case .listView(_, let offsets):
      [.validity, .values(byteCount: offsets.byteCount), .values(byteCount: offsets.byteCount)]
    case .fixedList, .structure: [.validity]
    }
  }
}

extension ArrowType {
  /// The fields below the type, as Arrow has them.
  package var parts: (children: [ArrowField], dictionary: [ArrowField]) {
    switch self {
    case .list(let element, _), .listView(let element, _), .fixedList(let element, _):
      return ([element], [])
    case .structure(let fields): return (fields, [])
    case .map(let key, let value, _):
      return ([ArrowField("entries", .structure([key, value]), isNullable: false)], [])
    case .dictionary(_, let values, _): return ([], [values])
    case .runs(let endByteCount, let values):
      let ends = ArrowInteger(byteCount: endByteCount, isSigned: true)
      return ([ArrowField("run_ends", .integer(ends), isNullable: false), values], [])
    default: return ([], [])
    }
  }
}
