// Row groups and zones that bounds rule out as they are stored are those that statistics rule out,
// for the same reason.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import TestSupport
import Testing

@testable import ColonnadeQuery

@Suite struct StoredBoundsTests {
  private static let operators: [ComparisonOperator] = [
    .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
  ]

  /// A file of `columns` in two row groups, in zones of 16 rows.
  private func withFile(
    _ columns: RandomColumns, _ body: (FileReader) throws -> Void
  ) throws {
    let path = "/tmp/colonnade-bounds-\(PosixFileSystem.shared.randomName(byteCount: 8)).cln"
    defer {
      do throws(ColonnadeError) { try PosixFileSystem.shared.remove(path) } catch {
        print("could not remove \(path): \(error)")
      }
    }
    let schema = RandomColumns.schema.assigningIDs()
    var options = FileWriterOptions()
    options.synchronizes = false
    options.zoneShift = 4
    let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: schema, options: options)
    let batch = Batch(schema: schema, columns: columns.columns, rowCount: columns.rowCount)
    let middle = columns.rowCount * 2 / 3
    _ = try writer.write(rowGroup: batch.slice(0..<middle))
    _ = try writer.write(rowGroup: batch.slice(middle..<columns.rowCount))
    _ = try writer.finish()
    try body(FileReader(path, in: PosixFileSystem.shared))
  }

  /// A column beside one of its type's values.
  private static func comparison(
    _ index: Int, _ field: Field, _ operation: ComparisonOperator,
    _ generator: inout SeededGenerator
  ) -> BoundPredicate {
    let bound = BoundField(
      column: index, columnID: field.id, path: [], type: field.type, name: field.name)
    return .comparison(
      .field(bound), operation, RandomColumns.value(field.type, 40, using: &generator))
  }

  /// Several conditions at once: what bounds say of a zone is what all statistics say.
  @Test func conditionsTogetherAreJudgedAsStatisticsJudgeThem() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of conditions together: \(seed)")
    var generator = SeededGenerator(seed: seed)
    var (ruledOut, mixed, open) = (0, 0, 0)
    for _ in 0..<10 {
      try withFile(try RandomColumns(count: 200, using: &generator)) { file in
        let fields = try file.schema.fields.enumerated().filter { !$0.element.type.isNested }
        for _ in 0..<100 {
          let chosen = (0..<Int.random(in: 2...3, using: &generator)).map { _ in
            fields.randomElement(using: &generator)!
          }
          let conditions = chosen.map { index, field in
            let operation = Self.operators.randomElement(using: &generator)!
            return Self.comparison(index, field, operation, &generator)
          }
          let predicate = BoundPredicate.all(conditions)
          let mapping = try ColumnMapping(
            file, file: file, columns: Array(Set(chosen.map(\.offset))).sorted())
          guard let stored = StoredBounds(predicate, file, mapping) else { continue }
          for group in 0..<file.rowGroupCount {
            let rowCount = try file.rowGroup(at: group).rowCount
            let zones = stored.zones(of: group, rowCount: rowCount)
            for zone in 0..<(rowCount + 15) / 16 {
              let verdict = try predicate.prune(
                FileStatistics(
                  file: file, mapping: mapping, level: .zone(group, zone),
                  rowCount: min(16, rowCount - zone * 16)))
              let comment: Comment = "seed \(seed): \(predicate): \(verdict)"
              switch (stored.verdict(zone: zone, in: zones), verdict) {
              case (.ruledOut, .none): ruledOut += 1
              case (.some, .some): mixed += 1
              case (.open, _): open += 1
              case (.ruledOut, _): Issue.record("ruled out; \(comment)")
              case (.some, _): Issue.record("said to be mixed; \(comment)")
              }
            }
          }
        }
      }
    }
    #expect(ruledOut > 100 && mixed > 100 && open > 100, "\(ruledOut), \(mixed), \(open)")
  }

  @Test func theyRuleOutWhatStatisticsDo() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of random bounds: \(seed)")
    var generator = SeededGenerator(seed: seed)
    var (ruledOut, pruned, mixed) = (0, 0, 0)
    for _ in 0..<10 {
      let columns = try RandomColumns(count: 200, using: &generator)
      try withFile(columns) { file in
        for (index, field) in try file.schema.fields.enumerated() where !field.type.isNested {
          for operation in Self.operators {
            let predicate = Self.comparison(index, field, operation, &generator)
            let comment: Comment = "seed \(seed): \(predicate)"
            let mapping = try ColumnMapping(file, file: file, columns: [index])
            let stored = StoredBounds(predicate, file, mapping)
            func check(
              _ stated: StoredBounds.Verdict, _ level: StatisticsLevel, _ rowCount: Int
            ) throws {
              var found: Int?
              if case .ruledOut(let condition) = stated { found = condition }
              let verdict = try predicate.prune(
                FileStatistics(file: file, mapping: mapping, level: level, rowCount: rowCount))
              if stated == .some {
                mixed += 1
                guard case .some = verdict else {
                  Issue.record("\(verdict) where bounds say that some rows match: \(comment)")
                  return
                }
              }
              guard case .none(let reason) = verdict else {
                #expect(found == nil, comment)
                return
              }
              if stored != nil { pruned += 1 }
              if let found {
                ruledOut += 1
                #expect(found == 0 && stored?.reason(found) == reason, comment)
              }
            }
            for group in 0..<file.rowGroupCount {
              let rowCount = try file.rowGroup(at: group).rowCount
              let condition = stored?.condition(rulingOut: group)
              let zones = stored?.zones(of: group, rowCount: rowCount)
              try check(
                condition.map { .ruledOut(condition: $0) } ?? .open, .rowGroup(group), rowCount)
              for zone in 0..<(rowCount + 15) / 16 {
                try check(
                  zones.flatMap { stored?.verdict(zone: zone, in: $0) } ?? .open,
                  .zone(group, zone), min(16, rowCount - zone * 16))
              }
            }
          }
        }
      }
    }
    print("ruled out by bounds \(ruledOut) of \(pruned)")
    // What only nulls rule out, or no NaN, is left to the statistics.
    #expect(ruledOut > pruned / 2)
    #expect(mixed > 100, "seed \(seed)")
  }
}
