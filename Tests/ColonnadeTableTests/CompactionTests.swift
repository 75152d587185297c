// Manifests are merged like the digits of a number: few are listed, none is rewritten often.

import Testing

@testable import ColonnadeTable

@Suite struct CompactionTests {
  private func manifest(_ entryCount: UInt64, partitioningID: Int = 0) -> ManifestReference {
    ManifestReference(
      name: "", fileByteCount: 0, fileID: [], partitioningID: partitioningID, addedVersion: 0,
      entryCount: entryCount, rowCount: 0, byteCount: 0, bounds: [])
  }

  @Test func listsStayShortAndEntriesAreSeldomRewritten() {
    var manifests: [ManifestReference] = []
    var rewritten: UInt64 = 0
    var longest = 0
    for _ in 0..<20_000 {
      manifests.append(manifest(1))
      manifests = ManifestCompaction.groups(manifests).map { group in
        let count = group.reduce(0) { $0 + $1.entryCount }
        if group.count > 1 { rewritten += count }
        return manifest(count)
      }
      longest = max(longest, manifests.count)
    }
    #expect(manifests.reduce(0) { $0 + $1.entryCount } == 20_000)
    // 7 manifests on each of the levels 1, 8, 64, 512, 4096.
    #expect(longest <= 35)
    #expect(rewritten <= 20_000 * 5)
    print("at most \(longest) manifests, \(rewritten) entries rewritten in 20,000 commits")
  }

  @Test func largeManifestsAreLeftAlone() {
    let manifests = (0..<20).map { _ in manifest(100_000) }
    #expect(ManifestCompaction.groups(manifests).allSatisfy { $0.count == 1 })
  }

  @Test func partitioningsDoNotMix() {
    let manifests = (0..<14).map { manifest(1, partitioningID: $0 % 2) }
    #expect(ManifestCompaction.groups(manifests).count == 14)
    let more = manifests + [manifest(1)]
    let groups = ManifestCompaction.groups(more)
    #expect(groups.count == 8)
    #expect(groups.contains { $0.count == 8 && $0.allSatisfy { $0.partitioningID == 0 } })
  }
}
