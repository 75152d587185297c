// Which columns of a row group may be stored by which others, found on a sample before any is encoded.
// Whether that pays is decided again, page by page, with all values (`EncodingChooser.mixed`).
// Invariants: a column that is referred to refers to none; the same rows give the same answer.
// Spec: spec/encodings.md "Encodings", 10.

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// Looks for pairs of columns that move together.
struct ReferenceChooser {
  let options: EncodingOptions

  /// Contiguous runs of rows, the same of all columns.
  private static let blockCount = 32
  private static let blockRowCount = 128
  /// Of how many sampled rows one is among those that a pair is measured on first, of these at least
  /// so many.
  private static let fewShare = 8
  private static let fewRowCount = 128
  /// Of how many rows one is sampled: the search has to cost less than the encoding.
  private static let sampledShare = 4
  /// Neighbours of a column, on either side, that it is measured against; fewer where columns are many.
  private static let reach = 16
  private static let pairLimit = 4096
  /// How much more a column that stands before the other counts as the one to be referred to: where
  /// two could refer to each other, all row groups choose the same.
  private static let preference = 1.1
  /// Fewer rows have too little to save.
  private static let leastRowCount = 256

  init(_ options: EncodingOptions) { self.options = options }

  private var model: CostModel { CostModel(options) }
  private var isForced: Bool { options.forcedEncoding == .reference }

  /// The reference of each column that should have one, by index.
  /// - Parameter columns: those of the row group, not the fields below them.
  /// - Complexity: O(columns · rows of the sample), and of pairs at most `pairLimit` or one a column.
  func references(
    among columns: [Column]
  ) throws(ColonnadeError) -> [Int: ColumnReference] {
    guard options.profile != .fast, options.forcedEncoding == nil || isForced,
      let rowCount = columns.first?.count, isForced || rowCount >= Self.leastRowCount
    else { return [:] }
    let rows = Self.sampledRows(rowCount)
    let found = ParallelResults<Sample>(count: columns.count)
    try WorkerPool.shared.run(count: columns.count) { (index) throws(ColonnadeError) in
      let column = columns[index]
      guard SlotKind(column.type).mayRefer else { return }
      found.set(index, Sample(index, rows.map { column.take($0) } ?? column, rowCount, model))
    }
    let samples = found.takeAll()
    return choose(samples, try pairs(samples))
  }

  /// Rows of the blocks, those far apart first; nil for all.
  private static func sampledRows(_ rowCount: Int) -> SelectionVector? {
    guard rowCount > leastRowCount else { return nil }
    let blockCount = min(Self.blockCount, max(2, rowCount / sampledShare / blockRowCount))
    let stretch = (rowCount - blockRowCount) / (blockCount - 1)
    let interleaved = blockCount % 4 == 0 ? 4 : 1
    var rows: [UInt32] = []
    for index in 0..<blockCount {
      let first =
        (index % interleaved * (blockCount / interleaved) + index / interleaved) * stretch
      rows += (first..<first + blockRowCount).map { UInt32($0) }
    }
    return SelectionVector(rows)
  }

  // MARK: pairs

  /// One column by another.
  private struct Pair {
    /// Positions among the samples.
    let column: Int
    let reference: Int
    let relation: ReferenceRelation
    /// Bytes of the sample stored so.
    let byteCount: Int
    /// What it saves, in bytes of the sample with the time to decode.
    var gain: Double
  }

  private func pairs(_ samples: [Sample]) throws(ColonnadeError) -> [Pair] {
    let count = samples.count
    let reach = max(1, min(Self.reach, Self.pairLimit / max(1, 2 * count)))
    let found = ParallelResults<[Pair]>(count: count)
    try WorkerPool.shared.run(count: count) { (column) throws(ColonnadeError) in
      guard samples[column].mayGain else { return }
      // Where one a column is the most, it is the one before.
      let after = 2 * count > Self.pairLimit ? 0 : reach
      let near = max(0, column - reach)...min(count - 1, column + after)
      let pairs = near.compactMap { $0 == column ? nil : pair(column, $0, samples) }
      found.set(column, surviving(pairs, of: samples[column]))
    }
    return found.takeAll().flatMap { $0 }
  }

