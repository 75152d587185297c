// Floats that are decimals: cast from them, as integers times a power of ten that is not exact, and
// from integers up to the greatest.

import CKernels
import ColonnadeArrays
import ColonnadeBase
import TestSupport
import Testing

@testable import ColonnadeFormat

@Suite struct DecimalProductTests {
  /// 3307894 · 0.01 is another number than 3307894 / 100: such prices were stored as they are.
  @Test(arguments: [DataType.float32, .float64])
  func castDecimalsArePacked(_ type: DataType) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let builder = ColumnBuilder(type)
    for _ in 0..<10_000 {
      let cents = Int.random(in: 90_000...10_500_000, using: &generator)
      try builder.append(value: .float(Double(cents) * 0.01))
    }
    let column = builder.finish()
    let file = MemoryFile()
    let chunk = try RoundTripTests.encode(column, EncodingOptions(), into: file)
    let back = try RoundTripTests.decoder(chunk, column, file).decode(slots: 0..<10_000)
    #expect(ColumnSamples.firstDifference(back, column) == nil, "seed \(seed)")
    guard type == .float64 else { return }
    #expect(chunk.pages.allSatisfy { $0.encodingCode == Encoding.decimal.rawValue })
    #expect(chunk.pages.allSatisfy { $0.flags.contains(.products) && $0.scale == 2 })
    #expect(chunk.storedByteCount < 10_000 * 25 / 8, "seed \(seed)")
  }

  // The other seed has a page whose first 32 looked at are quotients and products alike.
  @Test(arguments: [UInt64.random(in: 0...UInt64.max), 14_710_589_226_906_214_075])
  func castPricesAreMultiplesOfQuantities(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let (quantities, prices) = (ColumnBuilder(.float64), ColumnBuilder(.float64))
    for _ in 0..<10_000 {
      let quantity = Int.random(in: 1...50, using: &generator)
      try quantities.append(value: .float(Double(quantity)))
      let cents = quantity * Int.random(in: 90_000...210_000, using: &generator)
      try prices.append(value: .float(Double(cents) * 0.01))
    }
    let (quantity, price) = (quantities.finish(), prices.finish())
    let references = try ReferenceChooser(EncodingOptions()).references(among: [quantity, price])
    #expect(references[1]?.relation == .multiple, "seed \(seed)")
    guard let how = references[1] else { return }
    let file = MemoryFile()
    var chunk = try ChunkEncoder.encode(
      column: price, layout: .uniform(slotsPerRow: 1), rowCount: 10_000,
      options: EncodingOptions(), compression: ColumnCompression(), largeValues: file,
      reference: ChunkReference(column: quantity, how: how))
    #expect(
      chunk.pages.allSatisfy {
        $0.encodingCode == Encoding.reference.rawValue && $0.flags.contains(.products)
      }, "seed \(seed)")
    #expect(chunk.storedByteCount < 10_000 * 18 / 8, "seed \(seed)")
    chunk = file.place(chunk, ColumnCompression())
    let decoder = ChunkDecoder(
      shape: chunk.shape(.float64, rowCount: 10_000, slotCount: 10_000),
      pages: PageList(chunk.pages), data: file, cache: DecompressionCache(),
      reference: ColumnSource(quantity))
    let back = try decoder.decode(slots: 0..<10_000)
    #expect(ColumnSamples.firstDifference(back, price) == nil, "seed \(seed)")
    let rows = (0..<10_000).filter { _ in generator.chance(0.01) }
    let chosen = try decoder.decode(selection: SelectionVector(rows.map { UInt32($0) }))
    #expect(ColumnSamples.firstDifference(chosen, price, rows: rows) == nil, "seed \(seed)")
  }

  /// Where integers are said to be small, both ways to make doubles of them agree, up to the edges.
  @Test func smallIntegersAreTheSameEitherWay() {
    let edge = Int64(1) << 50
    for base in [-edge, 1 - edge, -1, 0, 1, edge - 1] {
      for bitWidth in [0, 1, 49, 50] {
        #expect(
          colonnade_decimals_are_small(UInt64(bitPattern: base), UInt32(bitWidth)) == 1,
          "\(base), \(bitWidth) bits")
        let greatest = base + (bitWidth == 0 ? 0 : Int64.max >> (63 - Int64(bitWidth)))
        let digits = [base, greatest].map { UInt64(bitPattern: $0) }
        let values = [Int32(0), 1].map { areSmall in
          var doubles = [0.0, 0.0]
          unsafe colonnade_decimal_values(&doubles, 8, digits, 2, 2, areSmall)
          return doubles
        }
        #expect(values[0] == values[1], "\(base), \(bitWidth) bits")
        #expect(values[0] == [Double(base) / 100, Double(greatest) / 100])
      }
      #expect(colonnade_decimals_are_small(UInt64(bitPattern: base), 51) == 0)
    }
    for base in [-edge - 1, edge, .min, .max] {
      #expect(colonnade_decimals_are_small(UInt64(bitPattern: base), 1) == 0, "\(base)")
    }
  }
}
