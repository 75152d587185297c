// Random and mutated bytes: rows, rejects or an error, the same however they arrive, never a trap.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest
import TestSupport
import Testing

@Suite struct HostileInputTests {
  static let seeds: [[UInt8]] =
    [
      "a,b,c\n1,\"x, \"\"y\"\"\",2020-01-01\n2,,2020-01-02T10:00:00Z\n",
      "{\"a\":1,\"b\":[{\"c\":\"\\u00e9\"}]}\n{\"a\":-0.5e3}\n",
      "x\ty\r\n0.1\t18446744073709551616\r\n", "[{\"a\":true},{\"a\":null}]",
    ].map { Array($0.utf8) } + [EncodingTests.gzip[0], EncodingTests.zstd[0]]

  @Test(arguments: [31, 32, 33, 34] as [UInt64])
  func mutatedBytes(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for round in 0..<300 {
      var bytes = Self.seeds.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 0..<8, using: &generator) {
        let at = Int.random(in: 0...bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: at)
        case 1: if at < bytes.count { bytes.remove(at: at) }
        case 2: if at < bytes.count { bytes[at] = UInt8.random(in: 0...255, using: &generator) }
        default: bytes.insert(contentsOf: bytes.prefix(at), at: at)
        }
      }
      var outcomes: [String] = []
      for (chunk, step) in [(1 << 20, Int.max), (16, 5)] {
        var options = IngestOptions()
        options.chunkByteCount = chunk
        do {
          let found = try ingest(
            [IngestInput(bytes: bytes, step: step)], options, keepsRejects: true)
          outcomes.append(
            "\(found.rows) \(found.rejects.map { String(decoding: $0.json, as: UTF8.self) })")
        } catch {
          outcomes.append("\(error)")
        }
      }
      #expect(outcomes[0] == outcomes[1], "seed \(seed), round \(round): \(bytes)")
    }
  }
}
