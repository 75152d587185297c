// Delimiter, quote, escape, header and names of separated text, found by looking at its start.
// What is found here only settles how records are taken apart; types come from `CSVTypeScan`,
// which reads with the very parsers the scan uses.

import CIngest
import ColonnadeArrays
import ColonnadeBase

/// The records of a sample under one dialect.
struct CSVSample {
  /// Fields of each record, unescaped.
  var records: [[[UInt8]]] = []
  /// Records that could not be taken apart.
  var faultCount = 0
  /// True where the first record is one of those.
  var startsWithFault = false
  /// True where a field was quoted.
  var hasQuotes = false

  /// Records of the whole sample, and how many had how many fields.
  private var recordCount = 0
  private var histogram: [Int: Int] = [:]

  /// Records kept: the first scan's.
  static let recordsAtOnce = 1000

  /// - Parameters:
  ///   - text: starts a record; `TextChunk.padding` readable bytes lie behind.
  ///   - isWhole: false where the text goes on, so that its last record may be cut.
  init(_ text: Buffer, _ dialect: CSVDialect, isWhole: Bool) {
    var kernel = dialect.kernel
    let characters = unsafe text.unsafeAddress.assumingMemoryBound(to: CChar.self)
    var end = min(text.byteCount, LookedInput.sampleByteCount)
    if !isWhole || end < text.byteCount {
      let complete = unsafe colonnade_csv_boundary(&kernel, characters, end)
      if complete > 0 { end = complete }
    }
    // All records are counted; the first are kept.
    let capacity = end + 1
    let fields = MutableBuffer(byteCount: capacity * 8)
    var counts = [UInt32](repeating: 0, count: CSVSample.recordsAtOnce)
    var starts = counts
    var bad = [colonnade_csv_bad_record](repeating: colonnade_csv_bad_record(), count: 256)
    let table = unsafe fields.pointer.assumingMemoryBound(to: colonnade_csv_field.self)
    var offset = 0
    while offset < end {
      let isStart = offset == 0
      let progress = unsafe colonnade_csv_tokenise(
        &kernel, characters, end, offset, 0, table, capacity, &counts, &starts,
        CSVSample.recordsAtOnce, &bad, 256)
      guard progress.offset > offset else { break }
      offset = progress.offset
      faultCount += progress.badCount
      recordCount += progress.rowCount
      for row in 0..<progress.rowCount { histogram[Int(counts[row]), default: 0] += 1 }
      if isStart {
        startsWithFault =
          progress.badCount > 0 && (progress.rowCount == 0 || bad[0].start < starts[0])
        unsafe keep(table, counts[..<progress.rowCount], characters, kernel)
      }
    }
    extendLifetime(text)
  }

  private mutating func keep(
    _ table: UnsafePointer<colonnade_csv_field>, _ counts: ArraySlice<UInt32>,
    _ characters: UnsafePointer<CChar>, _ kernel: colonnade_csv_dialect
  ) {
    var next = 0
    for count in counts {
      var record: [[UInt8]] = []
      for index in next..<next + Int(count) {
        let cell = unsafe table[index]
        if cell.length & COLONNADE_CSV_QUOTED != 0 { hasQuotes = true }
        let length = Int(cell.length & COLONNADE_CSV_LENGTH)
        var bytes = unsafe [UInt8](
          UnsafeRawBufferPointer(
            start: UnsafeRawPointer(characters) + Int(cell.start), count: length))
        if cell.length & COLONNADE_CSV_ESCAPED != 0 {
          let kept = unsafe bytes.withUnsafeMutableBytes { target in
            unsafe colonnade_cells_unescape(
              characters + Int(cell.start), length, kernel.quote, kernel.escape,
              target.baseAddress?.assumingMemoryBound(to: CChar.self))
          }
          bytes.removeLast(length - kept)
        }
        record.append(bytes)
      }
      next += Int(count)
      records.append(record)
    }
  }

  /// How well the dialect explains the sample: the share of records with the usual number of
  /// fields, squared, times how much that number says.
  /// - Parameter expected: the number of fields, where a schema says.
  func score(expected: Int?) -> Double {
    guard !records.isEmpty else { return 0 }
    var usual = 0
    for (count, frequency) in histogram {
      let best = histogram[usual] ?? 0
      if frequency > best || (frequency == best && count > usual) { usual = count }
    }
    guard usual > 1 else { return 0 }
    let total = Double(recordCount + faultCount)
    let share = Double(histogram[usual] ?? 0) / total
    let whole = 1 - Double(faultCount) / total
    // A header that disagrees with the records below it tells against the delimiter.
    let header = records[0].count == usual ? 1.0 : 0.5
    let known = usual == expected ? 2.0 : 1.0
    return share * share * whole * header * known * (1 + 1 / 16 * Double(min(usual, 64)))
  }
}

