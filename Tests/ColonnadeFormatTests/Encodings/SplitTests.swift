// Encoding 8: floats that are no decimals, apart by bytes: every bit comes back, few frames are read
// for few values, what is hostile throws.

import CKernels
import ColonnadeArrays
import ColonnadeBase
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import ColonnadeFormat

/// Notes which bytes are asked for.
private final class WatchedFile: DataSource {
  private let file: MemoryFile
  private let seen = Mutex<[Range<UInt64>]>([])

  init(_ file: MemoryFile) { self.file = file }

  var reads: [Range<UInt64>] { seen.withLock { $0 } }

  func data(offset: UInt64, byteCount: Int) throws(ColonnadeError) -> Buffer {
    seen.withLock { $0.append(offset..<offset + UInt64(byteCount)) }
    return try file.data(offset: offset, byteCount: byteCount)
  }

  func compressionDictionary(at index: Int) throws(ColonnadeError) -> Buffer {
    try file.compressionDictionary(at: index)
  }
}

@Suite struct SplitTests {
  static let types = [DataType.float16, .float32, .float64]

  /// Normal variates, and a few that are no numbers or have no size.
  static func noise(
    _ type: DataType, _ count: Int, nulls: Double = 0, odd: Double = 0,
    _ generator: inout SeededGenerator
  ) -> Column {
    let builder = ColumnBuilder(type, capacity: count)
    for _ in 0..<count {
      if generator.chance(nulls) {
        builder.appendNull()
        continue
      }
      let radius = (-2 * log(Double.random(in: .leastNormalMagnitude..<1, using: &generator)))
        .squareRoot()
      let value = radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
      let isOdd = generator.chance(odd)
      switch type {
      case .float16:
        let bits = Float16(value).bitPattern
        builder.append(fixed: isOdd ? oddBits(UInt16.self, Float16.self, &generator) : bits)
      case .float32:
        let bits = Float(value).bitPattern
        builder.append(fixed: isOdd ? oddBits(UInt32.self, Float.self, &generator) : bits)
      default:
        builder.append(
          fixed: isOdd ? oddBits(UInt64.self, Double.self, &generator) : value.bitPattern)
      }
    }
    return builder.finish()
  }

  /// Both zeros and infinities, NaN with any payload and sign, subnormal numbers, any bits.
  private static func oddBits<Bits: FixedWidthInteger, Number: BinaryFloatingPoint>(
    _: Bits.Type, _: Number.Type, _ generator: inout SeededGenerator
  ) -> Bits {
    let any = Bits(truncatingIfNeeded: generator.next())
    let infinity = ~(Bits.max << Bits(Number.exponentBitCount)) << Bits(Number.significandBitCount)
    let sign = 1 << Bits(Bits.bitWidth - 1) & any
    switch generator.next() % 5 {
    case 0: return sign
    case 1: return sign | infinity
    case 2: return any | infinity
    case 3: return any & ~infinity
    default: return any
    }
  }

  static func options(_ generator: inout SeededGenerator) -> (EncodingOptions, String) {
    var options = EncodingOptions()
    options.forcedEncoding = .split
    options.pageShift = generator.chance(0.7) ? UInt8.random(in: 3...13, using: &generator) : nil
    options.forcedCodec = generator.chance(0.3) ? Codec.none : nil
    options.frameByteCount = [16, 200, 3072].randomElement(using: &generator) ?? 3072
    return (
      options,
      "codec \(options.forcedCodec == nil ? "zstd" : "none"), page shift "
        + "\(options.pageShift.map(String.init) ?? "chosen"), frames of \(options.frameByteCount)"
    )
  }

