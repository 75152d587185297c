// Encoding 10: what goes in comes out, by whatever column; what is hostile throws.

import CKernels
import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct ReferenceTests {
  private static func options(_ generator: inout SeededGenerator) -> (EncodingOptions, String) {
    var options = EncodingOptions()
    options.forcedEncoding = .reference
    options.pageShift = generator.chance(0.5) ? UInt8.random(in: 3...12, using: &generator) : nil
    let framing = Int.random(in: 0..<4, using: &generator)
    options.forcesFrames = framing == 1
    options.forcedCodec = framing == 2 ? .zstd : framing == 3 ? Codec.none : nil
    options.frameByteCount = [64, 512, 3072].randomElement(using: &generator) ?? 3072
    return (
      options, "framing \(framing), page shift \(options.pageShift.map(String.init) ?? "chosen")"
    )
  }

  @Test(arguments: RelatedColumns.types)
  func everyPairOfTypes(_ type: DataType) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    var referring = 0
    for reference in RelatedColumns.types {
      for relation in [ReferenceRelation.difference, .multiple] {
        for nulls in [0, 0.2] {
          let count = RoundTripTests.sizes.randomElement(using: &generator) ?? 1
          let related = RelatedColumns(
            type, by: reference, relation, count: count, nulls: nulls,
            noise: generator.chance(0.5) ? 0 : 0.02, &generator)
          let (options, framing) = Self.options(&generator)
          let comment =
            "seed \(seed): \(type) by \(reference), \(relation), \(count) slots, nulls \(nulls), "
            + framing
          let file = MemoryFile()
          let chunk = try related.encode(options, into: file)
          #expect((chunk.reference == 1) == chunk.pages.contains { $0.encodingCode == 10 })
          referring += chunk.reference == 1 ? 1 : 0
          let decoder = related.decoder(chunk, file, reference: ColumnSource(related.reference))
          try Self.check(decoder, related.column, &generator, comment)
        }
      }
    }
    // Most pairs can be stored so, or this shows nothing.
    #expect(referring > RelatedColumns.types.count, "seed \(seed): \(referring) chunks")
  }

  private static func check(
    _ decoder: ChunkDecoder, _ column: Column, _ generator: inout SeededGenerator,
    _ comment: String
  ) throws {
    let back = try decoder.decode(slots: 0..<column.count)
    #expect(ColumnSamples.firstDifference(back, column) == nil, "\(comment)")
    #expect(ColumnSamples.firstFault(back) == nil, "\(comment)")
    let start = Int.random(in: 0..<column.count, using: &generator)
    let end = Int.random(in: start...column.count, using: &generator)
    let part = try decoder.decode(slots: start..<end)
    #expect(
      ColumnSamples.firstDifference(part, column, rows: Array(start..<end)) == nil,
      "\(comment) slots \(start)..<\(end)")
    for share in [0.005, 0.2, 0.8] {
      let rows = (0..<column.count).filter { _ in generator.chance(share) }
      let chosen = try decoder.decode(selection: SelectionVector(rows.map { UInt32($0) }))
      #expect(
        ColumnSamples.firstDifference(chosen, column, rows: rows) == nil,
        "\(comment) selection of \(share)")
      #expect(ColumnSamples.firstFault(chosen) == nil, "\(comment)")
    }
    let validity = try decoder.decodeValidity(slots: start..<end)
    #expect(validity.nullCount == part.nullCount, "\(comment)")
  }

  @Test(arguments: [DataType.int32, .uint64, .float32, .float64])
  func mutationsNeverTrap(_ type: DataType) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("hostile references of \(type): seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for reference in RelatedColumns.types {
      for relation in [ReferenceRelation.difference, .multiple] {
        let count = generator.chance(0.5) ? 300 : 2100
        let related = RelatedColumns(
          type, by: reference, relation, count: count, nulls: generator.chance(0.5) ? 0.3 : 0,
          noise: 0.02, &generator)
        let (options, framing) = Self.options(&generator)
        let file = MemoryFile(isGuarded: true)
        let chunk = try related.encode(options, into: file)
        let comment = "seed \(seed): \(type) by \(reference), \(relation), \(framing)"
        for round in 0..<12 {
          var changed = chunk
          var restore: (offset: Int, byte: UInt8)?
          if round % 2 == 0 {
            let page = Int.random(in: 0..<chunk.pages.count, using: &generator)
            HostilePageTests.mutate(&changed.pages[page], &generator)
          } else if file.byteCount > 64 {
            let offset = Int.random(in: 64..<file.byteCount, using: &generator)
            restore = (
              offset, file.mutate(at: offset, to: UInt8(truncatingIfNeeded: generator.next()))
            )
          }
          // The reference's values are a file's too: any bits, of which nothing can be read behind.
          let values = unsafe try #require(
            GuardedMemory.copy(related.reference.values.unsafeBytes))
          let hostile = Column(
            unchecked: related.reference.type, count: count, nullCount: 0, validity: nil,
            values: values)
          HostilePageTests.decodeAll(
            related.decoder(changed, file, reference: ColumnSource(hostile)), count, &generator,
            "\(comment), round \(round)")
          if let restore { file.mutate(at: restore.offset, to: restore.byte) }
        }
      }
    }
  }

  @Test func referencesThatAreNoneThrow() throws {
    var generator = SeededGenerator(seed: 7)
    let related = RelatedColumns(
      .int32, by: .int64, .difference, count: 1_000, nulls: 0, noise: 0, &generator)
    var options = EncodingOptions()
    options.forcedEncoding = .reference
    let file = MemoryFile()
    let chunk = try related.encode(options, into: file)
    #expect(chunk.reference == 1)
    func refused(_ source: (any ReferenceSource)?, _ what: String) {
      let decoder = related.decoder(chunk, file, reference: source)
      for decode in [
        { try decoder.decode(slots: 0..<1_000) },
        { try decoder.decode(selection: SelectionVector([3, 900])) },
      ] {
        let error = #expect(throws: ColonnadeError.self, "\(what)") { try decode() }
        #expect(error?.kind == .corrupt)
      }
    }
    refused(nil, "no reference")
    struct Short: ReferenceSource {
      let column: Column
      func column(slots: Range<Int>) throws(ColonnadeError) -> Column {
        column.slice(0..<slots.count - 1)
      }
      func column(selection: SelectionVector) throws(ColonnadeError) -> Column {
        column.slice(0..<selection.count - 1)
      }
    }
    refused(Short(column: related.reference), "a slot too few")
    let text = ColumnBuilder(.string, capacity: 1_000)
    for _ in 0..<1_000 { text.append(text: "a") }
    refused(ColumnSource(text.finish()), "text")
    var scaled = chunk
    for index in scaled.pages.indices { scaled.pages[index].scale = 0x10 }
    #expect(throws: ColonnadeError.self) {
      try related.decoder(scaled, file, reference: ColumnSource(related.reference))
        .decode(slots: 0..<1_000)
    }
    // What does not decode values does not ask for the reference.
    let validity = try related.decoder(chunk, file, reference: nil).decodeValidity(slots: 0..<1_000)
    #expect(validity.nullCount == 0)
  }

  @Test func kernelsAgreeWithTheirTwin() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for round in 0..<3_000 {
      let count = [1, 5, 64, 1_023, 1_025, 2_100].randomElement(using: &generator) ?? 1
      let kind = SlotKind(RelatedColumns.types.randomElement(using: &generator) ?? .int8)
      let scale = Int.random(in: 0...15, using: &generator)
      let reference = colonnade_reference(kind, scale: scale)
      let isFloat = generator.chance(0.5)
      let width = isFloat ? [4, 8].randomElement(using: &generator) ?? 8 : 1 << (round % 4)
      let bits = UInt64.random(in: 0...64, using: &generator)
      let (packed, values) = (
        MutableBuffer(byteCount: count * 8), MutableBuffer(byteCount: count * kind.width)
      )
      for index in 0..<count {
        let integer = bits == 0 ? 0 : generator.next() >> (64 - bits)
        unsafe packed.pointer.storeBytes(of: integer, toByteOffset: index * 8, as: UInt64.self)
        let value = Self.value(kind, &generator)
        unsafe values.pointer.storeBytes(
          of: value, toByteOffset: index * kind.width, kind.width)
      }
      let integers = unsafe packed.pointer.assumingMemoryBound(to: UInt64.self)
      let (fast, slow) = (
        MutableBuffer(byteCount: count * width), MutableBuffer(byteCount: count * width)
      )
      let isMultiple = Int32(round / 4 % 2)
      var own = isFloat ? UInt32.random(in: 0...15, using: &generator) : 0
      if isFloat, generator.chance(0.5) { own += UInt32(COLONNADE_PRODUCTS) }
      if isFloat {
        unsafe colonnade_reference_decimals(
          fast.pointer, UInt32(width), integers, values.pointer, reference, count, isMultiple, own,
          bits <= 50 ? 1 : 0)
      } else {
        for index in 0..<count {
          unsafe (fast.pointer + index * width).copyMemory(
            from: packed.pointer + index * 8, byteCount: width)
        }
        unsafe colonnade_reference_combine(
          fast.pointer, UInt32(width), values.pointer, reference, count, isMultiple)
      }
      unsafe colonnade_reference_portable(
        slow.pointer, UInt32(width), isFloat ? 1 : 0, integers, values.pointer, reference, count,
        isMultiple, own)
      #expect(
        fast.freeze().array == slow.freeze().array,
        "seed \(seed), round \(round): \(width) bytes by \(kind), \(bits) bits, scales \(own), \(scale)"
      )
    }
  }

  @Test func decodingBlocksAgreesWithOneAtATime() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for round in 0..<2_000 {
      let count = [1, 64, 1_024, 1_500, 2_100].randomElement(using: &generator) ?? 1
      let bitWidth = Int.random(in: 0...(round % 2 == 0 ? 32 : 64), using: &generator)
      let base = generator.next() >> UInt64.random(in: 0...63, using: &generator)
      let width = round % 4 < 2 ? 4 : 8
      let kind = SlotKind(RelatedColumns.types.randomElement(using: &generator) ?? .int8)
      let reference = colonnade_reference(kind, scale: Int.random(in: 0...4, using: &generator))
      let (integers, values) = (
        MutableBuffer(byteCount: count * 8), MutableBuffer(byteCount: count * kind.width)
      )
      let isOdd = generator.chance(0.3)
      for index in 0..<count {
        let packed = bitWidth == 0 ? 0 : generator.next() >> UInt64(64 - bitWidth)
        unsafe integers.pointer.storeBytes(
          of: base &+ packed, toByteOffset: index * 8, as: UInt64.self)
        let value = isOdd ? Self.value(kind, &generator) : Self.count(kind, &generator)
        unsafe values.pointer.storeBytes(of: value, toByteOffset: index * kind.width, kind.width)
      }
      let body = MutableBuffer()
      unsafe PackedEncoding.append(
        UnsafeRawPointer(integers.pointer), width: 8, count: count, base: base, bitWidth: bitWidth,
        to: body)
      // With nothing readable behind the packed integers.
      guard let guarded = unsafe GuardedMemory.copy(body.unsafeBytes) else { return }
      let packed = unsafe guarded.unsafeAddress.assumingMemoryBound(to: UInt8.self)
      let first = Int.random(in: 0..<count, using: &generator)
      let wanted = Int.random(in: 0...count - first, using: &generator)
      let scale =
        UInt32.random(in: 0...15, using: &generator)
        + (generator.chance(0.5) ? UInt32(COLONNADE_PRODUCTS) : 0)
      let isMultiple = Int32(round / 4 % 2)
      let (fast, slow) = (
        MutableBuffer(byteCount: wanted * width), MutableBuffer(byteCount: wanted * width)
      )
      let own = unsafe integers.pointer.assumingMemoryBound(to: UInt64.self) + first
      let comment = "seed \(seed), round \(round): \(width) bytes by \(kind), \(bitWidth) bits"
      unsafe colonnade_reference_decode(
        fast.pointer, UInt32(width), packed, count, first, wanted, base, UInt32(bitWidth),
        values.pointer + first * kind.width, reference, isMultiple, scale)
      unsafe colonnade_reference_portable(
        slow.pointer, UInt32(width), 1, own, values.pointer + first * kind.width, reference,
        wanted, isMultiple, scale)
      #expect(fast.freeze().array == slow.freeze().array, "\(comment)")
      unsafe colonnade_decimal_decode(
        fast.pointer, UInt32(width), packed, count, first, wanted, base, UInt32(bitWidth), scale)
      unsafe colonnade_decimal_values(slow.pointer, UInt32(width), own, wanted, scale, 0)
      #expect(fast.freeze().array == slow.freeze().array, "decimals, \(comment)")
      extendLifetime(guarded)
    }
  }

  /// Bits of a small number.
  private static func count(_ kind: SlotKind, _ generator: inout SeededGenerator) -> UInt64 {
    let number = generator.next() % 50
    guard case .float(let width) = kind else { return number }
    let value = Double(number) / 4
    return width == 8 ? value.bitPattern : UInt64(Float(value).bitPattern)
  }

  /// Bits of a value; of floats often ones that are no numbers, minus zero, or large.
  private static func value(_ kind: SlotKind, _ generator: inout SeededGenerator) -> UInt64 {
    guard case .float(let width) = kind else { return generator.next() }
    let number: Double =
      switch generator.next() % 8 {
      case 0: -0.0
      case 1: .nan
      case 2: -.infinity
      case 3: Double(bitPattern: generator.next())
      case 4: Double(generator.next() % 2001) / 2 - 500
      default: Double(generator.next() % 1_000_000) / 100
      }
    return width == 8 ? number.bitPattern : UInt64(Float(number).bitPattern)
  }
}

extension UnsafeMutableRawPointer {
  /// The low bytes of a value.
  fileprivate func storeBytes(of value: UInt64, toByteOffset offset: Int, _ byteCount: Int) {
    unsafe withUnsafeBytes(of: value.littleEndian) { bytes in
      if let base = bytes.baseAddress {
        unsafe (self + offset).copyMemory(from: base, byteCount: byteCount)
      }
    }
  }
}
