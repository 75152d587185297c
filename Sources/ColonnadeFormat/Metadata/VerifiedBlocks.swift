// Which blocks of a file's data area were seen to hold their checksums.
// Invariant: a bit is set only after its block was compared with its checksum.

import ColonnadeBase

/// A bit a block; one object for all copies of what reads the file.
final class VerifiedBlocks: Sendable {
  let bits: AtomicBits

  init(count: Int) { bits = AtomicBits(count: count) }
}
