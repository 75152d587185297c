// Encoding 10: integers of a page as differences from those of another column in the same slots, or as
// multiples of them. Spec: spec/encodings.md "Encodings", 10.

import CKernels
package import ColonnadeArrays
import ColonnadeBase

/// How values come from those of the reference.
package enum ReferenceRelation: Sendable {
  /// Reference plus a small number.
  case difference
  /// Reference times a small number.
  case multiple
}

/// Which column a column refers to, and how.
package struct ColumnReference: Hashable, Sendable {
  /// From the index of the column to that of the other.
  package var distance: Int16
  package var relation: ReferenceRelation
  /// Decimal places of the integers that multiples are of, where the other holds floats; differences
  /// take those of the page.
  package var scale: Int

  package init(distance: Int16, relation: ReferenceRelation, scale: Int = 0) {
    self.distance = distance
    self.relation = relation
    self.scale = scale
  }
}

/// A column that the pages of a chunk may refer to.
package struct ChunkReference: Sendable {
  package var column: Column
  package var how: ColumnReference

  package init(column: Column, how: ColumnReference) {
    self.column = column
    self.how = how
  }
}

/// Integers less, or through, those of a reference, one a slot.
struct RelativeIntegers {
  /// One u64 a slot; where it is not the value's, that of a neighbour.
  let integers: MutableBuffer
  /// One of `colonnade_slot_…` a slot.
  let states: MutableBuffer
  let count: Int
  private(set) var patchCount: Int

  /// - Parameters:
  ///   - own: an i64 a slot, taken over.
  ///   - states: those of `own`, taken over.
  init(
    _ own: MutableBuffer, states: MutableBuffer, count: Int, reference: UnsafePointer<UInt64>,
    relation: ReferenceRelation
  ) {
    integers = own
    self.states = states
    self.count = count
    let target = unsafe own.pointer.assumingMemoryBound(to: UInt64.self)
    let marks = unsafe states.pointer.assumingMemoryBound(to: UInt8.self)
    switch relation {
    case .difference: unsafe colonnade_reference_differences(target, reference, count)
    case .multiple: unsafe colonnade_reference_quotients(target, marks, reference, count)
    }
    patchCount = unsafe colonnade_fill_states(target, marks, count)
  }

  private var values: UnsafePointer<UInt64> {
    unsafe UnsafePointer(integers.pointer.assumingMemoryBound(to: UInt64.self))
  }

  /// The fewest bytes these pack to.
  /// - Parameter width: bytes of a value among the patches.
  /// - Returns: nil where too many, or where they may not be, would have to be patches.
  func plan(width: Int, mayPatch: Bool) -> PagePlan? {
    guard patchCount == 0 || (mayPatch && patchCount <= count / 8) else { return nil }
    var profile = colonnade_integer_profile()
    unsafe colonnade_profile_integers(&profile, values, 8, 1, count)
    let full = 64 - (profile.greatest &- profile.least).leadingZeroBitCount
    var best = PagePlan(
      encoding: .reference, bitWidth: full, base: profile.least, auxiliaryCount: patchCount,
      byteCount: PackedEncoding.bodyByteCount(
        count: count, bitWidth: full, patchCount: patchCount, width: width))
    guard mayPatch, full > 2, count >= 64 else { return best }
    var bases = [profile.least]
    if let base = lowBase(full) { bases.append(base) }
    for base in bases {
      var histogram = [UInt32](repeating: 0, count: 65)
      unsafe histogram.withUnsafeMutableBufferPointer {
        unsafe colonnade_width_histogram($0.baseAddress, values, 8, count, base)
      }
      var outside = patchCount
      for bits in stride(from: 63, through: 0, by: -1) {
        outside += Int(histogram[bits + 1])
        if outside > count / 8 { break }
        let byteCount = PackedEncoding.bodyByteCount(
          count: count, bitWidth: bits, patchCount: outside, width: width)
        if byteCount < best.byteCount {
          best.bitWidth = bits
          best.base = base
          best.auxiliaryCount = outside
          best.byteCount = byteCount
        }
      }
    }
    return best
  }

  /// A base that leaves out the lowest hundredth, where a few low integers would widen all others.
  private func lowBase(_ full: Int) -> UInt64? {
    let some = min(128, count)
    // The three lowest and the three greatest, the outermost first.
    var lowest = (Int64.max, Int64.max, Int64.max)
    var greatest = (Int64.min, Int64.min, Int64.min)
    for index in 0..<some {
      let value = unsafe Int64(bitPattern: values[index * count / some])
      if value < lowest.2 {
        lowest.2 = max(value, lowest.1)
        lowest.1 = min(max(value, lowest.0), lowest.1)
        lowest.0 = min(value, lowest.0)
      }
      if value > greatest.2 {
        greatest.2 = min(value, greatest.1)
        greatest.1 = max(min(value, greatest.0), greatest.1)
        greatest.0 = max(value, greatest.0)
      }
    }
    // Of 128 the third, of 64 the second.
    let (low, high) = some < 128 ? (lowest.1, greatest.1) : (lowest.2, greatest.2)
    let range = UInt64(bitPattern: high &- low)
    return 64 - range.leadingZeroBitCount + 1 < full ? UInt64(bitPattern: low) : nil
  }

