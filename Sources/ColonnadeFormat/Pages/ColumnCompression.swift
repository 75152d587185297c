// What chunks of one column of one file share when they are compressed: trained dictionaries.
// Invariant: dictionaries are only ever added; a chunk names those that existed when it was
// encoded by their index here.

package import ColonnadeBase

/// The trained dictionaries of one field of one file; safe on any thread.
package final class ColumnCompression: Sendable {
  private enum Search {
    /// No chunk was large enough to tell.
    case open
    /// One is in use, or none pays.
    case closed
  }

  private struct State: ~Copyable {
    var prepared: [CompressionDictionary] = []
    var search = Search.open
  }

  private let state = Lock(State())

  package init() {}

  /// All generations so far, oldest first. The file writer stores those it has not stored yet
  /// when it places a chunk.
  package var dictionaries: [Buffer] { state.withLock { $0.prepared.map(\.bytes) } }

  /// The dictionary to compress a chunk with. The first chunk that is large enough trains one, while
  /// chunks of the same column wait; it is kept when it saves twice its size.
  /// - Parameter train: a dictionary that pays, or nil.
  func current(
    isLargeEnough: Bool, train: () throws(ColonnadeError) -> CompressionDictionary?
  ) throws(ColonnadeError) -> (index: UInt16, dictionary: CompressionDictionary)? {
    try state.withLock {
      state throws(ColonnadeError) -> (index: UInt16, dictionary: CompressionDictionary)? in
      if isLargeEnough, case .open = state.search {
        state.search = .closed
        if let trained = try train() { state.prepared.append(trained) }
      }
      guard let last = state.prepared.last else { return nil }
      return (UInt16(state.prepared.count - 1), last)
    }
  }
}
