// What came of a commit.

/// The answer to a commit that is durable.
public struct CommitOutcome: Sendable {
  /// The version that holds the rows.
  public let snapshot: Snapshot
  /// True where a commit of the same id had been made before, and nothing was written now.
  public let wasAlreadyCommitted: Bool
  /// How often another writer was faster.
  public let rebaseCount: Int
}
