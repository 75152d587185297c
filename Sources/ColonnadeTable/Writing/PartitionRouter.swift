// Rows of batches, gathered by partition until a row group is full or memory runs out.
// Invariants: rows of a partition keep the order they came in; a row group holds rows of one
// partition, at most `Limits.rowGroupRowCount`; what is buffered stays below the budget between
// calls. Groups come out in an order that depends on the rows alone.

import ColonnadeArrays
import ColonnadeBase

/// Rows of one partition, ready to be sorted and encoded.
struct RowGroupDraft: Sendable {
  /// The partition's number in the router's directory.
  let partition: Int
  let columns: [Column]
  let rowCount: Int
  /// Bytes of the values, about.
  let byteCount: Int
}

/// The rows of one slice on their way to the builders of their partitions. Columns have builders of
/// their own, so that they may be appended at the same time.
private struct Gather: @unchecked Sendable {
  let columns: [Column]
  /// For each partition touched, the builder of each column.
  let builders: [[ColumnBuilder]]
  /// For each partition touched, its run in `rows`.
  let runs: [Range<Int>]
  /// Row indices, UInt32.
  let rows: MutableBuffer

  func append(column index: Int) {
    let column = columns[index]
    if runs.count == 1 {
      builders[0][index].append(contentsOf: column)
      return
    }
    let rows = unsafe rows.pointer.assumingMemoryBound(to: UInt32.self)
    for (target, run) in zip(builders, runs) {
      unsafe target[index].append(
        contentsOf: column,
        rows: UnsafeBufferPointer(start: rows + run.lowerBound, count: run.count))
    }
  }
}

/// Divides batches among partitions.
final class PartitionRouter {
  struct Limits {
    /// A row group is cut before it has more rows.
    var rowGroupRowCount = 1 << 20
    /// A row group is cut when its values have about as many bytes, or its share of a third of the
    /// budget where that is less: partitions that grow alike are about to be cut at the same time.
    var rowGroupByteCount = 64 << 20
    /// No share is less.
    var leastRowGroupByteCount = 16 << 20
    /// The most bytes of values buffered in all partitions together.
    var budget = 384 << 20
  }

  /// Rows of one partition.
  private struct Pending {
    var builders: [ColumnBuilder] = []
    var rowCount = 0
    var byteCount = 0
  }

  private let schema: Schema
  private let partitioning: Partitioning
  /// Columns of the schema that the partition fields are made from.
  private let sources: [Int]
  private let partTypes: [DataType]
  private let limits: Limits
  private let directory: PartitionDirectory
  private var pending: [Pending] = []
  private(set) var bufferedByteCount = 0

  /// Bytes of a row in columns of fixed width, and the columns that have to be asked.
  private let fixedRowByteCount: Int
  private let varyingColumns: [Int]
  /// All columns, those that are likely to take longest to gather first, so that none of them is begun when
  /// all others are done: of varying size, the last ones before others since long texts tend to stand last,
  /// then the wide ones.
  private let gatherOrder: [Int]

  /// What builders of one row take beside the values; counted so that very many columns or
  /// partitions stay within the budget too.
  private let overheadByteCount: Int
  private static let builderByteCount = 320

  /// Rows looked at together; their columns stay in the processor's cache.
  private static let sliceRowCount = 1 << 16

  // Scratch space, one entry a row or a partition.
  private let numbers = MutableBuffer(byteCount: sliceRowCount * 4)
  private let rows = MutableBuffer(byteCount: sliceRowCount * 4)
  private var counts: [Int] = []

