// A small file whose every byte is determined: its rows, how they are written, and what it shows.
// Files and expected values stand in Tests/Fixtures; spec/goldens.md shows their bytes.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import Testing

/// One golden file.
struct Golden: Sendable, CustomTestStringConvertible {
  /// Name of the file, without its ending.
  let name: String
  /// What it shows, for the table in spec/goldens.md.
  let note: String
  let schema: Schema
  /// Values of each column of each row group.
  let rowGroups: [[[Value]]]
  let options: FileWriterOptions
  /// What no writer writes yet, put in afterwards with checksums that hold.
  let patch: (@Sendable (FilePatch) throws -> Void)?
  /// Columns that a reader refuses.
  let refused: [String]

  var testDescription: String { name }

  init(
    _ name: String, _ note: String, _ columns: [(Field, [Value])], rowGroupRows: Int? = nil,
    metadata: [MetadataEntry] = [], refused: [String] = [],
    patch: (@Sendable (FilePatch) throws -> Void)? = nil,
    configure: (inout FileWriterOptions) -> Void = { _ in }
  ) {
    self.name = name
    self.note = note
    self.refused = refused
    self.patch = patch
    schema = Schema(columns.map(\.0), metadata: metadata).assigningIDs()
    let rowCount = columns.first?.1.count ?? 0
    precondition(columns.allSatisfy { $0.1.count == rowCount })
    let step = max(1, rowGroupRows ?? rowCount)
    rowGroups = stride(from: 0, to: rowCount, by: step).map { start in
      columns.map { Array($0.1[start..<min(start + step, rowCount)]) }
    }
    var options = FileWriterOptions()
    // The id is the name, so that files differ in it and repeat it.
    options.fileID = Array((Array(name.utf8) + [UInt8](repeating: 0x2E, count: 16)).prefix(16))
    options.writer = "golden"
    options.synchronizes = false
    // What the chooser prefers may change; these bytes do not.
    options.encoding.forcedCodec = Codec.none
    options.encoding.forcedEncoding = .plain
    configure(&options)
    self.options = options
  }

  /// Whether its bytes depend on libzstd's version.
  var isCompressed: Bool { options.encoding.forcedCodec != Codec.none }

  func batches() throws -> [Batch] {
    var result: [Batch] = []
    for group in rowGroups {
      var columns: [Column] = []
      for (field, values) in zip(schema.fields, group) {
        let builder = ColumnBuilder(field.type)
        for value in values { try builder.append(value: value) }
        columns.append(builder.finish())
      }
      result.append(Batch(schema: schema, columns: columns, rowCount: group.first?.count ?? 0))
    }
    return result
  }

  /// The file's bytes, freshly written.
  func write() throws -> [UInt8] {
    let path = TestFile.path(name)
    defer { TestFile.remove(path) }
    let writer = try FileWriter(path, in: PosixFileSystem.shared, schema: schema, options: options)
    for batch in try batches() { try writer.write(rowGroup: batch) }
    _ = try writer.finish()
    let bytes = try PosixFileSystem.shared.readAll(path, limit: 1 << 30).array
    guard let patch else { return bytes }
    let patched = try FilePatch(bytes)
    try patch(patched)
    return patched.bytes
  }

  /// Every column's values as JSON, in the form that spec/reference_reader prints with `--json`.
  func expectedJSON() throws -> String {
    let batches = try batches()
    var text = "{"
    var isFirst = true
    for (index, field) in schema.fields.enumerated() where !refused.contains(field.name) {
      text += (isFirst ? "\n" : ",\n") + "  " + ExactJSON.quoted(field.name) + ": ["
      isFirst = false
      var values: [String] = []
      for batch in batches {
        for row in 0..<batch.rowCount {
          values.append(ExactJSON.text(batch.columns[index], row))
        }
      }
      text += values.joined(separator: ", ") + "]"
    }
    return text + "\n}\n"
  }
}
