// The answers of a condition for the rows of a batch: true, false, failed, and NULL for the rest.
// Invariant: the three sets are disjoint.
//
// A failure is an answer like the others, not an exit: whether it becomes an error depends on what
// the other conditions say about the same row (spec/semantics.md, errors), so that the order of
// conditions, and what pruning left out, never change the outcome.

import ColonnadeBase

/// The rows for which an evaluation failed, and why the first of them did.
struct Failures: Sendable {
  var rows: Bitmap
  var error: ColonnadeError

  /// Both together.
  static func union(_ left: Failures?, _ right: Failures?) -> Failures? {
    guard let left else { return right }
    guard let right else { return left }
    let first = (left.rows.first ?? .max) <= (right.rows.first ?? .max)
    return Failures(rows: left.rows.or(right.rows), error: first ? left.error : right.error)
  }

  /// Those of `rows`; `nil` when none is left.
  func limited(to rows: Bitmap) -> Failures? {
    let left = self.rows.and(rows)
    return left.isEmpty ? nil : Failures(rows: left, error: error)
  }
}

struct Truths: Sendable {
  var yes: Bitmap
  var no: Bitmap
  var failures: Failures?

  init(yes: Bitmap, no: Bitmap, failures: Failures? = nil) {
    self.yes = yes
    self.no = no
    self.failures = failures
  }

  /// `holds` where `known`, NULL elsewhere.
  init(_ holds: Bitmap, known: Bitmap, isNegated: Bool, failures: Failures?) {
    let yes = known.and(holds)
    let no = known.subtracting(holds)
    self.init(yes: isNegated ? no : yes, no: isNegated ? yes : no, failures: failures)
  }

  /// The same answer for all rows.
  init(_ truth: Truth, count: Int) {
    self.init(
      yes: truth == .yes ? Bitmap(ones: count) : Bitmap(zeros: count),
      no: truth == .no ? Bitmap(ones: count) : Bitmap(zeros: count))
  }

  subscript(row: Int) -> Truth { yes[row] ? .yes : no[row] ? .no : .unknown }

  /// AND: a row fails where its answer depends on what failed, that is, where all else is true.
  func and(_ other: Truths) -> Truths {
    let yes = self.yes.and(other.yes)
    var result = Truths(yes: yes, no: no.or(other.no))
    guard failures != nil || other.failures != nil else { return result }
    let left = failures.map { self.yes.or($0.rows) } ?? self.yes
    let right = other.failures.map { other.yes.or($0.rows) } ?? other.yes
    result.failures = Failures.union(failures, other.failures)?.limited(
      to: left.and(right).subtracting(yes))
    return result
  }

  /// OR: a row fails where something failed and nothing else is true.
  func or(_ other: Truths) -> Truths {
    let yes = self.yes.or(other.yes)
    return Truths(
      yes: yes, no: no.and(other.no),
      failures: Failures.union(failures, other.failures)?.limited(to: yes.inverted))
  }

  /// True where the answer is `truth`, false where it is another, failed where it failed.
  func test(_ truth: Truth, isNegated: Bool) -> Truths {
    let holds: Bitmap =
      switch truth {
      case .yes: yes
      case .no: no
      case .unknown: yes.or(no).inverted
      }
    let known = failures.map { $0.rows.inverted } ?? Bitmap(ones: yes.count)
    return Truths(holds, known: known, isNegated: isNegated, failures: failures)
  }
}
