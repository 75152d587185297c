// Ids and the rules of names and types.

import ColonnadeArrays
import ColonnadeBase
import Testing

@Suite struct SchemaTests {
  @Test func idsAreGivenDepthFirstAndNeverTwice() {
    let schema = Schema([
      Field("a", .int32, id: 7),
      Field("b", .structure([Field("c", .string), Field("d", .list(Field("element", .bool)))])),
    ]).assigningIDs()
    #expect(schema.fields[0].id == 7)
    #expect(schema.fields[1].id == 8)
    #expect(schema.fields[1].type.children.map(\.id) == [9, 10])
    #expect(schema.largestID == 11)
  }

  @Test func twoColumnsOfOneNameAreRefused() {
    let schema = Schema([Field("a.b", .int32), Field("A.b", .int32), Field("a.b", .string)])
    let error = #expect(throws: ColonnadeError.self) { try schema.validate() }
    #expect(error?.kind == .schemaMismatch)
    #expect(error?.message.contains("'a.b'") == true)
  }

  @Test func namesDifferByBytesNotByCanonicalEquivalence() throws {
    try Schema([Field("é", .int32), Field("e\u{301}", .int32)]).validate()
  }

  @Test func depthIsBounded() {
    var type = DataType.int32
    for _ in 0..<40 { type = .list(Field("element", type)) }
    let error = #expect(throws: ColonnadeError.self) {
      try Schema([Field("deep", type)]).validate()
    }
    #expect(error?.kind == .limitExceeded)
  }

  @Test(arguments: [
    (DataType.decimal(precision: 39, scale: 0)), .decimal(precision: 3, scale: 4),
    .fixedBinary(byteCount: 0), .fixedList(Field("element", .int8), count: -1),
  ])
  func typesOutOfRangeAreRefused(type: DataType) {
    #expect(throws: ColonnadeError.self) { try Schema([Field("x", type)]).validate() }
  }
}
