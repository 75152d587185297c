// Encoding 7: floats that are decimals, as packed integers over a power of ten, with patches for
// those that are not. Spec: spec/encodings.md.

import CKernels
import ColonnadeBase

/// How an integer becomes a decimal.
struct DecimalForm: Hashable {
  /// Decimal places.
  var scale: Int
  /// Times the f64 nearest to 10^-scale, as casts from decimal types do, not over 10^scale as a text
  /// is read.
  var hasProducts = false

  /// As kernels take it.
  var kernelScale: UInt32 { UInt32(scale) + (hasProducts ? UInt32(COLONNADE_PRODUCTS) : 0) }
}

extension PagePlan {
  /// Of a page of encoding 7, or of the page's own values in encoding 10.
  var decimalForm: DecimalForm {
    DecimalForm(scale: encoding == .reference ? scale & 15 : scale, hasProducts: hasProducts)
  }
}

extension PageEntry {
  /// The same of a page that is read.
  var decimalForm: DecimalForm {
    DecimalForm(
      scale: encodingCode == Encoding.reference.rawValue ? scales.own : Int(scale),
      hasProducts: flags.contains(.products))
  }
}

enum DecimalEncoding {
  static let greatestScale = 18
  /// Scales a writer tries.
  private static let triedScale = 14

  /// Integers of a page and which slots they do not give back.
  struct Digits {
    /// One i64 a slot; where it misses, that of a neighbour.
    let integers: MutableBuffer
    /// One byte a slot, 1 where it misses.
    let misses: MutableBuffer
    let missCount: Int
  }

  /// The integers of the page's filled values.
  static func digits(_ page: PageSlots, _ form: DecimalForm) -> Digits {
    let digits = unfilledDigits(page, form)
    fill(digits, count: page.count)
    return digits
  }

  /// The same with any integer where a slot misses.
  private static func unfilledDigits(_ page: PageSlots, _ form: DecimalForm) -> Digits {
    let count = page.count
    let integers = MutableBuffer(byteCount: count * 8)
    let misses = MutableBuffer(byteCount: count)
    let missCount = unsafe colonnade_decimal_digits(
      integers.pointer.assumingMemoryBound(to: UInt64.self),
      misses.pointer.assumingMemoryBound(to: UInt8.self), page.filled,
      UInt32(page.source.kind.width), count, form.kernelScale)
    return Digits(integers: integers, misses: misses, missCount: missCount)
  }

  private static func fill(_ digits: Digits, count: Int) {
    guard digits.missCount > 0, digits.missCount < count else { return }
    // A byte of 1 says that a slot has to be patched.
    unsafe colonnade_fill_states(
      digits.integers.pointer.assumingMemoryBound(to: UInt64.self),
      digits.misses.pointer.assumingMemoryBound(to: UInt8.self), count)
  }

  /// The plan of a page most of whose values are decimals of a few places; nil for others.
  static func plan(_ page: PageSlots, mayPatch: Bool) -> PagePlan? {
    guard page.source.kind.allows(.decimal), let form = likelyForm(page) else { return nil }
    let count = page.count
    let digits = unfilledDigits(page, form)
    guard digits.missCount <= (mayPatch ? count / 8 : 0) else { return nil }
    fill(digits, count: count)
    var (least, greatest): (Int64, Int64) = (0, 0)
    _ = unsafe colonnade_bounds_i64(
      digits.integers.pointer.assumingMemoryBound(to: Int64.self), count, &least, &greatest)
    let bitWidth = 64 - (greatest &- least).leadingZeroBitCount
    return PagePlan(
      encoding: .decimal, bitWidth: bitWidth, base: UInt64(bitPattern: least),
      auxiliaryCount: digits.missCount, scale: form.scale, hasProducts: form.hasProducts,
      byteCount: PackedEncoding.bodyByteCount(
        count: count, bitWidth: bitWidth, patchCount: digits.missCount,
        width: page.source.kind.width))
  }

  /// The least number of places that suits most of 32 values spread over the page, and whether they
  /// are quotients or products, which most often are the same.
  static func likelyForm(_ page: PageSlots) -> DecimalForm? {
    let width = page.source.kind.width
    let few = DecimalSample(page, count: 32)
    let allowed = few.count / 16
    for scale in 0...triedScale {
      var form = DecimalForm(scale: scale)
      let products = DecimalForm(scale: scale, hasProducts: true)
      // The first of them tell most places apart before all are tried.
      let first = min(few.count, 8)
      guard
        few.missCount(form, first: first) <= allowed
          || few.missCount(products, first: first) <= allowed
      else { continue }
      let missed = few.missCount(form)
      if missed > 0, few.missCount(products) < missed { form = products }
      guard few.missCount(form) <= allowed else { continue }
      if areWide(few, width: width) { return nil }
      if missed == 0, page.count > few.count {
        // About one in eight tells them apart: where none of the few does, more are asked.
        let more = DecimalSample(page, count: 512)
        if more.missCount(products) < more.missCount(form) { form = products }
      }
      return form
    }
    return nil
  }

