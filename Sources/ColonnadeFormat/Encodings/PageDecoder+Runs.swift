// Decoding constants, runs and codes. Spec: spec/encodings.md.

import CKernels
import ColonnadeArrays
import ColonnadeBase

extension PageDecoder {
  // MARK: constant

  func decodeConstant(
    _ content: SlotContent, count some: Int, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    switch kind {
    case .none: return
    case .bit:
      guard entry.base <= 1 else { throw corrupt("a bit of \(entry.base)") }
      if entry.base == 1 { unsafe colonnade_bits_set(sink.bitAddress, position, some) }
    case .bytes:
      let size = content.bytes.byteCount
      guard size <= EncodingLimit.inlineValueByteCount else {
        throw corrupt("a value of \(size) bytes")
      }
      if context.type.isText {
        guard
          unsafe colonnade_utf8_is_valid(
            content.values.assumingMemoryBound(to: UInt8.self), size) == 1
        else { throw corrupt("text that is not UTF-8") }
      }
      let index = size > ByteView.inlineByteCount ? sink.add(content.bytes) : 0
      var view = unsafe ByteView(content.bytes.unsafeBytes, bufferIndex: index, offset: 0)
      unsafe colonnade_fill(sink.address(position), &view, 16, some)
    case .lengths:
      var length = UInt32(truncatingIfNeeded: entry.base)
      unsafe colonnade_fill(sink.address(position), &length, 4, some)
    case .integer, .wideInteger, .float, .fixed:
      if width <= 8 {
        var value = entry.base.littleEndian
        unsafe colonnade_fill(sink.address(position), &value, UInt32(width), some)
      } else {
        unsafe colonnade_fill(sink.address(position), content.values, UInt32(width), some)
      }
    }
  }

  // MARK: run-length

  /// Where the values of the runs start, the ends checked.
  private func runValues(_ content: SlotContent) throws(ColonnadeError) -> UnsafeRawPointer {
    let runs = Int(entry.auxiliaryCount)
    guard unsafe colonnade_runs_are_valid(content.values, runs, content.count) == 1 else {
      throw corrupt("run ends that do not ascend to \(content.count)")
    }
    return unsafe content.values + ((4 * runs + 7) & ~7)
  }

  func decodeRuns(
    _ content: SlotContent, _ part: Range<Int>, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    let values = try unsafe runValues(content)
    unsafe try decodeRuns(part.count, into: sink, at: position) { target, width in
      unsafe colonnade_runs_expand(
        target, width, content.values, values, Int(entry.auxiliaryCount), part.lowerBound,
        part.count)
    }
  }

  func decodeRuns(
    _ content: SlotContent, rows: UnsafePointer<UInt32>, _ some: Int, into sink: SlotSink,
    at position: Int
  ) throws(ColonnadeError) {
    let values = try unsafe runValues(content)
    unsafe try decodeRuns(some, into: sink, at: position) { target, width in
      unsafe colonnade_runs_gather(
        target, width, content.values, values, Int(entry.auxiliaryCount), rows, some)
    }
  }

  /// Has `expand` write values, codes or a byte a bit, and takes them on from there.
  private func decodeRuns(
    _ some: Int, into sink: SlotSink, at position: Int,
    expand: (UnsafeMutableRawPointer, UInt32) -> Void
  ) throws(ColonnadeError) {
    if entry.flags.contains(.runsOfCodes) {
      let codes = unsafe context.scratch.codes.room(some * 4)
      unsafe expand(codes, 4)
      try unsafe lookUp(codes, some, into: sink, at: position)
    } else if kind == .bit {
      let bytes = unsafe context.scratch.codes.room(some).assumingMemoryBound(to: UInt8.self)
      unsafe expand(bytes, 1)
      let bits = unsafe sink.bitAddress
      for index in 0..<some {
        let at = position + index
        unsafe bits[at >> 3] |= (bytes[index] & 1) << UInt8(at & 7)
      }
    } else {
      unsafe expand(sink.address(position), UInt32(width))
    }
  }

  // MARK: dictionary

  /// Unpacks the codes of slots `range` of a page without nulls, checked.
  func decodeCodes(
    _ range: Range<Int>, to target: UnsafeMutablePointer<UInt32>
  ) throws(ColonnadeError) {
    let content = try wholeBody()
    unsafe colonnade_unpack(
      target, 4, content.values.assumingMemoryBound(to: UInt8.self), content.count,
      range.lowerBound, range.count, 0, UInt32(entry.bitWidth))
    let greatest = unsafe Int(colonnade_greatest_u32(target, range.count))
    let count = context.dictionary?.count ?? 0
    guard greatest < count else {
      throw corrupt("code \(greatest) of a dictionary of \(count)")
    }
  }

  /// Writes the dictionary's values for u32 codes, checked; null slots may have any.
  func lookUp(
    _ codes: UnsafeMutableRawPointer, _ some: Int, into sink: SlotSink, at position: Int
  ) throws(ColonnadeError) {
    guard some > 0 else { return }
    guard let dictionary = context.dictionary else {
      throw corrupt("the chunk has no dictionary")
    }
    if hasNulls, let bits = unsafe sink.validityBits {
      unsafe colonnade_zero_nulls(codes, 4, bits, position, some)
    }
    let codes = unsafe UnsafePointer(codes.assumingMemoryBound(to: UInt32.self))
    let greatest = unsafe Int(colonnade_greatest_u32(codes, some))
    guard greatest < dictionary.count else {
      throw corrupt("code \(greatest) of a dictionary of \(dictionary.count)")
    }
    if try unsafe dictionary.lookUpFew(codes, some, into: sink, at: position) { return }
    let column = try dictionary.column()
    let target = unsafe sink.address(position)
    let source = unsafe column.values.unsafeAddress
    if kind == .bytes {
      let shift = sink.addDictionary(column)
      unsafe colonnade_views_gather(target, source, codes, some, UInt32(shift))
    } else {
      unsafe Gather.values(target, source, width: width, rows: codes, count: some)
    }
    extendLifetime(column)
  }
}

/// Gathers by width.
enum Gather {
  /// target[i] = source[rows[i]] for values of `width` bytes; sources need no alignment.
  static func values(
    _ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer, width: Int,
    rows: UnsafePointer<UInt32>, count: Int
  ) {
    let isAligned = UInt(bitPattern: source) % UInt(width) == 0
    switch width {
    case 1:
      unsafe colonnade_gather_1(
        target.assumingMemoryBound(to: UInt8.self), source.assumingMemoryBound(to: UInt8.self),
        rows, count)
    case 2 where isAligned:
      unsafe colonnade_gather_2(
        target.assumingMemoryBound(to: UInt16.self), source.assumingMemoryBound(to: UInt16.self),
        rows, count)
    case 4 where isAligned:
      unsafe colonnade_gather_4(
        target.assumingMemoryBound(to: UInt32.self), source.assumingMemoryBound(to: UInt32.self),
        rows, count)
    case 8 where isAligned:
      unsafe colonnade_gather_8(
        target.assumingMemoryBound(to: UInt64.self), source.assumingMemoryBound(to: UInt64.self),
        rows, count)
    case 16: unsafe colonnade_gather_16(target, source, rows, count)
    default:
      unsafe colonnade_gather_n(
        target.assumingMemoryBound(to: UInt8.self), source.assumingMemoryBound(to: UInt8.self),
        rows, count, width)
    }
  }
}
