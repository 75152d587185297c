// Bytes read as Arrow IPC: as a stream and as a file with a footer, every value of what comes out
// looked at; and well-formed inputs to start from.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest

public enum ArrowIPCInput {
  /// The smallest inputs claim many rows: values are looked at in a part of them.
  private static let batchLimit = 16
  private static let rowLimit = 256

  static func read(_ bytes: [UInt8]) throws(ColonnadeError) {
    var failure: ColonnadeError?
    do throws(ColonnadeError) { try read(ArrowStreamInput(bytes: bytes)) } catch {
      failure = error
    }
    if bytes.starts(with: Array("ARROW1".utf8)) {
      let fileSystem = PosixFileSystem.shared
      let path = "/dev/shm/colonnade-fuzz-\(fileSystem.randomName())"
      let handle = try fileSystem.createExclusively(path)
      defer { try? fileSystem.remove(path) }
      try handle.write(bytes)
      try handle.close()
      try read(ArrowStreamInput(path: path))
    }
    if let failure { throw failure }
  }

  private static func read(_ input: ArrowStreamInput) throws(ColonnadeError) {
    for _ in 0..<batchLimit {
      guard let batch = try input.next() else { return }
      for column in batch.columns {
        for row in 0..<min(batch.rowCount, rowLimit) { _ = column.value(at: row) }
      }
    }
  }

  /// Streams and files of every compression, with dictionaries that grow and nested columns.
  public static func seeds() throws -> [[UInt8]] {
    let element = Field("element", .categorical(ordered: false))
    let schema = Schema(
      [
        Field("a", .int32), Field("b", .string), Field("c", .categorical(ordered: true)),
        Field("d", .list(element)), Field("e", .decimal(precision: 9, scale: 2)),
        Field("f", .structure([Field("x", .bool), Field("y", .fixedBinary(byteCount: 3))])),
        Field(
          "g", .map(key: Field("key", .string, isNullable: false), value: Field("value", .date))),
        Field("h", .fixedList(Field("element", .float32), count: 2), metadata: [.init("k", "v")]),
      ], metadata: [.init("origin", "seed")])
    var found: [[UInt8]] = []
    for form in [ArrowStreamOutput.Form.stream, .file] {
      for compression in ArrowCompression.allCases {
        var bytes: [UInt8] = []
        let output = try ArrowStreamOutput(schema: schema, form: form, compression: compression) {
          bytes += $0.array
        }
        for start in [0, 20] {
          var columns: [Column] = []
          for field in schema.fields {
            let builder = ColumnBuilder(field.type)
            for row in start..<start + 20 {
              if row % 5 == 3 { builder.appendNull() } else { try append(row, to: builder) }
            }
            columns.append(builder.finish())
          }
          try output.write(Batch(schema: schema, columns: columns, rowCount: 20))
        }
        try output.finish()
        found.append(bytes)
      }
    }
    return found
  }

  private static func append(_ row: Int, to builder: ColumnBuilder) throws(ColonnadeError) {
    let number = Int128(row)
    let text = Value.string(String(repeating: "t\(row % 7)", count: row % 9))
    let value: Value =
      switch builder.type {
      case .int32: .integer(number)
      case .list: .list([text, .null])
      case .decimal: .decimal(number, scale: 2)
      case .structure:
        .structure([
          (name: "x", value: .bool(row % 2 == 0)), (name: "y", value: .binary([1, 2, UInt8(row)])),
        ])
      case .map: .map([(key: text, value: .date(Int32(row)))])
      case .fixedList: .list([.float(0.5), .float(Double(row))])
      default: text
      }
    try builder.append(value: value)
  }
}