  /// Whether packing the integers would take what the values take: with enough places every float is
  /// a decimal.
  private static func areWide(_ few: DecimalSample, width: Int) -> Bool {
    var (least, greatest) = (Int64.max, Int64.min)
    let (integers, misses) = unsafe (few.integers, few.misses)
    for index in 0..<few.count where unsafe misses[index] == 0 {
      let integer = unsafe Int64(bitPattern: integers[index])
      (least, greatest) = (min(least, integer), max(greatest, integer))
    }
    return least < greatest && (greatest &- least).leadingZeroBitCount <= 64 - width * 8
  }

  /// Appends the packed integers of a whole page, and its patches.
  static func append(_ page: PageSlots, plan: PagePlan, to target: MutableBuffer) {
    let digits = digits(page, plan.decimalForm)
    let start = target.byteCount
    unsafe PackedEncoding.append(
      UnsafeRawPointer(digits.integers.pointer), width: 8, count: page.count, base: plan.base,
      bitWidth: plan.bitWidth, to: target)
    guard plan.auxiliaryCount > 0 else { return }
    appendPatches(page, of: digits.misses, plan: plan, start: start, to: target)
  }

  /// Appends as patches the values of the slots whose byte in `misses` is 1.
  static func appendPatches(
    _ page: PageSlots, of misses: MutableBuffer, plan: PagePlan, start: Int,
    to target: MutableBuffer
  ) {
    let width = page.source.kind.width
    let layout = PackedEncoding.patchLayout(
      count: page.count, bitWidth: plan.bitWidth, patchCount: plan.auxiliaryCount, width: width)
    target.appendZeros(start + layout.end - target.byteCount)
    let missed = unsafe misses.pointer.assumingMemoryBound(to: UInt8.self)
    var patch = 0
    for slot in 0..<page.count where unsafe missed[slot] == 1 {
      unsafe target.pointer.storeBytes(
        of: UInt32(slot).littleEndian, toByteOffset: start + layout.indices + patch * 4,
        as: UInt32.self)
      unsafe (target.pointer + start + layout.values + patch * width).copyMemory(
        from: page.filled + slot * width, byteCount: width)
      patch += 1
    }
  }

  /// True where every integer that the entry can pack is below 2^51.
  static func areSmall(_ entry: PageEntry) -> Bool {
    colonnade_decimals_are_small(entry.base, UInt32(entry.bitWidth)) == 1
  }
}

/// Values spread over a page, to try forms on.
private struct DecimalSample {
  let count: Int
  /// The values, and behind them what the last form tried makes of them: integers, then misses.
  private let memory: MutableBuffer
  private let width: Int

  init(_ page: PageSlots, count wanted: Int) {
    width = page.source.kind.width
    count = min(wanted, page.count)
    // In one piece: most pages of floats are no decimals, and should not take long to say so.
    memory = MutableBuffer(byteCount: count * 17)
    let values = unsafe memory.pointer
    // Slot `index * page.count / count`, without a division for each.
    var (slot, rest) = (0, 0)
    for index in 0..<count {
      if width == 4 {
        unsafe values.storeBytes(
          of: page.filled.loadUnaligned(fromByteOffset: slot * 4, as: UInt32.self),
          toByteOffset: index * 4, as: UInt32.self)
      } else {
        unsafe values.storeBytes(
          of: page.filled.loadUnaligned(fromByteOffset: slot * 8, as: UInt64.self),
          toByteOffset: index * 8, as: UInt64.self)
      }
      slot += page.count / count
      rest += page.count % count
      if rest >= count { (slot, rest) = (slot + 1, rest - count) }
    }
  }

  /// An i64 a value.
  var integers: UnsafeMutablePointer<UInt64> {
    unsafe (memory.pointer + count * 8).assumingMemoryBound(to: UInt64.self)
  }

  /// A byte a value, 1 where it misses.
  var misses: UnsafeMutablePointer<UInt8> {
    unsafe (memory.pointer + count * 16).assumingMemoryBound(to: UInt8.self)
  }

  /// How many of the first `some` values, all by default, a form does not give back.
  func missCount(_ form: DecimalForm, first some: Int? = nil) -> Int {
    unsafe colonnade_decimal_digits(
      integers, misses, memory.pointer, UInt32(width), some ?? count, form.kernelScale)
  }
}
