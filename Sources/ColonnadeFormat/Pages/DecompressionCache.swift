// What decoders of one file share: prepared zstd dictionaries and decoded chunk dictionaries.

import Synchronization

/// Prepared dictionaries of one open file; safe on any thread.
package final class DecompressionCache: Sendable {
  package init() {}
}
