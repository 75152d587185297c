// Rows drawn by lot, the same ones for the same seed.

import ColonnadeBase

/// Samples of row numbers.
package enum RowSample {
  /// `count` different numbers below `rowCount`, each set of them as likely as any other, ascending;
  /// all of them where there are no more.
  /// - Complexity: O(count log count), or O(rowCount) where much of it is wanted.
  package static func rows(count: Int, of rowCount: Int, seed: UInt64) -> [UInt64] {
    let count = max(0, min(count, rowCount))
    var numbers = SplitMix(state: seed)
    if count < rowCount / 16 {
      // Floyd's way: a number drawn before stands for the greatest that may be drawn now.
      var drawn = Set<UInt64>(minimumCapacity: count)
      for last in rowCount - count..<rowCount {
        let number = UInt64.random(in: 0...UInt64(last), using: &numbers)
        if !drawn.insert(number).inserted { drawn.insert(UInt64(last)) }
      }
      return drawn.sorted()
    }
    // One after the other: each is drawn as often as there are still some wanted among those left.
    var rows: [UInt64] = []
    rows.reserveCapacity(count)
    for row in 0..<rowCount where rows.count < count {
      if Int.random(in: 0..<rowCount - row, using: &numbers) < count - rows.count {
        rows.append(UInt64(row))
      }
    }
    return rows
  }
}

/// Pseudo-random numbers: SplitMix64 (Steele, Lea, Flood, 2014).
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