  /// - Parameter schema: has ids; the partitioning's sources are its columns.
  init(
    schema: Schema, partitioning: Partitioning, limits: Limits = Limits()
  ) throws(ColonnadeError) {
    self.schema = schema
    self.partitioning = partitioning
    self.limits = limits
    partTypes = try partitioning.types(in: schema)
    var sources: [Int] = []
    for field in partitioning.fields {
      // `types(in:)` found each of them.
      sources.append(schema.fields.firstIndex { $0.id == field.sourceID } ?? 0)
    }
    self.sources = sources
    directory = PartitionDirectory(partCount: partitioning.fields.count)
    var fixed = 0
    var varying: [Int] = []
    var others: [(width: Int, index: Int)] = []
    for (index, field) in schema.fields.enumerated() {
      if let width = PartitionRouter.fixedByteCount(of: field.type) {
        fixed += width
        others.append((width, index))
      } else {
        varying.append(index)
      }
    }
    fixedRowByteCount = fixed
    varyingColumns = varying
    gatherOrder = varying.reversed() + others.sorted { $0.width > $1.width }.map(\.index)
    overheadByteCount = schema.fields.reduce(0) {
      $0 + PartitionRouter.builderCount(of: $1.type) * PartitionRouter.builderByteCount
    }
  }

  /// Bytes of a value where every value has as many; bits count as a byte.
  private static func fixedByteCount(of type: DataType) -> Int? {
    switch type.physical {
    case .none: return 0
    case .bit: return 1
    case .bytes, .list: return nil
    case .fixedList(let count):
      return type.children.first.flatMap { fixedByteCount(of: $0.type) }.map { $0 * count }
    case .structure:
      var total = 0
      for child in type.children {
        guard let width = fixedByteCount(of: child.type) else { return nil }
        total += width
      }
      return total
    default: return type.physical.fixedByteCount
    }
  }

  private static func builderCount(of type: DataType) -> Int {
    type.children.reduce(1) { $0 + builderCount(of: $1.type) }
  }

  /// How many partitions there are so far.
  var partitionCount: Int { directory.count }

  /// The value of a partition.
  func values(of partition: Int) -> [Value] { directory.values(of: partition) }

  /// Takes the rows of `batch`, whose columns have the schema's types.
  /// - Parameter emit: gets the row groups that are full, and those that memory has no room for.
  /// - Complexity: O(values), and for each partition a batch touches O(columns).
  func route(
    _ batch: Batch, emit: (RowGroupDraft) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    // A slice may lie in one partition whole: it has to fit a row group.
    let sliceRowCount = min(PartitionRouter.sliceRowCount, limits.rowGroupRowCount)
    var start = 0
    while start < batch.rowCount {
      let end = min(batch.rowCount, start + sliceRowCount)
      let slice = batch.slice(start..<end)
      try routeSlice(slice, emit: emit)
      if bufferedByteCount > limits.budget { try evict(to: limits.budget / 4 * 3, emit: emit) }
      start = end
    }
  }

