// Patterns of LIKE and ILIKE: `%` stands for any text, `_` for one character (code point).
// Invariant: no two runs of any text are neighbours; literal parts are not empty.

import ColonnadeArrays

/// A pattern, classified once.
package struct LikePattern: Sendable {
  enum Part: Equatable, Sendable {
    case literal([UInt8])
    case anyCharacter
    case anyText
  }

  /// Patterns that need no general matching.
  enum Shape: Equatable, Sendable {
    case everything
    case exact([UInt8])
    case prefix([UInt8])
    case suffix([UInt8])
    case contains([UInt8])
    case general
  }

  /// The pattern as it was written.
  package let text: String
  package let ignoresCase: Bool
  let parts: [Part]
  let shape: Shape

  /// - Returns: `nil` where the pattern ends with its escape character.
  package init?(_ text: String, escape: Unicode.Scalar? = nil, ignoresCase: Bool = false) {
    self.text = text
    self.ignoresCase = ignoresCase
    var parts: [Part] = []
    var literal: [UInt8] = []
    func flush() {
      if !literal.isEmpty { parts.append(.literal(literal)) }
      literal = []
    }
    var scalars = text.unicodeScalars.makeIterator()
    while var scalar = scalars.next() {
      if scalar == escape {
        guard let escaped = scalars.next() else { return nil }
        scalar = escaped
      } else if scalar == "%" {
        flush()
        if parts.last != .anyText { parts.append(.anyText) }
        continue
      } else if scalar == "_" {
        flush()
        parts.append(.anyCharacter)
        continue
      }
      let mapped = ignoresCase ? CaseMapping.lower.map(scalar) : scalar
      literal.append(contentsOf: UTF8.encode(mapped) ?? UTF8.encodedReplacementCharacter)
    }
    flush()
    self.parts = parts
    shape = LikePattern.shape(parts)
  }

  private static func shape(_ parts: [Part]) -> Shape {
    switch parts.count {
    case 0: return .exact([])
    case 1:
      if case .literal(let bytes) = parts[0] { return .exact(bytes) }
      return parts[0] == .anyText ? .everything : .general
    case 2:
      if case .literal(let bytes) = parts[0], parts[1] == .anyText { return .prefix(bytes) }
      if case .literal(let bytes) = parts[1], parts[0] == .anyText { return .suffix(bytes) }
      return .general
    case 3:
      if case .literal(let bytes) = parts[1], parts[0] == .anyText, parts[2] == .anyText {
        return .contains(bytes)
      }
      return .general
    default: return .general
    }
  }

  /// What every text that fits begins with; empty where nothing is known.
  package var literalPrefix: [UInt8] {
    if !ignoresCase, case .literal(let bytes)? = parts.first { return bytes }
    return []
  }

  /// Whether only the literal prefix itself fits.
  package var isExact: Bool {
    if !ignoresCase, case .exact = shape { true } else { false }
  }

  /// Whether every text fits that begins with the literal prefix.
  package var isPrefix: Bool {
    if ignoresCase { return shape == .everything }
    if case .prefix = shape { return true }
    return shape == .everything
  }

  /// Whether `bytes`, UTF-8 and already lower case where case is ignored, fit the pattern.
  /// - Complexity: O(bytes × parts) at worst, O(bytes) mostly.
  func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var position = 0
    var part = 0
    // Where to go on when a later part does not fit: the last run of any text takes one more.
    var retryPart = -1
    var retryPosition = 0
    while true {
      var fits = true
      if part == parts.count {
        if position == bytes.count { return true }
        fits = false
      } else {
        switch parts[part] {
        case .anyText:
          retryPart = part
          retryPosition = position
          part += 1
          if part == parts.count { return true }
          continue
        case .anyCharacter:
          if position < bytes.count {
            position = unsafe LikePattern.next(bytes, position)
          } else {
            fits = false
          }
        case .literal(let literal):
          if bytes.count - position >= literal.count {
            for offset in 0..<literal.count
            where unsafe bytes[position + offset] != literal[offset] {
              fits = false
              break
            }
            if fits { position += literal.count }
          } else {
            fits = false
          }
        }
      }
      if fits {
        part += 1
        continue
      }
      guard retryPart >= 0, retryPosition < bytes.count else { return false }
      retryPosition = unsafe LikePattern.next(bytes, retryPosition)
      position = retryPosition
      part = retryPart + 1
    }
  }

  /// The position after the character at `position`.
  private static func next(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> Int {
    var next = position + 1
    while next < bytes.count, unsafe bytes[next] & 0xC0 == 0x80 { next += 1 }
    return next
  }
}
