// One file on disk whose bytes are changed in place between readings.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeFormat
import Glibc

/// A copy of a file that can be damaged and restored.
final class DamagedFile {
  let path: String
  private(set) var bytes: [UInt8]
  private let descriptor: Int32

  init(_ bytes: [UInt8]) throws {
    path = TestFile.path("damaged")
    self.bytes = bytes
    try TestFile.replace(path, with: bytes)
    descriptor = unsafe open(path, O_RDWR)
  }

  deinit {
    close(descriptor)
    TestFile.remove(path)
  }

  /// Changes one byte on disk and in memory.
  func set(_ at: Int, _ byte: UInt8) throws {
    bytes[at] = byte
    var byte = byte
    guard unsafe pwrite(descriptor, &byte, 1, at) == 1 else {
      throw ColonnadeError(.io, "pwrite of one byte", errno: errno)
    }
  }

  /// Cuts the file; longer again, it ends in zeros.
  func truncate(to count: Int) throws {
    guard ftruncate(descriptor, count) == 0 else {
      throw ColonnadeError(.io, "ftruncate", errno: errno)
    }
  }

  /// Everything in it as text, or what was thrown: columns by range and by selection, the schema,
  /// statistics of every level.
  func contents(withStatistics: Bool = false) -> Result<String, ColonnadeError> {
    do throws(ColonnadeError) {
      let reader = try FileReader(path, in: PosixFileSystem.shared)
      var text = "\(try reader.schema)"
      for column in 0..<reader.columnCount {
        for group in 0..<reader.rowGroupCount {
          let rowCount = try reader.rowGroup(at: group).rowCount
          let values = try reader.read(column: column, rowGroup: group, rows: 0..<rowCount)
          for row in 0..<values.count { text += ExactJSON.text(values, row) }
          let some = SelectionVector((0..<UInt32(rowCount)).filter { $0 % 3 == 1 })
          let chosen = try reader.read(column: column, rowGroup: group, selection: some)
          for row in 0..<chosen.count { text += ExactJSON.text(chosen, row) }
          guard withStatistics else { continue }
          let zones = (rowCount + reader.zoneRowCount - 1) / reader.zoneRowCount
          text += "\(try reader.statistics(column: column, level: .rowGroup(group)) as Any)"
          for zone in 0..<zones {
            text += "\(try reader.statistics(column: column, level: .zone(group, zone)) as Any)"
          }
          text += "\(try reader.mayContain(.integer(7), column: column, rowGroup: group))"
          text += "\(try reader.mayContain(.string("7"), column: column, rowGroup: group))"
        }
        if withStatistics {
          text += "\(try reader.statistics(column: column, level: .file) as Any)"
        }
      }
      return .success(text)
    } catch {
      return .failure(error)
    }
  }

  /// Whether opening or verifying finds anything.
  func isFoundOut() throws -> Bool {
    do {
      return try !FileReader(path, in: PosixFileSystem.shared).verify(threadLimit: 1).isSound
    } catch {
      return true
    }
  }
}
