// All golden files of format version 0.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

enum GoldenCatalogue {
  static let all: [Golden] =
    encodings + references + GoldenCatalogue.nested + GoldenCatalogue.edges
    + GoldenCatalogue.reserved

  static let leaves: [DataType] = [
    .bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float16, .float32,
    .float64, .decimal(precision: 9, scale: 2), .decimal(precision: 30, scale: 4), .date,
    .time(.second), .time(.nanosecond), .timestamp(.millisecond, zone: nil),
    .timestamp(.microsecond, zone: "Europe/Berlin"), .duration(.second), .string,
    .categorical(ordered: true), .binary, .fixedBinary(byteCount: 3),
  ]

  static let integers = leaves.filter {
    switch $0.physical {
    case .bit, .float16, .float32, .float64, .bytes, .fixedBytes: false
    default: true
    }
  }

  /// A value of `type` that says `number`.
  static func value(_ type: DataType, _ number: Int) -> Value {
    switch type {
    case .bool: .bool(number % 2 != 0)
    case .float16, .float32, .float64: .float(Double(number) / 4)
    case .decimal(_, let scale): .decimal(Int128(number) - 7, scale: scale)
    case .date: .date(Int32(number) - 3)
    case .time(let unit): .time(Int64(number), unit)
    case .timestamp(let unit, let zone): .timestamp(Int64(number) - 9, unit, zoned: zone != nil)
    case .duration(let unit): .duration(-Int64(number), unit)
    case .string, .categorical: .string(String(repeating: "ä", count: number % 3) + "\(number)")
    case .binary: .binary([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 5))
    case .fixedBinary(let byteCount):
      .binary((0..<byteCount).map { UInt8(truncatingIfNeeded: number + $0) })
    case .null: .null
    default: .integer(Int128(number))
    }
  }

  /// A column of each type, and one with nulls beside it.
  static func columns(
    _ types: [DataType], rowCount: Int, number: (Int) -> Int
  ) -> [(Field, [Value])] {
    types.flatMap { type in
      let values = (0..<rowCount).map { value(type, number($0)) }
      let some = values.enumerated().map { $0.offset % 5 == 2 ? Value.null : $0.element }
      return [
        (Field("\(type)", type, isNullable: false), values), (Field("\(type), null", type), some),
      ]
    }
  }

  static func forcing(_ encoding: Encoding) -> (inout FileWriterOptions) -> Void {
    { $0.encoding.forcedEncoding = encoding }
  }

