// Small tables for tests: rows of a key, a day and a number that names the row.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat

@testable import ColonnadeTable

/// A folder that a test may fill; removed with everything in it afterwards.
final class ScratchFolder {
  let path: String
  private let fileSystem = PosixFileSystem()

  init(_ name: String = #function) throws {
    let safe = name.filter { $0.isLetter || $0.isNumber }
    path = Path.join("/tmp", "colonnade-\(safe)-\(fileSystem.randomName(byteCount: 8))")
    try fileSystem.makeFolders(path)
  }

  func path(_ name: String) -> String { Path.join(path, name) }

  deinit {
    do { try ScratchFolder.empty(path) } catch { print("could not remove \(path): \(error)") }
  }

  static func empty(_ folder: String) throws {
    let fileSystem = PosixFileSystem()
    for entry in try fileSystem.list(folder) {
      let inner = Path.join(folder, entry.name)
      if entry.kind == .folder { try empty(inner) } else { try fileSystem.remove(inner) }
    }
    try fileSystem.removeFolder(folder)
  }
}

enum TableFixture {
  static let schema = Schema([
    Field("key", .string), Field("day", .date), Field("number", .int64, isNullable: false),
  ])

  static let keys: [String?] = [
    "007", "7", "a/b=c", "__HIVE_DEFAULT_PARTITION__", "", "ünïcode", nil,
  ]

  /// Rows `numbers`; key and day follow from the number.
  static func batch(_ numbers: Range<Int>) -> Batch {
    let builders = schema.fields.map { ColumnBuilder($0.type) }
    for number in numbers {
      if let key = keys[number % keys.count] {
        builders[0].append(text: key)
      } else {
        builders[0].appendNull()
      }
      builders[1].append(fixed: Int32(number % 90))
      builders[2].append(fixed: Int64(number))
    }
    return Batch(
      schema: schema, columns: builders.map { $0.finish() }, rowCount: numbers.count)
  }

  /// Makes a table of rows `numbers`.
  @discardableResult
  static func create(
    _ path: String, _ numbers: Range<Int>, partitionedBy: String = "key, month(day)",
    commitID: String? = nil, in fileSystem: any FileSystem = PosixFileSystem.shared
  ) throws(ColonnadeError) -> CommitOutcome {
    let writer = try Table.create(
      path, schema: schema, partitionedBy: partitionedBy, in: fileSystem)
    try writer.write(batch(numbers))
    return try writer.commit(commitID: commitID)
  }

  @discardableResult
  static func append(
    _ path: String, _ numbers: Range<Int>, commitID: String? = nil,
    in fileSystem: any FileSystem = PosixFileSystem.shared
  ) throws(ColonnadeError) -> CommitOutcome {
    let writer = try Table.open(path, in: fileSystem).append()
    try writer.write(batch(numbers))
    return try writer.commit(commitID: commitID)
  }

  /// The numbers of all rows of a snapshot, sorted; checks that every row is in its partition and
  /// that counts agree.
  static func numbers(of snapshot: Snapshot) throws -> [Int] {
    var numbers: [Int] = []
    var rowCount: UInt64 = 0
    let entries = try snapshot.entries().entries
    for entry in entries {
      rowCount += entry.rowCount
      let rows = try rows(of: entry, columns: snapshot.schema.fields.map(\.name))
      for index in 0..<rows.rowCount {
        let partition = entry.partition
        if let key = partition.first, snapshot.partitioning.fields[0].name == "key" {
          let value = rows.columns[0].value(at: index)
          guard value.isNull == key.isNull, value.text == key.text else {
            throw ColonnadeError(.corrupt, "a row of \(value.text) is in partition \(key.text)")
          }
        }
        if case .integer(let number) = rows.columns[2].value(at: index) {
          numbers.append(Int(number))
        }
      }
    }
    guard rowCount == snapshot.rowCount, rowCount == UInt64(numbers.count),
      UInt64(entries.count) == snapshot.entryCount
    else { throw ColonnadeError(.corrupt, "the snapshot's counts do not hold") }
    return numbers.sorted()
  }

  /// The rows of an entry, read from its file.
  static func rows(of entry: TableEntry, columns names: [String]) throws -> Batch {
    let reader = try FileReader(entry.path, in: PosixFileSystem.shared)
    guard reader.header.fileID == entry.fileID, reader.byteCount == entry.fileByteCount else {
      throw ColonnadeError(.corrupt, "an entry names another file")
    }
    var columns: [Column] = []
    for name in names {
      guard let index = try reader.columnIndex(named: name) else {
        throw ColonnadeError(.corrupt, "the file lacks '\(name)'")
      }
      var parts: [Column] = []
      for group in entry.rowGroups {
        let count = try reader.rowGroup(at: group).rowCount
        parts.append(try reader.read(column: index, rowGroup: group, rows: 0..<count))
      }
      columns.append(Column.concatenate(parts))
    }
    let schema = try reader.schema
    let fields = names.compactMap { name in schema.fields.first { $0.name == name } }
    return Batch(schema: Schema(fields), columns: columns, rowCount: columns[0].count)
  }
}
