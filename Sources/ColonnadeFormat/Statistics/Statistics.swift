// What is known of a run of values without reading them. Spec: spec/statistics.md.
// Invariant: unknown never prunes. A bound that is not exact still holds: the minimum is at or
// below every value, the maximum at or above.

public import ColonnadeArrays

/// Bounds and counts of the values of one field in a zone, a chunk, a file or a table.
public struct Statistics: Sendable {
  /// An end of the range of the values that are neither null nor NaN.
  public struct Bound: Sendable {
    public var value: Value
    /// True where some value equals the bound; false where it was truncated or widened.
    public var isExact: Bool

    public init(_ value: Value, isExact: Bool) {
      self.value = value
      self.isExact = isExact
    }
  }

  /// Number of values, nulls included: rows for top-level fields, elements below lists; of a
  /// zone below lists an upper bound, since the true number is not stored.
  public var count: UInt64
  public var nullCount: UInt64?
  /// `nil` where unknown; 0 for types without NaN.
  public var nanCount: UInt64?
  /// `nil` where unknown, or where every value is null or NaN (then the counts say so).
  /// For lists, maps: bounds of their length, as integers. Strings compare by bytes.
  public var minimum: Bound?
  public var maximum: Bound?
  /// True where the values that are not null are known to ascend, equal neighbours allowed, in the
  /// order in which NaN is the greatest.
  public var isAscending = false
  /// True where they are known to descend in that order.
  public var isDescending = false

  public init(
    count: UInt64, nullCount: UInt64? = nil, nanCount: UInt64? = nil, minimum: Bound? = nil,
    maximum: Bound? = nil
  ) {
    self.count = count
    self.nullCount = nullCount
    self.nanCount = nanCount
    self.minimum = minimum
    self.maximum = maximum
  }
}
