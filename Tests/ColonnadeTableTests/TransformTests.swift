// Transforms against the vectors that Iceberg's specification publishes, and against slow
// arithmetic. Spec: spec/table.md, "Transforms".

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import TestSupport
import Testing

@testable import ColonnadeTable

@Suite struct TransformTests {
  private func column(_ type: DataType, _ values: [Value]) throws -> Column {
    let builder = ColumnBuilder(type)
    for value in values { try builder.append(value: value) }
    return builder.finish()
  }

  private func integers(_ column: Column) -> [Int?] {
    (0..<column.count).map { index in
      switch column.value(at: index) {
      case .integer(let number): Int(number)
      case .date(let days): Int(days)
      default: nil
      }
    }
  }

  /// The hash before the modulo, through a number of buckets that changes nothing but the sign.
  private func hash(_ type: DataType, _ value: Value) throws -> Int? {
    let buckets = try Transform.bucket(Transform.maximumParameter).apply(
      to: try column(type, [value]))
    return integers(buckets)[0]
  }

  private func expected(_ hash: Int32) -> Int {
    Int(hash & Int32.max) % Transform.maximumParameter
  }

  @Test func bucketHashesAreIcebergs() throws {
    let vectors: [(DataType, Value, Int32)] = [
      (.int32, .integer(34), 2_017_239_379),
      (.int64, .integer(34), 2_017_239_379),
      (.uint8, .integer(34), 2_017_239_379),
      (.decimal(precision: 9, scale: 2), .decimal(1420, scale: 2), -500_754_589),
      (.decimal(precision: 38, scale: 2), .decimal(1420, scale: 2), -500_754_589),
      (.date, .date(17_486), -653_330_422),
      (.time(.microsecond), .time(81_068_000_000, .microsecond), -662_762_989),
      (.time(.second), .time(81_068, .second), -662_762_989),
      (
        .timestamp(.microsecond, zone: nil),
        .timestamp(1_510_871_468_000_000, .microsecond, zoned: false), -2_047_944_441
      ),
      (
        .timestamp(.second, zone: "UTC"), .timestamp(1_510_871_468, .second, zoned: true),
        -2_047_944_441
      ),
      (
        .timestamp(.microsecond, zone: nil),
        .timestamp(1_510_871_468_000_001, .microsecond, zoned: false), -1_207_196_810
      ),
      (
        .timestamp(.nanosecond, zone: nil),
        .timestamp(1_510_871_468_000_001_001, .nanosecond, zoned: false), -1_207_196_810
      ),
      (.string, .string("iceberg"), 1_210_000_089),
      (.binary, .binary([0, 1, 2, 3]), -188_683_207),
      (.fixedBinary(byteCount: 4), .binary([0, 1, 2, 3]), -188_683_207),
      (
        .fixedBinary(byteCount: 16),
        .binary([
          0xF7, 0x9C, 0x3E, 0x09, 0x67, 0x7C, 0x4B, 0xBD, 0xA4, 0x79, 0x3F, 0x34, 0x9C, 0xB7, 0x85,
          0xE7,
        ]), 1_488_055_340
      ),
    ]
    for (type, value, wanted) in vectors {
      #expect(try hash(type, value) == expected(wanted), "\(type) \(value.text)")
    }
  }

  @Test func bucketsOfNullAreNull() throws {
    let buckets = try Transform.bucket(16).apply(
      to: try column(.string, [.null, .string(""), .null]))
    #expect(buckets.nullCount == 2)
    #expect(buckets.isNull(at: 0) && !buckets.isNull(at: 1))
  }

