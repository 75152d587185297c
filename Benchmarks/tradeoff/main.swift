// Bytes against time: writes one table in every way that a profile could have chosen and reads it.
//
//   Tradeoff FILE.arrow [FOLDER]
//
// Prints three tables: what decoding is worth against bytes, and pages of other sizes, over the whole
// table; symbols and zstd frames of several sizes and levels, over its texts alone. `*` marks a line
// that no other of its table beats in bytes, in reading everything and in taking rows at once.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery
import Glibc

do throws(ColonnadeError) {
  guard (2...3).contains(CommandLine.arguments.count) else {
    throw ColonnadeError(.invalidArgument, "usage: Tradeoff FILE.arrow [FOLDER]")
  }
  let source = try TradeoffSource(CommandLine.arguments[1])
  let folder = CommandLine.arguments.count == 3 ? CommandLine.arguments[2] : "/tmp"
  let path = "\(folder)/tradeoff-\(PosixFileSystem.shared.processIdentifier).cln"
  for comparison in TradeoffComparison.all {
    guard let rowGroups = source.rowGroups(of: comparison.columns) else { continue }
    print("\n\(comparison.title)\n")
    var points: [TradeoffPoint] = []
    for (name, options) in comparison.choices {
      points.append(try TradeoffPoint(name, options, rowGroups, at: path))
      TradeoffPoint.note("\(comparison.title): \(points.count) of \(comparison.choices.count)")
    }
    print(TradeoffPoint.table(points), terminator: "")
  }
} catch {
  print("Tradeoff: \(error)")
  exit(1)
}
