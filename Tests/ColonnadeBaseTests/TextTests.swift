// Text out of bytes: what the standard library takes for UTF-8, and nothing else.

import TestSupport
import Testing

@testable import ColonnadeBase

@Suite struct TextTests {
  @Test func itIsTheTextOfTheStandardLibrary() {
    var generator = SeededGenerator(seed: 7)
    var (texts, others) = (0, 0)
    for _ in 0..<20_000 {
      var bytes = Array("naïve, 日本, 🜁".utf8.shuffled(using: &generator).prefix(6))
      if Bool.random(using: &generator) {
        bytes = Array(["é", "a", "日", "🜁", ""].shuffled(using: &generator).joined().utf8)
      }
      let expected = String(validating: bytes, as: UTF8.self)
      let found = unsafe bytes.withUnsafeBytes { unsafe String(utf8: $0) }
      #expect(found == expected, "\(bytes)")
      if let found {
        texts += 1
        #expect(unsafe bytes.withUnsafeBytes { unsafe found.isSame(as: $0) })
        #expect(!(unsafe (bytes + [0]).withUnsafeBytes { unsafe found.isSame(as: $0) }))
      } else {
        others += 1
      }
    }
    #expect(texts > 1_000 && others > 1_000)
  }

  /// Texts that mean the same are not the same bytes.
  @Test func bytesDecide() {
    let composed = Array("é".utf8)
    let none: [UInt8] = []
    #expect(unsafe none.withUnsafeBytes { unsafe !"é".isSame(as: $0) && "".isSame(as: $0) })
    #expect(unsafe composed.withUnsafeBytes { unsafe !"e\u{301}".isSame(as: $0) })
  }

  @Test func aNULIsFoundWhereverItStands() {
    for text in ["", "a", "a path that is longer than fifteen bytes"] { #expect(!text.holdsNUL) }
    for text in ["\0", "a\0", "\0a path that is longer than fifteen bytes"] {
      #expect(text.holdsNUL)
    }
  }
}
