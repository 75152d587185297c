// Decodes one column of one row group and holds pages, statistics and filters against its values.

import ColonnadeArrays
import ColonnadeBase

/// What the verification of one column of one row group hands back.
struct ChunkFindings: Sendable {
  var result = FileVerification()
  /// Bytes of the data area that belong to its chunks, merged.
  var ranges: [Range<UInt64>] = []
  /// Slots of every field in level order, to be held against the statistics of the file; empty where
  /// the column could not be read.
  var slots: [(field: Int, slots: FieldSlots)] = []
}

extension FileReader {
  /// - Throws: `.io` and `.cancelled` only; the rest is a finding.
  func verify(column: Int, rowGroup: Int) throws(ColonnadeError) -> ChunkFindings {
    var findings = ChunkFindings()
    let reference: FieldReference
    do {
      reference = try self.reference(column: column)
    } catch {
      // A type that is not known is refused by name; all else is a problem.
      if error.kind == .unsupportedFeature {
        findings.result.unreadable.append(error.message)
      } else {
        findings.result.report(error)
      }
      return findings
    }
    let fields = levelOrder(reference)
    var ranges: [Range<UInt64>] = []
    for field in fields {
      try findings.result.check { result throws(ColonnadeError) in
        let chunk = try inspect(field: field.index, rowGroup: rowGroup)
        result.chunkCount += 1
        if chunk.entry.validityOffset > 0 {
          // Read whole: pages without nulls have bits there that no decoder asks for.
          let size = Int((chunk.entry.slotCount + 7) / 8)
          let bits = try data.data(offset: chunk.entry.validityOffset, byteCount: size)
          ranges.append(chunk.entry.validityOffset..<chunk.entry.validityOffset + UInt64(size))
          let last = unsafe bits.unsafeBytes.last ?? 0
          guard chunk.entry.slotCount % 8 == 0 || last >> UInt8(chunk.entry.slotCount % 8) == 0
          else {
            throw ColonnadeError(
              .corrupt, "bits behind the last slot of a validity bitmap are not zero",
              location: .byte(chunk.entry.validityOffset))
          }
        }
        result.pageCount += chunk.pages.count + (chunk.dictionary == nil ? 0 : 1)
        for page in chunk.pages + [chunk.dictionary].compactMap({ $0 }) where page.byteCount > 0 {
          let (end, overflow) = page.offset.addingReportingOverflow(UInt64(page.byteCount))
          guard !overflow, end <= dataEnd else {
            throw ColonnadeError(
              .corrupt, "a page of \(page.byteCount) bytes does not lie in the data area",
              location: .byte(page.offset))
          }
          ranges.append(page.offset..<end)
        }
      }
    }
    do {
      let rowCount = try self.rowGroup(at: rowGroup).rowCount
      let source = RecordingSource(data)
      let values = try readAll(reference, rowGroup: rowGroup, rowCount: rowCount, from: source)
      ranges += source.ranges
      let tree = FieldTree(Schema([reference.field]))
      let slots = try tree.slots(of: [values], rowCount: rowCount)
      for (field, own) in zip(fields, slots) {
        try findings.result.check { result throws(ColonnadeError) in
          result.slotCount += own.column.count
          try verify(field, own, rowGroup: rowGroup, rowCount: rowCount, &result)
        }
        findings.slots.append((field.index, own))
      }
    } catch {
      if error.kind == .cancelled || error.kind == .io { throw error }
      let name = reference.field.name
      if error.kind == .unsupportedFeature {
        findings.result.unreadable.append("column '\(name)': \(error.message)")
      } else {
        findings.result.report(
          ColonnadeError(
            error.kind, "column '\(name)', row group \(rowGroup): \(error.message)",
            file: error.file ?? path, location: error.location, hint: error.hint))
      }
    }
    findings.ranges = RecordingSource.merged(ranges)
    return findings
  }

