// Files of other projects: csv-spectrum and JSONTestSuite.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest
import Testing

@Suite struct CorpusTests {
  /// The corpus expects texts only, so both sides are read as strings.
  static func textSchema(_ names: [String]) -> Schema {
    Schema(names.map { Field($0, .string) })
  }

  @Test(arguments: [false, true])
  func csvSpectrum(_ withReturns: Bool) throws {
    guard let folder = Corpora.folder("csv-spectrum") else { return }
    let files = try Corpora.files(folder + "/csvs")
    #expect(files.count == 9)
    for file in files {
      var bytes = try Corpora.read(folder + "/csvs/" + file)
      var json = try Corpora.read(folder + "/json/" + file.dropLast(4) + ".json")
      // One of them is a lone record over several lines.
      if json.first == UInt8(ascii: "{") { json = [0x5B] + json + [0x5D] }
      if withReturns {
        // Line ends between records become CR LF, and so do those inside quotes: the expectation
        // has them as LF, so they are turned back after reading.
        bytes = bytes.flatMap { $0 == 10 ? [13, 10] : [$0] }
      }
      let looked = try ingest([IngestInput(bytes: bytes, name: file)])
      var options = IngestOptions()
      options.schema = Self.textSchema(looked.schema.fields.map(\.name))
      options.nullTexts = []
      let found = try ingest([IngestInput(bytes: bytes, name: file)], options)
      let expected = try ingest([IngestInput(bytes: json, name: "expected.json")], options)
      let rows = found.rows.map { row in
        row.map { cell in
          withReturns ? String(cell.map { $0 == "\r\n" ? "\n" : $0 }) : cell
        }
      }
      var wanted = expected.rows
      if file == "location_coordinates.csv" {
        // The corpus itself differs here: its CSV and its JSON hold different telephone numbers.
        #expect(wanted[0][0] == "'1234567890'" && rows[0][0] == "'2095257564'")
        wanted[0][0] = rows[0][0]
      }
      #expect(rows == wanted, "\(file)")
      #expect(!rows.isEmpty)
    }
  }

  @Test func jsonTestSuite() throws {
    guard let folder = Corpora.folder("json-test-suite") else { return }
    var counts: [Character: Int] = [:]
    for file in try Corpora.files(folder) where file.hasSuffix(".json") {
      let bytes = try Corpora.read(folder + "/" + file)
      var options = IngestOptions()
      options.format = .jsonl
      let error = failure([IngestInput(bytes: bytes, name: file)], options)
      counts[file.first ?? "?", default: 0] += 1
      switch file.prefix(2) {
      case "n_": #expect(error != nil, "\(file) was taken")
      case "y_":
        guard let error else { continue }
        // Keys that come twice are JSON by grammar, but a row has one value a column.
        let isRepeated = error.message == "the key comes twice" && file.contains("duplicated")
        // Objects over several lines are JSON but not JSON Lines.
        // An empty array has no record to find columns in.
        let isEmpty = error.message.contains("there is no record")
        let isOverLines = bytes.dropLast().contains(10)
        #expect(
          error.message.contains("is not an object") || isRepeated || isOverLines || isEmpty,
          "\(file): \(error)")
      default: break
      }
    }
    #expect(counts == ["y": 95, "n": 188, "i": 35])
  }
}
