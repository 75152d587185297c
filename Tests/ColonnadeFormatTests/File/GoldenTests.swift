// Golden files: what is committed is read as expected, and is what the writer writes.
// COLONNADE_WRITE_GOLDENS=1 writes them anew; `tools/goldens` then shows their bytes in the
// specification.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import Glibc
import Testing

@Suite struct GoldenTests {
  static let isWriting = unsafe getenv("COLONNADE_WRITE_GOLDENS") != nil

  @Test(.enabled(if: isWriting)) func writeGoldens() throws {
    try PosixFileSystem.shared.makeFolders(TestFile.fixtures)
    for golden in GoldenCatalogue.all {
      let path = TestFile.fixtures + "/" + golden.name
      try TestFile.replace(path + ".cln", with: try golden.write())
      try TestFile.replace(path + ".json", with: Array(try golden.expectedJSON().utf8))
    }
    let notes = GoldenCatalogue.all.map { "\($0.name)\t\($0.note)\n" }.joined()
    try TestFile.replace(TestFile.fixtures + "/goldens.tsv", with: Array(notes.utf8))
  }

  @Test(.disabled(if: isWriting), arguments: GoldenCatalogue.all)
  func theWriterWritesIt(golden: Golden) throws {
    let fresh = try golden.write()
    let kept = try TestFile.fixture(golden.name + ".cln")
    // Another libzstd compresses to other bytes.
    if !golden.isCompressed {
      let first = zip(fresh, kept).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      #expect(fresh.count == kept.count && first == nil, "first difference at byte \(first ?? -1)")
    }
    #expect(
      try golden.expectedJSON()
        == String(decoding: TestFile.fixture(golden.name + ".json"), as: UTF8.self))
    try TestFile.with(fresh, golden.name) { path in try Self.check(golden, path) }
  }

  @Test(.disabled(if: isWriting), arguments: GoldenCatalogue.all)
  func whatIsKeptIsRead(golden: Golden) throws {
    try Self.check(golden, TestFile.fixtures + "/" + golden.name + ".cln")
  }

  /// The file holds the golden's rows, refuses what it should, and every part of it is sound.
  static func check(_ golden: Golden, _ path: String) throws {
    let reader = try FileReader(path, in: PosixFileSystem.shared)
    let batches = try golden.batches()
    #expect(reader.rowGroupCount == batches.count)
    #expect(reader.columnCount == golden.schema.fields.count)
    if golden.refused.isEmpty { #expect(try reader.schema == golden.schema) }
    for (index, field) in golden.schema.fields.enumerated() {
      #expect(try reader.columnIndex(named: field.name) == index)
      if golden.refused.contains(field.name) {
        let error = #expect(throws: ColonnadeError.self) {
          try reader.read(column: index, rowGroup: 0, rows: 0..<1)
        }
        #expect(error?.kind == .unsupportedFeature)
        #expect(error?.message.contains("'\(field.name)'") == true)
        continue
      }
      #expect(try reader.columnIndex(id: field.id) == index)
      for (group, batch) in batches.enumerated() {
        let column = try reader.read(column: index, rowGroup: group, rows: 0..<batch.rowCount)
        let found = (0..<batch.rowCount).map { ExactJSON.text(column, $0) }
        let expected = (0..<batch.rowCount).map { ExactJSON.text(batch.columns[index], $0) }
        #expect(found == expected, "column \(field.name)")
      }
    }
    let verification = try reader.verify()
    #expect(verification.problems.map(\.description) == [])
    #expect(verification.unreadable.count == golden.refused.count)
  }

  @Test func theseEncodingsAreShown() throws {
    var shown = Set<UInt8>()
    var frames = Set<String>()
    for golden in GoldenCatalogue.all where golden.refused.isEmpty {
      try TestFile.with(try golden.write(), golden.name) { path in
        let reader = try FileReader(path, in: PosixFileSystem.shared)
        for group in 0..<reader.rowGroupCount {
          for field in 0..<reader.fieldCount {
            let chunk = try reader.inspect(field: field, rowGroup: group)
            for page in chunk.pages {
              shown.insert(page.encodingCode)
              if page.codecCode == 1 {
                frames.insert(page.compressionDictionary == 0xFFFF ? "zstd" : "dictionary")
              }
              if page.flags.contains(.largeValues) { frames.insert("large") }
            }
          }
        }
      }
    }
    #expect(shown == Set(Encoding.allCases.map(\.rawValue)))
    #expect(frames == ["zstd", "dictionary", "large"])
  }
}
