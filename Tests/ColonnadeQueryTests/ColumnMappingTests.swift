// Columns of a file for columns of a table: found by id, refused where their values are others.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import Testing

@testable import ColonnadeQuery

@Suite struct ColumnMappingTests {
  private func withFile(
    _ type: DataType, _ body: (FileReader) throws -> Void
  ) throws {
    var random = SystemRandomNumberGenerator()
    let path = "/tmp/colonnade-mapping-\(random.next()).cln"
    defer {
      do throws(ColonnadeError) { try PosixFileSystem.shared.remove(path) } catch {
        print("could not remove \(path): \(error)")
      }
    }
    let schema = Schema([Field("x", type)]).assigningIDs()
    var options = FileWriterOptions()
    options.synchronizes = false
    let writer = try FileWriter(
      path, in: PosixFileSystem.shared, schema: schema, options: options)
    let builder = ColumnBuilder(type)
    builder.appendNull()
    _ = try writer.write(
      rowGroup: Batch(schema: schema, columns: [builder.finish()], rowCount: 1))
    _ = try writer.finish()
    try body(FileReader(path, in: PosixFileSystem.shared))
  }

  /// Types that lie alike in memory hold other values; a struct with fewer fields would be read
  /// beyond its end.
  @Test func columnsOfTypesThatOnlyLieAlikeAreRefused() throws {
    let pairs: [(DataType, DataType)] = [
      (.timestamp(.second, zone: nil), .timestamp(.millisecond, zone: nil)),
      (.decimal(precision: 10, scale: 2), .decimal(precision: 10, scale: 3)),
      (.int32, .date), (.binary, .string),
      (.structure([Field("a", .int32)]), .structure([Field("a", .int32), Field("b", .int32)])),
      (.structure([Field("a", .int32)]), .structure([Field("a", .string)])),
      (.list(Field("element", .int64)), .list(Field("element", .float64))),
    ]
    for (stored, wanted) in pairs {
      try withFile(stored) { file in
        let schema = Schema([Field("x", wanted)]).assigningIDs()
        #expect(throws: ColonnadeError.self, "\(stored) read as \(wanted)") {
          _ = try ColumnMapping(schema, file: file, columns: [0])
        }
        let same = Schema([Field("x", stored)]).assigningIDs()
        let mapping = try ColumnMapping(same, file: file, columns: [0])
        #expect(mapping[0] == 0)
      }
    }
  }

  @Test func idsAndNullabilityOfNestedFieldsMayDiffer() throws {
    try withFile(.structure([Field("a", .list(Field("element", .int32)))])) { file in
      let element = Field("element", .int32, isNullable: false, id: 70)
      let schema = Schema([
        Field(
          "x", .structure([Field("a", .list(element), isNullable: false, id: 71)]),
          id: try file.field(column: 0).id)
      ])
      let mapping = try ColumnMapping(schema, file: file, columns: [0])
      #expect(mapping[0] == 0)
    }
  }
}
