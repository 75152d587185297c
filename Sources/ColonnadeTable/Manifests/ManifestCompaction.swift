// Which manifests a commit merges, so that a root lists few of them and an entry is rewritten
// seldom. Spec: spec/table.md, "Manifests".

import ColonnadeArrays
import ColonnadeBase

/// The plan of one commit's merges.
enum ManifestCompaction {
  /// Manifests of one level that are merged when they are this many.
  static let fanOut = 8
  /// Entries of a merged manifest at most, so that no commit rewrites more.
  static let maximumEntryCount: UInt64 = 131_072

  /// - Parameter manifests: as a root would list them, oldest first.
  /// - Returns: the same manifests in groups, in order; a group of several becomes one manifest.
  static func groups(_ manifests: [ManifestReference]) -> [[ManifestReference]] {
    var groups = manifests.map { [$0] }
    while let merge = nextMerge(groups) {
      let members = merge.map { groups[$0] }.reduce([], +)
      // What is merged stands where its youngest part stood.
      groups[merge[merge.count - 1]] = members
      for index in merge.dropLast().reversed() { groups.remove(at: index) }
    }
    return groups
  }

  private static func nextMerge(_ groups: [[ManifestReference]]) -> [Int]? {
    var byLevel: [Level: [Int]] = [:]
    for (index, group) in groups.enumerated() {
      let count = group.reduce(0) { $0 + $1.entryCount }
      let level = Level(number: level(count), partitioningID: group[0].partitioningID)
      byLevel[level, default: []].append(index)
    }
    for level in byLevel.keys.sorted(by: {
      ($0.number, $0.partitioningID) < ($1.number, $1.partitioningID)
    }) {
      guard let indices = byLevel[level], indices.count >= fanOut else { continue }
      let oldest = Array(indices.prefix(fanOut))
      let total = oldest.reduce(UInt64(0)) { sum, index in
        sum + groups[index].reduce(0) { $0 + $1.entryCount }
      }
      if total <= maximumEntryCount { return oldest }
    }
    return nil
  }

  private struct Level: Hashable {
    var number: Int
    var partitioningID: Int
  }

  /// The greatest `l` with `fanOut`^`l` ≤ `count`.
  static func level(_ count: UInt64) -> Int {
    var level = 0
    var rest = count
    while rest >= UInt64(fanOut) {
      rest /= UInt64(fanOut)
      level += 1
    }
    return level
  }
}
