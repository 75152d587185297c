// Seeds and findings of the fuzz targets, and a slice of mutations of them, in the ordinary tests.
// A trap ends the run: that is the failure. `tools/fuzz` runs the same targets for long.

import FuzzTargets
import Glibc
import TestSupport
import Testing

@Suite struct FuzzReplayTests {
  static let seeds: [FuzzTarget: [String]] = [
    .csv: [
      "a,b\n1,x\n2,\"y \"\"z\"\"\n\"\n", "a;b;c\r\n1;2;3\r\n", "x\ty\n1\t2024-01-01T00:00:00Z\n",
      "\"", "a,\n,,\n",
    ],
    .jsonLines: [
      "{\"a\": 1, \"b\": [1, 2, {\"c\": null}]}\n{\"a\": 2}\n", "{\"a\": 18446744073709551616}\n",
      "{\"a\": \"\\ud83d\\ude00\"}\n[1]\n", "{\"a\": {\"b\": {\"c\": true}}}\n",
    ],
    .predicate: [
      "a > 3 AND (b LIKE 'x%' OR c IS NAN)", "NOT a BETWEEN -1 AND 5 OR b IN ('q', NULL)",
      "lower(b) = 'tëxt' AND s.\"y z\" <> ''", "length(h) > 1 AND year(e) = 1970 AND d * 2 >= 1.5",
      "CAST(a AS double) / 0 = 1 OR e < TIMESTAMP '1970-01-01 00:00:00.5'", "x'ab' = x'AB'",
    ],
    // Bytes that make schemas and batches that are accepted.
    .arrow: [
      "fSHb1L]Z/9>F8&U:&{tEGiZ#S$I,Lv:1wdo+!m5wcGPad*z9",
      "rVMU/JVR )2^mhf`N3\"(VtL&jO_bR]Hsr?u)|d<%rR`!;=bglV6z",
      "iW)Q`kNhcu-\"/SRBp);+TjZau7N<.J5]f7J/4\\nAY^9ataM9H7D[!?D",
      "9xwDN#T+4%}VwlBIW?M>1|\\pM8`e#Zo@~",
    ],
    .schema: [
      "struct<a: list<decimal(12, 2) not null>, \"b c\": map<string, timestamp(us, 'UTC')>>"
    ],
  ]

  static func fixtures(_ target: FuzzTarget) -> [[UInt8]] {
    let file = "\(#filePath)"
    let tests = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
      .joined(separator: "/")
    var folders = ["\(tests)/Fixtures/fuzz/\(target.rawValue)"]
    if target == .file || target == .sealed { folders.append("\(tests)/Fixtures/format-0") }
    if target == .root { folders.append("\(tests)/Fixtures/format-0/roots") }
    var found: [[UInt8]] = []
    for folder in folders {
      guard let stream = unsafe opendir(folder) else { continue }
      defer { unsafe closedir(stream) }
      while let entry = unsafe readdir(stream) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
          unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) {
            unsafe String(cString: $0)
          }
        }
        if folder.hasSuffix("format-0") && !name.hasSuffix(".cln") { continue }
        if folder.hasSuffix("roots") && name != "root" { continue }
        if let bytes = read("\(folder)/\(name)") { found.append(bytes) }
      }
    }
    return found
  }

  private static func read(_ path: String) -> [UInt8]? {
    guard let file = unsafe fopen(path, "rb") else { return nil }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return count > 0 ? Array(bytes[..<count]) : nil
  }

  private static func mutate(
    _ seed: [UInt8], _ others: [[UInt8]], using generator: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let at = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0 where !bytes.isEmpty: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1 where !bytes.isEmpty: bytes[at] = UInt8.random(in: 0...255, using: &generator)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: at)
      case 3 where !bytes.isEmpty: bytes.removeSubrange(at..<min(at + 3, bytes.count))
      case 4:
        let other = others.randomElement(using: &generator) ?? []
        bytes = Array(bytes[..<at]) + other.suffix(from: other.count / 2)
      default:
        if bytes.count >= at + 4 {
          for index in at..<at + 4 { bytes[index] = Bool.random(using: &generator) ? 0xFF : 0 }
        }
      }
    }
    return bytes
  }

  @Test(arguments: FuzzTarget.allCases)
  func seedsFindingsAndMutationsEndWithoutATrap(target: FuzzTarget) throws {
    let made = target == .arrowIPC ? try ArrowIPCInput.seeds() : []
    for seed in made { #expect(target.run(seed)) }
    let inputs =
      Self.fixtures(target) + (Self.seeds[target] ?? []).map { Array($0.utf8) }
      + made + [[], [UInt8](repeating: 0, count: 200)]
    for input in inputs { target.run(input) }
    let seed = UInt64.random(in: 0...UInt64.max)
    print("fuzz \(target.rawValue): seed \(seed), \(inputs.count) inputs")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<1500 {
      let input = inputs.randomElement(using: &generator) ?? []
      target.run(Self.mutate(input, inputs, using: &generator))
    }
    if target == .root { #expect(inputs.contains { target.run($0) }) }
    // The well-formed seeds are accepted, or the target tests nothing but its front door.
    if let seeds = Self.seeds[target] {
      #expect(seeds.contains { target.run(Array($0.utf8)) })
    }
  }
}
