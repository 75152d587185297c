// The conditions that a predicate begins with, as far as each compares a column with a number, held
// against the bounds that a file stores. A point query passes over all row groups but one: what it asks
// of each is two numbers, not everything that is known of it.
// Invariant: what is ruled out here, `BoundPredicate.prune` rules out for the same reason.

import ColonnadeArrays
import ColonnadeFormat

/// Conditions that rule rows of one file out by bounds alone.
struct StoredBounds {
  /// What each condition ruled out, and how many rows all of them.
  struct Tally {
    fileprivate(set) var counts: [Int]
    private(set) var rowCount = 0

    mutating func add(_ condition: Int, rowCount: Int) {
      counts[condition] += 1
      self.rowCount += rowCount
    }
  }

  /// What bounds say of a zone.
  enum Verdict: Equatable {
    /// No row fulfils a condition, the first of those.
    case ruledOut(condition: Int)
    /// Rows may fulfil all conditions, and not all rows do, as far as statistics can tell.
    case some
    /// More than bounds has to be asked for.
    case open
  }

  private let conditions: [BoundPredicate]
  private let filters: [BoundFilter]
  /// Whether bounds tell of every condition all that statistics do.
  private let tellsAll: Bool

  /// - Returns: `nil` where the first condition is none that bounds of numbers can rule out.
  init?(_ predicate: BoundPredicate, _ file: FileReader, _ mapping: ColumnMapping) {
    conditions = predicate.conditions
    var filters: [BoundFilter] = []
    var hasEqual = false
    for condition in conditions {
      guard case .comparison(.field(let field), let operation, let value) = condition,
        field.path.isEmpty, let column = mapping[field.column],
        let filter = BoundFilter(file, column: column, value, holds: operation.holds)
      else { break }
      // Which values there are may be known besides.
      if operation == .equal { hasEqual = true }
      filters.append(filter)
    }
    if filters.isEmpty { return nil }
    self.filters = filters
    tellsAll = filters.count == conditions.count && !hasEqual
  }

  /// Nothing ruled out yet.
  var tally: Tally { Tally(counts: [Int](repeating: 0, count: filters.count)) }

  /// The first condition that no row of a row group fulfils, by its bounds; `nil` where none is known.
  func condition(rulingOut rowGroup: Int) -> Int? {
    filters.firstIndex { $0.rulesOut(rowGroup: rowGroup) }
  }

  /// Where each condition's bounds of a row group's zones stand.
  struct Zones {
    fileprivate let byCondition: [BoundFilter.Zones?]
  }

  /// What `verdict` asks for each zone of a row group, found once.
  /// - Parameter rowCount: of the row group.
  func zones(of rowGroup: Int, rowCount: Int) -> Zones {
    Zones(byCondition: filters.map { $0.zones(of: rowGroup, rowCount: rowCount) })
  }

  /// What its bounds say of a zone.
  func verdict(zone: Int, in zones: Zones) -> Verdict {
    var isKnown = tellsAll
    var isAcross = false
    for (condition, filter) in filters.enumerated() {
      switch zones.byCondition[condition].flatMap({ filter.position(zone: zone, in: $0) }) {
      case .outside: return .ruledOut(condition: condition)
      case .across: isAcross = true
      case .inside: break
      case nil: isKnown = false
      }
    }
    return isKnown && isAcross ? .some : .open
  }

  /// The condition as text.
  func reason(_ condition: Int) -> String { conditions[condition].description }
}

extension BoundPredicate {
  /// The conditions that all have to hold; itself where it is one.
  var conditions: [BoundPredicate] { if case .all(let parts) = self { parts } else { [self] } }
}

extension [Int] {
  /// The numbers of two ascending arrays, each once, ascending.
  func merged(with other: [Int]) -> [Int] {
    var merged: [Int] = []
    merged.reserveCapacity(count + other.count)
    var (own, next) = (self[...], other[...])
    while let number = own.first ?? next.first {
      let least = Swift.min(number, next.first ?? number)
      merged.append(least)
      if own.first == least { own.removeFirst() }
      if next.first == least { next.removeFirst() }
    }
    return merged
  }
}