  @Test func decimalsHashTheirFewestBytes() {
    // One byte up to 127 and from −128 on; two beyond.
    func direct(_ bytes: [UInt8]) -> UInt32 {
      unsafe bytes.withUnsafeBytes { unsafe Checksum.murmur3($0) }
    }
    #expect(Transform.hash(decimal: 0) == direct([0]))
    #expect(Transform.hash(decimal: 127) == direct([127]))
    #expect(Transform.hash(decimal: 128) == direct([0, 128]))
    #expect(Transform.hash(decimal: -128) == direct([128]))
    #expect(Transform.hash(decimal: -129) == direct([255, 127]))
    #expect(
      Transform.hash(decimal: Int128.max) == direct([127] + [UInt8](repeating: 255, count: 15)))
    #expect(Transform.hash(decimal: Int128.min) == direct([128] + [UInt8](repeating: 0, count: 15)))
  }

  @Test func timesRoundTowardsThePast() throws {
    let source = try column(
      .timestamp(.second, zone: nil),
      [-1, 0, 86_399, 86_400, -86_400, -86_401, 951_782_400].map {
        .timestamp($0, .second, zoned: false)
      } + [.null])
    #expect(integers(try Transform.year.apply(to: source)) == [-1, 0, 0, 0, -1, -1, 30, nil])
    #expect(integers(try Transform.month.apply(to: source)) == [-1, 0, 0, 0, -1, -1, 361, nil])
    #expect(integers(try Transform.day.apply(to: source)) == [-1, 0, 0, 1, -1, -2, 11_016, nil])
    #expect(
      integers(try Transform.hour.apply(to: source)) == [-1, 0, 23, 24, -24, -25, 264_384, nil])
    #expect(Transform.month.text(of: .integer(-1)) == "1969-12")
    #expect(Transform.month.text(of: .integer(361)) == "2000-02")
    #expect(Transform.year.text(of: .integer(54)) == "2024")
    #expect(Transform.day.text(of: .date(-1)) == "1969-12-31")
    #expect(Transform.hour.text(of: .integer(-1)) == "1969-12-31-23")
    #expect(Transform.hour.text(of: .null) == "NULL")
  }

  @Test func timestampsBeyondTheResultAreRefused() throws {
    let source = try column(
      .timestamp(.second, zone: nil), [.timestamp(.max, .second, zoned: false)])
    for transform in [Transform.hour, .year, .month] {
      #expect {
        try transform.apply(to: source)
      } throws: {
        ($0 as? ColonnadeError)?.kind == .limitExceeded
      }
    }
  }

  @Test func truncation() throws {
    let numbers = try column(.int32, [1, -1, 0, 10, -10, -11].map { .integer($0) })
    #expect(integers(try Transform.truncate(10).apply(to: numbers)) == [0, -10, 0, 10, -10, -20])
    // Below the least value of the type there is nothing.
    let least = try column(.int8, [-128, -121, 127].map { .integer($0) })
    #expect(integers(try Transform.truncate(10).apply(to: least)) == [-128, -128, 120])
    #expect(integers(try Transform.truncate(1000).apply(to: least)) == [-128, -128, 0])
    let decimals = try Transform.truncate(50).apply(
      to: try column(
        .decimal(precision: 4, scale: 2), [.decimal(1065, scale: 2), .decimal(-5, scale: 2)]))
    #expect(decimals.value(at: 0).text == "10.50")
    #expect(decimals.value(at: 1).text == "-0.50")
    let texts = try Transform.truncate(3).apply(
      to: try column(.string, ["iceberg", "äöü€", "a", ""].map { .string($0) }))
    #expect((0..<4).map { texts.value(at: $0).text } == ["ice", "äöü", "a", ""])
    let bytes = try Transform.truncate(2).apply(to: try column(.binary, [.binary([255, 1, 2])]))
    guard case .binary(let cut) = bytes.value(at: 0) else {
      Issue.record("no binary")
      return
    }
    #expect(cut == [255, 1])
  }

  @Test func monthsAgreeWithCountingDays() {
    var (year, month, day) = (Int64(1599), Int64(1), Int64(1))
    let start: Int64 = -135_505
    #expect(Calendar.text(days: start) == "1599-01-01")
    for days in start..<start + 250_000 {
      let found = Calendar.parts(days: days)
      guard found == (year, month, day) else {
        Issue.record("day \(days) is \(found), not \((year, month, day))")
        return
      }
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      day += 1
      if day > lengths[Int(month) - 1] { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
  }

  @Test func boundsHoldEveryValueOfAPartition() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let cases: [(DataType, [Transform], () -> Value)] = [
      (
        .int16, [.identity, .truncate(7), .truncate(40_000), .bucket(5)],
        {
          .integer(Int128(Int16.random(in: .min ... .max, using: &random)))
        }
      ),
      (
        .uint64, [.identity, .truncate(1000), .bucket(5)],
        {
          .integer(Int128(UInt64.random(in: 0 ... .max, using: &random)))
        }
      ),
      (
        .decimal(precision: 38, scale: 3), [.identity, .truncate(977), .bucket(3)],
        {
          .decimal(Int128(Int64.random(in: .min ... .max, using: &random)) * 1_000_003, scale: 3)
        }
      ),
      (
        .date, [.identity, .year, .month, .day, .bucket(9)],
        {
          .date(Int32.random(in: -800_000...800_000, using: &random))
        }
      ),
      (
        .timestamp(.millisecond, zone: "UTC"), [.year, .month, .day, .hour, .bucket(9)],
        {
          .timestamp(
            Int64.random(in: -1 << 42...1 << 42, using: &random), .millisecond, zoned: true)
        }
      ),
      (
        .timestamp(.nanosecond, zone: nil), [.year, .month, .day, .hour],
        {
          .timestamp(Int64.random(in: .min ... .max, using: &random), .nanosecond, zoned: false)
        }
      ),
      (
        .string, [.identity, .truncate(1), .truncate(2), .bucket(4)],
        {
          let alphabet: [Unicode.Scalar] = ["a", "b", "\u{7F}", "ä", "\u{D7FF}", "\u{10FFFF}"]
          var text = String.UnicodeScalarView()
          for _ in 0..<Int.random(in: 0...4, using: &random) {
            text.append(alphabet[Int.random(in: 0..<6, using: &random)])
          }
          return .string(String(text))
        }
      ),
      (
        .binary, [.identity, .truncate(1), .truncate(2)],
        {
          .binary(
            (0..<Int.random(in: 0...3, using: &random)).map { _ in
              [0, 1, 254, 255][Int.random(in: 0..<4, using: &random)]
            })
        }
      ),
    ]
    for (type, transforms, make) in cases {
      for _ in 0..<400 {
        let value = make()
        let source = try column(type, [value])
        for transform in transforms {
          let part = try transform.apply(to: source).value(at: 0)
          let bounds = transform.bounds(of: part, source: type, rowCount: 1)
          #expect(bounds.nullCount == 0)
          if let minimum = bounds.minimum {
            let ordered = try column(type, [minimum.value, value])
            #expect(
              RowSorter([(ordered, false)]).permutation() == nil,
              "\(transform) of \(value.text): minimum \(minimum.value.text), seed \(seed)")
          }
          if let maximum = bounds.maximum, let top = Transform.fits(maximum.value, type) {
            let ordered = try column(type, [value, top])
            #expect(
              RowSorter([(ordered, false)]).permutation() == nil,
              "\(transform) of \(value.text): maximum \(maximum.value.text), seed \(seed)")
          }
          #expect(transform.mayContain(value, source: type, in: part))
        }
      }
    }
  }

  @Test func bucketsExcludeOtherValues() {
    // 34 is in bucket 3 of 16 (2017239379 mod 16).
    let transform = Transform.bucket(16)
    #expect(transform.mayContain(.integer(34), source: .int32, in: .integer(3)))
    #expect(!transform.mayContain(.integer(34), source: .int32, in: .integer(4)))
    #expect(!transform.mayContain(.integer(34), source: .int32, in: .null))
    #expect(!transform.mayContain(.decimal(340, scale: 1), source: .int32, in: .integer(4)))
    // What does not fit the type is not decided here.
    #expect(transform.mayContain(.decimal(345, scale: 1), source: .int32, in: .integer(4)))
    #expect(transform.mayContain(.string("34"), source: .int32, in: .integer(4)))
  }
}

extension Transform {
  /// A bound clamped into a type that cannot hold it, which then says nothing.
  fileprivate static func fits(_ value: Value, _ type: DataType) -> Value? {
    let builder = ColumnBuilder(type)
    do {
      try builder.append(value: value)
      return value
    } catch {
      return nil
    }
  }
}