  /// Makes patches of what a plan's width does not hold, and counts them exactly.
  mutating func settle(_ plan: inout PagePlan, width: Int) {
    patchCount = unsafe colonnade_mark_outliers(
      states.pointer.assumingMemoryBound(to: UInt8.self), values, count, plan.base,
      UInt32(plan.bitWidth))
    plan.auxiliaryCount = patchCount
    plan.byteCount = PackedEncoding.bodyByteCount(
      count: count, bitWidth: plan.bitWidth, patchCount: patchCount, width: width)
  }
}

/// Encodes the pages of one chunk by its reference.
final class ReferenceEncoder {
  let how: ColumnReference
  private let source: SlotSource
  /// The integers of pages by their first slot: planned first, written when all are planned.
  private var planned: [Int: RelativeIntegers] = [:]

  /// - Returns: nil where the column is none to refer to.
  init?(_ reference: ChunkReference) {
    how = reference.how
    source = SlotSource(reference.column)
    guard source.kind.mayRefer, (0...15).contains(how.scale) else { return nil }
  }

  /// The cheapest way to store a page by the reference; nil where there is none.
  func plan(_ page: PageSlots, mayPatch: Bool) -> PagePlan? {
    let kind = page.source.kind
    var form = DecimalForm(scale: 0)
    switch kind {
    case .integer: break
    case .float:
      guard let likely = DecimalEncoding.likelyForm(page) else { return nil }
      form = likely
    default: return nil
    }
    var referenceScale = 0
    if case .float = source.kind {
      referenceScale = how.relation == .multiple ? how.scale : form.scale
    }
    let both = form.scale | referenceScale << 4
    var integers = integers(page, form, scale: both)
    guard var plan = integers.plan(width: kind.width, mayPatch: mayPatch) else { return nil }
    integers.settle(&plan, width: kind.width)
    planned[page.range.lowerBound] = integers
    plan.scale = both
    plan.hasProducts = form.hasProducts
    plan.hasMultiples = how.relation == .multiple
    return plan
  }

  /// - Parameter scale: that of the page and of the reference, as the entry has them.
  private func integers(_ page: PageSlots, _ form: DecimalForm, scale: Int) -> RelativeIntegers {
    let count = page.count
    let (own, states) = Self.integers(page, form)
    if page.hasNulls, let validity = unsafe page.source.validity {
      unsafe colonnade_free_nulls(
        states.pointer.assumingMemoryBound(to: UInt8.self), validity, page.range.lowerBound, count)
    }
    let reference = MutableBuffer(byteCount: count * 8)
    let target = unsafe reference.pointer.assumingMemoryBound(to: UInt64.self)
    unsafe colonnade_reference_integers(
      target, source.values + page.range.lowerBound * source.kind.width,
      colonnade_reference(source.kind, scale: scale >> 4), count)
    return unsafe RelativeIntegers(
      own, states: states, count: count, reference: target, relation: how.relation)
  }

  /// The integers of a page's own values, and which of its slots they do not give back.
  static func integers(
    _ page: PageSlots, _ form: DecimalForm
  ) -> (integers: MutableBuffer, states: MutableBuffer) {
    if case .float = page.source.kind {
      let digits = DecimalEncoding.digits(page, form)
      return (digits.integers, digits.misses)
    }
    let integers = MutableBuffer(byteCount: page.count * 8)
    unsafe colonnade_reference_integers(
      integers.pointer.assumingMemoryBound(to: UInt64.self), page.filled,
      colonnade_reference(page.source.kind, scale: 0), page.count)
    return (integers, MutableBuffer.zeroed(byteCount: page.count))
  }

  /// Appends the packed integers of slots `part` of a page that was planned.
  func append(_ page: PageSlots, plan: PagePlan, _ part: Range<Int>, to target: MutableBuffer) {
    let integers = integers(planned: page)
    unsafe PackedEncoding.append(
      UnsafeRawPointer(integers.integers.pointer) + part.lowerBound * 8, width: 8,
      count: part.count, base: plan.base, bitWidth: plan.bitWidth, to: target)
  }

  /// Appends the patches of a body that starts at `start`.
  func appendPatches(_ page: PageSlots, plan: PagePlan, start: Int, to target: MutableBuffer) {
    guard plan.auxiliaryCount > 0 else { return }
    DecimalEncoding.appendPatches(
      page, of: integers(planned: page).states, plan: plan, start: start, to: target)
  }

  private func integers(planned page: PageSlots) -> RelativeIntegers {
    guard let integers = planned[page.range.lowerBound] else {
      preconditionFailure("a page is written by a reference it was not planned with")
    }
    return integers
  }
}
