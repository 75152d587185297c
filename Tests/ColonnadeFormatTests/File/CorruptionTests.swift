// Damaged files end in an error or in identical rows, and never in anything else.
// COLONNADE_ALL_FLIPS=1 flips every bit of every golden file; otherwise a sample, whose seed
// COLONNADE_SEED replays.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct CorruptionTests {
  static let flipsAll = unsafe getenv("COLONNADE_ALL_FLIPS") != nil

  /// Printed when it is first asked for: a test that ends in a trap has no message to say it in.
  static let seed: UInt64 = {
    var seed = UInt64.random(in: 0...UInt64(Int64.max))
    if let text = unsafe getenv("COLONNADE_SEED") { seed = UInt64(unsafe atoll(text)) }
    print("seed \(seed)")
    return seed
  }()

  static let goldens = GoldenCatalogue.all.filter(\.refused.isEmpty)

  @Test(arguments: GoldenCatalogue.all)
  func everyPrefixIsRefused(golden: Golden) throws {
    let bytes = try TestFile.fixture(golden.name + ".cln")
    let file = try DamagedFile(bytes)
    let step = Self.flipsAll ? 1 : max(1, bytes.count / 2_000)
    var count = bytes.count - 1
    while count >= 0 {
      try file.truncate(to: count)
      let error = #expect(throws: ColonnadeError.self, "\(count) bytes of \(golden.name)") {
        try FileReader(file.path, in: PosixFileSystem.shared)
      }
      #expect(error?.kind == .truncated || error?.kind == .corrupt, "\(count) bytes")
      #expect(error?.file == file.path)
      count -= step
    }
  }

  @Test(arguments: goldens)
  func everyFlippedBitIsAnErrorOrNothing(golden: Golden) throws {
    let file = try DamagedFile(try TestFile.fixture(golden.name + ".cln"))
    let whole = try file.contents(withStatistics: true).get()
    var generator = SeededGenerator(seed: Self.seed ^ UInt64(golden.name.utf8.count))
    let bitCount = file.bytes.count * 8
    let sample = min(bitCount, 120)
    for index in 0..<(Self.flipsAll ? bitCount : sample) {
      let bit = Self.flipsAll ? index : Int.random(in: 0..<bitCount, using: &generator)
      let before = file.bytes[bit / 8]
      try file.set(bit / 8, before ^ 1 << UInt8(bit % 8))
      switch file.contents(withStatistics: true) {
      case .success(let text):
        #expect(text == whole, "\(golden.name), bit \(bit), seed \(Self.seed)")
      case .failure(let error): #expect(error.file == file.path, "\(error)")
      }
      #expect(try file.isFoundOut(), "\(golden.name), bit \(bit), seed \(Self.seed)")
      try file.set(bit / 8, before)
    }
  }

  /// Numbers that lie at the edges of what a field can hold.
  static let edges: [UInt8] = [0, 1, 2, 3, 7, 8, 0x10, 0x3F, 0x40, 0x7F, 0x80, 0xFE, 0xFF]

  @Test(arguments: goldens)
  func whatIsSignedIsStillChecked(golden: Golden) throws {
    let bytes = try TestFile.fixture(golden.name + ".cln")
    // Large ones only repeat themselves, and are slow to sign.
    guard bytes.count < 20_000 else { return }
    var generator = SeededGenerator(seed: Self.seed &+ UInt64(golden.name.utf8.count))
    let sections = try FilePatch(bytes).bytes.count
    for _ in 0..<(Self.flipsAll ? 3_000 : 150) {
      let patch = try FilePatch(bytes)
      // Metadata more often than data: there is more to get wrong.
      let dataEnd = patch.number(try patch.entry(.summary, 0) + 32, 8)
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let isData = Int.random(in: 0..<4, using: &generator) == 0 && dataEnd > 64
        let at = Int.random(in: isData ? 64..<dataEnd : dataEnd..<sections, using: &generator)
        let isEdge = Bool.random(using: &generator)
        let byte =
          isEdge
          ? Self.edges.randomElement(using: &generator) ?? 0
          : UInt8.random(in: 0...255, using: &generator)
        patch.set(at, 1, UInt64(byte))
      }
      patch.sign()
      // Whatever it says now: an answer or an error, in bounded time and memory.
      let file = try DamagedFile(patch.bytes)
      if case .failure(let error) = file.contents(withStatistics: true) {
        #expect(error.file == file.path, "\(error), seed \(Self.seed)")
      }
      _ = try file.isFoundOut()
    }
  }

  @Test func anotherFileOfTheSameNameIsRefused() throws {
    let path = TestFile.fixtures + "/one-row.cln"
    let error = #expect(throws: ColonnadeError.self) {
      try FileReader(path, in: PosixFileSystem.shared, fileID: [UInt8](repeating: 7, count: 16))
    }
    #expect(error?.kind == .corrupt)
  }

  @Test func aSectionThatIsRequiredAndNotKnownIsNamed() throws {
    let patch = try FilePatch(try TestFile.fixture("one-row.cln"))
    patch.addUnknownSection(kind: 201, isRequired: true, content: [1, 2, 3, 4])
    try TestFile.with(patch.bytes) { path in
      let error = #expect(throws: ColonnadeError.self) {
        try FileReader(path, in: PosixFileSystem.shared)
      }
      #expect(error?.kind == .unsupportedFeature)
      #expect(error?.message.contains("201") == true)
    }
  }

  /// A small file must not name the same entries or the same zone for column after column until
  /// memory ends.
  @Test(arguments: [true, false])
  func metadataSharedByManyColumnsIsBounded(isZone: Bool) throws {
    var fields = (0..<80).map { Field("c\($0)", .timestamp(.second, zone: "UTC")) }
    if isZone {
      fields[0].type = .timestamp(.second, zone: String(repeating: "z", count: 1 << 20))
    } else {
      fields[0].metadata = (0..<65_535).map { _ in MetadataEntry("", "") }
    }
    let path = TestFile.path("shared")
    defer { TestFile.remove(path) }
    var options = FileWriterOptions()
    options.synchronizes = false
    let writer = try FileWriter(
      path, in: PosixFileSystem.shared, schema: Schema(fields).assigningIDs(), options: options)
    _ = try writer.finish()
    #expect(try FileReader(path, in: PosixFileSystem.shared).schema.fields.count == 80)
    let patch = try FilePatch(try PosixFileSystem.shared.readAll(path, limit: 1 << 30).array)
    let first = try patch.entry(.fields, 0)
    for column in 1..<80 {
      let entry = try patch.entry(.fields, column)
      for (at, size) in isZone ? [(20, 4)] : [(32, 4), (36, 2)] {
        patch.set(entry + at, size, UInt64(patch.number(first + at, size)))
      }
    }
    patch.sign()
    try TestFile.with(patch.bytes) { path in
      let file = try FileReader(path, in: PosixFileSystem.shared)
      let error = #expect(throws: ColonnadeError.self) { _ = try file.schema }
      #expect(error?.kind == .limitExceeded)
    }
  }

  @Test(arguments: [(10, 2, "version 9", UInt64(9)), (32, 8, "bit 40", 1 << 40)])
  func whatHasToBeKnownIsNamed(at: Int, size: Int, name: String, value: UInt64) throws {
    let patch = try FilePatch(try TestFile.fixture("one-row.cln"))
    patch.set(at, size, value)
    patch.sign()
    try TestFile.with(patch.bytes) { path in
      let error = #expect(throws: ColonnadeError.self) {
        try FileReader(path, in: PosixFileSystem.shared)
      }
      #expect(error?.kind == .unsupportedFeature)
      #expect(error?.message.contains(name) == true)
    }
  }
}
