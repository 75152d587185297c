// Vectorised evaluation against the interpreter, and pruning against evaluation, on random columns
// and predicates. A failing run prints the seed and the predicate.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import TestSupport
import Testing

@testable import ColonnadeQuery

@Suite struct PropertyTests {
  @Test func evaluationAndPruningAgreeWithTheInterpreter() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of random predicates: \(seed)")
    var generator = SeededGenerator(seed: seed)
    var (pruned, kept, whole, failed) = (0, 0, 0, 0)
    for _ in 0..<12 {
      let columns = try RandomColumns(count: 200, using: &generator)
      var predicates = RandomPredicates(generator: SeededGenerator(seed: generator.next()))
      for _ in 0..<60 {
        let text = predicates.predicate(depth: Int.random(in: 0...3, using: &generator))
        let comment: Comment = "seed \(seed): \(text)"
        let parsed = try Predicate(text)
        let bound: BoundPredicate
        do {
          bound = try parsed.bind(RandomColumns.schema)
        } catch {
          Issue.record("\(comment): \(error)")
          continue
        }
        let expected = columns.rows.map { row in
          ReferenceInterpreter(schema: RandomColumns.schema, row: row).truth(parsed.expression)
        }
        var selected: [UInt32]?
        do {
          selected = try columns.evaluator(0..<200).select(bound).array
        } catch {
          failed += 1
        }
        if expected.contains(.failure) {
          #expect(selected == nil, comment)
        } else {
          #expect(selected == (0..<200).filter { expected[$0] == .yes }.map(UInt32.init), comment)
        }
        PropertyTests.checkFilter(bound, columns, selected, comment)
        for first in stride(from: 0, to: 200, by: 16) {
          let zone = first..<min(200, first + 16)
          let source = RandomStatistics(columns: columns, range: zone, seed: generator.next())
          switch try bound.prune(source) {
          case .none:
            pruned += 1
            #expect(!expected[zone].contains { $0 == .yes || $0 == .failure }, comment)
          case .all:
            whole += 1
            #expect(expected[zone].allSatisfy { $0 == .yes }, comment)
          case .some: kept += 1
          }
        }
      }
    }
    print("zones pruned \(pruned), whole \(whole), kept \(kept); predicates that failed \(failed)")
    // The property means something only where pruning happens.
    #expect(pruned > kept / 10)
    #expect(whole > 0)
    #expect(failed > 0)
  }

  /// Condition by condition, reading columns only where rows are left, the outcome is the same.
  private static func checkFilter(
    _ predicate: BoundPredicate, _ columns: RandomColumns, _ selected: [UInt32]?,
    _ comment: Comment
  ) {
    let kept = [1, 13]
    do throws(ColonnadeError) {
      let found = try ConditionFilter(predicate).select(
        rowCount: 200, keeping: kept,
        test: { (column: Int, range: IntegerRange) throws(ColonnadeError) -> Buffer? in
          // As for pages that are packed, and for others.
          if column % 3 == 0 { return nil }
          let bits = Bitmap(zeros: 200)
          for row in 0..<200 where !columns.rows[row][column].isNull {
            if range.contains(Comparison.held(columns.rows[row][column])) { bits.insert(row) }
          }
          return bits.buffer
        },
        read: { (column: Int, rows: SelectionVector?) throws(ColonnadeError) -> Column in
          rows.map { columns.columns[column].take($0) } ?? columns.columns[column]
        })
      #expect(found.rows.array == selected, comment)
      for (column, values) in found.columns {
        #expect(kept.contains(column), comment)
        #expect(values.count == found.rows.count, comment)
        for (index, row) in found.rows.array.enumerated() {
          let (left, right) = (values.value(at: index), columns.rows[Int(row)][column])
          #expect(left.isNull ? right.isNull : left.order(right) == 0, comment)
        }
      }
    } catch {
      #expect(selected == nil, comment)
    }
  }
}
