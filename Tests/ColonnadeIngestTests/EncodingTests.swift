// Packed and otherwise encoded input.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest
import Testing

@Suite struct EncodingTests {
  static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
  }

  /// `a,b`, `1,x`, `2,y`, and then `3,z`, a line each, by gzip 1.12 and zstd 1.5.
  static let gzip = [
    "1f8b08000000000002034bd449e232d4a9e032d2a9e40200c2967e9d0c000000",
    "1f8b080000000000020333d6a9e20200b54f88c704000000",
  ].map(bytes)
  static let zstd = [
    "28b52ffd240c610000612c620a312c780a322c790a2e9f2146", "28b52ffd2404210000332c7a0a44de7d00",
  ].map(bytes)

  static let rows = [["1", "'x'"], ["2", "'y'"], ["3", "'z'"]]

  @Test(arguments: [gzip, zstd])
  func packedInput(_ parts: [[UInt8]]) throws {
    let both = parts[0] + parts[1]
    for step in [1, 3, .max] {
      for canReopen in [false, true] {
        let found = try ingest([IngestInput(bytes: both, step: step, canReopen: canReopen)])
        #expect(found.rows == Self.rows)
      }
    }
    // Every cut but the one between the two parts is noticed.
    for count in 5..<both.count where count != parts[0].count {
      let error = failure([IngestInput(bytes: Array(both.prefix(count)), name: "cut")])
      #expect(error?.kind == .truncated || error?.kind == .corrupt, "\(count)")
      #expect(error?.file == "cut")
    }
    // The checksum at the end of the first part.
    var flipped = both
    flipped[parts[0].count - (parts == Self.gzip ? 6 : 2)] ^= 1
    #expect(failure([IngestInput(bytes: flipped)])?.kind == .corrupt)
  }

  @Test func byteOrderMarks() throws {
    let text = "a,é\r\n1,x😀\r\n2,\"ü\ny\"\r\n"
    let rows = [["1", "'x😀'"], ["2", "'ü\ny'"]]
    #expect(try ingest([IngestInput(bytes: [0xEF, 0xBB, 0xBF] + text.utf8)]).rows == rows)
    let little = text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    for step in [1, 3, .max] {
      for bytes in [[0xFF, 0xFE] + little, [0xFE, 0xFF] + big] {
        let found = try ingest([IngestInput(bytes: bytes, step: step)])
        #expect(found.schema.fields.map(\.name) == ["a", "é"])
        #expect(found.rows == rows)
      }
    }
    #expect(failure([IngestInput(bytes: [0xFF, 0xFE] + little.dropLast())])?.kind == .truncated)
    let half: [UInt8] = [0xFF, 0xFE, 0x61, 0, 0x0A, 0, 0x00, 0xDC, 0x0A, 0]
    #expect(failure([IngestInput(bytes: half)])?.message.contains("surrogate") == true)
  }

  @Test func latin1OnlyWhenAsked() throws {
    let bytes: [UInt8] = Array("a,b\n1,".utf8) + [0xE9, 0x0A]
    #expect(failure([IngestInput(bytes: bytes)])?.location == .line(2, column: 3, field: nil))
    var options = IngestOptions()
    options.encoding = .latin1
    #expect(try ingest([IngestInput(bytes: bytes)], options).rows == [["1", "'é'"]])
  }
}
