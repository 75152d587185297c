// The text forms of values: exact, shortest, ISO 8601, and JSON that is always JSON.

import ColonnadeArrays
import ColonnadeBase
import Testing

private func text(_ body: (inout TextBuffer) -> Void) -> String {
  var buffer = TextBuffer()
  body(&buffer)
  return buffer.text()
}

@Suite struct TextTests {
  @Test func integers() {
    let edges: [Int64] = [
      0, 1, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 99_999, 100_000, -1, -10, .max, .min,
    ]
    for value in edges { #expect(text { $0.append(value) } == value.description) }
    #expect(text { $0.append(UInt64.max) } == UInt64.max.description)
    for value in [Int128.max, .min, 18_446_744_073_709_551_616, 10_000_000_000_000_000_000] {
      #expect(text { $0.append(value) } == value.description)
    }
  }

  @Test func decimals() {
    #expect(text { $0.append(decimal: 12345, scale: 2) } == "123.45")
    #expect(text { $0.append(decimal: -5, scale: 3) } == "-0.005")
    #expect(text { $0.append(decimal: 7, scale: 0) } == "7")
    #expect(
      text { $0.append(decimal: 1, scale: 38) } == "0." + String(repeating: "0", count: 37) + "1")
    #expect(
      text { $0.append(decimal: -99_999_999_999_999_999_999_999_999_999_999_999_999, scale: 20) }
        == "-999999999999999999.99999999999999999999")
  }

  @Test func doublesReadBack() {
    let edges: [Double] = [
      0, -0.0, 1, -1, 0.1, 0.2, 0.3, 0.1 + 0.2, 1e-4, 9.9999e-5, 1e-5, 123.4567, 123.45678, 1e11,
      99_999_999_999.9999, 1e15, 1e16, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi,
      2.5, 1234.5,
    ]
    for value in edges {
      #expect(text { $0.append(value) } == value.description)
    }
    #expect(text { $0.append(Double.nan) } == "nan")
    #expect(text { $0.append(-Double.infinity) } == "-inf")
    var state: UInt64 = 42
    print("TextTests.doublesReadBack: seed \(state)")
    for round in 0..<200_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value: Double =
        switch round % 4 {
        case 0: Double(bitPattern: state)
        case 1: Double(Int64(bitPattern: state) >> 24) / 100
        case 2: Double(state >> 30) / 10_000
        default: Double(state >> 40) / 1024
        }
      if value.isNaN { continue }
      let shown = text { $0.append(value) }
      if shown != value.description { Issue.record("\(value.description) became \(shown)") }
    }
  }

  @Test func halfFloats() {
    for bits in UInt16.min...UInt16.max {
      let value = Float(float16Bits: bits)
      let shown = text { $0.append(float16Bits: bits) }
      if value.isNaN {
        #expect(shown == "nan")
      } else if let back = Double(shown) {
        if Float(back).float16Bits != bits { Issue.record("\(bits): \(shown)") }
      } else {
        Issue.record("\(bits): \(shown)")
      }
    }
    #expect(text { $0.append(float16Bits: Float(0.1).float16Bits) } == "0.1")
    #expect(text { $0.append(float16Bits: Float(65504).float16Bits) } == "65500.0")
  }

  @Test func calendar() {
    let days: [(Int64, String)] = [
      (0, "1970-01-01"), (-1, "1969-12-31"), (15_706, "2013-01-01"), (11_016, "2000-02-29"),
      (-719_528, "0000-01-01"), (-719_529, "-0001-12-31"), (2_932_896, "9999-12-31"),
      (2_932_897, "+10000-01-01"), (-25_567, "1900-01-01"), (-25_508, "1900-03-01"),
    ]
    for (day, shown) in days {
      #expect(text { $0.append(daysSince1970: day) } == shown)
      #expect(CalendarDay(daysSince1970: day).daysSince1970 == day)
    }
    for day in stride(from: Int64(-800_000), to: 3_000_000, by: 37) {
      let date = CalendarDay(daysSince1970: day)
      #expect(date.daysSince1970 == day && (1...12).contains(date.month))
    }
  }

  @Test func timesAndInstants() {
    #expect(text { $0.append(time: 3_661_000, .millisecond) } == "01:01:01")
    #expect(text { $0.append(time: 3_661_500_000, .microsecond) } == "01:01:01.500")
    #expect(text { $0.append(time: 1, .nanosecond) } == "00:00:00.000000001")
    #expect(text { $0.append(timestamp: -1, .second, zoned: true) } == "1969-12-31T23:59:59Z")
    #expect(
      text { $0.append(timestamp: -1, .microsecond, zoned: false) }
        == "1969-12-31T23:59:59.999999")
    #expect(
      text { $0.append(timestamp: 1_357_016_400_000, .millisecond, zoned: false) }
        == "2013-01-01T05:00:00")
    // The ends of the range are shown, not trapped on.
    for unit in TimeUnit.allCases {
      for ticks in [Int64.min, .max] {
        #expect(!text { $0.append(timestamp: ticks, unit, zoned: false) }.isEmpty)
        #expect(!text { $0.append(time: ticks, unit) }.isEmpty)
        #expect(!text { $0.append(duration: ticks, unit) }.isEmpty)
      }
    }
    #expect(text { $0.append(duration: 3_723_500, .millisecond) } == "PT1H2M3.500S")
    #expect(text { $0.append(duration: 0, .second) } == "PT0S")
    #expect(text { $0.append(duration: -60, .second) } == "-PT1M")
  }

  @Test func jsonStrings() {
    #expect(
      text { $0.append(jsonString: "plain text, long enough") } == "\"plain text, long enough\"")
    #expect(
      text { $0.append(jsonString: "a\"b\\c\nd\u{1}e\u{7F}é日本語 long tail of it") }
        == "\"a\\\"b\\\\c\\nd\\u0001e\u{7F}é日本語 long tail of it\"")
    #expect(text { $0.append(jsonString: "") } == "\"\"")
    let bytes: [(String, String)] = [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"),
    ]
    for (plain, encoded) in bytes { #expect(Value.binary(Array(plain.utf8)).text == encoded) }
  }

  @Test func nestedValuesAreJSON() throws {
    let type = DataType.structure([
      Field("a", .list(Field("element", .float64))),
      Field(
        "m", .map(key: Field("key", .int32, isNullable: false), value: Field("value", .string))),
    ])
    let builder = ColumnBuilder(type)
    let value = Value.structure([
      ("a", .list([.float(1.5), .null, .float(.nan)])),
      ("m", .map([(.integer(7), .string("x\"y"))])),
    ])
    try builder.append(value: value)
    builder.appendNull()
    let column = builder.finish()
    let expected = #"{"a":[1.5,null,"nan"],"m":{"7":"x\"y"}}"#
    #expect(column.text(at: 0) == expected)
    #expect(column.value(at: 0).text == expected)
    #expect(column.text(at: 1) == "")
    var buffer = TextBuffer()
    try buffer.append(json: column, at: 0, nonFinite: .null)
    #expect(buffer.text() == #"{"a":[1.5,null,null],"m":{"7":"x\"y"}}"#)
    #expect(throws: ColonnadeError.self) {
      var buffer = TextBuffer()
      try buffer.append(json: column, at: 0, nonFinite: .error)
    }
  }
}
