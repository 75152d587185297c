// What each way to store some values would take: why a page is stored the way it is.
// Spec: spec/encodings.md "Encodings".

package import ColonnadeArrays
package import ColonnadeBase

/// Values stored in one way, to be compared with others.
package struct EncodingTrial: Sendable {
  /// The word for people, as `inspect` has it.
  package let name: String
  /// Bytes with what belongs to them: dictionary, symbols, validity.
  package let byteCount: Int
  /// What a reader is taken to need for one value, in nanoseconds.
  package let nanoseconds: Double
  /// Bytes, with the time to decode counted in bytes as the profile weighs it: the least wins, but for
  /// values that zstd makes smaller by a third, and text that `archive` puts into large frames: those
  /// have to save bytes alone.
  package let price: Double
  /// Whether the writer would store these values so.
  package let isChosen: Bool

  /// Stores the values of a leaf in every way that suits them.
  /// - Parameter column: at most 2^20 values; not a list, map or struct.
  /// - Returns: one for each way, the cheapest first; empty for a column of nulls.
  /// - Complexity: O(bytes of the values), some twenty times what a write takes.
  package static func all(
    of column: Column, profile: EncodingProfile
  ) throws(ColonnadeError) -> [EncodingTrial] {
    guard column.count > 0, column.nullCount < column.count else { return [] }
    let options = EncodingOptions(profile: profile)
    let chosen = try trial(column, options)
    var trials: [EncodingTrial] = []
    func add(_ options: EncodingOptions, _ suits: (EncodingTrial) -> Bool) throws(ColonnadeError) {
      let found = try trial(column, options)
      guard suits(found), !trials.contains(where: { $0.name == found.name }) else { return }
      trials.append(found)
    }
    let kind = SlotKind(column.type)
    for encoding in Encoding.allCases where encoding != .none && kind.allows(encoding) {
      var forced = options
      forced.forcedEncoding = encoding
      forced.forcedCodec = Codec.none
      try add(forced) { $0.name == encoding.name }
    }
    if profile != .fast {
      var compressed = options
      compressed.forcedEncoding = .plain
      compressed.forcedCodec = .zstd
      try add(compressed) { $0.name == "plain, zstd" }
    }
    trials.removeAll { $0.name == chosen.name }
    trials.append(
      EncodingTrial(
        name: chosen.name, byteCount: chosen.byteCount, nanoseconds: chosen.nanoseconds,
        price: chosen.price, isChosen: true))
    return trials.sorted { $0.price < $1.price }
  }

  private static func trial(
    _ column: Column, _ options: EncodingOptions
  ) throws(ColonnadeError) -> EncodingTrial {
    let compression = ColumnCompression()
    let chunk = try ChunkEncoder.encode(
      column: column, layout: .uniform(slotsPerRow: 1), rowCount: column.count, options: options,
      compression: compression, largeValues: NoLargeValues())
    var byteCount = chunk.storedByteCount
    for dictionary in compression.dictionaries { byteCount += dictionary.byteCount }
    var nanoseconds = 0.0
    var names: [String] = []
    for (index, page) in chunk.pages.enumerated() {
      guard let encoding = Encoding(rawValue: page.encodingCode), encoding != .none else {
        continue
      }
      let end =
        index + 1 < chunk.pages.count ? Int(chunk.pages[index + 1].firstSlot) : column.count
      let isCompressed = page.codecCode == Codec.zstd.rawValue
      let slotCount = Double(end - Int(page.firstSlot))
      let planes = encoding == .split ? Double(page.auxiliaryCount) : 1
      nanoseconds += CostModel.nanoseconds(encoding) * planes * slotCount
      if isCompressed {
        let perByte = Double(chunk.rawByteCount) / Double(column.count) * slotCount
        nanoseconds += SlotKind(column.type) == .bytes ? 1.2 * perByte : 1.5 * slotCount
      }
      let name = encoding.name + (isCompressed ? ", zstd" : "")
      if !names.contains(name) { names.append(name) }
    }
    return EncodingTrial(
      name: names.joined(separator: " · "), byteCount: byteCount,
      nanoseconds: nanoseconds / Double(column.count),
      price: Double(byteCount)
        + CostModel(options).price(nanoseconds: nanoseconds),
      isChosen: false)
  }
}

/// Values out of line take the bytes they have; nobody reads them.
private struct NoLargeValues: LargeValueSink {
  func store(_ bytes: UnsafeRawBufferPointer) throws(ColonnadeError) -> UInt64 { 0 }
}