enum CSVSniffer {
  /// The dialect of `text`, as far as `options` leave it open.
  static func dialect(_ text: Buffer, isWhole: Bool, _ options: IngestOptions) -> CSVDialect {
    var delimiters: [UInt8] = [44, 9, 59, 124]
    if options.format == .tsv { delimiters = [9] }
    if let delimiter = options.delimiter { delimiters = [delimiter] }
    var quotes: [UInt8?] = [34, 39]
    if let quote = options.quote { quotes = [quote] }
    if options.hasNoQuote { quotes = [nil] }
    var best: (score: Double, dialect: CSVDialect)?
    for quote in quotes {
      for delimiter in delimiters where delimiter != quote {
        var escapes: [UInt8?] = [quote, 92]
        if let escape = options.escape { escapes = [escape] }
        for escape in escapes where escape != delimiter {
          var dialect = CSVDialect(
            delimiter: delimiter, quote: quote, escape: escape, comment: options.comment)
          dialect.isScalar = options.usesScalarScanner
          let sample = CSVSample(text, dialect, isWhole: isWhole)
          // Rarer dialects must explain more than the usual one does.
          var score = sample.score(expected: options.schema?.fields.count)
          if escape != quote && options.escape == nil { score -= 0.001 }
          if quote == 39 && options.quote == nil {
            guard sample.hasQuotes, sample.faultCount == 0 else { continue }
            score -= 0.002
          }
          if best == nil || score > (best?.score ?? 0) { best = (score, dialect) }
        }
      }
    }
    return best?.dialect ?? CSVDialect(comment: options.comment)
  }

  /// What one field looks like.
  static func looks(_ bytes: [UInt8]) -> ColumnLooks {
    let buffer = Buffer(copying: bytes + [UInt8](repeating: 0, count: TextChunk.padding))
    var field = colonnade_csv_field(start: 0, length: UInt32(truncatingIfNeeded: bytes.count))
    var looks = colonnade_looks()
    var cells = unsafe colonnade_cells()
    unsafe cells.text = buffer.unsafeAddress.assumingMemoryBound(to: CChar.self)
    unsafe cells.rowCount = 1
    unsafe cells.stride = 1
    unsafe withUnsafePointer(to: &field) { field in
      unsafe cells.fields = field
      unsafe colonnade_cells_look(&cells, &looks)
    }
    extendLifetime(buffer)
    return ColumnLooks(looks)
  }

  /// True where the first record of the sample names the columns.
  ///
  /// It does where its fields are texts that could be names (or years: tables of figures by year
  /// have those), and either some column below holds something else than text, or all is text that
  /// looks like names and none comes twice. A lone record of names is a header without rows.
  static func hasHeader(_ sample: CSVSample, nulls: [String]) -> Bool {
    guard let first = sample.records.first else { return false }
    let nullBytes = nulls.map { Array($0.utf8) }
    let isDistinct = Set(first).count == first.count
    var texts: [Int] = []
    for (index, name) in first.enumerated() where !name.isEmpty {
      if looks(name).type == .string {
        texts.append(index)
      } else if !isDistinct || !isYear(name) {
        return false
      }
    }
    for index in texts {
      var below = ColumnLooks()
      for record in sample.records.dropFirst().prefix(100) where index < record.count {
        if !nullBytes.contains(record[index]) { below.formUnion(looks(record[index])) }
      }
      if below.hasValues && below.type != .string { return true }
    }
    return isDistinct && texts.count == first.count && first.allSatisfy(isName)
  }

  /// Starts with a letter or `_`, and is no longer than a name.
  private static func isName(_ name: [UInt8]) -> Bool {
    guard let start = name.first(where: { $0 != 32 }), name.count <= 255 else { return false }
    return start | 0x20 >= 0x61 && start | 0x20 <= 0x7A || start == 0x5F || start >= 0x80
  }

  private static func isYear(_ name: [UInt8]) -> Bool {
    guard name.count == 4, let century = name.first, century == 49 || century == 50 else {
      return false
    }
    return name.allSatisfy { $0 >= 48 && $0 <= 57 }
  }

  /// Names of columns from the header, made distinct; those missing are `column0`, `column1`, ….
  static func names(_ header: [[UInt8]]?, count: Int) -> [String] {
    var names: [String] = []
    var taken = Set<[UInt8]>()
    for index in 0..<count {
      var name = "column\(index)"
      if let header, index < header.count, !header[index].isEmpty {
        name = String(decoding: header[index], as: UTF8.self)
      }
      let plain = name
      var number = 1
      while !taken.insert(Array(name.utf8)).inserted {
        name = "\(plain)_\(number)"
        number += 1
      }
      names.append(name)
    }
    return names
  }
}

extension ColumnLooks {
  init(_ looks: colonnade_looks) {
    self.init(
      seen: looks.seen, integerDigits: looks.integerDigits, fractionDigits: looks.fractionDigits,
      secondDigits: looks.secondDigits)
  }
}