  @Test(arguments: types) func everyBitComesBack(_ type: DataType) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    var planeCounts = Set<UInt32>()
    for round in 0..<30 {
      var count = [1, 2, 7, 1023, 1025, 9000].randomElement(using: &generator) ?? 1
      let nulls = generator.chance(0.5) ? 0.3 : 0
      let odd = [0.0, 0.02, 1.0].randomElement(using: &generator) ?? 0.0
      var column = Self.noise(type, count, nulls: nulls, odd: odd, &generator)
      var (options, how) = Self.options(&generator)
      if round % 3 == 0 {
        // Low bytes that repeat: more planes are compressed.
        count = 9000
        options.forcedCodec = nil
        how = "repeating, zstd"
        column = ColumnSamples.column(type, count: count, nulls: .some, shape: .runs, &generator)
      }
      let comment = "seed \(seed): \(count) of \(type), nulls \(nulls), odd \(odd), \(how)"
      let file = MemoryFile(isGuarded: true)
      let chunk = try RoundTripTests.encode(column, options, into: file)
      for page in chunk.pages where page.encodingCode == Encoding.split.rawValue {
        planeCounts.insert(page.auxiliaryCount)
      }
      let decoder = RoundTripTests.decoder(chunk, column, file)
      let back = try decoder.decode(slots: 0..<count)
      #expect(ColumnSamples.firstDifference(back, column) == nil, "\(comment)")
      #expect(ColumnSamples.firstFault(back) == nil, "\(comment)")
      let start = Int.random(in: 0..<count, using: &generator)
      let end = Int.random(in: start...count, using: &generator)
      #expect(
        ColumnSamples.firstDifference(
          try decoder.decode(slots: start..<end), column, rows: Array(start..<end)) == nil,
        "\(comment), slots \(start)..<\(end)")
      for share in [0.002, 0.1, 0.9] {
        let rows = (0..<count).filter { _ in generator.chance(share) }
        let chosen = try decoder.decode(selection: SelectionVector(rows.map { UInt32($0) }))
        #expect(
          ColumnSamples.firstDifference(chosen, column, rows: rows) == nil,
          "\(comment), selection of \(share)")
        #expect(ColumnSamples.firstFault(chosen) == nil, "\(comment)")
      }
      let validity = try decoder.decodeValidity(slots: start..<end)
      #expect(
        validity.nullCount == (start..<end).filter { column.isNull(at: $0) }.count, "\(comment)")
    }
    #expect(planeCounts.count > 1, "seed \(seed): planes \(planeCounts)")
  }

  @Test(arguments: zip(types, [0.93, 0.87, 0.91]))
  func theArchiveProfileSplitsNoiseAndOthersDoNot(_ type: DataType, _ share: Double) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let column = Self.noise(type, 70_000, nulls: 0.05, odd: 0.001, &generator)
    for profile in EncodingProfile.allCases {
      let file = MemoryFile()
      let chunk = try RoundTripTests.encode(
        column, EncodingOptions(profile: profile), into: file)
      let encoding = profile == .archive ? Encoding.split : .plain
      #expect(
        chunk.pages.allSatisfy { $0.encodingCode == encoding.rawValue }, "seed \(seed), \(profile)")
      if profile == .archive {
        let bytes = Double(chunk.storedByteCount) / Double(chunk.rawByteCount)
        #expect(bytes < share, "seed \(seed)")
      }
      let back = try RoundTripTests.decoder(chunk, column, file).decode(slots: 0..<70_000)
      #expect(ColumnSamples.firstDifference(back, column) == nil, "seed \(seed), \(profile)")
    }
  }

  /// What a map brings in at once takes as long to map as to decode; what is larger is mapped, and of
  /// fewer values the table of the exponents' code shows.
  @Test(arguments: types) func theBalancedProfileSplitsSmallChunks(_ type: DataType) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    guard type != .float16 else { return }
    let most = (16 << 10) / (type == .float32 ? 4 : 8)
    for (count, isSplit) in [(300, false), (512, true), (most, true), (most + 1, false)] {
      let column = Self.noise(type, count, nulls: 0, odd: 0, &generator)
      let file = MemoryFile()
      let chunk = try RoundTripTests.encode(column, EncodingOptions(profile: .balanced), into: file)
      let share = Double(chunk.storedByteCount) / Double(chunk.rawByteCount)
      let encoding = chunk.pages[0].encodingCode
      // Of eight bytes the exponents are too small a part.
      if type == .float32, isSplit {
        #expect(encoding == Encoding.split.rawValue && share < 0.88, "seed \(seed), \(count)")
      } else {
        #expect(encoding == Encoding.plain.rawValue, "seed \(seed), \(count) of \(type)")
      }
      let back = try RoundTripTests.decoder(chunk, column, file).decode(slots: 0..<count)
      #expect(ColumnSamples.firstDifference(back, column) == nil, "seed \(seed), \(count)")
    }
  }

  @Test func elementsOfVectorsAreSplit() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let (rowCount, width) = (3_000, 64)
    let elements = Self.noise(.float32, rowCount * width, &generator)
    let file = MemoryFile()
    let compression = ColumnCompression()
    let chunk = file.place(
      try ChunkEncoder.encode(
        column: elements, layout: .uniform(slotsPerRow: width), rowCount: rowCount,
        options: EncodingOptions(profile: .archive), compression: compression, largeValues: file),
      compression)
    #expect(chunk.pages.count > 1)
    #expect(chunk.pages.allSatisfy { $0.encodingCode == Encoding.split.rawValue }, "seed \(seed)")
    let decoder = ChunkDecoder(
      shape: chunk.shape(.float32, rowCount: rowCount, slotCount: elements.count),
      pages: PageList(chunk.pages), data: file, cache: DecompressionCache())
    for rows in [0..<rowCount, 255..<257, 400..<401] {
      let slots = rows.lowerBound * width..<rows.upperBound * width
      let found = try decoder.decode(slots: slots)
      #expect(
        ColumnSamples.firstDifference(found, elements, rows: Array(slots)) == nil, "seed \(seed)")
    }
    let slots = (0..<rowCount).filter { _ in generator.chance(0.01) }
      .flatMap { $0 * width..<($0 + 1) * width }
    let chosen = try decoder.decode(selection: SelectionVector(slots.map { UInt32($0) }))
    #expect(ColumnSamples.firstDifference(chosen, elements, rows: slots) == nil, "seed \(seed)")
  }

  /// Any bits save nothing, and decimals are smaller as integers.
  @Test func whatDoesNotSaveIsNotSplit() throws {
    var generator = SeededGenerator(seed: 3)
    for shape in [ValueShape.random, .prices, .runs, .constant] {
      for type in Self.types {
        let column = ColumnSamples.column(
          type, count: 20_000, nulls: .none, shape: shape, &generator)
        let chunk = try RoundTripTests.encode(
          column, EncodingOptions(profile: .archive), into: MemoryFile())
        // In a few bytes, two decimal places and what has none are about as small in planes.
        if type != .float64, shape == .prices { continue }
        #expect(
          chunk.pages.allSatisfy { $0.encodingCode != Encoding.split.rawValue },
          "\(type), \(shape): \(chunk.pages[0])")
      }
    }
  }

  @Test func aValueTakesOneFrame() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let count = 65_536
    let column = Self.noise(.float32, count, &generator)
    var options = EncodingOptions(profile: .archive)
    options.pageShift = 16
    let file = MemoryFile()
    let chunk = try RoundTripTests.encode(column, options, into: file)
    let page = try #require(chunk.pages.first)
    let frameCount = count >> Int(page.frameShift)
    #expect(page.encodingCode == Encoding.split.rawValue && frameCount == 8, "seed \(seed)")
    let lowStart = page.offset + UInt64(page.byteCount) - UInt64(3 * count)
    for rows in [[0], [40_000], [65_535], [100, 200, 40_000]] {
      let watched = WatchedFile(file)
      let decoder = ChunkDecoder(
        shape: chunk.shape(.float32, rowCount: count, slotCount: count),
        pages: PageList(chunk.pages), data: watched, cache: DecompressionCache())
      let chosen = try decoder.decode(selection: SelectionVector(rows.map { UInt32($0) }))
      #expect(ColumnSamples.firstDifference(chosen, column, rows: rows) == nil, "seed \(seed)")
      let frames = Set(rows.map { $0 >> Int(page.frameShift) }).count
      let tableEnd =
        page.offset + UInt64(frameCount * (page.flags.contains(.shortFrameEnds) ? 2 : 4))
      let planes = watched.reads.filter { $0.lowerBound >= tableEnd && $0.upperBound <= lowStart }
      #expect(planes.count == frames, "\(rows), seed \(seed)")
      #expect(
        planes.allSatisfy { $0.count < 8192 / 2 }, "\(rows), seed \(seed): \(planes)")
      let low = watched.reads.filter { $0.lowerBound >= lowStart }.reduce(0) { $0 + $1.count }
      #expect(low <= 1024 * frames, "\(rows), seed \(seed): \(low) low bytes")
    }
  }

  @Test(arguments: types) func mutationsNeverTrap(_ type: DataType) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("hostile splits of \(type): seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for round in 0..<600 {
      let count = generator.chance(0.5) ? 300 : 2100
      let column = Self.noise(
        type, count, nulls: generator.chance(0.5) ? 0.3 : 0, odd: 0.1, &generator)
      let (options, how) = Self.options(&generator)
      let file = MemoryFile(isGuarded: true)
      var chunk = try RoundTripTests.encode(column, options, into: file)
      if round % 2 == 0 {
        let page = Int.random(in: 0..<chunk.pages.count, using: &generator)
        HostilePageTests.mutate(&chunk.pages[page], &generator)
      } else {
        file.mutate(
          at: Int.random(in: 64..<file.byteCount, using: &generator),
          to: UInt8(truncatingIfNeeded: generator.next()))
      }
      HostilePageTests.decodeAll(
        RoundTripTests.decoder(chunk, column, file), count, &generator,
        "seed \(seed), round \(round): \(type), \(how)")
    }
  }

  /// A page as it should be, and one thing about it that is not.
  private static func refuses(
    _ what: String, codec: Codec? = nil, _ change: (inout PageEntry, MemoryFile) -> Void
  ) throws {
    var generator = SeededGenerator(seed: 5)
    let column = noise(.float32, 1_000, nulls: 0.1, &generator)
    var options = EncodingOptions()
    options.forcedEncoding = .split
    options.forcedCodec = codec
    options.frameByteCount = 100
    let file = MemoryFile(isGuarded: true)
    var chunk = try RoundTripTests.encode(column, options, into: file)
    #expect(chunk.pages.count == 1 && chunk.pages[0].auxiliaryCount == 1)
    change(&chunk.pages[0], file)
    let decoder = RoundTripTests.decoder(chunk, column, file)
    for decode in [
      { try decoder.decode(slots: 0..<1_000) },
      { try decoder.decode(selection: SelectionVector((0..<1_000).map { UInt32($0) })) },
    ] {
      let error = #expect(throws: ColonnadeError.self, "\(what)") { try decode() }
      #expect(error?.kind == .corrupt, "\(what)")
    }
  }

  @Test func pagesThatAreNoneThrow() throws {
    try Self.refuses("no planes") { page, _ in page.auxiliaryCount = 0 }
    try Self.refuses("more planes than bytes") { page, _ in page.auxiliaryCount = 5 }
    try Self.refuses("another plane") { page, _ in page.auxiliaryCount = 2 }
    try Self.refuses("without frames") { page, _ in
      page.frameShift = PageEntry.unframed
      page.codecCode = 0
      page.flags = .validityInChunk
    }
    try Self.refuses("larger frames") { page, _ in page.frameShift += 1 }
    try Self.refuses("validity in frames") { page, _ in
      page.flags.remove(.validityInChunk)
      page.flags.insert(.validityInFrames)
    }
    try Self.refuses("a byte too few") { page, _ in page.byteCount -= 1 }
    try Self.refuses("a byte too many") { page, _ in page.byteCount += 1 }
    try Self.refuses("a body that is no more than low bytes") { page, _ in page.byteCount = 3_000 }
    try Self.refuses("hardly any body") { page, _ in page.byteCount = 5 }
    try Self.refuses("planes that are not zstd's") { page, _ in page.codecCode = 0 }
    try Self.refuses("planes that are", codec: Codec.none) { page, _ in page.codecCode = 1 }
    try Self.refuses("an end before the one before it") { page, file in
      file.mutate(at: Int(page.offset) + 2, to: 0)
    }
    try Self.refuses("a last end that is not the frames'") { page, file in
      let end = Int(page.offset) + 6
      file.mutate(at: end, to: file.mutate(at: end, to: 0) &- 1)
    }
    try Self.refuses("another content size") { page, file in
      // The descriptor of the first frame, then its content size less 256 in two bytes.
      let first = Int(page.offset) + 8 + 1
      file.mutate(at: first, to: file.mutate(at: first, to: 0) ^ 1)
    }
  }

  @Test func kernelsAgreeWithTheirTwin() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for round in 0..<1_500 {
      let width = [2, 4, 8][round % 3]
      let planeCount = Int.random(in: 1...width, using: &generator)
      let count = [1, 2, 3, 9, 64, 1_023, 1_500].randomElement(using: &generator) ?? 1
      let values = (0..<count * width).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      let spare = Int.random(in: 0...3, using: &generator)
      let stride = count + spare
      var planes = [UInt8](repeating: 0, count: stride * planeCount)
      var low = [UInt8](repeating: 0, count: count * (width - planeCount))
      unsafe colonnade_split(
        &planes, stride, &low, values, UInt32(width), UInt32(planeCount), count)
      planes.removeLast(spare)
      // With nothing readable behind either.
      let all = unsafe try #require(planes.withUnsafeBytes { unsafe GuardedMemory.copy($0) })
      let below = unsafe try #require(low.withUnsafeBytes { unsafe GuardedMemory.copy($0) })
      let planeAddress = unsafe all.unsafeAddress.assumingMemoryBound(to: UInt8.self)
      let lowAddress = unsafe below.unsafeAddress.assumingMemoryBound(to: UInt8.self)
      var (fast, slow) = (
        [UInt8](repeating: 0, count: values.count), [UInt8](repeating: 1, count: values.count)
      )
      unsafe colonnade_split_merge(
        &fast, UInt32(width), planeAddress, stride, UInt32(planeCount), lowAddress, count)
      unsafe colonnade_split_merge_portable(
        &slow, UInt32(width), planeAddress, stride, UInt32(planeCount), lowAddress, count)
      let comment = "seed \(seed), round \(round): \(count) of \(width) bytes, \(planeCount) planes"
      #expect(fast == values, "\(comment)")
      #expect(slow == values, "\(comment)")
      let rows = (0..<count).filter { _ in generator.chance(0.3) }.map { UInt32($0) }
      if let first = rows.first {
        var chosen = [UInt8](repeating: 0, count: rows.count * width)
        unsafe colonnade_split_gather(
          &chosen, UInt32(width), planeAddress, stride, UInt32(planeCount),
          lowAddress + Int(first) * (width - planeCount), Int(first), rows, rows.count)
        let expected = rows.flatMap { values[Int($0) * width..<(Int($0) + 1) * width] }
        #expect(chosen == expected, "\(comment)")
      }
      extendLifetime(all)
      extendLifetime(below)
    }
  }
}
