// Encoding 1 of string and binary: packed lengths, then the bytes, back to back; values too large
// for a frame stand out of line. Spec: spec/encodings.md "1 plain".

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// The text of one page, measured and ready to be cut into frames.
struct BytesPage {
  private let page: PageSlots
  private let measured: MutableBuffer
  /// Least length: the base of the packed lengths.
  let base: UInt64
  let bitWidth: Int
  /// Greatest length inline.
  private let greatest: Int
  private let total: Int
  /// References of values out of line by slot, ascending; empty without any.
  private var references: [(slot: Int, bytes: [UInt8])] = []
  /// Bytes stored out of line.
  private(set) var outOfLineByteCount = 0

  var hasLargeValues: Bool { !references.isEmpty }

  /// Measures the page, and stores its large values out of line.
  /// - Parameters:
  ///   - compressor: for large values; nil stores them as they are.
  ///   - inWholeBytes: packs lengths into whole bytes, which zstd can tell apart.
  init(
    _ page: PageSlots, compressor: ZstdCompressor?, largeValues: any LargeValueSink,
    inWholeBytes: Bool = false
  ) throws(ColonnadeError) {
    self.page = page
    let count = page.count
    measured = MutableBuffer(byteCount: count * 4)
    var (least, greatest, total) = page.source.measure(page.range)
    if Int(greatest) > EncodingLimit.inlineValueByteCount {
      for slot in 0..<count {
        let text = unsafe page.source.text(at: page.range.lowerBound + slot)
        guard text.count > EncodingLimit.inlineValueByteCount else { continue }
        guard text.count <= EncodingLimit.valueByteCount else {
          throw ColonnadeError(.limitExceeded, "a value of \(text.count) bytes; 2^30 are allowed")
        }
        let reference = try unsafe BytesPage.store(text, compressor, largeValues)
        references.append((slot, reference.bytes))
        outOfLineByteCount += reference.storedByteCount
      }
    }
    let lengths = unsafe measured.pointer.assumingMemoryBound(to: UInt32.self)
    let views = unsafe page.source.values + page.range.lowerBound * 16
    if !references.isEmpty {
      unsafe colonnade_views_lengths(lengths, views, count, 0)
      for reference in references {
        unsafe lengths[reference.slot] = UInt32(EncodingLimit.referenceByteCount)
      }
      (least, greatest, total) = (.max, 0, 0)
      for slot in 0..<count where page.isValid(slot) {
        let length = unsafe lengths[slot]
        least = min(least, length)
        greatest = max(greatest, length)
        total += UInt64(length)
      }
      for slot in 0..<count { unsafe lengths[slot] &-= least }
    } else {
      unsafe colonnade_views_lengths(lengths, views, count, least)
    }
    if page.hasNulls, let validity = unsafe page.source.validity {
      unsafe colonnade_zero_nulls(lengths, 4, validity, page.range.lowerBound, count)
    }
    base = UInt64(least)
    let bitWidth = 32 - (greatest - least).leadingZeroBitCount
    self.bitWidth = inWholeBytes ? (bitWidth + 7) & ~7 : bitWidth
    self.greatest = Int(greatest)
    self.total = Int(total)
  }

  private static func store(
    _ text: UnsafeRawBufferPointer, _ compressor: ZstdCompressor?, _ sink: any LargeValueSink
  ) throws(ColonnadeError) -> (bytes: [UInt8], storedByteCount: Int) {
    var stored = unsafe text
    var codec = Codec.none
    let compressed = MutableBuffer()
    if let compressor {
      try unsafe compressor.append(text, to: compressed)
      if compressed.byteCount < text.count - text.count / 8 {
        unsafe stored = compressed.unsafeBytes
        codec = .zstd
      }
    }
    let offset = try unsafe sink.store(stored)
    let reference = MutableBuffer(capacity: EncodingLimit.referenceByteCount)
    reference.append(offset.littleEndian)
    reference.append(UInt32(stored.count).littleEndian)
    reference.append(UInt32(text.count).littleEndian)
    reference.append(codec.rawValue)
    reference.appendZeros(7)
    return (reference.freeze().array, stored.count)
  }

  /// Slots of a frame as a power of two, so that it holds about `byteCount` bytes and never more
  /// than a frame may.
  func frameShift(byteCount: Int) -> UInt8 {
    let perSlot = Double(total) / Double(max(1, page.count)) + Double(bitWidth) / 8
    var shift = FrameWriter.shift(bytesPerSlot: perSlot, byteCount: byteCount)
    while shift > 0, (greatest + 9) << Int(shift) > EncodingLimit.frameByteCount { shift -= 1 }
    return shift
  }

  /// Bytes of all frames' contents, about.
  var contentByteCount: Int {
    total + PackedEncoding.packedByteCount(page.count, bitWidth)
      + (page.hasNulls ? page.count / 8 : 0)
  }

  /// Appends the content of the frame of slots `part`.
  func appendFrame(_ part: Range<Int>, to target: MutableBuffer) {
    if page.hasNulls { page.appendValidity(part, to: target) }
    if hasLargeValues {
      let start = target.byteCount
      target.appendZeros((part.count + 7) / 8)
      for reference in references where part.contains(reference.slot) {
        let bit = reference.slot - part.lowerBound
        unsafe target.pointer.storeBytes(
          of: target.pointer.load(fromByteOffset: start + bit / 8, as: UInt8.self)
            | 1 << UInt8(bit % 8),
          toByteOffset: start + bit / 8, as: UInt8.self)
      }
    }
    unsafe PackedEncoding.append(
      UnsafeRawPointer(measured.pointer) + part.lowerBound * 4, width: 4, count: part.count,
      base: 0, bitWidth: bitWidth, to: target)
    var slot = part.lowerBound
    for reference in references where part.contains(reference.slot) {
      copy(slot..<reference.slot, to: target)
      target.append(reference.bytes)
      slot = reference.slot + 1
    }
    copy(slot..<part.upperBound, to: target)
  }

  private func copy(_ part: Range<Int>, to target: MutableBuffer) {
    guard !part.isEmpty else { return }
    let absolute = page.range.lowerBound + part.lowerBound
    let (_, _, total) = page.source.measure(absolute..<absolute + part.count)
    // The kernel writes short values as 12 bytes and moves on by their length.
    let start = target.byteCount
    let place = unsafe target.extend(by: Int(total) + 16)
    _ = unsafe colonnade_views_copy(
      place.assumingMemoryBound(to: UInt8.self), page.source.values + absolute * 16, part.count,
      page.source.bufferAddresses)
    target.truncate(to: start + Int(total))
  }
}

extension PageSlots {
  /// - Parameter slot: counted in the page.
  func isValid(_ slot: Int) -> Bool {
    guard let validity = unsafe source.validity else { return true }
    let bit = range.lowerBound + slot
    return unsafe (validity[bit >> 3] >> UInt8(bit & 7)) & 1 == 1
  }
}
