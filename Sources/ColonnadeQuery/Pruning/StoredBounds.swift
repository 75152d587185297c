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

  private let conditions: [BoundPredicate]
  private let filters: [BoundFilter]

  /// - Returns: `nil` where the first condition is none that bounds of numbers can rule out.
  init?(_ predicate: BoundPredicate, _ file: FileReader, _ mapping: ColumnMapping) {
    conditions = predicate.conditions
    var filters: [BoundFilter] = []
    for condition in conditions {
      guard case .comparison(.field(let field), let operation, let value) = condition,
        field.path.isEmpty, let column = mapping[field.column],
        let filter = BoundFilter(file, column: column, value, holds: operation.holds)
      else { break }
      filters.append(filter)
    }
    if filters.isEmpty { return nil }
    self.filters = filters
  }

  /// Nothing ruled out yet.
  var tally: Tally { Tally(counts: [Int](repeating: 0, count: filters.count)) }

  /// The first condition that no row of a row group fulfils, by its bounds; `nil` where none is known.
  func condition(rulingOut rowGroup: Int) -> Int? {
    filters.firstIndex { $0.rulesOut(rowGroup: rowGroup) }
  }

  /// The first condition that no row of a zone fulfils, by its bounds; `nil` where none is known.
  /// - Parameter rowCount: of the row group.
  func condition(rulingOut zone: Int, of rowGroup: Int, rowCount: Int) -> Int? {
    filters.firstIndex { $0.rulesOut(zone: zone, of: rowGroup, rowCount: rowCount) }
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
