// Which of codes, packed integers and compressed frames a chunk of numbers gets.

import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct ValueChoiceTests {
  /// The hours at which flights are to leave, nearly in order: a few come again and again, for a while.
  private static func hours(_ count: Int, seed: UInt64) -> Column {
    var generator = SeededGenerator(seed: seed)
    let builder = ColumnBuilder(.timestamp(.microsecond, zone: nil))
    for row in 0..<count {
      let hour = Int64(row / 50) + Int64(generator.next() % 3)
      builder.append(fixed: (379_000 + hour) * 3_600_000_000)
    }
    return builder.finish()
  }

  /// A dictionary kept a chunk from being compressed, whatever that would have saved: hours of flights
  /// took 559 kB as codes where 230 were enough.
  @Test(arguments: [EncodingProfile.balanced, .archive])
  func codesGiveWayToFramesThatTakeAThirdLess(_ profile: EncodingProfile) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let column = Self.hours(100_000, seed: seed)
    func byteCount(_ change: (inout EncodingOptions) -> Void) throws -> Int {
      var options = EncodingOptions(profile: profile)
      change(&options)
      let file = MemoryFile()
      let chunk = try RoundTripTests.encode(column, options, into: file)
      let back = try RoundTripTests.decoder(chunk, column, file).decode(slots: 0..<column.count)
      #expect(ColumnSamples.firstDifference(back, column) == nil, "seed \(seed)")
      return chunk.storedByteCount
    }
    let chosen = try byteCount { _ in }
    let codes = try byteCount {
      $0.forcedEncoding = .dictionary
      $0.forcedCodec = Codec.none
    }
    #expect(Double(chosen) <= 0.65 * Double(codes), "seed \(seed)")
    // Frames of codes are one way to store them, which costs no more than the best that was found.
    let frames = try byteCount {
      $0.forcedEncoding = .dictionary
      $0.forcedCodec = .zstd
    }
    if profile == .archive { #expect(chosen <= frames + frames / 20, "seed \(seed)") }
  }

  /// What is decided by frames at even distances goes wrong where those are unlike the others: codes come
  /// back then.
  @Test(arguments: [EncodingProfile.balanced, .archive])
  func codesComeBackWhereASampleWasWrong(_ profile: EncodingProfile) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let values = (0..<500).map { _ in Int64(bitPattern: generator.next()) }
    let (count, stretch) = (1 << 18, 1 << 14)
    let builder = ColumnBuilder(.int64)
    for row in 0..<count {
      let isAlike = row % stretch < 4_096
      builder.append(fixed: isAlike ? values[0] : values[Int(generator.next() % 500)])
    }
    let column = builder.finish()
    let file = MemoryFile()
    let chunk = try RoundTripTests.encode(column, EncodingOptions(profile: profile), into: file)
    let back = try RoundTripTests.decoder(chunk, column, file).decode(slots: 0..<column.count)
    #expect(ColumnSamples.firstDifference(back, column) == nil, "seed \(seed)")
    // Nine bits a value that is not alike, and the dictionary.
    #expect(chunk.storedByteCount < count * 9 / 8 + 500 * 8 + 4_096, "seed \(seed)")
  }
}
