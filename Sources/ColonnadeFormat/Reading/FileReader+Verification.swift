// Checks a whole file: every checksum, every page, every statistic, and that padding is padding.

import ColonnadeArrays
package import ColonnadeBase

extension FileReader {
  /// Reads everything there is.
  /// - Parameters:
  ///   - threadLimit: the most threads; nil for all of the pool's.
  ///   - cancellation: checked before each column of each row group.
  /// - Returns: counts, and the problems; a column this version cannot read is named, and no problem.
  /// - Throws: `.io` and `.cancelled`.
  /// - Complexity: O(bytes of the file decoded).
  package func verify(
    threadLimit: Int? = nil, cancellation: Cancellation? = nil
  ) throws(ColonnadeError) -> FileVerification {
    var result = FileVerification()
    result.fieldCount = fieldCount
    result.rowGroupCount = rowGroupCount
    try result.check { result throws(ColonnadeError) in
      for entry in metadata.table {
        result.metadataBlockCount += try metadata.reader(of: entry, in: map).verifyAll()
      }
    }
    try result.check { _ throws(ColonnadeError) in try metadata.verifyPadding(in: map) }
    try result.check { result throws(ColonnadeError) in
      result.dataBlockCount = try data.verifyAll()
    }
    try result.check { _ throws(ColonnadeError) in try schemaReader.verify() }
    try result.check { _ throws(ColonnadeError) in try verifyRowGroups() }
    let ranges = try verifyChunks(&result, threadLimit: threadLimit, cancellation: cancellation)
    if result.unreadable.isEmpty, result.isSound {
      try result.check { _ throws(ColonnadeError) in try verifyPadding(between: ranges) }
    }
    let path = path
    result.problems = result.problems.map { $0.inFile(path) }
    return result
  }

  private func verifyChunks(
    _ result: inout FileVerification, threadLimit: Int?, cancellation: Cancellation?
  ) throws(ColonnadeError) -> [Range<UInt64>] {
    let groups = rowGroupCount
    let totals = groups > 1 ? try fileStatistics(&result) : [:]
    let checks = Lock<[Int: StatisticsCheck]>([:])
    let found = Lock<[Int: ChunkFindings]>([:])
    try WorkerPool.shared.run(
      count: columnCount * groups, limit: threadLimit, cancellation: cancellation
    ) { (job) throws(ColonnadeError) in
      var findings = try self.verify(column: job / groups, rowGroup: job % groups)
      for (field, own) in findings.slots {
        guard let entry = totals[field] else { continue }
        var check = StatisticsCheck(entry, type: own.column.type)
        check.add(own.column, 0..<own.column.count, isBelowList: own.isBelowList)
        let seen = check
        checks.withLock { checks in
          if checks[field] == nil { checks[field] = seen } else { checks[field]?.combine(seen) }
        }
      }
      findings.slots = []
      let kept = findings
      found.withLock { $0[job] = kept }
    }
    var ranges: [Range<UInt64>] = []
    for (_, findings) in found.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      result.add(findings.result)
      ranges += findings.ranges
    }
    for (field, check) in checks.withLock({ $0 }).sorted(by: { $0.key < $1.key })
    where check.runCount == groups {
      let total = try chunk(field: field, rowGroup: groups)
      result.statisticsCount += 1
      guard let problem = check.problem(slotCount: total.slotCount) else { continue }
      result.report(
        ColonnadeError(.corrupt, "field \(field): the statistics of the file: \(problem)"))
    }
    return RecordingSource.merged(ranges)
  }

  /// The statistics of the whole file by field; checks the totals on the way.
  private func fileStatistics(
    _ result: inout FileVerification
  ) throws(ColonnadeError) -> [Int: StatisticsEntry] {
    var entries: [Int: StatisticsEntry] = [:]
    for field in 0..<fieldCount {
      try result.check { _ throws(ColonnadeError) in
        var slots: UInt64 = 0
        var raw: UInt64 = 0
        var stored: UInt64 = 0
        for group in 0..<rowGroupCount {
          let chunk = try chunk(field: field, rowGroup: group)
          slots &+= chunk.slotCount
          raw &+= chunk.rawByteCount
          stored &+= chunk.storedByteCount
        }
        let total = try chunk(field: field, rowGroup: rowGroupCount)
        guard total.slotCount == slots, total.rawByteCount == raw, total.storedByteCount == stored
        else {
          throw ColonnadeError(
            .corrupt, "field \(field): its totals are not the sums of its row groups",
            location: .byte(metadata.chunks.entry.offset))
        }
        guard total.statistics != FormatLimits.none else { return }
        let section = try metadata.section(
          total.hasWideStatistics ? .wideStatistics : .narrowStatistics)
        entries[field] = try StatisticsEntry(
          reading: try section.entry(at: Int(total.statistics)), isWide: total.hasWideStatistics)
      }
    }
    return entries
  }

  private func verifyRowGroups() throws(ColonnadeError) {
    for index in 0..<rowGroupCount {
      let group = try rowGroup(at: index)
      var raw: UInt64 = 0
      var stored: UInt64 = 0
      for field in 0..<fieldCount {
        let chunk = try chunk(field: field, rowGroup: index)
        raw &+= chunk.rawByteCount
        stored &+= chunk.storedByteCount
      }
      // Dictionaries, filters and padding come on top of what the chunks store.
      guard group.rawByteCount == raw, group.storedByteCount >= stored else {
        throw ColonnadeError(
          .corrupt, "the sizes of row group \(index) are not those of its chunks",
          location: .byte(metadata.rowGroups.entry.offset))
      }
    }
  }

  /// What lies between the regions of the data area is zero and shorter than an alignment.
  private func verifyPadding(between chunks: [Range<UInt64>]) throws(ColonnadeError) {
    var ranges = chunks
    ranges.append(0..<UInt64(FormatLimits.headerByteCount))
    for kind in [SectionKind.compressionDictionaries, .bloomFilters]
    where metadata.sectionCount(kind) > 0 {
      let section = try metadata.section(kind)
      for index in 0..<section.count {
        let region = RegionEntry(reading: try section.entry(at: index))
        // Checked against the data area when it was read above, or here.
        _ = try data.data(offset: region.offset, byteCount: Int(region.byteCount))
        ranges.append(region.offset..<region.offset + UInt64(region.byteCount))
      }
    }
    var end: UInt64 = 0
    for range in RecordingSource.merged(ranges) + [dataEnd..<dataEnd] {
      // Every range was checked to lie in the data area, and merged ones do not overlap.
      let gap = range.lowerBound >= end ? range.lowerBound - end : 0
      if gap > 0 {
        let bytes = try map.buffer(from: Int(end), byteCount: Int(gap))
        guard gap < 64, bytes.array.allSatisfy({ $0 == 0 }) else {
          throw ColonnadeError(
            .corrupt, "\(gap) bytes of the data area belong to nothing", location: .byte(end))
        }
      }
      end = range.upperBound
    }
  }
}
