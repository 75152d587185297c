// The answers that a condition can give over some rows.

/// The answers that rows can give to a condition.
struct Outcomes: OptionSet, Sendable {
  let rawValue: UInt8
  static let yes = Outcomes(rawValue: 1)
  static let no = Outcomes(rawValue: 2)
  static let unknown = Outcomes(rawValue: 4)
  static let failure = Outcomes(rawValue: 8)
  static let anything: Outcomes = [.yes, .no, .unknown]

  init(rawValue: UInt8) { self.rawValue = rawValue }

  init(_ truth: Truth) {
    switch truth {
    case .yes: self = .yes
    case .no: self = .no
    case .unknown: self = .unknown
    }
  }

  init(_ answer: Bool) { self = answer ? .yes : .no }

  /// With TRUE and FALSE exchanged.
  var negated: Outcomes {
    var result = subtracting([.yes, .no])
    if contains(.yes) { result.insert(.no) }
    if contains(.no) { result.insert(.yes) }
    return result
  }
}
