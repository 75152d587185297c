// Nothing is known: no run of rows is skipped.

package import ColonnadeBase

extension BoundPredicate {
  /// What `source` says of the predicate.
  package func prune(_ source: any PruningSource) throws(ColonnadeError) -> Pruning { .some }
}
