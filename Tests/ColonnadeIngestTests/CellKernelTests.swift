// Columns of fields against the parser of one value, which looks at every byte alone; dates against a
// calendar that counts days.

import CIngest
import ColonnadeBase
import TestSupport
import Testing

@Suite struct CellKernelTests {
  /// Numbers and dates of every shape, some of them broken.
  static func field(_ generator: inout SeededGenerator) -> String {
    func digits(_ counts: ClosedRange<Int>) -> String {
      String(
        (0..<Int.random(in: counts, using: &generator)).map { _ in
          "0123456789".randomElement(using: &generator) ?? "0"
        })
    }
    var text: String
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: text = digits(0...20)
    case 1: text = digits(0...10) + "." + digits(0...10)
    case 2: text = digits(1...6) + ".25"
    case 3: text = "\(Int64(bitPattern: generator.next()))"
    case 4: text = digits(4...4) + "-" + digits(2...2) + "-" + digits(2...2)
    default: text = "19" + digits(2...2) + "-1" + digits(1...1) + "-0" + digits(1...1)
    }
    if Int.random(in: 0..<5, using: &generator) == 0 { text = "-" + text }
    if Int.random(in: 0..<10, using: &generator) == 0 { text = " " + text + "\t" }
    if Int.random(in: 0..<5, using: &generator) == 0, !text.isEmpty {
      let odd = ["+", "-", ".", "e", "/", ":", "é", " "].randomElement(using: &generator) ?? "+"
      let place = text.index(
        text.startIndex, offsetBy: Int.random(in: 0..<text.count, using: &generator))
      text.replaceSubrange(place...place, with: odd)
    }
    return text
  }

  @Test(arguments: [
    (COLONNADE_CELL_INT32, 4), (COLONNADE_CELL_INT64, 8), (COLONNADE_CELL_FLOAT64, 8),
  ])
  func columnsAreParsedAsSingleValuesAre(_ kind: colonnade_cell_kind, _ width: Int) {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    var type = colonnade_cell_type(kind: kind, precision: 0, scale: 0, ticksPerSecond: 0)
    let texts = (0..<20_000).map { _ in Self.field(&generator) }
    var bytes: [CChar] = []
    var fields: [colonnade_csv_field] = []
    for text in texts {
      fields.append(
        colonnade_csv_field(start: UInt32(bytes.count), length: UInt32(text.utf8.count)))
      bytes += text.utf8.map { CChar(bitPattern: $0) } + [CChar(UInt8(ascii: ","))]
    }
    bytes += [CChar](repeating: 0, count: Int(COLONNADE_CSV_PADDING))
    var bad = [UInt32](repeating: 0, count: texts.count)
    let values = MutableBuffer.zeroed(byteCount: texts.count * width)
    let validity = MutableBuffer.zeroed(byteCount: texts.count / 8 + 8)
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe fields.withUnsafeBufferPointer { fields in
        unsafe bad.withUnsafeMutableBufferPointer { bad in
          var cells = unsafe colonnade_cells()
          unsafe cells.text = bytes.baseAddress
          unsafe cells.fields = fields.baseAddress
          unsafe cells.stride = 1
          unsafe cells.rowCount = texts.count
          unsafe cells.validity = validity.pointer.assumingMemoryBound(to: UInt8.self)
          unsafe cells.badColumns = bad.baseAddress
          unsafe cells.isNullable = true
          unsafe colonnade_cells_parse(&cells, &type, values.pointer)
        }
      }
    }
    for (row, text) in texts.enumerated() {
      let plain = text.drop { " \t".contains($0) }.reversed().drop { " \t".contains($0) }
      var single = Array(String(plain.reversed()).utf8).map { CChar(bitPattern: $0) }
      let count = single.count
      single.append(0)
      let expected = MutableBuffer.zeroed(byteCount: 8)
      let fits = unsafe colonnade_cell_parse_one(&type, single, count, expected.pointer)
      let found = unsafe Array(values.unsafeBytes[row * width..<(row + 1) * width])
      let isValid = unsafe validity.unsafeBytes[row / 8] >> UInt8(row % 8) & 1 == 1
      #expect(isValid == fits && (bad[row] == 0) == fits, "seed \(seed): '\(text)'")
      if fits {
        #expect(
          unsafe found == Array(expected.unsafeBytes.prefix(width)), "seed \(seed): '\(text)'")
      }
    }
  }

  /// Every day of some years by counting, and texts near dates that are none.
  @Test func datesAreThoseOfTheCalendar() {
    var type = colonnade_cell_type(
      kind: COLONNADE_CELL_DATE, precision: 0, scale: 0, ticksPerSecond: 0)
    func parse(_ text: String) -> Int32? {
      var value: Int32 = 0
      let bytes = text.utf8.map { CChar(bitPattern: $0) } + [0]
      return unsafe colonnade_cell_parse_one(&type, bytes, bytes.count - 1, &value) ? value : nil
    }
    func text(_ year: Int, _ month: Int, _ day: Int) -> String {
      func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
      }
      return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
    // 1 January 1600 lies 135,140 days before 1970.
    var days = Int32(-135_140)
    for year in 1600...2410 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for (month, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        .enumerated()
      {
        for day in 1...length {
          #expect(parse(text(year, month + 1, day)) == days)
          days += 1
        }
        #expect(parse(text(year, month + 1, length + 1)) == nil)
        #expect(parse(text(year, month + 1, 0)) == nil)
      }
      #expect(parse(text(year, 13, 1)) == nil && parse(text(year, 0, 1)) == nil)
    }
    for odd in ["2024/02-29", "2024-02/29", "2024-02-2x", "2O24-02-29", "2024-02-29 ", "2024-2-29"]
    {
      #expect(parse(odd) == nil, "'\(odd)'")
    }
  }
}
