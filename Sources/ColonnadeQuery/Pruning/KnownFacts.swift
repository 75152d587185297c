// What is known of the fields of some rows, asked of the source once each. A source that fails is
// asked no more, and its error comes out at the end.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// The facts of one decision. Not shared between threads.
final class KnownFacts {
  private let source: any PruningSource
  /// By the depth-first index of the field; an inner `nil` says that nothing is known.
  private var statistics: [Int: Statistics?] = [:]
  private(set) var error: ColonnadeError?

  init(_ source: any PruningSource) { self.source = source }

  func statistics(of field: BoundField) -> Statistics? {
    if let known = statistics[field.depthFirstIndex] { return known }
    var found: Statistics?
    do throws(ColonnadeError) {
      if error == nil { found = try source.statistics(of: field) }
    } catch {
      self.error = error
    }
    statistics[field.depthFirstIndex] = .some(found)
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