  private func pair(_ column: Int, _ reference: Int, _ samples: [Sample]) -> Pair? {
    let (own, other) = (samples[column], samples[reference])
    guard Int16(exactly: other.index - own.index) != nil else { return nil }
    let few = max(Self.fewRowCount, own.count / Self.fewShare)
    var best: Pair?
    for relation in [ReferenceRelation.difference, .multiple] {
      if few < own.count {
        guard let some = gain(own, other, relation, few), some.gain > 0 else { continue }
      }
      guard let (byteCount, gain) = gain(own, other, relation, own.count), gain > best?.gain ?? 0
      else { continue }
      best = Pair(
        column: column, reference: reference, relation: relation, byteCount: byteCount, gain: gain)
    }
    return best
  }

  /// What a relation saves on the first rows of the sample, in bytes with the time to decode, and what
  /// is left; nil where it does not hold or saves less than a tenth of the bytes.
  private func gain(
    _ own: Sample, _ other: Sample, _ relation: ReferenceRelation, _ rowCount: Int
  ) -> (byteCount: Int, gain: Double)? {
    let count = min(rowCount, own.count)
    guard let reference = other.integers(for: own, relation) else { return nil }
    let own = (sample: own, integers: MutableBuffer(), states: MutableBuffer())
    unsafe own.integers.append(
      UnsafeRawBufferPointer(start: own.sample.integers.pointer, count: count * 8))
    unsafe own.states.append(
      UnsafeRawBufferPointer(start: own.sample.states.pointer, count: count))
    let relative = unsafe RelativeIntegers(
      own.integers, states: own.states, count: count,
      reference: reference.pointer.assumingMemoryBound(to: UInt64.self), relation: relation)
    guard let plan = relative.plan(width: own.sample.width, mayPatch: true) else { return nil }
    let share = Double(count) / Double(own.sample.count)
    guard saves(plan.byteCount, of: Double(own.sample.byteCount) * share) else { return nil }
    let gain = own.sample.price * share - model.price(plan, slotCount: count)
    return (plan.byteCount, isForced ? max(gain, 1) : gain)
  }

  private func saves(_ byteCount: Int, of alone: Double) -> Bool {
    isForced || Double(byteCount) <= alone * 0.9
  }

  /// The pairs that are better than a dictionary of the column too, which only a column that has some
  /// is tried with.
  private func surviving(_ pairs: [Pair], of sample: Sample) -> [Pair] {
    guard !pairs.isEmpty, let dictionary = sample.dictionary else { return pairs }
    let price = model.price(dictionary, slotCount: sample.count)
    guard price < sample.price, !isForced else { return pairs }
    return pairs.compactMap { pair in
      var pair = pair
      pair.gain -= sample.price - price
      return pair.gain > 0 && saves(pair.byteCount, of: Double(dictionary.byteCount)) ? pair : nil
    }
  }

  // MARK: choice

  /// Takes what saves most: columns to refer to by all that they save to others, then for each
  /// column the best of those.
  private func choose(_ samples: [Sample], _ pairs: [Pair]) -> [Int: ColumnReference] {
    var totals = [Double](repeating: 0, count: samples.count)
    var byReference = [[Pair]](repeating: [], count: samples.count)
    for pair in pairs {
      totals[pair.reference] +=
        pair.gain * (pair.reference < pair.column ? Self.preference : 1)
      byReference[pair.reference].append(pair)
    }
    var isReferred = [Bool](repeating: false, count: samples.count)
    var chosen = [Pair?](repeating: nil, count: samples.count)
    let order = samples.indices.filter { totals[$0] > 0 }.sorted {
      (totals[$1], $0) < (totals[$0], $1)
    }
    for reference in order where chosen[reference] == nil {
      for pair in byReference[reference] where !isReferred[pair.column] {
        // The first comes from the reference that saves most altogether; a later one may be better.
        if let known = chosen[pair.column], known.gain >= pair.gain { continue }
        chosen[pair.column] = pair
        isReferred[reference] = true
      }
    }
    var references: [Int: ColumnReference] = [:]
    for case let pair? in chosen {
      let (own, other) = (samples[pair.column], samples[pair.reference])
      references[own.index] = ColumnReference(
        distance: Int16(other.index - own.index), relation: pair.relation, scale: other.scale)
    }
    return references
  }
}