  private func routeSlice(
    _ batch: Batch, emit: (RowGroupDraft) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    var parts: [Column] = []
    for (field, source) in zip(partitioning.fields, sources) {
      parts.append(try field.transform.apply(to: batch.columns[source]))
    }
    let rowCount = batch.rowCount
    let numbers = unsafe self.numbers.pointer.bindMemory(to: UInt32.self, capacity: rowCount)
    let rows = unsafe self.rows.pointer.bindMemory(to: UInt32.self, capacity: rowCount)
    unsafe directory.assign(parts, rowCount: rowCount, to: numbers)
    while pending.count < directory.count {
      pending.append(Pending())
      counts.append(0)
    }

    // A counting sort of the rows by partition; partitions stand in the order of their first row.
    var touched: [Int] = []
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      for row in 0..<rowCount {
        let number = unsafe Int(numbers[row])
        if unsafe counts[number] == 0 { touched.append(number) }
        unsafe counts[number] += 1
      }
    }
    var runs: [Range<Int>] = []
    runs.reserveCapacity(touched.count)
    var next = 0
    for number in touched {
      let count = counts[number]
      runs.append(next..<next + count)
      counts[number] = next
      next += count
    }
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      for row in 0..<rowCount {
        let number = unsafe Int(numbers[row])
        unsafe rows[counts[number]] = UInt32(row)
        unsafe counts[number] += 1
      }
      for number in touched { unsafe counts[number] = 0 }
    }

    let rowByteCount = varyingColumns.reduce(Double(fixedRowByteCount)) {
      $0 + batch.columns[$1].sampledByteCount
    }
    for (number, run) in zip(touched, runs) {
      try makeRoom(for: run.count, of: rowByteCount, in: number, emit: emit)
    }
    // Column by column, so that a column is read while it is in the cache; columns apart from each
    // other on all cores.
    let gather = Gather(
      columns: batch.columns, builders: touched.map { pending[$0].builders }, runs: runs,
      rows: self.rows)
    let order = gatherOrder
    try WorkerPool.shared.run(count: order.count) { (turn) throws(ColonnadeError) in
      gather.append(column: order[turn])
    }
    for (number, run) in zip(touched, runs) { account(for: run.count, in: number) }
    for number in touched where pending[number].byteCount >= rowGroupByteCount {
      try cut(number, emit: emit)
    }
  }

  /// Bytes of values at which a row group is cut.
  private var rowGroupByteCount: Int {
    let share = limits.budget / 3 / max(1, directory.count)
    return min(limits.rowGroupByteCount, max(limits.leastRowGroupByteCount, share))
  }

  /// - Parameter rowByteCount: bytes of a row, about.
  private func makeRoom(
    for rowCount: Int, of rowByteCount: Double, in number: Int,
    emit: (RowGroupDraft) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    if pending[number].rowCount + rowCount > limits.rowGroupRowCount {
      try cut(number, emit: emit)
    }
    if pending[number].builders.isEmpty {
      // Room for the whole group at once, since growing copies and touches fresh memory; where there
      // are more partitions than may be full, it would only lie idle.
      var expected = 0
      if directory.count * rowGroupByteCount <= limits.budget, rowByteCount > 0 {
        expected = min(
          limits.rowGroupRowCount, Int(Double(rowGroupByteCount) / rowByteCount) + rowCount)
      }
      pending[number].builders = schema.fields.map { ColumnBuilder($0.type, capacity: expected) }
      pending[number].byteCount = overheadByteCount
      bufferedByteCount += overheadByteCount
    }
  }

  private func account(for rowCount: Int, in number: Int) {
    pending[number].rowCount += rowCount
    var total = overheadByteCount + pending[number].rowCount * fixedRowByteCount
    for index in varyingColumns { total += pending[number].builders[index].byteCount }
    bufferedByteCount += total - pending[number].byteCount
    pending[number].byteCount = total
  }

  /// Hands out what a partition has buffered.
  private func cut(
    _ number: Int, emit: (RowGroupDraft) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    let group = pending[number]
    guard group.rowCount > 0 else { return }
    pending[number] = Pending()
    bufferedByteCount -= group.byteCount
    try emit(
      RowGroupDraft(
        partition: number, columns: group.builders.map { $0.finish() }, rowCount: group.rowCount,
        byteCount: group.byteCount))
  }

  /// Hands out the largest partitions until at most `target` bytes stay.
  private func evict(
    to target: Int, emit: (RowGroupDraft) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    let bySize = pending.indices.filter { pending[$0].rowCount > 0 }.sorted {
      (pending[$1].byteCount, $0) < (pending[$0].byteCount, $1)
    }
    var left = bufferedByteCount
    var chosen: [Int] = []
    for number in bySize {
      if left <= target { break }
      left -= pending[number].byteCount
      chosen.append(number)
    }
    for number in ordered(chosen) { try cut(number, emit: emit) }
  }

  /// Hands out everything that is left, in the order of partition values.
  func finish(
    emit: (RowGroupDraft) throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) {
    for number in ordered(pending.indices.filter { pending[$0].rowCount > 0 }) {
      try cut(number, emit: emit)
    }
  }

  /// Partitions in the order of their values, so that neighbours in value are neighbours on disk.
  private func ordered(_ numbers: [Int]) -> [Int] {
    guard !partTypes.isEmpty, numbers.count > 1 else { return numbers }
    var columns: [(column: Column, isDescending: Bool)] = []
    let values = numbers.map { directory.values(of: $0) }
    for (index, type) in partTypes.enumerated() {
      let builder = ColumnBuilder(type, capacity: numbers.count)
      for value in values {
        do {
          try builder.append(value: value[index])
        } catch {
          preconditionFailure("a partition value does not fit its own type: \(error)")
        }
      }
      columns.append((builder.finish(), false))
    }
    guard let order = RowSorter(columns).permutation() else { return numbers }
    return order.map { numbers[Int($0)] }
  }
}
