// What is known of the fields of some rows, asked of the source once each. A source that fails is
// asked no more, and its error comes out at the end.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// The facts of one decision. Not shared between threads.
final class KnownFacts {
  private let source: any PruningSource
  /// Few fields; `nil` statistics say that nothing is known.
  private var known: [(column: Int, path: [Int], statistics: Statistics?)] = []
  private(set) var error: ColonnadeError?

  init(_ source: any PruningSource) { self.source = source }

  func statistics(of field: BoundField) -> Statistics? {
    if let known = known.first(where: { $0.column == field.column && $0.path == field.path }) {
      return known.statistics
    }
    var found: Statistics?
    do throws(ColonnadeError) {
      if error == nil { found = try source.statistics(of: field) }
    } catch {
      self.error = error
    }
    known.append((field.column, field.path, found))
    return found
  }

  func mayContain(_ value: Value, in field: BoundField) -> Bool {
    guard error == nil else { return true }
    do throws(ColonnadeError) {
      return try source.mayContain(value, in: field)
    } catch {
      self.error = error
      return true
    }
  }
}