/// A column's values at the sampled rows, and what they take alone.
private struct Sample {
  let index: Int
  let count: Int
  private let column: Column
  /// Of the row group.
  private let rowCount: Int
  /// An i64 a slot.
  let integers: MutableBuffer
  /// One of `colonnade_slot_…` a slot.
  let states: MutableBuffer
  /// How the integers become values, of floats only.
  private let form: DecimalForm
  let width: Int
  let isFloat: Bool
  /// Bytes of the sample stored without a reference and without a dictionary.
  let byteCount: Int
  /// The same with the time to decode.
  let price: Double

  /// - Returns: nil for a column of nulls, and for floats that are no decimals.
  init?(_ index: Int, _ column: Column, _ rowCount: Int, _ model: CostModel) {
    let source = SlotSource(column)
    let scratch = MutableBuffer()
    defer { extendLifetime(scratch) }
    let page = PageSlots(source, 0..<column.count, scratch: scratch)
    guard page.nullCount < page.count else { return nil }
    self.index = index
    self.column = column
    self.rowCount = rowCount
    count = column.count
    width = source.kind.width
    if case .float = source.kind {
      guard let likely = DecimalEncoding.likelyForm(page) else { return nil }
      (form, isFloat) = (likely, true)
    } else {
      (form, isFloat) = (DecimalForm(scale: 0), false)
    }
    (integers, states) = ReferenceEncoder.integers(page, form)
    let marks = unsafe states.pointer.assumingMemoryBound(to: UInt8.self)
    if page.hasNulls, let validity = unsafe source.validity {
      unsafe colonnade_free_nulls(marks, validity, 0, count)
    }
    var plans = [
      EncodingChooser(EncodingOptions(profile: model.profile)).plan(page, dictionary: nil)
    ]
    if let delta = Self.delta(page) { plans.append(delta) }
    var best = (byteCount: 0, price: Double.infinity)
    for plan in plans {
      let price = model.price(plan, slotCount: page.count)
      if price < best.price { best = (plan.byteCount, price) }
    }
    (byteCount, price) = best
  }

  var scale: Int { form.scale }

  /// Whether there is enough to be saved: two bits a value.
  var mayGain: Bool { byteCount * 4 > count }

  /// Deltas within the blocks of the sample: between them it jumps.
  private static func delta(_ page: PageSlots) -> PagePlan? {
    guard case .integer(let width, let isSigned) = page.source.kind else { return nil }
    var whole = colonnade_integer_profile()
    whole.leastDelta = Int64.max
    whole.greatestDelta = Int64.min
    for start in stride(from: 0, to: page.count, by: 128) {
      var block = colonnade_integer_profile()
      unsafe colonnade_profile_integers(
        &block, page.filled + start * width, UInt32(width), isSigned ? 1 : 0,
        min(128, page.count - start))
      whole.leastDelta = min(whole.leastDelta, block.leastDelta)
      whole.greatestDelta = max(whole.greatestDelta, block.greatestDelta)
    }
    return DeltaEncoding.plan(whole, count: page.count)
  }

  /// Codes, and the sample's share of their dictionary.
  var dictionary: PagePlan? {
    let source = SlotSource(column)
    let sample = ChunkDictionary.sample(source)
    guard sample.distinct * 2 <= sample.slots else { return nil }
    let bitWidth = Int.bitWidth - max(0, sample.distinct - 1).leadingZeroBitCount
    let entries = sample.distinct * source.kind.width * source.count / max(1, rowCount)
    return PagePlan(
      encoding: .dictionary, bitWidth: bitWidth,
      byteCount: PackedEncoding.packedByteCount(source.count, bitWidth) + entries)
  }

  /// What a column's integers are related to; nil where the two have no such relation.
  func integers(for own: Sample, _ relation: ReferenceRelation) -> MutableBuffer? {
    guard relation == .difference else { return integers }
    guard isFloat == own.isFloat, scale <= own.scale else { return nil }
    if scale == own.scale { return integers }
    var factor: UInt64 = 1
    for _ in scale..<own.scale { factor *= 10 }
    let scaled = MutableBuffer(byteCount: count * 8)
    let (from, to) = unsafe (
      integers.pointer.assumingMemoryBound(to: UInt64.self),
      scaled.pointer.assumingMemoryBound(to: UInt64.self)
    )
    for slot in 0..<count { unsafe to[slot] = from[slot] &* factor }
    return scaled
  }
}
