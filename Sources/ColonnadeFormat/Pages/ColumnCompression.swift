// What chunks of one column of one file share when they are compressed: trained dictionaries.
// Invariant: dictionaries are only ever added; a chunk names those that existed when it was
// encoded by their index here.

package import ColonnadeBase
import Synchronization

/// The trained dictionaries of one field of one file; safe on any thread.
package final class ColumnCompression: Sendable {
  struct State: ~Copyable {
    var dictionaries: [Buffer] = []
  }
  let state = Mutex(State())

  package init() {}

  /// All generations so far, oldest first. The file writer stores those it has not stored yet
  /// when it places a chunk.
  package var dictionaries: [Buffer] { state.withLock { $0.dictionaries } }
}
