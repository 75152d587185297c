// One way to write the table: what it takes, and how long it takes to read.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import ColonnadeQuery

/// Figures of one choice.
struct TradeoffPoint {
  let name: String
  let byteCount: Int
  let writeSeconds: Double
  /// All rows and columns, on all cores.
  let readSeconds: Double
  /// `takenCount` rows at random places, all columns.
  let takeSeconds: Double

  private static let takenCount = 1_000
  private static let runs = 5

  init(
    _ name: String, _ options: EncodingOptions, _ rowGroups: [Batch], at path: String
  ) throws(ColonnadeError) {
    let fileSystem = PosixFileSystem.shared
    var writing = FileWriterOptions()
    writing.encoding = options
    writing.synchronizes = false
    let writer = try FileWriter(
      path, in: fileSystem, schema: rowGroups[0].schema, options: writing)
    // What stands there after an error is nobody's file.
    defer { try? fileSystem.remove(path) }
    var summary: FileSummary?
    writeSeconds = try TradeoffPoint.seconds { () throws(ColonnadeError) in
      for rowGroup in rowGroups { try writer.write(rowGroup: rowGroup) }
      summary = try writer.finish()
    }
    self.name = name
    byteCount = summary?.byteCount ?? 0
    let rowCount = summary?.rowCount ?? 0
    // Rows of a fixed sequence, so that every choice is asked for the same ones.
    var state: UInt64 = 1
    let rows = (0..<TradeoffPoint.takenCount).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % UInt64(max(1, rowCount))
    }.sorted()
    readSeconds = try TradeoffPoint.median { () throws(ColonnadeError) in
      let source = FileScanSource(try FileReader(path, in: fileSystem))
      let projection = try ScanProjection(.all, columns: source.columns)
      let scan = try Scan(source, projection: projection, predicate: nil)
      while try scan.next() != nil {}
    }
    takeSeconds = try TradeoffPoint.median { () throws(ColonnadeError) in
      let source = FileScanSource(try FileReader(path, in: fileSystem))
      let take = try Take(
        source, rows: rows, projection: ScanProjection(.all, columns: source.columns))
      while try take.next() != nil {}
    }
  }

  private static func seconds(
    _ body: () throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) -> Double {
    let clock = ContinuousClock()
    let started = clock.now
    try body()
    return (clock.now - started) / .seconds(1)
  }

  /// The median of `runs`, after one that warms up.
  private static func median(
    _ body: () throws(ColonnadeError) -> Void
  ) throws(ColonnadeError) -> Double {
    try body()
    var found: [Double] = []
    for _ in 0..<runs { found.append(try seconds(body)) }
    return found.sorted()[runs / 2]
  }

  /// Whether `other` is better in everything.
  private func isBeaten(by other: TradeoffPoint) -> Bool {
    other.byteCount < byteCount && other.readSeconds < readSeconds
      && other.takeSeconds < takeSeconds
  }

  static func table(_ points: [TradeoffPoint]) -> String {
    let width = max(8, points.map(\.name.count).max() ?? 0)
    func padded(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    func number(_ value: Double) -> String {
      let tenths = Int((value * 10).rounded())
      return padded("\(tenths / 10).\(tenths % 10)", 9)
    }
    var text = "| \(padded("", width)) |        MB | write ms  | read ms   | take ms   |   |\n"
    text += "|\(String(repeating: "-", count: width + 2))|"
    text += String(repeating: "----------:|", count: 4) + "---|\n"
    for point in points {
      let name = point.name + String(repeating: " ", count: width - point.name.count)
      let figures = [
        Double(point.byteCount) / 1e6, point.writeSeconds * 1e3, point.readSeconds * 1e3,
        point.takeSeconds * 1e3,
      ]
      let mark = points.contains { point.isBeaten(by: $0) } ? " " : "*"
      text += "| \(name) | \(figures.map(number).joined(separator: " | ")) | \(mark) |\n"
    }
    return text
  }

  /// Says on standard error how far it is.
  static func note(_ text: String) {
    do throws(ColonnadeError) {
      try FileHandle(
        OpenFile(descriptor: 2, path: "standard error"), in: PosixFileSystem.shared,
        closesOnRelease: false
      ).write(Array("\(text)\n".utf8))
    } catch {
      // Where nobody listens, nothing is lost.
    }
  }
}
