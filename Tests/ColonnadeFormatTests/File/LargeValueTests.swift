// Values out of line beside small ones that share a trained dictionary: they were compressed with
// that dictionary once, and decompressed without it.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import TestSupport
import Testing

@Suite struct LargeValueTests {
  @Test func aLargeValueBesideATrainedDictionaryComesBackCompressed() throws {
    var generator = SeededGenerator(seed: 5)
    let words = (0..<400).map { "word\($0 * 7919 % 10007)" }
    func text(_ count: Int) -> String {
      (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }
        .joined(separator: " ")
    }
    var texts = (0..<20_000).map { _ in text(6) }
    texts[777] = text(20_000)
    texts[15_000] = text(30_000)
    let builder = ColumnBuilder(.string)
    for text in texts { builder.append(text: text) }
    let schema = Schema([Field("text", .string)]).assigningIDs()
    let fileSystem = PosixFileSystem.shared
    let path = "/tmp/colonnade-large-\(fileSystem.randomName()).cln"
    let writer = try FileWriter(path, in: fileSystem, schema: schema)
    try writer.write(
      rowGroup: Batch(schema: schema, columns: [builder.finish()], rowCount: texts.count))
    let summary = try writer.finish()
    defer { try? fileSystem.remove(path) }
    let reader = try FileReader(path, in: fileSystem)
    #expect(
      try reader.compressionDictionaries().count > 0, "the test asks for a trained dictionary")
    let column = try reader.read(column: 0, rowGroup: 0, rows: 0..<texts.count)
    for (row, text) in texts.enumerated() {
      if case .string(let found) = column.value(at: row), found == text { continue }
      Issue.record("row \(row) differs")
    }
    let alone = try reader.read(
      column: 0, rowGroup: 0, selection: SelectionVector([777, 15_000]))
    #expect("\(alone.value(at: 1))" == "\(Value.string(texts[15_000]))")
    // Words of four hundred compress well: stored as they are, the two alone would take 440 kB.
    #expect(summary.byteCount < texts.reduce(0) { $0 + $1.utf8.count } / 2)
  }
}