  /// 4,700 texts of 57 letters, each one of 200: a frame holds few twice, a dictionary all of them.
  private static let announcements: [Value] = {
    var state: UInt64 = 1
    func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 40)
    }
    var texts: [Value] = []
    for _ in 0..<200 {
      let letters = (0..<57).map { _ in UInt8(97 + next() % 26) }
      texts.append(.string(String(decoding: letters, as: UTF8.self)))
    }
    return (0..<4_700).map { _ in texts[next() % 200] }
  }()

  /// Floats of every width that are no decimals, every ninth null.
  private static func noise(rowCount: Int) -> [(Field, [Value])] {
    var state: UInt64 = 3
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 9_007_199_254_740_992
    }
    return [DataType.float16, .float32, .float64].map { type in
      let values = (0..<rowCount).map { row -> Value in
        row % 9 == 4 ? .null : .float((next() - 0.5) * next() * 8)
      }
      return (Field("noise \(type)", type), values)
    }
  }

  /// Sentences of a few words each, so that pages hold more than 1,024 codes.
  private static func sentences(_ count: Int) -> [Value] {
    let words = ["furious", "requests ", "sleep ", "carefully ", "above the ", "quick", "ly ", "."]
    var state: UInt64 = 7
    return (0..<count).map { row in
      var text = row % 50 == 0 ? "#\(row) " : ""
      for _ in 0..<(row % 7) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += words[Int(state >> 61)]
      }
      return .string(text)
    }
  }

  static let encodings: [Golden] = [
    Golden(
      "plain", "encoding 1 of every leaf type, with and without nulls",
      columns(leaves, rowCount: 12) { ($0 * 5 + 1) % 13 }, configure: forcing(.plain)),
    Golden(
      "plain-frames", "encoding 1 in frames that are not compressed, validity in the frames",
      columns([.int16, .float64, .string, .binary, .fixedBinary(byteCount: 3)], rowCount: 70) {
        ($0 * 5 + 1) % 13
      },
      configure: {
        $0.encoding.forcedEncoding = .plain
        $0.encoding.forcesFrames = true
        $0.encoding.frameByteCount = 64
      }),
    Golden(
      "constant", "encoding 2 of every leaf type, with and without nulls",
      columns(leaves, rowCount: 12) { _ in 7 }, configure: forcing(.constant)),
    Golden(
      "packed", "encoding 3 of the integers in layout, blocks of 1,024 and a rest",
      columns([.int16, .uint64, .date, .decimal(precision: 30, scale: 4)], rowCount: 1_100) {
        $0 * 7 % 8
      },
      configure: forcing(.packed)),
    Golden(
      "packed-types", "encoding 3 of every integer in layout, fewer than 1,024",
      columns(integers, rowCount: 12) { ($0 * 5 + 1) % 13 }, configure: forcing(.packed)),
    Golden(
      "packed-wide", "encoding 3 beyond 32 bits",
      columns([.int64], rowCount: 1_030) { $0 * 7_919 % 8 << 32 + $0 }, configure: forcing(.packed)),
    Golden(
      "packed-patches", "encoding 3 with patches",
      columns([.int32, .uint64], rowCount: 300) { $0 % 100 == 37 ? 1_000_000 + $0 : $0 % 4 },
      configure: forcing(.packed)),
    Golden(
      "decimal", "encoding 7 of floating point that is decimal",
      columns([.float32, .float64], rowCount: 300) { $0 * 7_919 % 1_000 },
      configure: forcing(.decimal)),
    Golden(
      "decimal-products", "encoding 7 of floating point that was cast from decimals",
      [DataType.float32, .float64].map { type in
        (
          Field("\(type)", type, isNullable: false),
          (0..<300).map { .float(Double($0 * 7_919 % 10_000) * 0.01) }
        )
      },
      configure: forcing(.decimal)),
    Golden(
      "split", "encoding 8 of every width, planes compressed, nulls, frames of 128 slots",
      noise(rowCount: 500) + columns([.float32, .float64], rowCount: 500) { $0 * $0 % 97 },
      configure: {
        $0.encoding.forcedEncoding = .split
        $0.encoding.forcedCodec = nil
        $0.encoding.frameByteCount = 64
      }),
    Golden(
      "split-stored", "encoding 8, planes as they are", noise(rowCount: 40),
      configure: forcing(.split)),
    Golden(
      "delta", "encoding 4, blocks of 1,024 and a rest, ascending and descending",
      columns([.int32, .timestamp(.microsecond, zone: "Europe/Berlin")], rowCount: 1_100) {
        $0 * 3 + $0 % 2
      } + columns([.uint16], rowCount: 1_100) { 60_000 - $0 * 2 }, configure: forcing(.delta)),
    Golden(
      "run-length", "encoding 5 of values and of codes",
      columns([.bool, .int8, .int64, .float32, .decimal(precision: 30, scale: 4)], rowCount: 60) {
        $0 / 13
      }, configure: forcing(.runLength)),
    Golden(
      "dictionary", "encoding 6 and its dictionaries",
      columns([.int32, .float64, .string, .binary, .fixedBinary(byteCount: 3)], rowCount: 400) {
        $0 * 7 % 5 * 1_000
      }, configure: forcing(.dictionary)),
    Golden(
      "symbols", "encoding 9: symbol tables of text, of binary and of what is not ASCII",
      columns([.string, .categorical(ordered: false), .binary], rowCount: 2_100) { $0 * $0 % 97 }
        + [(Field("words", .string, isNullable: false), sentences(2_100))],
      configure: {
        $0.encoding.forcedEncoding = .symbols
        $0.encoding.pageShift = 11
      }),
    Golden(
      "zstd", "codec 1: frames of text and of numbers",
      columns([.string, .int64, .float32], rowCount: 600) { $0 * $0 % 97 },
      configure: {
        $0.encoding.forcedEncoding = .plain
        $0.encoding.forcedCodec = .zstd
        $0.encoding.frameByteCount = 512
      }),
    Golden(
      "zstd-dictionary", "codec 1 with a trained dictionary",
      [
        (Field("text", .string, isNullable: false), announcements)
      ],
      configure: {
        $0.encoding = EncodingOptions(profile: .balanced)
        $0.encoding.forcedEncoding = .plain
      }),
    Golden(
      "large-values", "values out of line: one stored as it is, one compressed",
      [
        (
          Field("bytes", .binary),
          [
            .binary([1, 2, 3]),
            .binary((0..<65_537).map { UInt8(truncatingIfNeeded: $0 % 7) }), .null,
            .binary([UInt8](repeating: 9, count: 65_536)),
          ]
        )
      ],
      configure: {
        $0.encoding = EncodingOptions(profile: .balanced)
        $0.encoding.forcedEncoding = .plain
      }),
  ]
}
