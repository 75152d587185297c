// The distinct values of a chunk, decoded once for a file and shared. Spec: spec/encodings.md.

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// Gives the values of a chunk's dictionary.
struct DictionaryReader {
  let type: DataType
  let entry: PageEntry
  let count: Int
  let data: any DataSource
  let cache: DecompressionCache

  private func page() throws(ColonnadeError) -> PageDecoder {
    let kind = SlotKind(type)
    guard count <= EncodingLimit.dictionaryCount, entry.encodingCode == Encoding.plain.rawValue,
      entry.nullCount == 0, entry.firstSlot == 0,
      kind == .bytes || count * kind.width <= EncodingLimit.dictionaryByteCount
    else {
      throw ColonnadeError(
        .corrupt, "a dictionary of \(count) values that is no plain page of at most 1 MiB",
        location: .byte(entry.offset))
    }
    return try PageDecoder(
      PageContext(type: type, data: data, cache: cache), entry, count: count)
  }

  private func sink(_ count: Int) throws(ColonnadeError) -> SlotSink {
    try SlotSink(
      type, count: count, textLimit: EncodingLimit.dictionaryByteCount + 8 * self.count + 4096)
  }

  /// All values.
  func column() throws(ColonnadeError) -> Column {
    if let known = cache.chunkDictionary(at: entry.offset), known.count == count,
      known.type == type
    {
      return known
    }
    let page = try page()
    let sink = try sink(count)
    try page.decode(0..<count, into: sink, at: 0)
    let column = sink.finish()
    if page.kind == .bytes {
      let source = SlotSource(column)
      guard source.measure(0..<count).total <= EncodingLimit.dictionaryByteCount else {
        throw page.corrupt("a dictionary of more than 1 MiB")
      }
    }
    cache.keep(column, at: entry.offset)
    return column
  }

  /// Decodes only the values that a few codes name, where that is less work than all of them.
  /// - Parameter codes: below `count`.
  /// - Returns: false where it is not.
  func lookUpFew(
    _ codes: UnsafePointer<UInt32>, _ some: Int, into target: SlotSink, at position: Int
  ) throws(ColonnadeError) -> Bool {
    guard some <= 256, some * 64 < count, cache.chunkDictionary(at: entry.offset) == nil else {
      return false
    }
    let order = (0..<some).sorted { unsafe codes[$0] < codes[$1] }
    let page = try page()
    let sink = try sink(some)
    let sorted = order.map { unsafe codes[$0] }
    try unsafe sorted.withUnsafeBufferPointer { rows throws(ColonnadeError) in
      try unsafe page.gather(rows, into: sink, at: 0)
    }
    let column = sink.finish()
    let first = target.add(contentsOf: column)
    let width = page.width
    for (index, slot) in order.enumerated() {
      let source = unsafe column.values.unsafeAddress + index * width
      let place = unsafe target.address(position + slot)
      if page.kind == .bytes {
        unsafe place.storeBytes(
          of: source.load(as: ByteView.self).shifted(by: first), as: ByteView.self)
      } else {
        unsafe place.copyMemory(from: source, byteCount: width)
      }
    }
    return true
  }
}
