// What programs are told as JSON, and versions as text.

import ColonnadeTable
import Testing

@testable import ColonnadeBase
@testable import ColonnadeQuery

@Suite struct ReportTests {
  @Test func objectsAndLists() {
    let json = JSONText.object([
      ("name", .string("a\"b")), ("counts", .list([.count(1), .count(2)])), ("none", .null),
      ("rows", .list([.object([("x", .number(1.5))])])),
    ])
    #expect(
      json.text == """
        {
          "name": "a\\"b",
          "counts": [1, 2],
          "none": null,
          "rows": [
            {
              "x": 1.5
            }
          ]
        }

        """)
  }

  @Test func versions() throws {
    #expect(try TableVersion(text: "latest") == .latest)
    #expect(try TableVersion(text: "3") == .number(3))
    #expect(try TableVersion(text: "18446744073709551615") == .number(.max))
    #expect(try TableVersion(text: "1970-01-01") == .time(0))
    #expect(try TableVersion(text: "1970-01-02T00:00:01Z") == .time(86_401_000_000))
    #expect(try TableVersion(text: "1970-01-01T01:00:00+01:00") == .time(0))
    #expect(try TableVersion(text: "1969-12-31 23:59:59.5") == .time(-500_000))
    #expect(try TableVersion(text: "1970-01-01T00:00:00.0000019") == .time(1))
    #expect(try TableVersion(text: "1969-12-31T23:59:59.9999999") == .time(-1))
    for text in [
      "", "0", "-1", "Latest", "1970-13-01", "2023-02-29", "1970-01-01T25:00",
      "1970-01-01T00:00:00+1", "18446744073709551616", "9999999-01-01",
    ] {
      let error = #expect(throws: ColonnadeError.self) { _ = try TableVersion(text: text) }
      #expect(error?.kind == .invalidArgument, "\(text)")
    }
  }
}
