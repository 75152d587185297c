// "Did you mean": the known name nearest to one that is not known.

/// Finds near names by edit distance.
package enum SpellingSuggestion {
  /// The candidate nearest to `name`, case aside; `nil` where none is near.
  /// - Complexity: O(candidates × length²); names longer than 64 bytes are compared by their start.
  package static func nearest(to name: String, among candidates: [String]) -> String? {
    let wanted = Array(name.lowercased().utf8.prefix(64))
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let other = Array(candidate.lowercased().utf8.prefix(64))
      let allowed = max(1, min(wanted.count, other.count) / 3)
      if abs(other.count - wanted.count) > allowed { continue }
      let distance = distance(wanted, other)
      if distance <= allowed, distance < (best?.distance ?? .max) { best = (candidate, distance) }
    }
    return best?.name
  }

  /// A hint that names the nearest candidate, or lists a few.
  package static func hint(for name: String, among candidates: [String], what: String) -> String {
    if let near = nearest(to: name, among: candidates) { return "did you mean '\(near)'?" }
    if candidates.isEmpty { return "there are no \(what)" }
    let shown = candidates.prefix(12).joined(separator: ", ")
    return "the \(what) are \(shown)" + (candidates.count > 12 ? " and others" : "")
  }

  /// Insertions, removals, replacements, and swaps of neighbours.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (i, byte) in left.enumerated() {
      var row = [i + 1]
      for (j, other) in right.enumerated() {
        var cost = min(last[j] + (byte == other ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, byte == right[j - 1], left[i - 1] == other {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[right.count]
  }
}
