// What chunks of one column of one file share when text is made smaller: trained zstd dictionaries
// and symbol tables.
// Invariant: dictionaries are only ever added; a chunk names those that existed when it was
// encoded by their index here.

package import ColonnadeBase

/// The trained dictionaries of one field of one file; safe on any thread.
package final class ColumnCompression: Sendable {
  /// What one kind of dictionary has come to.
  private enum Search<Trained: Sendable>: Sendable {
    /// No chunk was large enough to tell.
    case open
    /// None pays.
    case without
    case found(index: UInt16, Trained)
  }

  private struct State: ~Copyable {
    var stored: [Buffer] = []
    var zstd = Search<CompressionDictionary>.open
    var symbols = Search<SymbolEncoder>.open
    /// What large frames of the column's text take of its bytes.
    var largeFrames: Double?
  }

  private let state = Lock(State())

  package init() {}

  /// All generations so far, oldest first. The file writer stores those it has not stored yet
  /// when it places a chunk.
  package var dictionaries: [Buffer] { state.withLock { $0.stored } }

  /// The dictionary to compress a chunk with. The first chunk that is large enough trains one, while
  /// chunks of the same column wait; it is kept when it saves twice its size.
  /// - Parameter train: a dictionary that pays, or nil.
  func current(
    isLargeEnough: Bool, train: () throws(ColonnadeError) -> CompressionDictionary?
  ) throws(ColonnadeError) -> (index: UInt16, dictionary: CompressionDictionary)? {
    try state.withLock {
      state throws(ColonnadeError) -> (index: UInt16, dictionary: CompressionDictionary)? in
      if isLargeEnough, case .open = state.zstd {
        state.zstd = .without
        if let trained = try train() {
          state.zstd = .found(index: UInt16(state.stored.count), trained)
          state.stored.append(trained.bytes)
        }
      }
      guard case .found(let index, let trained) = state.zstd else { return nil }
      return (index, trained)
    }
  }

  /// What large frames of text take of the bytes of its values, as the first chunk that is large enough
  /// shows; nil where none was.
  func largeFrameRatio(
    isLargeEnough: Bool, measure: () throws(ColonnadeError) -> Double
  ) throws(ColonnadeError) -> Double? {
    try state.withLock { state throws(ColonnadeError) -> Double? in
      if isLargeEnough, state.largeFrames == nil { state.largeFrames = try measure() }
      return state.largeFrames
    }
  }

  /// The symbols to encode a chunk with; the first chunk that is large enough trains them.
  /// - Parameter train: symbols that pay, or nil.
  func symbols(
    isLargeEnough: Bool, train: () -> SymbolEncoder?
  ) -> (index: UInt16, encoder: SymbolEncoder)? {
    state.withLock { state in
      if isLargeEnough, case .open = state.symbols {
        state.symbols = .without
        if let trained = train() {
          state.symbols = .found(index: UInt16(state.stored.count), trained)
          state.stored.append(trained.bytes)
        }
      }
      guard case .found(let index, let trained) = state.symbols else { return nil }
      return (index, trained)
    }
  }
}
