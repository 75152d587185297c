// A block of memory cut into pieces of one size: large enough for a huge page, while what a batch
// needs at once is smaller than one.
// Invariant: a piece is either in `free`, never handed out yet, or handed out. Guarded by the lock of
// `Memory`.

@safe final class Slab {
  let block: UnsafeMutableRawPointer
  let pieceByteCount: Int
  private let pieceCount: Int
  /// Pieces that came back, the last one first: it is the likeliest to be in a cache still.
  private var free: [UnsafeMutableRawPointer] = unsafe []
  /// Pieces from here on were never handed out.
  private var untouched = 0
  /// Where it stands among the slabs of its size that have a piece left; nil where it has none.
  var place: Int?

  init(block: UnsafeMutableRawPointer, byteCount: Int, pieceByteCount: Int) {
    unsafe self.block = block
    self.pieceByteCount = pieceByteCount
    pieceCount = byteCount / pieceByteCount
  }

  var hasPieces: Bool { unsafe !free.isEmpty || untouched < pieceCount }
  var isUnused: Bool { unsafe free.count == untouched }

  /// One of the pieces that are left.
  func take() -> UnsafeMutableRawPointer {
    if let piece = unsafe free.popLast() { return unsafe piece }
    precondition(untouched < pieceCount)
    untouched += 1
    return unsafe block + (untouched - 1) * pieceByteCount
  }

  func giveBack(_ piece: UnsafeMutableRawPointer) { unsafe free.append(piece) }

  /// The size of the pieces that `byteCount` bytes come from, and its number: eight sizes between
  /// one power of two and the next, so that little more than an eighth is lost.
  static func size(for byteCount: Int) -> (byteCount: Int, index: Int) {
    let wanted = max(byteCount, leastByteCount)
    let shift = Int.bitWidth - 1 - (wanted - 1).leadingZeroBitCount - 3
    let steps = (wanted - 1) >> shift + 1
    return (steps << shift, (shift - leastShift) * 8 + steps - 16)
  }

  /// The smallest pieces.
  static let leastByteCount = 16 << 10
  private static let leastShift = 10
}
