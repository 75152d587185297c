// Entries on their way into a manifest.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

/// One partition value and a run of row groups that a commit adds.
struct NewEntry {
  var fileName: String
  var fileByteCount: Int
  var fileID: [UInt8]
  var rowGroups: Range<Int>
  var firstRow: Int
  var rowCount: Int
  /// Bytes stored for the row groups.
  var byteCount: Int
  var ordinal: Int
  var partition: [Value]
  /// For each measured column of the layout.
  var statistics: [Statistics]
}

extension Statistics {
  /// What holds of these values and those of `other` together.
  mutating func merge(_ other: Statistics) {
    let isBounded = isComplete && other.isComplete
    if isBounded {
      switch (minimum, other.minimum) {
      case (let mine?, let theirs?):
        if theirs.value.comesBefore(mine.value) { minimum = theirs }
      case (nil, let theirs): minimum = theirs
      default: break
      }
      switch (maximum, other.maximum) {
      case (let mine?, let theirs?):
        if mine.value.comesBefore(theirs.value) { maximum = theirs }
      case (nil, let theirs): maximum = theirs
      default: break
      }
    } else {
      // One side alone may still be bounded on both.
      minimum = mergedEnd(minimum, other.minimum, other) { $1.comesBefore($0) }
      maximum = mergedEnd(maximum, other.maximum, other) { $0.comesBefore($1) }
    }
    count += other.count
    nullCount = Statistics.sum(nullCount, other.nullCount)
    nanCount = Statistics.sum(nanCount, other.nanCount)
  }

  private func mergedEnd(
    _ mine: Bound?, _ theirs: Bound?, _ other: Statistics, _ isBeyond: (Value, Value) -> Bool
  ) -> Bound? {
    switch (mine, theirs) {
    case (let mine?, let theirs?): isBeyond(mine.value, theirs.value) ? theirs : mine
    case (let mine?, nil): other.isEmpty ? mine : nil
    case (nil, let theirs?): isEmpty ? theirs : nil
    case (nil, nil): nil
    }
  }

  private static func sum(_ left: UInt64?, _ right: UInt64?) -> UInt64? {
    guard let left, let right else { return nil }
    return left + right
  }

  /// True where every value is null or NaN, as far as the counts show.
  var isEmpty: Bool { (nullCount ?? 0) + (nanCount ?? 0) >= count }

  /// True where no bound is missing that a value would need.
  var isComplete: Bool { (minimum != nil && maximum != nil) || isEmpty }
}

extension ManifestLayout {
  /// The rows of a manifest, in its order.
  func batch(of entries: [NewEntry]) throws(ColonnadeError) -> Batch {
    let builders = schema.fields.map { ColumnBuilder($0.type, capacity: entries.count) }
    for entry in entries {
      builders[0].append(text: entry.fileName)
      builders[1].append(fixed: Int64(entry.fileByteCount))
      unsafe entry.fileID.withUnsafeBytes { unsafe builders[2].append(bytes: $0) }
      builders[3].append(fixed: Int64(entry.rowGroups.lowerBound))
      builders[4].append(fixed: Int64(entry.rowGroups.count))
      builders[5].append(fixed: Int64(entry.firstRow))
      builders[6].append(fixed: Int64(entry.rowCount))
      builders[7].append(fixed: Int64(entry.byteCount))
      // The root that lists the manifest knows the version; it is not known yet.
      builders[8].appendNull()
      builders[9].append(fixed: Int64(entry.ordinal))
      var next = ManifestLayout.fixed.count
      for value in entry.partition {
        try builders[next].append(value: value)
        next += 1
      }
      for (column, statistics) in zip(measured, entry.statistics) {
        next = try append(statistics, of: column, to: builders, at: next)
      }
    }
    return sorted(
      Batch(schema: schema, columns: builders.map { $0.finish() }, rowCount: entries.count))
  }

  /// - Returns: the index of the next builder.
  private func append(
    _ statistics: Statistics, of column: Measured, to builders: [ColumnBuilder], at start: Int
  ) throws(ColonnadeError) -> Int {
    var flags: UInt8 = statistics.isComplete ? 0 : ManifestLayout.unknown
    var next = start
    for (bound, widened) in [
      (statistics.minimum, ManifestLayout.minimumWidened),
      (statistics.maximum, ManifestLayout.maximumWidened),
    ] {
      // A bound that was widened may not fit the type any more: then nothing is known.
      if let bound, ManifestLayout.fits(bound.value, column.type) {
        try builders[next].append(value: bound.value)
        if !bound.isExact { flags |= widened }
      } else {
        if bound != nil { flags |= ManifestLayout.unknown }
        builders[next].appendNull()
      }
      next += 1
    }
    var counts = [statistics.nullCount]
    if column.hasNaN { counts.append(statistics.nanCount) }
    for count in counts {
      if let count {
        builders[next].append(fixed: Int64(clamping: count))
      } else {
        builders[next].appendNull()
      }
      next += 1
    }
    builders[next].append(fixed: flags)
    return next + 1
  }

  /// Whether a bound of a column, possibly cut or raised, is a value of the column's type.
  private static func fits(_ value: Value, _ type: DataType) -> Bool {
    switch (type, value) {
    case (.fixedBinary(let byteCount), .binary(let bytes)): return bytes.count == byteCount
    default: return !value.isNull
    }
  }

  /// The same rows in the order of partition values, version and ordinal.
  func sorted(_ batch: Batch) -> Batch {
    let first = ManifestLayout.fixed.count
    let keys =
      (first..<first + partTypes.count).map { (column: batch.columns[$0], isDescending: false) }
      + [(column: batch.columns[8], isDescending: false), (batch.columns[9], false)]
    guard let order = RowSorter(keys).permutation() else { return batch }
    return batch.take(SelectionVector(order))
  }

  /// The range of each part of the partition values of a manifest's rows.
  func bounds(of batch: Batch) -> [PartitionBounds] {
    partTypes.indices.map { part in
      let column = batch.columns[ManifestLayout.fixed.count + part]
      var bounds = PartitionBounds()
      for row in 0..<column.count {
        let value = column.value(at: row)
        if value.isNull {
          bounds.hasNull = true
        } else if value.isNaN {
          bounds.hasNaN = true
        } else if let range = bounds.range {
          if value.comesBefore(range.least) { bounds.range = (value, range.greatest) }
          if range.greatest.comesBefore(value) { bounds.range = (range.least, value) }
        } else {
          bounds.range = (value, value)
        }
      }
      return bounds
    }
  }
}
