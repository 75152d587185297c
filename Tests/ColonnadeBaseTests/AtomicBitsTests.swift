// Bits that threads set, held against a set of numbers.

import TestSupport
import Testing

@testable import ColonnadeBase

@Suite struct AtomicBitsTests {
  @Test func theyAreASetOfNumbers() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<400 {
      let count = Int.random(in: 1...400, using: &generator)
      let bits = AtomicBits(count: count)
      var expected = Set<Int>()
      for _ in 0..<6 {
        let first = Int.random(in: 0..<count, using: &generator)
        if Bool.random(using: &generator) {
          let end = Int.random(in: first...count, using: &generator)
          bits.insert(first..<end)
          expected.formUnion(first..<end)
        } else {
          let most = min(64, count - first)
          let word = generator.next() & generator.next() & UInt64.max >> UInt64(64 - most)
          bits.insert(word, from: first)
          expected.formUnion((0..<64).filter { word >> UInt64($0) & 1 == 1 }.map { first + $0 })
        }
      }
      for bit in 0..<count {
        #expect(bits.contains(bit) == expected.contains(bit), "bit \(bit), seed \(seed)")
      }
      #expect(bits.count == expected.count, "seed \(seed)")
      for _ in 0..<6 {
        let first = Int.random(in: 0..<count, using: &generator)
        let word = (0..<64).reduce(UInt64(0)) {
          $0 | (expected.contains(first + $1) ? 1 << UInt64($1) : 0)
        }
        #expect(bits.word(from: first) == word, "from \(first), seed \(seed)")
        let range = first..<Int.random(in: first...count, using: &generator)
        let missing = range.first { !expected.contains($0) }
        #expect(bits.firstMissing(in: range) == missing, "\(range), seed \(seed)")
        let run = missing.map { start in
          start..<((start..<range.upperBound).first { expected.contains($0) } ?? range.upperBound)
        }
        #expect(bits.firstMissingRun(in: range) == run, "\(range), seed \(seed)")
      }
    }
  }

  @Test func wholeWordsAndNone() {
    let bits = AtomicBits(count: 192)
    #expect(bits.firstMissingRun(in: 0..<192) == 0..<192)
    bits.insert(0..<0)
    bits.insert(192..<192)
    #expect(bits.count == 0)
    bits.insert(64..<128)
    #expect(bits.firstMissing(in: 64..<128) == nil)
    #expect(bits.firstMissingRun(in: 0..<192) == 0..<64)
    #expect(bits.firstMissingRun(in: 70..<192) == 128..<192)
    bits.insert(0..<192)
    #expect(bits.firstMissing(in: 0..<192) == nil)
    #expect(bits.firstMissing(in: 5..<5) == nil)
    #expect(AtomicBits(count: 0).count == 0)
  }

  /// No thread's bits are lost to another that sets bits of the same word.
  @Test func threadsSetBitsOfOneWord() async {
    let owner = SharedBits(count: 640)
    await withTaskGroup(of: Void.self) { group in
      for start in 0..<8 {
        group.addTask {
          for bit in stride(from: start, to: 640, by: 8) { owner.bits.insert(bit..<bit + 1) }
        }
      }
    }
    #expect(owner.bits.count == 640)
  }
}

/// Bits that tasks may hold.
private final class SharedBits: Sendable {
  let bits: AtomicBits

  init(count: Int) { bits = AtomicBits(count: count) }
}
