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
    let count = page.count
    let integers = MutableBuffer(byteCount: count * 8)
    let misses = MutableBuffer(byteCount: count)
    let target = unsafe integers.pointer.assumingMemoryBound(to: UInt64.self)
    let missed = unsafe misses.pointer.assumingMemoryBound(to: UInt8.self)
    let missCount = unsafe colonnade_decimal_digits(
      target, missed, page.filled, UInt32(page.source.kind.width), count,
      form.kernelScale)
    if missCount > 0, missCount < count {
      var last: UInt64 = 0
      for slot in 0..<count where unsafe missed[slot] == 0 {
        last = unsafe target[slot]
        break
      }
      for slot in 0..<count {
        if unsafe missed[slot] == 0 {
          last = unsafe target[slot]
        } else {
          unsafe target[slot] = last
        }
      }
    }
    return Digits(integers: integers, misses: misses, missCount: missCount)
  }

  /// The plan of a page most of whose values are decimals of a few places; nil for others.
  static func plan(_ page: PageSlots, mayPatch: Bool) -> PagePlan? {
    guard page.source.kind.allows(.decimal), let form = likelyForm(page) else { return nil }
    let count = page.count
    let digits = digits(page, form)
    guard digits.missCount == 0 || (mayPatch && digits.missCount <= count / 8) else { return nil }
    var profile = colonnade_integer_profile()
    unsafe colonnade_profile_integers(&profile, digits.integers.pointer, 8, 1, count)
    let bitWidth = 64 - (profile.greatest &- profile.least).leadingZeroBitCount
    return PagePlan(
      encoding: .decimal, bitWidth: bitWidth, base: profile.least,
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
    for scale in 0...triedScale {
      var form = DecimalForm(scale: scale)
      let missed = few.missCount(form)
      let products = DecimalForm(scale: scale, hasProducts: true)
      if missed > 0, few.missCount(products) < missed { form = products }
      guard few.missCount(form) <= few.count / 16 else { continue }
      if areWide(few.integers, few.misses, few.count, width: width) { return nil }
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
  private static func areWide(
    _ integers: MutableBuffer, _ misses: MutableBuffer, _ count: Int, width: Int
  ) -> Bool {
    var (least, greatest) = (Int64.max, Int64.min)
    for index in 0..<count
    where unsafe misses.pointer.load(fromByteOffset: index, as: UInt8.self) == 0 {
      let integer = unsafe integers.pointer.load(fromByteOffset: index * 8, as: Int64.self)
      (least, greatest) = (min(least, integer), max(greatest, integer))
    }
    return least < greatest && (greatest &- least).leadingZeroBitCount <= 64 - width * 8
  }

  /// Appends the patches of a body that starts at `start`.
  static func appendPatches(
    _ page: PageSlots, plan: PagePlan, start: Int, to target: MutableBuffer
  ) {
    guard plan.auxiliaryCount > 0 else { return }
    appendPatches(
      page, of: digits(page, plan.decimalForm).misses, plan: plan, start: start, to: target)
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
    let base = Int64(bitPattern: entry.base)
    return entry.bitWidth <= 50 && base.magnitude < 1 << 50
  }
}

/// Values spread over a page, to try forms on.
private struct DecimalSample {
  let count: Int
  /// What the last form tried makes of them.
  let integers: MutableBuffer
  let misses: MutableBuffer
  private let values: MutableBuffer
  private let width: Int

  init(_ page: PageSlots, count wanted: Int) {
    width = page.source.kind.width
    count = min(wanted, page.count)
    values = MutableBuffer(capacity: count * width)
    integers = MutableBuffer(byteCount: count * 8)
    misses = MutableBuffer(byteCount: count)
    for index in 0..<count {
      let slot = index * page.count / count
      unsafe values.append(
        UnsafeRawBufferPointer(start: page.filled + slot * width, count: width))
    }
  }

  func missCount(_ form: DecimalForm) -> Int {
    unsafe colonnade_decimal_digits(
      integers.pointer.assumingMemoryBound(to: UInt64.self),
      misses.pointer.assumingMemoryBound(to: UInt8.self), values.pointer, UInt32(width), count,
      form.kernelScale)
  }
}
