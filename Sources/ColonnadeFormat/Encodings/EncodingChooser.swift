// Picks the encoding of a page by what its values would take, weighed against the time to decode.
// Spec: spec/encodings.md "Encodings".

import CKernels
import ColonnadeBase

/// Measures pages; one for each chunk that is encoded.
struct EncodingChooser {
  let options: EncodingOptions
  let model: CostModel
  /// How floats of the chunk are split; nil where they are not.
  var split: SplitForm?
  /// Scratch for low words of wide integers and for bits as bytes; valid until the next page.
  let scratch = MutableBuffer()

  init(_ options: EncodingOptions) {
    self.options = options
    model = CostModel(options)
  }

  /// The cheapest way to store a page that has a slot that is not null.
  /// - Parameter dictionary: the chunk's, already paid for.
  func plan(_ page: PageSlots, dictionary: ChunkDictionary?) -> PagePlan {
    var plans = plans(page, dictionary: dictionary)
    if let forced = options.forcedEncoding {
      // What has no reference is plain then: that does not change with what this prefers.
      let forced = forced == .reference ? .plain : forced
      let wanted = plans.filter { $0.encoding == forced }
      if !wanted.isEmpty { plans = wanted }
    }
    var best = plans[0]
    var bestPrice = model.price(best, slotCount: page.count)
    for plan in plans.dropFirst() {
      let price = model.price(plan, slotCount: page.count)
      if price < bestPrice { (best, bestPrice) = (plan, price) }
    }
    return best
  }

  private func plans(_ page: PageSlots, dictionary: ChunkDictionary?) -> [PagePlan] {
    let kind = page.source.kind
    let count = page.count
    let forced = options.forcedEncoding
    if forced == nil || forced == .constant, let slot = ConstantEncoding.representative(page) {
      let byteCount: Int
      switch kind {
      case .bytes: byteCount = unsafe page.source.text(at: page.range.lowerBound + slot).count
      default: byteCount = kind.width > 8 ? kind.width : 0
      }
      return [PagePlan(encoding: .constant, byteCount: byteCount)]
    }
    var plans: [PagePlan] = []
    if kind != .lengths {
      plans.append(
        PagePlan(encoding: .plain, byteCount: page.source.rawByteCount(of: page.range)))
    }
    switch kind {
    case .none, .bytes: break
    case .bit:
      let bytes = unsafe expandedBits(page)
      let runs = unsafe colonnade_count_runs(bytes, 1, count)
      plans.append(RunLengthEncoding.plan(runCount: runs, valueWidth: 1, hasCodes: false))
    case .lengths:
      let profile = unsafe profile(page.filled, width: 4, isSigned: false, count: count)
      plans.append(
        unsafe PackedEncoding.plan(
          profile, values: page.filled, width: 4, count: count, mayPatch: !options.forcesFrames))
    case .integer(let width, let isSigned):
      let profile = unsafe profile(page.filled, width: width, isSigned: isSigned, count: count)
      plans.append(
        unsafe PackedEncoding.plan(
          profile, values: page.filled, width: width, count: count, mayPatch: mayPatch))
      plans.append(DeltaEncoding.plan(profile, count: count))
      plans.append(
        RunLengthEncoding.plan(runCount: profile.runs, valueWidth: width, hasCodes: false))
    case .wideInteger:
      if let low = unsafe lowWords(page) {
        let profile = unsafe profile(low, width: 8, isSigned: true, count: count)
        plans.append(
          unsafe PackedEncoding.plan(
            profile, values: low, width: 8, count: count, mayPatch: false))
      }
      plans.append(valueRuns(page))
    case .float:
      plans.append(valueRuns(page))
      if let decimal = DecimalEncoding.plan(page, mayPatch: mayPatch) { plans.append(decimal) }
      if let split { plans.append(split.plan(slotCount: count)) }
    case .fixed: plans.append(valueRuns(page))
    }
    if let dictionary {
      plans.append(dictionary.plan(page.range))
      plans.append(dictionary.runPlan(page.range))
    }
    return plans
  }

  /// The cheaper of two plans for each page, where those by the reference save a tenth of the chunk's
  /// bytes and the time to decode both columns; nil where they do not.
  /// - Parameters:
  ///   - plans: without dictionary and reference.
  ///   - values: what the chunk would be without a reference.
  func mixed(
    _ plans: [PagePlan?], with references: [PagePlan?], insteadOf values: ValueChoice,
    _ ranges: PageRanges
  ) -> [PagePlan?]? {
    let isForced = options.forcedEncoding == .reference
    guard references.contains(where: { $0 != nil }) else { return nil }
    var mixed: [PagePlan?] = []
    for ((plan, reference), range) in zip(zip(plans, references), ranges) {
      guard let plan, let reference else {
        mixed.append(plan)
        continue
      }
      let saves =
        model.price(reference, slotCount: range.count) < model.price(plan, slotCount: range.count)
      mixed.append(isForced || saves ? reference : plan)
    }
    if isForced { return mixed }
    let with = ValueChoice.none.price(mixed, ranges, model)
    let without = values.price(plans, ranges, model)
    return with.byteCount * 10 <= without.byteCount * 9 && with.price < without.price ? mixed : nil
  }

  var mayPatch: Bool { !options.forcesFrames && options.forcedCodec != .zstd }

  private func valueRuns(_ page: PageSlots) -> PagePlan {
    let width = page.source.kind.width
    let runs = unsafe colonnade_count_runs(page.filled, UInt32(width), page.count)
    return RunLengthEncoding.plan(runCount: runs, valueWidth: width, hasCodes: false)
  }

  private func profile(
    _ values: UnsafeRawPointer, width: Int, isSigned: Bool, count: Int
  ) -> colonnade_integer_profile {
    var profile = colonnade_integer_profile()
    unsafe colonnade_profile_integers(
      &profile, values, UInt32(width), isSigned ? 1 : 0, count)
    return profile
  }

  /// The low words of a page of 16-byte integers where all of them fit 64 bits.
  func lowWords(_ page: PageSlots) -> UnsafeRawPointer? {
    scratch.truncate()
    let target = unsafe scratch.extend(by: page.count * 8)
    for slot in 0..<page.count {
      let low = unsafe page.filled.loadUnaligned(fromByteOffset: slot * 16, as: Int64.self)
      let high = unsafe page.filled.loadUnaligned(fromByteOffset: slot * 16 + 8, as: Int64.self)
      guard high == low >> 63 else { return nil }
      unsafe target.storeBytes(of: low, toByteOffset: slot * 8, as: Int64.self)
    }
    return UnsafeRawPointer(target)
  }

  /// One byte a bit, null slots like their neighbours.
  func expandedBits(_ page: PageSlots) -> UnsafeRawPointer {
    scratch.truncate()
    let target = unsafe scratch.extend(by: page.count)
    var last: UInt8 = 0
    for slot in 0..<page.count {
      if page.isValid(slot) { last = page.bit(slot) ? 1 : 0 }
      unsafe target.storeBytes(of: last, toByteOffset: slot, as: UInt8.self)
    }
    return UnsafeRawPointer(target)
  }
}