  /// A field and everything below it, in the order of the fields of a schema of this column alone.
  func levelOrder(_ root: FieldReference) -> [FieldReference] {
    var result = [root]
    var index = 0
    while index < result.count {
      result += result[index].children
      index += 1
    }
    return result
  }

  private func verify(
    _ field: FieldReference, _ own: FieldSlots, rowGroup: Int, rowCount: Int,
    _ result: inout FileVerification
  ) throws(ColonnadeError) {
    let chunk = try inspect(field: field.index, rowGroup: rowGroup)
    func corrupt(_ what: String, at offset: UInt64? = nil) -> ColonnadeError {
      ColonnadeError(
        .corrupt, "column '\(field.field.name)', row group \(rowGroup): \(what)", file: path,
        location: offset.map { .byte($0) })
    }
    guard Int(chunk.entry.slotCount) == own.column.count else {
      throw corrupt("\(chunk.entry.slotCount) slots, \(own.column.count) were decoded")
    }
    let scanner = BoundScanner(own.column, tracksOrder: false)
    for (index, page) in chunk.pages.enumerated() {
      let first = index << Int(chunk.entry.pageShift)
      let rows = first..<min(rowCount, first + 1 << Int(chunk.entry.pageShift))
      let slots = own.layout.slots(of: rows)
      guard Int(page.firstSlot) == slots.lowerBound else {
        throw corrupt(
          "page \(index) starts at slot \(page.firstSlot), its rows at \(slots.lowerBound)",
          at: page.offset)
      }
      guard UInt64(page.nullCount) == scanner.statistics(of: slots).nullCount else {
        throw corrupt("page \(index) counts \(page.nullCount) nulls", at: page.offset)
      }
    }
    try verifyStatistics(field, own, chunk.entry, rowCount: rowCount, &result, corrupt)
    if let entry = chunk.bloomFilter {
      let filter = BloomFilter(
        bytes: try data.data(offset: entry.offset, byteCount: Int(entry.byteCount)))
      guard BloomFilter.supports(field.field.type), entry.byteCount > 0, entry.byteCount % 32 == 0
      else { throw corrupt("a Bloom filter of \(entry.byteCount) bytes", at: entry.offset) }
      for slot in 0..<own.column.count
      where !own.column.isNull(at: slot) && !filter.mayContain(own.column, slot: slot) {
        throw corrupt("the Bloom filter lacks the value of slot \(slot)", at: entry.offset)
      }
      result.bloomFilterCount += 1
    }
  }

  private func verifyStatistics(
    _ field: FieldReference, _ own: FieldSlots, _ chunk: ChunkEntry, rowCount: Int,
    _ result: inout FileVerification, _ corrupt: (String, UInt64?) -> ColonnadeError
  ) throws(ColonnadeError) {
    guard chunk.statistics != FormatLimits.none else { return }
    let type = field.field.type
    guard chunk.hasWideStatistics == type.hasWideStatistics else {
      throw corrupt("its statistics stand in the wrong section", nil)
    }
    let section = try metadata.section(
      chunk.hasWideStatistics ? .wideStatistics : .narrowStatistics)
    let zoneCount = (rowCount + zoneRowCount - 1) / zoneRowCount
    for index in 0..<(zoneCount > 1 ? zoneCount + 1 : 1) {
      let entry = try StatisticsEntry(
        reading: try section.entry(at: Int(chunk.statistics) + index),
        isWide: chunk.hasWideStatistics)
      let first = (index - 1) * zoneRowCount
      let rows = index == 0 ? 0..<rowCount : first..<min(rowCount, first + zoneRowCount)
      let slots = own.layout.slots(of: rows)
      _ = try entry.statistics(type: type, count: UInt64(slots.count))
      var check = StatisticsCheck(entry, type: type)
      check.add(own.column, slots, isBelowList: own.isBelowList)
      if let problem = check.problem(slotCount: UInt64(slots.count)) {
        let place = index == 0 ? "the statistics" : "the statistics of zone \(index - 1)"
        throw corrupt("\(place): \(problem)", section.entry.offset)
      }
      result.statisticsCount += 1
    }
  }
}
