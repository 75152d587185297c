// Encoding 2: one value for every slot that is not null. Spec: spec/encodings.md "2 constant".

import CKernels
import ColonnadeArrays
import ColonnadeBase

enum ConstantEncoding {
  /// The slot, counted in the page, whose value all others that are not null share; nil where they
  /// differ. The page has a slot that is not null.
  static func representative(_ page: PageSlots) -> Int? {
    let first = (0..<page.count).first(where: page.isValid) ?? 0
    switch page.source.kind {
    case .none: return nil
    case .bit:
      let ones = page.oneCount
      let isOne = page.bit(first)
      return ones == (isOne ? page.count - page.nullCount : 0) ? first : nil
    case .bytes:
      let (least, greatest, _) = page.source.measure(page.range)
      guard least == greatest, Int(greatest) <= EncodingLimit.inlineValueByteCount else {
        return nil
      }
      let views = unsafe (page.source.values + page.range.lowerBound * 16)
      let view = unsafe views.loadUnaligned(fromByteOffset: first * 16, as: ByteView.self)
      let text = unsafe page.source.text(at: page.range.lowerBound + first)
      for slot in first..<page.count where page.isValid(slot) {
        // Equal views are equal text; short text has no other.
        let another = unsafe views.loadUnaligned(fromByteOffset: slot * 16, as: ByteView.self)
        if another.low == view.low, another.high == view.high { continue }
        if another.low != view.low || view.isInline { return nil }
        let other = unsafe page.source.text(at: page.range.lowerBound + slot)
        if unsafe memory(text, differsFrom: other) { return nil }
      }
      return first
    case .lengths:
      // A null list is a length of 0 that may stand beside others.
      for slot in first..<page.count where page.isValid(slot) {
        if unsafe page.filled.load(fromByteOffset: slot * 4, as: UInt32.self)
          != page.filled.load(fromByteOffset: first * 4, as: UInt32.self)
        {
          return nil
        }
      }
      return first
    case .integer, .wideInteger, .float, .fixed:
      let width = page.source.kind.width
      // The ends tell most pages apart before all of it is read.
      let start = unsafe UnsafeRawBufferPointer(start: page.filled, count: width)
      let end = unsafe UnsafeRawBufferPointer(
        start: page.filled + (page.count - 1) * width, count: width)
      if unsafe memory(start, differsFrom: end) { return nil }
      return unsafe colonnade_count_runs(page.filled, UInt32(width), page.count) == 1
        ? first : nil
    }
  }

  private static func memory(
    _ left: UnsafeRawBufferPointer, differsFrom right: UnsafeRawBufferPointer
  ) -> Bool {
    unsafe left.count != right.count || !left.elementsEqual(right)
  }

  /// Appends the body: nothing up to 8 bytes, else the value.
  /// - Returns: the base.
  static func append(_ page: PageSlots, slot: Int, to target: MutableBuffer) -> UInt64 {
    switch page.source.kind {
    case .none: return 0
    case .bit: return page.bit(slot) ? 1 : 0
    case .bytes:
      unsafe target.append(page.source.text(at: page.range.lowerBound + slot))
      return 0
    case .lengths:
      return unsafe IntegerBytes.load(page.filled, width: 4, at: slot)
    case .integer, .wideInteger, .float, .fixed:
      let width = page.source.kind.width
      let bytes = unsafe UnsafeRawBufferPointer(start: page.filled + slot * width, count: width)
      guard width <= 8 else {
        unsafe target.append(bytes)
        return 0
      }
      var base: UInt64 = 0
      for index in 0..<width { base |= unsafe UInt64(bytes[index]) << UInt64(8 * index) }
      return base
    }
  }
}

extension PageSlots {
  /// The bit of a page of bits.
  /// - Parameter slot: counted in the page.
  func bit(_ slot: Int) -> Bool {
    let at = range.lowerBound + slot
    return unsafe source.values.load(fromByteOffset: at >> 3, as: UInt8.self) >> UInt8(at & 7) & 1
      == 1
  }

  /// One bits of a page of bits; null slots are zero.
  var oneCount: Int {
    unsafe colonnade_bits_count_from(
      source.values.assumingMemoryBound(to: UInt8.self), range.lowerBound, count)
  }
}
