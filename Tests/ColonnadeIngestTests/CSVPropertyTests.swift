// The same rows whatever the scanner, the size of reads and the size of chunks.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest
import TestSupport
import Testing

@Suite struct CSVPropertyTests {
  /// Text made of the bytes that matter, well-formed or not.
  static func text(_ generator: inout SeededGenerator, wellFormed: Bool) -> [UInt8] {
    let pieces = [
      ",", ",", ",", "\n", "\n", "\r\n", "\r", "\"", "\"\"", "a", "bc", "12", "-7", "0.5", "é",
      "\\",
      "'", " ", "2020-01-01", String(repeating: "x", count: 70), "#",
    ]
    var bytes: [UInt8] = []
    if !wellFormed {
      for _ in 0..<Int.random(in: 0..<200, using: &generator) {
        bytes += Array(pieces.randomElement(using: &generator)?.utf8 ?? "".utf8)
      }
      return bytes
    }
    let columns = Int.random(in: 1...5, using: &generator)
    let end = ["\n", "\r\n", "\r"].randomElement(using: &generator) ?? "\n"
    for _ in 0..<Int.random(in: 0..<60, using: &generator) {
      var fields: [String] = []
      for _ in 0..<columns {
        var field = ""
        for _ in 0..<Int.random(in: 0..<4, using: &generator) {
          field += pieces.randomElement(using: &generator) ?? ""
        }
        // Every other field that can do without quotes has none.
        let needsQuotes = field.isEmpty || field.utf8.contains { [10, 13, 34, 44].contains($0) }
        if !needsQuotes, Bool.random(using: &generator) {
          fields.append(field)
          continue
        }
        let quoted = field.split(separator: "\"", omittingEmptySubsequences: false)
        fields.append("\"" + quoted.joined(separator: "\"\"") + "\"")
      }
      bytes += Array((fields.joined(separator: ",") + end).utf8)
    }
    return bytes
  }

  struct Outcome: Equatable {
    var rows: [[String]] = []
    var rejects: [String] = []
  }

  func outcome(
    _ bytes: [UInt8], chunk: Int, step: Int, scalar: Bool, comment: Bool
  ) throws -> Outcome {
    var options = IngestOptions()
    options.chunkByteCount = chunk
    options.usesScalarScanner = scalar
    options.delimiter = UInt8(ascii: ",")
    options.quote = UInt8(ascii: "\"")
    options.escape = UInt8(ascii: "\"")
    options.hasHeader = false
    if comment { options.comment = UInt8(ascii: "#") }
    let found: Ingested
    do {
      found = try ingest([IngestInput(bytes: bytes, step: step)], options, keepsRejects: true)
    } catch {
      return Outcome(rejects: ["\(error)"])
    }
    return Outcome(
      rows: found.rows, rejects: found.rejects.map { String(decoding: $0.json, as: UTF8.self) })
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func boundariesDoNotMatter(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for round in 0..<60 {
      let comment = round % 3 == 0
      let bytes = Self.text(&generator, wellFormed: round % 2 == 0)
      let whole = try outcome(bytes, chunk: 1 << 20, step: .max, scalar: false, comment: comment)
      for (chunk, step) in [(1, 1), (2, 7), (64, 64), (65, 3), (200, .max)] {
        for scalar in [false, true] {
          let other = try outcome(
            bytes, chunk: chunk, step: step, scalar: scalar, comment: comment)
          #expect(
            other == whole,
            "seed \(seed), round \(round), chunk \(chunk), step \(step), scalar \(scalar): \(String(decoding: bytes, as: UTF8.self).debugDescription)"
          )
        }
      }
    }
  }

  /// What a field-by-field reading of RFC 4180 gives; only for well-formed text.
  static func plainRecords(_ bytes: [UInt8]) -> [[String]] {
    var records: [[String]] = []
    var record: [String] = []
    var field: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let isQuoted = bytes[index] == 34
      if isQuoted { index += 1 }
      while true {
        if !isQuoted {
          if [10, 13, 44].contains(bytes[index]) { break }
          field.append(bytes[index])
          index += 1
          continue
        }
        if bytes[index] == 34 {
          if index + 1 < bytes.count, bytes[index + 1] == 34 {
            field.append(34)
            index += 2
            continue
          }
          index += 1
          break
        }
        field.append(bytes[index])
        index += 1
      }
      record.append("'\(String(decoding: field, as: UTF8.self))'")
      field = []
      if bytes[index] == 44 {
        index += 1
        continue
      }
      index += bytes[index] == 13 && index + 1 < bytes.count && bytes[index + 1] == 10 ? 2 : 1
      records.append(record)
      record = []
    }
    return records
  }

  @Test(arguments: [11, 12, 13] as [UInt64])
  func wellFormedTextComesBack(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for round in 0..<60 {
      let bytes = Self.text(&generator, wellFormed: true)
      let expected = Self.plainRecords(bytes)
      var options = IngestOptions()
      options.delimiter = UInt8(ascii: ",")
      options.quote = UInt8(ascii: "\"")
      options.escape = UInt8(ascii: "\"")
      options.schema = Schema(
        (0..<(expected.first?.count ?? 1)).map { Field("c\($0)", .string) })
      options.hasHeader = false
      let found = try ingest([IngestInput(bytes: bytes)], options)
      #expect(found.rows == expected, "seed \(seed), round \(round)")
    }
  }
}
