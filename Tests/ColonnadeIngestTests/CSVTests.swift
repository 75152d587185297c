// Separated text into rows: dialects, types found by looking, faults with their places.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest
import Testing

@Suite struct CSVTests {
  @Test func typesAreFoundByLooking() throws {
    let found = try ingest(
      """
      n,u,big,f,b,d,t,ts,z,s,zip
      1,18446744073709551615,18446744073709551616,0.04,true,1996-03-13,10:20:30,2020-01-02 03:04:05,2020-01-02T03:04:05+01:00,abc,007
      -2,3,-5,1e3,FALSE,1970-01-01,00:00,2020-01-02T03:04:05.25,2020-01-02T02:04:05Z,,8123

      """)
    #expect(
      found.schema.fields.map { "\($0.type)" } == [
        "int64", "uint64", "decimal(38, 0)", "float64", "bool", "date", "time(us)",
        "timestamp(us)", "timestamp(us, 'UTC')", "string", "string",
      ])
    #expect(
      found.rows == [
        [
          "1", "18446744073709551615", "18446744073709551616e-0", "0.04", "true", "day 9568",
          "time 37230000000us", "at 1577934245000000us", "at 1577930645000000usZ", "'abc'", "'007'",
        ],
        [
          "-2", "3", "-5e-0", "1000.0", "false", "day 0", "time 0us", "at 1577934245250000us",
          "at 1577930645000000usZ", "null", "'8123'",
        ],
      ])
  }

  @Test(arguments: [
    ("1\n2.5\n", "float64"), ("1\n9007199254740993\n0.5\n", "decimal(38, 1)"),
    ("9007199254740993\n1e2\n", "string"), ("1\n+5\n", "string"), ("1\n1.\n", "float64"),
    ("nan\n1.5\n", "float64"), ("nan\ninf\n", "string"), ("true\n1\n", "string"),
    ("2020-01-01\n2020-01-01 10:00\n", "timestamp(us)"), ("2020-02-30\n", "string"),
    ("2020-01-01 10:00:00.1234567\n", "timestamp(ns)"), ("1e999\n", "string"),
    ("0001-01-01 10:00:00.1234567\n", "string"), ("-0\n1\n", "float64"), ("\"\"\n1\n", "string"),
    ("123456789012345678901234567890123456789\n", "string"), ("0x10\n", "string"),
    ("2020-01-01 10:00\n2020-01-01 10:00Z\n", "string"), ("24:00\n", "string"),
  ])
  func oneColumn(_ text: String, _ type: String) throws {
    var options = IngestOptions()
    options.hasHeader = false
    #expect("\(try ingest(text, options).schema.fields[0].type)" == type)
  }

  @Test(arguments: [
    ("a,b\n1,2\n", ","), ("a;b\n1,5;2\n1,25;3\n", ";"), ("a\tb\n1\t2\n", "\t"),
    ("a|b\nx,y|2\n", "|"),
  ])
  func delimitersAreFoundByLooking(_ text: String, _ delimiter: String) throws {
    let found = try ingest(text)
    #expect(found.schema.fields.map(\.name) == ["a", "b"])
    #expect(!found.rows.isEmpty)
  }

  @Test func quotes() throws {
    let found = try ingest("a,b\n\"x, \"\"y\"\"\",\"two\r\nlines\"\nin\"side,\"\"\n\"last one\",z")
    #expect(
      found.rows == [
        ["'x, \"y\"'", "'two\r\nlines'"], ["'in\"side'", "''"], ["'last one'", "'z'"],
      ])
  }

  @Test func foreignEscapesAndQuotes() throws {
    #expect(
      try ingest("a,b\n\"x \\\"y\\\", z\",1\n").rows == [["'x \"y\", z'", "1"]])
    #expect(try ingest("a,b\n'x, y',1\n").rows == [["'x, y'", "1"]])
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func lineEnds(_ end: String) throws {
    let text = ["a,b", "1,x", "", "2,y"].joined(separator: end)
    #expect(try ingest(text).rows == [["1", "'x'"], ["2", "'y'"]])
    #expect(try ingest(text + end).rows == [["1", "'x'"], ["2", "'y'"]])
  }

  @Test func nullsAndEmptyTexts() throws {
    #expect(try ingest("a,b\n,\"\"\nx,y\n").rows == [["null", "''"], ["'x'", "'y'"]])
    var options = IngestOptions()
    options.nullTexts = ["NA"]
    #expect(
      try ingest("a,b\n1,NA\nNA,\"NA\"\n", options).rows == [["1", "null"], ["null", "'NA'"]])
  }

  @Test func headersAreFoundByLooking() throws {
    #expect(try ingest("1,2\n3,4\n").schema.fields.map(\.name) == ["column0", "column1"])
    #expect(try ingest("x,y\np,q\n").schema.fields.map(\.name) == ["x", "y"])
    #expect(try ingest("x,x,\n1,2,3\n").schema.fields.map(\.name) == ["x", "x_1", "column2"])
    #expect(try ingest("only,header\n").rows.isEmpty)
    #expect(try ingest("05/06/2019\n").rows == [["'05/06/2019'"]])
    #expect(
      try ingest("id,2000,2001\n1,1,2\n").schema.fields.map(\.name) == ["id", "2000", "2001"])
    #expect(failure("")?.message == "there is no record to find columns in")
  }

  @Test func commentsAndSkippedLines() throws {
    var options = IngestOptions()
    options.comment = UInt8(ascii: "#")
    options.skippedLines = 2
    let found = try ingest("junk\r\nmore, \"junk\n# a \"quote\na,b\n1,2\n#x\n#y\n3,4", options)
    #expect(found.rows == [["1", "2"], ["3", "4"]])
  }

  // MARK: faults

  @Test func raggedRowsHaveAPlace() {
    let error = failure("a,b\n1,2\n1,2,3\n")
    #expect(error?.kind == .schemaMismatch)
    #expect(error?.location == .line(3, column: 1, field: nil))
    #expect(error?.message == "the record has 3 fields where 2 are expected")
    #expect(error?.file == "memory")
  }

  @Test func brokenQuotesHaveAPlace() {
    #expect(
      failure("a,b\n1,\"x\"y\n2,z\n")?.location == .line(2, column: 6, field: "b"))
    #expect(failure("a,b\n1,2\n3,\"x\n5,6\n")?.location == .line(3, column: 3, field: "b"))
  }

  @Test func invalidUTF8HasAPlace() {
    let bytes = Array("a,b\n1,é\n2,x".utf8) + [0xFF] + Array("\n".utf8)
    let error = failure([IngestInput(bytes: bytes)])
    #expect(error?.location == .line(3, column: 4, field: nil))
    #expect(error?.message == "byte 0xFF is not UTF-8")
  }

  @Test func misfitsHaveAPlace() {
    var options = IngestOptions()
    options.schema = Schema([
      Field("é", .string), Field("n", .uint64, isNullable: false), Field("d", .date),
    ])
    let error = failure("é,n,d\nx,1,2020-01-01\nüü,18446744073709551616,2020-01-01\n", options)
    #expect(error?.location == .line(3, column: 4, field: "n"))
    #expect(error?.message == "'18446744073709551616' is not a value of type uint64")
    #expect(failure("é,n,d\nx,,2020-01-01\n", options)?.location == .line(2, column: 3, field: "n"))
    #expect(
      failure("é,n,d\nx,1,2020-02-30\n", options)?.location == .line(2, column: 5, field: "d"))
    #expect(failure("é,n\nx,1\n", options)?.kind == .schemaMismatch)
  }

  @Test func aLaterMisfitOfAStreamIsAnError() {
    var options = IngestOptions()
    options.prefixByteCount = 64
    var text = "n\n"
    for number in 0..<100 { text += "\(number)\n" }
    text += "1.5\n"
    let bytes = Array(text.utf8)
    let stream = IngestInput(bytes: bytes, canReopen: false)
    #expect(failure([stream], options)?.location == .line(102, column: 1, field: "n"))
    // A file is looked at whole.
    #expect(failure([IngestInput(bytes: bytes)], options) == nil)
  }

  /// What follows rows that look otherwise, and whether that makes the type another one.
  @Test(arguments: [
    ("17", "1.5", true), ("17", "007", true), ("17", "+5", true), ("17", "-0", true),
    ("17", "9223372036854775808", true), ("17", "", false), ("17", " 12 ", false),
    ("17", "-9223372036854775808", false), ("17", "9007199254740993", false), ("17", "0", false),
    ("1.5", "17", false), ("1.5", "0", false), ("1.5", "-0.25", false), ("1.5", "1e9", false),
    ("1.5", ".5", false), ("1.5", "nan", false), ("1.5", "9007199254740993", true),
    ("1.5", "00.5", true), ("1.5", "+1.5", true), ("1.5", "1.5.5", true),
    ("2020-01-01", "2020-01-02", false), ("2020-01-01", "+12020-01-02", true),
    ("2020-01-01", "2020-01-02T00:00", true), ("2020-01-01", "2020-02-30", true),
    ("x", "1", false), ("", "1", true), ("", "x", false), ("true", "1", true),
    ("true", "false", false), ("nan", "inf", false), ("nan", "1", true),
    ("10:00", "10:00:00.1234567", true), ("10:00", "10:00:01", false),
    ("9007199254740993.5", "9007199254740993", true),
  ])
  func typesFoundAtTheStartAreProved(_ first: String, _ last: String, _ isOther: Bool) throws {
    var options = IngestOptions()
    options.prefixByteCount = 64
    options.looksAtStartOnly = true
    options.delimiter = UInt8(ascii: ",")
    options.chunkByteCount = 100
    var text = "n,m\n"
    for _ in 0..<100 { text += "\(first),x\n" }
    text += "\(last),x\n"
    for _ in 0..<100 { text += "\(first),x\n" }
    let input = IngestInput(bytes: Array(text.utf8))
    let source = try Ingest.open(inputs: [input], options: options) { _ in
      Issue.record("a type that was found too early is no reject")
    }
    #expect(source.hasUnprovedTypes)
    var rowCount = 0
    do {
      while let batch = try source.next() { rowCount += batch.rowCount }
    } catch {
      #expect(source.needsWholeLook)
    }
    #expect(source.needsWholeLook == isOther)
    options.looksAtStartOnly = false
    let whole = try Ingest.open(inputs: [input], options: options)
    #expect((whole.schema != source.schema) == isOther)
    if !isOther { #expect(rowCount == 201) }
  }

  @Test func typesOfSeveralFilesAreFoundByAWholeLook() throws {
    var options = IngestOptions()
    options.prefixByteCount = 64
    options.looksAtStartOnly = true
    let rows = String(repeating: "17\n", count: 100)
    let inputs = ["n\n\(rows)1.5\n", "n\n\(rows)"].map { IngestInput(bytes: Array($0.utf8)) }
    let source = try Ingest.open(inputs: inputs, options: options)
    #expect(!source.hasUnprovedTypes)
    #expect(source.schema.fields[0].type == .float64)
    // JSON Lines too.
    let json = String(repeating: "{\"n\":17}\n", count: 100) + "{\"n\":1.5,\"m\":1}\n"
    let lines = try Ingest.open(
      inputs: [IngestInput(bytes: Array(json.utf8), name: "a.jsonl")], options: options)
    #expect(!lines.hasUnprovedTypes)
    #expect(lines.schema.fields.map(\.name) == ["n", "m"])
  }

  @Test func daysFollowEachOther() throws {
    var options = IngestOptions()
    options.schema = Schema([Field("d", .date)])
    options.hasHeader = false
    func padded(_ number: Int, _ width: Int) -> String {
      String(repeating: "0", count: width - "\(number)".utf8.count) + "\(number)"
    }
    // First days of years, by their numbers.
    for (first, year) in [
      (-719_528, 0), (-572_335, 403), (-25_567, 1900), (0, 1970), (10_957, 2000),
    ] {
      var text = ""
      for year in year..<year + 9 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        for (month, length) in lengths.enumerated() {
          for day in 1...length + 1 {
            text += "\(padded(year, 4))-\(padded(month + 1, 2))-\(padded(day, 2))\n"
          }
        }
      }
      let found = try ingest([IngestInput(bytes: Array(text.utf8))], options, keepsRejects: true)
      #expect(found.rejects.count == 9 * 12)
      #expect(found.rows.map { $0[0] } == found.rows.indices.map { "day \(first + $0)" })
    }
  }

  @Test func datesAreDigitsAndHyphensInTheirPlaces() throws {
    var options = IngestOptions()
    options.schema = Schema([Field("d", .date)])
    options.hasHeader = false
    options.delimiter = UInt8(ascii: ",")
    options.hasNoQuote = true
    var text: [UInt8] = []
    var fits: [Bool] = []
    for position in 0..<10 {
      for byte in UInt8(33)...126 where byte != UInt8(ascii: ",") {
        var date = Array("2004-02-11".utf8)
        date[position] = byte
        let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
        let number = Int(byte) - 48
        switch position {
        case 0...3: fits.append(isDigit)
        case 4, 7: fits.append(byte == UInt8(ascii: "-"))
        case 5: fits.append(isDigit && number <= 1)
        case 6: fits.append(isDigit && number >= 1)
        case 8: fits.append(isDigit && number <= 2)
        default: fits.append(isDigit)
        }
        text += date + [10]
      }
    }
    let found = try ingest([IngestInput(bytes: text)], options, keepsRejects: true)
    #expect(found.rows.count == fits.count { $0 })
    #expect(found.rejects.map { $0.line - 1 } == fits.indices.filter { !fits[$0] })
  }

  @Test func rejectsAreKeptAndCounted() throws {
    var options = IngestOptions()
    options.schema = Schema([Field("a", .int8), Field("b", .string)])
    let bytes =
      Array("a,b\n1,x\n300,y\n2\n3,\"q\"z\n4,".utf8) + [0xC0] + Array("\n5,\"two\nlines\"\n".utf8)
    let found = try ingest([IngestInput(bytes: bytes)], options, keepsRejects: true)
    #expect(found.rows == [["1", "'x'"], ["5", "'two\nlines'"]])
    #expect(found.rowsRejected == 4)
    #expect(found.rejects.map(\.line) == [3, 4, 5, 6])
    #expect(
      String(decoding: found.rejects[0].json, as: UTF8.self)
        == "{\"file\":\"memory\",\"line\":3,\"column\":1,\"field\":\"a\","
        + "\"error\":\"'300' is not a value of type int8\",\"record\":\"300,y\"}\n")
  }

  @Test func inputsAreUnitedByName() throws {
    let found = try ingest([
      IngestInput(bytes: Array("a,b\n1,x\n".utf8), name: "one"),
      IngestInput(bytes: Array("c,a\n2020-01-01,2.5\n".utf8), name: "two"),
    ])
    #expect(
      found.schema.fields.map { "\($0.name) \($0.type)" } == ["a float64", "b string", "c date"])
    #expect(found.rows == [["1.0", "'x'", "null"], ["2.5", "null", "day 18262"]])
    let error = failure([
      IngestInput(bytes: Array("a,b\n1,x\n".utf8), name: "one"),
      IngestInput(bytes: Array("a,b\nz,x\n".utf8), name: "two"),
    ])
    #expect(error?.message == "column 'a' holds string here and int64 in one")
    #expect(error?.file == "two")
  }

  @Test(
    arguments: [
      ("date", "+10000-01-01", "day 2932897"), ("date", "-0001-12-31", "day -719529"),
      ("date", "0000-01-01", "day -719528"), ("date", "-0004-02-29", "day -720930"),
      ("date", "-0001-02-29", nil),
      ("date", "+5881580-07-12", nil), ("date", "+123-01-01", nil),
      ("timestamp(us)", "+10000-01-01T00:00:00", "at 253402300800000000us"),
      ("timestamp(ns)", "2262-04-12T00:00:00", nil),
      ("timestamp(ns)", "1677-09-21T00:12:43.145224192", "at -9223372036854775808ns"),
      ("duration(ms)", "PT1H2M3.500S", "3723500ms"), ("duration(s)", "-PT0S", "0s"),
      ("duration(ns)", "-PT0.000000001S", "-1ns"), ("duration(s)", "PT0.5S", nil),
      ("duration(s)", "PT1S1M", nil), ("duration(s)", "PT", nil), ("duration(us)", "-5", "-5us"),
      ("duration(ns)", "PT999999999999H", nil), ("float64", "1e+16", "1e+16"),
      ("float64", "-0.0", "-0.0"), ("float64", "inf", "inf"), ("float64", "0x10", nil),
      ("float32", "1e39", nil), ("float64", "1e-400", nil), ("float64", "+-1", nil),
      (
        "decimal(38, 0)", "99999999999999999999999999999999999999",
        "99999999999999999999999999999999999999e-0"
      ),
      ("decimal(38, 0)", "100000000000000000000000000000000000000", nil),
      ("decimal(5, 2)", "1.230", "123e-2"), ("decimal(5, 2)", "1.235", nil),
      ("time(s)", "24:00:00", nil), ("time(ms)", "23:59:59.999", "time 86399999ms"),
    ] as [(String, String, String?)])
  func textForms(_ type: String, _ text: String, _ expected: String?) throws {
    var options = IngestOptions()
    options.schema = Schema([Field("a", try DataType(parsing: type))])
    if let expected {
      #expect(try ingest("a\n\(text)\n", options).rows == [[expected]])
    } else {
      #expect(failure("a\n\(text)\n", options)?.location == .line(2, column: 1, field: "a"))
    }
  }

  @Test func nestedValuesAreJSON() throws {
    var options = IngestOptions()
    options.schema = Schema([
      Field("l", .list(Field("item", .int64))),
      Field("s", .structure([Field("x", .string), Field("y", .date)])),
    ])
    let found = try ingest(
      "l,s\n\"[1, null]\",\"{\"\"x\"\": \"\"a\"\", \"\"y\"\": \"\"2020-01-01\"\"}\"\n,\n\"[1.5]\",\n[],[]\n\"[1]\",{}\n",
      options, keepsRejects: true)
    #expect(
      found.rows == [
        ["[1, null]", "{x: 'a', y: day 18262}"], ["null", "null"],
        ["[1]", "{x: null, y: null}"],
      ])
    #expect(found.rejects.map(\.line) == [4, 5])
    #expect(found.rejects.map { $0.field ?? "" } == ["l", "s"])
  }

  @Test func everyType() throws {
    var options = IngestOptions()
    options.schema = Schema([
      Field("i8", .int8), Field("u16", .uint16), Field("f16", .float16), Field("f32", .float32),
      Field("d9", .decimal(precision: 9, scale: 2)),
      Field("d38", .decimal(precision: 38, scale: 4)),
      Field("ts", .timestamp(.second, zone: nil)), Field("ms", .time(.millisecond)),
      Field("c", .categorical(ordered: false)), Field("bin", .binary),
      Field("id", .fixedBinary(byteCount: 16)), Field("dur", .duration(.millisecond)),
      Field("ok", .bool),
    ])
    let found = try ingest(
      "i8,u16,f16,f32,d9,d38,ts,ms,c,bin,id,dur,ok\n"
        + "-128,65535,65504,3.4028235e38,-1234567.89,1234567890123456789012345678901234.5678,"
        + "1969-12-31T23:59:59,10:00:00.5,red,\\x0aFF,00112233-4455-6677-8899-aabbccddeeff,-7,yes\n"
        + ",,,,,,,,,,,,\n", options)
    #expect(
      found.rows[0] == [
        "-128", "65535", "65504.0", "3.4028234663852886e+38", "-123456789e-2",
        "12345678901234567890123456789012345678e-4", "at -1s", "time 36000500ms", "'red'",
        "[10, 255]", "[0, 17, 34, 51, 68, 85, 102, 119, 136, 153, 170, 187, 204, 221, 238, 255]",
        "-7ms", "true",
      ])
    #expect(found.rows[1] == Array(repeating: "null", count: 13))
    for (text, bytes) in [("Cv8=", "[10, 255]"), ("\\x", "[]"), ("AAAA", "[0, 0, 0]")] {
      var one = IngestOptions()
      one.schema = Schema([Field("b", .binary)])
      #expect(try ingest("b\n\(text)\n", one).rows == [[bytes]])
    }
    for bad in ["Cv8", "Cv9=", "C===", "\\x0", "Cv8!"] {
      var one = IngestOptions()
      one.schema = Schema([Field("b", .binary)])
      #expect(failure("b\n\(bad)\n", one)?.location == .line(2, column: 1, field: "b"))
    }
    for bad in ["128", "1.0", " x", "--1", "1e2"] {
      var one = IngestOptions()
      one.schema = Schema([Field("i", .int8)])
      #expect(failure("i\n\(bad)\n", one)?.location == .line(2, column: 1, field: "i"))
    }
  }
}
