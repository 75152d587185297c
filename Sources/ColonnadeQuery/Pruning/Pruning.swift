// The border between a predicate and what is known of rows without reading them.

package import ColonnadeArrays
package import ColonnadeBase
package import ColonnadeFormat

/// What statistics say of a predicate over a run of rows.
package enum Pruning: Sendable {
  /// No row can match; the reason names the part of the predicate that says so.
  case none(reason: String)
  /// Every row matches.
  case all
  /// Rows have to be tested.
  case some
}

/// What is known of a run of rows.
package protocol PruningSource {
  /// - Returns: `nil` where nothing is known of the field.
  func statistics(of field: BoundField) throws(ColonnadeError) -> Statistics?

  /// False only where no row can hold `value`: Bloom filters, buckets.
  func mayContain(_ value: Value, in field: BoundField) throws(ColonnadeError) -> Bool
}
