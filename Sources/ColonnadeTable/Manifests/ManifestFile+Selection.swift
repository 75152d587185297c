// From a manifest to the entries that a question is about: runs of zones, zones, runs of entries, then
// entries. Entries stand in the order of their partition values, so that the first part of the values
// of a run lies between that of its first and that of its last entry; one wanted partition is found in
// a number of steps that grows with the logarithm of the entries.
// Invariant: an entry is left out only where the filter said so of it or of what it is part of.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

extension ManifestFile {
  /// How many parts a run is divided into where nothing is known of all of it.
  private static let fanOut = 8

  /// Adds the entries that are left to `selection`; all of them where `filter` is `nil`.
  func select(
    _ filter: EntryFilter?, into selection: inout EntrySelection
  ) throws(ColonnadeError) {
    selection.zoneCount += zoneCount
    guard let filter else {
      for zone in 0..<zoneCount { try take(zone: zone, into: &selection) }
      return
    }
    try select(zones: 0..<zoneCount, filter, into: &selection)
  }

  private func select(
    zones: Range<Int>, _ filter: EntryFilter, into selection: inout EntrySelection
  ) throws(ColonnadeError) {
    guard zones.count > 1 else {
      guard let zone = zones.first else { return }
      // Of the one entry of a zone it says itself what there is to say.
      if rowCount(zone: zone) == 1 { return try select(zone: zone, filter, into: &selection) }
      switch try filter.verdict(ManifestZone(manifest: self, zone: zone)) {
      case .skipped: selection.prunedZoneCount += 1
      case .whole: try take(zone: zone, matchesWhole: true, into: &selection)
      case .kept: try select(zone: zone, filter, into: &selection)
      }
      return
    }
    // Of all zones the root has said what there is to say.
    if zones.count < zoneCount, let run = try run(zones: zones, filter) {
      switch try filter.verdict(run) {
      case .skipped:
        selection.prunedZoneCount += zones.count
        return
      case .whole:
        for zone in zones { try take(zone: zone, matchesWhole: true, into: &selection) }
        return
      case .kept: break
      }
    }
    for part in ManifestFile.parts(of: zones) {
      try select(zones: part, filter, into: &selection)
    }
  }

  private func select(
    zone: Int, _ filter: EntryFilter, into selection: inout EntrySelection
  ) throws(ColonnadeError) {
    let parts = try partitionColumns(zone: zone)
    var chosen: [(row: Int, matchesWhole: Bool)] = []
    try select(rows: 0..<rowCount(zone: zone), zone: zone, parts, filter, &chosen)
    if chosen.isEmpty, rowCount(zone: zone) == 1 { selection.prunedZoneCount += 1 }
    selection.entries += try entries(zone: zone, chosen)
  }

  private func select(
    rows: Range<Int>, zone: Int, _ parts: [Column], _ filter: EntryFilter,
    _ chosen: inout [(row: Int, matchesWhole: Bool)]
  ) throws(ColonnadeError) {
    if rows.count > 1 {
      // Of a whole zone its statistics have said what there is to say.
      if rows.count < rowCount(zone: zone), let run = run(rows: rows, parts, filter) {
        switch try filter.verdict(run) {
        case .skipped: return
        case .whole:
          chosen += rows.map { ($0, true) }
          return
        case .kept: break
        }
      }
      for part in ManifestFile.parts(of: rows) {
        try select(rows: part, zone: zone, parts, filter, &chosen)
      }
    } else if let row = rows.first {
      let entry = ManifestRow(
        manifest: self, zone: zone, row: row,
        rowCount: try entryRowCount(zone: zone, row: row),
        partition: parts.map { $0.value(at: row) })
      switch try filter.verdict(entry) {
      case .skipped: break
      case .kept: chosen.append((row, false))
      case .whole: chosen.append((row, true))
      }
    }
  }

  private func take(
    zone: Int, matchesWhole: Bool = false, into selection: inout EntrySelection
  ) throws(ColonnadeError) {
    selection.entries += try entries(
      zone: zone, (0..<rowCount(zone: zone)).map { ($0, matchesWhole) })
  }

  /// At most eight runs of about equal length.
  private static func parts(of range: Range<Int>) -> [Range<Int>] {
    let length = (range.count + fanOut - 1) / fanOut
    return stride(from: range.lowerBound, to: range.upperBound, by: length).map { start in
      start..<min(start + length, range.upperBound)
    }
  }

  // MARK: runs

  /// What the first part of the partition values says of neighbouring zones; `nil` where it says
  /// nothing, or nothing that the filter asks.
  private func run(
    zones: Range<Int>, _ filter: EntryFilter
  ) throws(ColonnadeError) -> PartitionRun? {
    guard let source = sources.first, filter.columnIDs.contains(source.field.sourceID),
      let first = try ManifestZone(manifest: self, zone: zones.lowerBound).bounds(source.field),
      let last = try ManifestZone(manifest: self, zone: zones.upperBound - 1).bounds(source.field),
      let least = first.range?.least, let greatest = last.range?.greatest, !last.hasNull,
      !last.hasNaN
    else { return nil }
    return run(
      least, greatest, entryCount: zones.reduce(0) { $0 + rowCount(zone: $1) })
  }

  private func run(rows: Range<Int>, _ parts: [Column], _ filter: EntryFilter) -> PartitionRun? {
    guard let source = sources.first, filter.columnIDs.contains(source.field.sourceID) else {
      return nil
    }
    let (least, greatest) = (
      parts[0].value(at: rows.lowerBound), parts[0].value(at: rows.upperBound - 1)
    )
    // NaN and NULL come last.
    guard !greatest.isNull, !greatest.isNaN else { return nil }
    return run(least, greatest, entryCount: rows.count)
  }

  private func run(_ least: Value, _ greatest: Value, entryCount: Int) -> PartitionRun {
    PartitionRun(
      sources: sources,
      bounds: [PartitionBounds(range: (least, greatest))]
        + Array(repeating: nil, count: sources.count - 1),
      rowCount: rowCount, entryCount: entryCount)
  }
}
