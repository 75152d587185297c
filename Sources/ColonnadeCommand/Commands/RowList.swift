// Row numbers as people list them: `3, 17 100-200`.

import ColonnadeBase

/// Lists of row numbers.
enum RowList {
  /// The most rows that one list may name.
  private static let maximumCount = 1 << 28
  private static let maximumByteCount = 1 << 30

  /// The numbers in a text, in its order.
  /// - Parameters:
  ///   - rowCount: rows there are; checked here, so that no range is spread out in vain.
  ///   - file: where the text stands; `nil` where it came as arguments.
  /// - Throws: `.invalidArgument` for what is no number, or a row that is not there;
  ///   `.limitExceeded` for more rows than one command takes.
  static func parse(
    _ text: String, rowCount: UInt64, file: String? = nil
  ) throws(ColonnadeError) -> [UInt64] {
    var rows: [UInt64] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let place: ColonnadeError.Location? =
        file == nil ? nil : .line(index + 1, column: nil, field: nil)
      for word in line.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
        guard let range = range(word) else {
          throw ColonnadeError(
            .invalidArgument, "'\(word)' is no row number", file: file, location: place,
            hint: "write numbers from 0 on, and ranges like 100-200")
        }
        guard range.upperBound < rowCount else {
          throw ColonnadeError(
            .invalidArgument, "row \(range.upperBound) is not there: there are \(rowCount) rows",
            file: file, location: place,
            hint: rowCount == 0 ? nil : "rows are numbered from 0 to \(rowCount - 1)")
        }
        guard range.upperBound - range.lowerBound < UInt64(maximumCount - rows.count) else {
          throw ColonnadeError(
            .limitExceeded, "more than \(maximumCount) rows are named", file: file,
            location: place, hint: "take them in several runs")
        }
        rows.append(contentsOf: range)
      }
    }
    return rows
  }

  /// One number, or two with a minus between them.
  private static func range(_ word: Substring) -> ClosedRange<UInt64>? {
    let parts = word.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } }),
      let first = UInt64(parts[0]), let last = UInt64(parts[parts.count - 1]), first <= last
    else { return nil }
    return first...last
  }

  /// What a file, or with `-` standard input, says.
  static func read(
    _ path: String, in fileSystem: any FileSystem
  ) throws(ColonnadeError) -> String {
    let handle =
      path == "-" ? fileSystem.standardInput() : try fileSystem.openForReading(path)
    defer { handle.closeQuietly() }
    let buffer = MutableBuffer(capacity: 1 << 16)
    while true {
      if path == "-" { try handle.waitForInput(Process.cancellation) }
      if buffer.byteCount == buffer.capacity { buffer.reserve(buffer.capacity) }
      let count = try unsafe handle.read(
        into: UnsafeMutableRawBufferPointer(
          start: buffer.pointer + buffer.byteCount, count: buffer.capacity - buffer.byteCount))
      if count == 0 { break }
      _ = unsafe buffer.extend(by: count)
      guard buffer.byteCount <= maximumByteCount else {
        throw ColonnadeError(
          .limitExceeded, "the list has more than \(maximumByteCount) bytes", file: path)
      }
    }
    return unsafe buffer.freeze().withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
